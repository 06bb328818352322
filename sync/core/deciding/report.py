"""The totals of a run, for the pages, the email and the command, which don't count again themselves."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

OUTCOMES = ("done", "nothing", "moved", "failed", "unknown", "stopped")


@dataclass(frozen=True)
class Totals:
    """How many Changes were planned, and their outcomes. A ``held`` Change waits for an owner and isn't planned."""

    planned: int = 0
    done: int = 0
    nothing: int = 0
    moved: int = 0
    failed: int = 0
    unknown: int = 0
    stopped: int = 0
    held: int = 0

    @property
    def settled(self) -> int:
        """How many have an outcome."""
        return self.planned - self.waiting

    @property
    def waiting(self) -> int:
        """How many have no outcome yet."""
        return self.planned - (self.done + self.nothing + self.moved + self.failed + self.unknown + self.stopped)

    @property
    def is_clean(self) -> bool:
        """Whether nothing failed and no outcome is unknown."""
        return not (self.failed or self.unknown)

    def as_dict(self) -> dict[str, int]:
        """The totals that add up, by name, ``planned`` first."""
        return {name: number for name, number in asdict(self).items() if name != "held"}


def totals(by_state: Mapping[str, int]) -> Totals:
    """The totals from the number of Changes in each state."""
    held = by_state.get("held", 0)
    found = {outcome: by_state.get(outcome, 0) for outcome in OUTCOMES}
    return Totals(planned=sum(by_state.values()) - held, held=held, **found)
