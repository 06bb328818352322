"""Linked people who aren't in a list that was read: they are asked for singly. Source: design, Who is who.

What became of it stands in ``SyncRun.progress["asked"]``: by side and id the word of ``core.presence.Seen``.
"""

from collections.abc import Collection, Iterable

from sync.core.employee import Side
from sync.core.presence import Seen, too_many
from sync.models import EmployeeLink, SyncRun
from sync.reading.failures import CannotRead
from sync.reading.one_person import Elsewhere, PassedOver
from sync.reading.presence import id_of
from sync.reading.reader import GROUPS

State = EmployeeLink.State


def start() -> dict[str, dict[str, str]]:
    """Nobody has been asked for yet."""
    return {side: {} for side in Side}


class Asking:
    """Whom to ask for, and what their answers mean, for one run over both sides."""

    def __init__(self, run: SyncRun, links: Iterable[EmployeeLink], asked: dict[str, dict[str, str]]) -> None:
        self.run, self.asked = run, asked
        links = list(links)
        # Who left the companies, locations and teams was called gone once: only where there are such limits is it
        # worth asking again.
        limited = any(getattr(run.connection, column) for column in GROUPS.values())
        self.linked: dict[str, set[str]] = {
            side: {id_of(link, side) for link in links if link.state == State.LINKED} for side in Side
        }
        self.wanted: dict[str, set[str]] = {
            side: {
                id_of(link, side)
                for link in links
                if link.state != State.GONE or (limited and side == link.gone_from == Side.HUMA)
            }
            for side in Side
        }

    def absent(self, side: str, listed: Collection[str]) -> list[str]:
        """Whom to ask for, given who is in the side's list. Nobody where the list is empty: that is no single person's
        matter; nor once too many are gone, unless somebody has said that this is right."""
        if not listed or self.is_over(side):
            return []
        return sorted(self.wanted[side] - set(listed) - self.asked[side].keys())

    def is_over(self, side: str) -> bool:
        """Whether so many linked people are gone from the side that the run stops, and asking with it."""
        return f"{side}_lost" not in self.run.passed_checks and too_many(len(self._gone(side)), len(self.linked[side]))

    def _gone(self, side: str) -> set[str]:
        return {id_ for id_, what in self.asked[side].items() if what == Seen.GONE} & self.linked[side]

    def answered(self, side: str, id_: str, found: bool) -> Seen:
        """Remember an answer: whether the person is there."""
        return self._remember(side, id_, Seen.HERE if found else Seen.GONE)

    def failed(self, side: str, id_: str, error: Exception) -> Seen:
        """Remember what an answer that isn't one says of somebody; raises ``error`` where that isn't theirs alone.

        Who couldn't be read isn't gone. Where somebody who isn't linked gives no answer, reading fails.
        """
        if isinstance(error, Elsewhere):
            return self._remember(side, id_, Seen.OUTSIDE)
        silent = isinstance(error, CannotRead) and id_ in self.wanted[side]
        if not (silent or isinstance(error, PassedOver)):
            raise error
        return self._remember(side, id_, Seen.UNKNOWN)

    def gone_since_listed(self, side: str, id_: str) -> None:
        """Somebody in a side's list wasn't there when they were read: asked for singly like any other."""
        if id_ in self.wanted[side]:
            self._remember(side, id_, Seen.GONE)

    def _remember(self, side: str, id_: str, seen: Seen) -> Seen:
        self.asked[side][id_] = seen.value
        return seen
