"""The bench measures correctly: at a tiny size, in the processes that it really starts."""

from collections.abc import Iterator

import pytest

from bench.__main__ import measured as all_parts
from bench.environment import Workspace
from bench.figures import Scale, reading, writing
from bench.table import Figure, render

TINY = Scale(people=60, races=1, writers=12, engines=("sqlite",))


@pytest.fixture
def measured() -> dict[str, Figure]:
    with Workspace() as workspace:
        figures = [*reading(workspace, TINY), *writing(workspace, TINY)]
    return {figure.name.split(",")[0] if "reading" in figure.name else figure.name: figure for figure in figures}


def test_requests_statements_and_documents_are_counted(measured: dict[str, Figure]) -> None:
    by_start = {name.split(" ")[0]: figure for name, figure in measured.items()}
    huma = next(figure for name, figure in measured.items() if name.endswith("Huma"))
    assert huma.value
    assert huma.limit
    assert 60 * 2 * 0.9 <= huma.value <= huma.limit
    assert next(figure.value for name, figure in measured.items() if name.endswith("people, Visma")) == 1
    assert by_start["reading"].value
    assert by_start["SQL"].value
    assert by_start["SQL"].value > 10
    assert by_start["PUTs"].value == 1


def test_the_table_says_what_is_met_and_what_is_not() -> None:
    table = render(
        [
            Figure("seconds", "≤ 2", "1 s", 1, 2),
            Figure("megabytes", "≤ 2", "3 MB", 3, 2),
            Figure("against another", "–", "0.5", 0.5),
            Figure("later", "≤ 1 s", "–"),
        ]
    )
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    assert [row[3:] for row in rows[2:]] == [["0.50", "yes"], ["1.50", "NO"], ["0.50", "–"], ["–", "–"]]


def test_a_part_that_fails_leaves_what_the_others_measured(capsys: pytest.CaptureFixture[str]) -> None:
    def breaks(workspace: Workspace, scale: Scale) -> Iterator[Figure]:
        yield Figure("before it broke", "≤ 2", "1", 1, 2)
        raise ValueError("broken")

    def works(workspace: Workspace, scale: Scale) -> Iterator[Figure]:
        yield Figure("after it", "≤ 2", "1", 1, 2)

    figures, failed = all_parts({"breaks": breaks, "works": works}, Workspace(), TINY)
    assert [figure.name for figure in figures] == ["before it broke", "after it"]
    assert failed == ["breaks"]
    assert "ValueError: broken" in capsys.readouterr().err
