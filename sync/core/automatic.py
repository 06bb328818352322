"""What may be written by itself, and how much of it. Source: design, Who is right (Automatic runs) and Held."""

from collections.abc import Iterable, Sequence, Set

from sync.core.compare import Prints
from sync.core.fingerprint import comparable
from sync.core.record import record

EMPTIED_BY_ITSELF = frozenset({"phone", "last_workday"})
"""What is emptied in Visma where it was emptied in Huma; everything else waits for a person."""
SENSITIVE = frozenset({"bank_account", "last_workday"})
MOST_SENSITIVE = 5
"""So many bank accounts and last workdays together may change by themselves within an hour."""


@record
class Disagreement:
    """What the rule looks at of a stored difference. ``seen``: the pair last shown to a person, for a field that was
    never settled. ``refused``: the very same change was refused or dropped before."""

    field: str
    standing: str
    why: str
    prints: Prints
    blocked: bool
    empties: bool
    by_bulk: bool
    seen: Prints | None = None
    refused: bool = False


def writes_by_itself(one: Disagreement, huma_wins: bool) -> bool:
    """Whether an automatic run writes Huma's value to Visma: only what only Huma moved.

    ``huma_wins``: the connection's setting for what both sides moved. Former employees and drafts are never written.
    """
    if one.standing != "asks" or one.blocked or one.refused or not one.by_bulk:
        return False
    if one.empties and one.field not in EMPTIED_BY_ITSELF:
        return False
    if one.why == "huma_moved" or (one.why == "both_moved" and huma_wins):
        return True
    never = one.why in ("never_settled", "huma_filled", "visma_filled")
    return never and one.seen is not None and _only_huma_moved(one.prints, one.seen)


def _only_huma_moved(now: Prints, seen: Prints) -> bool:
    return comparable(now[0], seen[0]) and now[0] != seen[0] and now[1] == seen[1]


@record
class Hour:
    """What a connection's automatic runs wrote within the last hour. ``most_people``: the threshold of people;
    ``over``: something was held already."""

    people: Set[str]
    sensitive: int
    most_people: int
    over: bool = False


def too_many(changes: Sequence[tuple[str, str]], hour: Hour, whole: bool) -> set[str]:
    """The people whose changes are held, out of (person, field) in the order in which they would be written.

    The first ones are written as far as the hour allows, everything beyond is held. ``whole``: all or nothing, as a
    scheduled sync does it.
    """
    order = list(dict.fromkeys(person for person, _field in changes))
    people, sensitive, over = set(hour.people), hour.sensitive, hour.over
    held: set[str] = set()
    for person in order:
        people.add(person)
        sensitive += _sensitive(field for who, field in changes if who == person)
        over = over or len(people) > hour.most_people or sensitive > MOST_SENSITIVE
        if over:
            held.add(person)
    return set(order) if whole and held else held


def _sensitive(fields: Iterable[str]) -> int:
    return sum(field in SENSITIVE for field in fields)
