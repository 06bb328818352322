"""A worker's processes are killed between any two effects: whoever is left, or comes after, ends as if nothing were.

`make test` takes 2 points spread over the whole run, `make test-full` 50.
"""

import os
from pathlib import Path

import pytest

from tests.crash.company import template
from tests.crash.worker import Carried, carry_out, carry_out_killed, decided
from tests.sync.writing.whole import differences

pytestmark = pytest.mark.kill

POINTS = int(os.environ.get("HUMAVISMA_CRASH_POINTS", "20"))
SHARES = 2 if POINTS < 50 else POINTS // 5


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    return decided(folder, template(folder))


@pytest.fixture(scope="module")
def undisturbed(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Carried:
    return carry_out(tmp_path_factory.mktemp("undisturbed"), made, 0)


def test_an_undisturbed_worker_passes_every_kind_of_point(undisturbed: Carried) -> None:
    assert {point.partition(" ")[2] for point in undisturbed.points} == {"request", "commit", "statement", "mail"}
    assert len(undisturbed.points) >= 150, "enough for each of the full test's points to be another one"


@pytest.mark.parametrize("share", range(SHARES))
def test_a_process_that_is_killed_changes_nothing_about_the_end(
    share: int, made: Path, undisturbed: Carried, tmp_path: Path
) -> None:
    killed = carry_out_killed(tmp_path, made, (share + 0.5) / SHARES, len(undisturbed.points))
    assert not differences(undisturbed.state, killed.state)
    assert killed.ended == undisturbed.ended
    assert set(killed.ended) <= {"done", "nothing"}
    assert len(killed.mails) == 1, "one Message-ID a run"
    assert sum(killed.mails.values()) <= 2, "only the mail that the kill met may come twice"
