"""Whether a linked person is still there: absent from a list is not gone. Source: design, Who is who; A run (Fetch)."""

from enum import StrEnum

from sync.core.employee import Side
from sync.core.record import record

LOST_SHARE, LOST_PEOPLE = 0.10, 3


class Seen(StrEnum):
    """What is known of a linked person on one side.

    ``HERE``: in the list, or there when asked for singly. ``GONE``: asked for singly, and not there (404).
    ``OUTSIDE``: there, but outside the companies, locations and teams that the connection is about.
    ``UNKNOWN``: not in the list, and nobody can say more.
    """

    HERE = "here"
    GONE = "gone"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@record
class Presence:
    """What a link becomes: ``state`` is linked, gone or outside; ``gone_from`` a side, "" unless gone."""

    state: str
    gone_from: str = ""


def presence(huma: Seen, visma: Seen) -> Presence | None:
    """What the two sides make of a link; ``None`` leaves it as it was."""
    for side, seen in ((Side.HUMA, huma), (Side.VISMA, visma)):
        if seen is Seen.GONE:
            return Presence("gone", side.value)
    if Seen.OUTSIDE in (huma, visma):
        return Presence("outside")
    if Seen.UNKNOWN in (huma, visma):
        return None
    return Presence("linked")


def too_many(gone: int, linked: int) -> bool:
    """Whether so many of the linked people are gone from a side that something else must be wrong."""
    return gone >= LOST_PEOPLE and gone > LOST_SHARE * linked
