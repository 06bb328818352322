"""The table that is printed at the end."""

from collections.abc import Iterable
from dataclasses import dataclass

NOT_YET = "–"


@dataclass(frozen=True)
class Figure:
    """One line. ``value`` and ``limit`` are compared; ``result`` and ``goal`` are their words.

    Without a ``limit`` the figure is only for comparison.
    """

    name: str
    goal: str
    result: str
    value: float | None = None
    limit: float | None = None

    @property
    def ratio(self) -> str:
        """The share of the goal that is used; for a comparison, the figure itself."""
        if self.value is None:
            return NOT_YET
        return f"{self.value / self.limit if self.limit else self.value:.2f}"

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; ``None`` without a goal, or if nothing was measured."""
        return None if self.value is None or self.limit is None else self.value <= self.limit


def render(figures: Iterable[Figure]) -> str:
    """The figures as a table in Markdown."""
    head = ["figure", "goal", "result", "ratio", "met?"]
    words = {True: "yes", False: "NO", None: NOT_YET}
    rows = [head, *([f.name, f.goal, f.result, f.ratio, words[f.met]] for f in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)
