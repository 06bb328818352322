"""Whether a linked person still exists: absent from a list isn't gone. Source: design, Who is who; A run (Fetch)."""

from enum import StrEnum

from sync.core.immutable import record
from sync.core.records.employee import Side

LOST_SHARE, LOST_PEOPLE = 0.10, 3


class Seen(StrEnum):
    """What is known of a linked person on one side.

    ``HERE``: in the list, or found when read alone. ``GONE``: read alone and not found (404).
    ``OUTSIDE``: found, but outside the companies, locations and teams of the connection.
    ``UNKNOWN``: not in the list, and no more is known.
    """

    HERE = "here"
    GONE = "gone"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@record
class Presence:
    """The new state of a link: ``state`` is linked, gone or outside; ``gone_from`` is a side if it is gone, else ""."""

    state: str
    gone_from: str = ""


def presence(huma: Seen, visma: Seen) -> Presence | None:
    """The new state of a link, by what is known on both sides; ``None`` if it stays."""
    for side, seen in ((Side.HUMA, huma), (Side.VISMA, visma)):
        if seen is Seen.GONE:
            return Presence("gone", side.value)
    if Seen.OUTSIDE in (huma, visma):
        return Presence("outside")
    if Seen.UNKNOWN in (huma, visma):
        return None
    return Presence("linked")


def too_many_gone(gone: int, linked: int) -> bool:
    """Whether so many linked people are gone from a side that something else must be wrong."""
    return gone >= LOST_PEOPLE and gone > LOST_SHARE * linked
