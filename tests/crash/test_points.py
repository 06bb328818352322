"""`sync` is killed between any two effects and started again: it ends as if nothing had happened.

`make test` takes 20 points spread over the whole run, `make test-full` 250.
"""

import os
from pathlib import Path

import pytest

from tests.crash.company import Outcome, play, play_killed, template
from tests.sync.writing.whole import differences

pytestmark = pytest.mark.kill

SHARES = int(os.environ.get("HUMAVISMA_CRASH_POINTS", "20"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def undisturbed(made: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return play(tmp_path_factory.mktemp("undisturbed"), made, 0)


def assert_as_if_nothing_had_happened(killed: Outcome, undisturbed: Outcome) -> None:
    assert not differences(undisturbed.state, killed.state)
    assert killed.report["state"] == "finished"
    assert killed.report["changes"]["failed"] == killed.report["changes"]["unknown"] == 0
    assert len(killed.mails) == killed.runs, "one Message-ID a run"
    assert sum(killed.mails.values()) <= killed.runs + 1, "only the mail that the kill met may come twice"


def test_an_undisturbed_run_writes_creates_and_mails(undisturbed: Outcome) -> None:
    kinds = {point.partition(" ")[2] for point in undisturbed.points}
    assert kinds == {"request", "commit", "statement", "mail"}
    assert len(undisturbed.points) >= 250, "enough for each of the full test's points to be another one"
    assert undisturbed.runs == 2
    assert undisturbed.report["changes"]["planned"] == 0, "the second run finds nothing left to do"


@pytest.mark.parametrize("share", range(SHARES))
def test_a_kill_between_two_effects_changes_nothing_about_the_end(
    share: int, made: tuple[Path, str], undisturbed: Outcome, tmp_path: Path
) -> None:
    killed = play_killed(tmp_path, made, share / (SHARES - 1), len(undisturbed.points))
    assert_as_if_nothing_had_happened(killed, undisturbed)
