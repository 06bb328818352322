"""The requests that threads are making now, while both sides are read."""

from collections.abc import Callable
from typing import Any

from sync.core.records.employee import Side
from sync.worker.pool import Pool

SIDE_OF = {
    **dict.fromkeys(("list", "user", "ask huma"), Side.HUMA),
    **dict.fromkeys(("pages", "ids", "row", "ask visma"), Side.VISMA),
}
"""The side of a request, by the request's kind."""


class UnderWay(Pool[tuple[str, Any], Any]):
    """The requests under way, each with its kind (a key of ``SIDE_OF``) and what it asks for."""

    @property
    def kinds(self) -> list[str]:
        """The kind of each request."""
        return [kind for kind, _what in self.under_way.values()]

    def about(self, kind: str) -> list[Any]:
        """What the requests of a kind ask for."""
        return [what for one, what in self.under_way.values() if one == kind]

    def is_any(self, side: str) -> bool:
        """Whether a request to the side is under way."""
        return any(SIDE_OF[kind] == side for kind in self.kinds)

    def ask(self, kind: str, what: Any, read: Callable[[Any], Any], *asked: Any) -> None:
        """Call ``read`` in a thread, with ``asked`` as its arguments, by default ``what``."""
        self.add((kind, what), read, *(asked or (what,)))

    def ask_people(self, kind: str, ids: list[str], read: Callable[[str], Any], room: int) -> int:
        """Ask for at most ``room`` people singly, the last of ``ids`` first; returns how many."""
        some = [ids.pop() for _ in range(max(0, min(room, len(ids))))]
        for id_ in some:
            self.ask(kind, id_, read)
        return len(some)
