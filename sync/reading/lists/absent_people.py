"""Asks singly for linked people who aren't in a list that was read. Source: design, Who is who.

``SyncRun.progress["asked"]`` has the results: by side and id a word of ``core.presence.Seen``.
"""

from collections.abc import Collection, Iterable

from sync.core.records.employee import Side
from sync.core.records.presence import Seen, too_many_gone
from sync.models import EmployeeLink, SyncRun
from sync.reading.failures import CannotRead
from sync.reading.one_person import Elsewhere, PersonSkipped
from sync.reading.presence import id_of

State = EmployeeLink.State


def start() -> dict[str, dict[str, str]]:
    """The empty results, before anybody was asked for."""
    return {side: {} for side in Side}


class AbsentPeople:
    """Decides whom to ask for, and what the answers mean, for one run over both sides."""

    def __init__(self, run: SyncRun, links: Iterable[EmployeeLink], asked: dict[str, dict[str, str]]) -> None:
        self.run, self.asked = run, asked
        links = list(links)
        # An older version called people gone who had only left the connection's companies, locations and teams. So
        # people who are gone are asked for again, but only if the connection has such limits.
        limited = any(run.connection.huma_limits.values())
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

    def to_ask(self, side: str, listed: Collection[str]) -> list[str]:
        """The ids to ask for, given those in the side's list. Nobody if the list is empty, because that concerns the
        whole side; nobody once too many are gone, unless somebody has confirmed that this is right."""
        if not listed or self.is_over(side):
            return []
        return sorted(self.wanted[side] - set(listed) - self.asked[side].keys())

    def is_over(self, side: str) -> bool:
        """Whether so many linked people are gone from the side that the run stops; then nobody else is asked for."""
        return f"{side}_lost" not in self.run.passed_checks and too_many_gone(
            len(self._gone(side)), len(self.linked[side])
        )

    def _gone(self, side: str) -> set[str]:
        return {id_ for id_, what in self.asked[side].items() if what == Seen.GONE} & self.linked[side]

    def answered(self, side: str, id_: str, found: bool) -> Seen:
        """Remember whether the person is there."""
        return self._remember(side, id_, Seen.HERE if found else Seen.GONE)

    def failed(self, side: str, id_: str, error: Exception) -> Seen:
        """Remember what an error says about a person; raises ``error`` again if it doesn't concern that person alone.

        A person who couldn't be read isn't gone. If there is no answer about somebody who isn't linked, reading fails.
        """
        if isinstance(error, Elsewhere):
            return self._remember(side, id_, Seen.OUTSIDE)
        silent = isinstance(error, CannotRead) and id_ in self.wanted[side]
        if not (silent or isinstance(error, PersonSkipped)):
            raise error
        return self._remember(side, id_, Seen.UNKNOWN)

    def gone_since_listed(self, side: str, id_: str) -> None:
        """Remember that a person in a side's list wasn't there any more when they were read."""
        if id_ in self.wanted[side]:
            self._remember(side, id_, Seen.GONE)

    def _remember(self, side: str, id_: str, seen: Seen) -> Seen:
        self.asked[side][id_] = seen.value
        return seen
