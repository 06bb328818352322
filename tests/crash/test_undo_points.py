"""`undo` is killed between any two effects and started again: it ends as if nothing had happened."""

import os
from pathlib import Path

import pytest

from tests.crash.company import Outcome, play, play_killed, template
from tests.sync.writing.whole import differences

pytestmark = pytest.mark.kill

SHARES = max(4, int(os.environ.get("HUMAVISMA_CRASH_POINTS", "20")) // 5)
UNDO = ("undo", "1", "--json")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def undisturbed(made: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return play(tmp_path_factory.mktemp("undisturbed"), made, 0, ("sync",), *UNDO)


def test_an_undisturbed_undo_writes_and_mails(undisturbed: Outcome) -> None:
    assert {point.partition(" ")[2] for point in undisturbed.points} == {"request", "commit", "statement", "mail"}
    assert undisturbed.report["changes"]["done"] == undisturbed.report["changes"]["planned"] > 5


@pytest.mark.parametrize("share", range(SHARES))
def test_a_kill_between_two_effects_changes_nothing_about_the_end(
    share: int, made: tuple[Path, str], undisturbed: Outcome, tmp_path: Path
) -> None:
    points = len(undisturbed.points)
    killed = play_killed(tmp_path, made, (share + 0.5) / SHARES, points, ("sync",), *UNDO)
    assert not differences(undisturbed.state, killed.state)
    assert killed.report["state"] == "finished"
    assert killed.report["changes"] == undisturbed.report["changes"]
    assert killed.report["changes"]["failed"] == killed.report["changes"]["unknown"] == 0
    assert len(killed.mails) == killed.runs, "one Message-ID a run"
