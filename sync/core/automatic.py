"""What may be written by itself, and how much of it. Source: design, Who is right (Automatic runs) and Held."""

from collections import Counter
from collections.abc import Sequence, Set

from sync.core.codes import Standing
from sync.core.fingerprint import comparable
from sync.core.record import record
from sync.core.spelling import Prints

EMPTIED_BY_ITSELF = frozenset({"phone", "last_workday"})
"""What is emptied in Visma where it was emptied in Huma; everything else waits for a person."""
NEVER_BY_ITSELF = frozenset({"email", "employment_id"})
"""What no automatic run writes to Visma: people sign in with the one, and a saved employee's other is fixed there."""
SENSITIVE = frozenset({"bank_account", "last_workday"})
MOST_SENSITIVE = 5
"""So many bank accounts and last workdays together may change by themselves within an hour."""
NEVER_SETTLED = frozenset({"never_settled", "huma_filled", "visma_filled"})
"""Why something is suggested, or nothing is, for a field that was never settled."""


@record
class Disagreement:
    """What the rule looks at of a stored difference. ``seen``: the pair last shown to a person, for a field that was
    never settled. ``by_hand``: only a person writes it. ``refused``: the very same change was refused or dropped
    before. ``doubted``: something has come to speak against the two being one person."""

    field: str
    standing: str
    why: str
    prints: Prints
    blocked: bool
    empties: bool
    by_bulk: bool
    seen: Prints | None = None
    by_hand: bool = False
    refused: bool = False
    doubted: bool = False


def writes_by_itself(one: Disagreement, huma_wins: bool) -> bool:
    """Whether an automatic run writes Huma's value to Visma: only what only Huma moved.

    ``huma_wins``: the connection's setting for what both sides moved. Former employees and drafts are never written.
    """
    if one.standing != Standing.ASKS or one.blocked or one.by_hand or one.refused or one.doubted or not one.by_bulk:
        return False
    if one.field in NEVER_BY_ITSELF:
        return False
    if one.empties and one.field not in EMPTIED_BY_ITSELF:
        return False
    if one.why == "huma_moved" or (one.why == "both_moved" and huma_wins):
        return True
    return one.why in NEVER_SETTLED and one.seen is not None and _only_huma_moved(one.prints, one.seen)


def _only_huma_moved(now: Prints, seen: Prints) -> bool:
    return comparable(now[0], seen[0]) and now[0] != seen[0] and now[1] == seen[1]


@record
class Hour:
    """What a connection's automatic runs wrote within the last hour, or held because it was too much.

    ``most_people``: the threshold of people.
    """

    people: Set[str]
    sensitive: int
    most_people: int


def too_many(changes: Sequence[tuple[str, str]], hour: Hour, whole: bool) -> set[str]:
    """The people whose changes are held, out of (person, field) in the order in which they would be written.

    The first ones are written as far as the hour allows, everything beyond is held. ``whole``: all or nothing, as a
    scheduled sync does it.
    """
    sensitive = Counter(person for person, field in changes if field in SENSITIVE)
    order = list(dict.fromkeys(person for person, _field in changes))
    people, so_far = set(hour.people), hour.sensitive
    held: set[str] = set()
    for person in order:
        people.add(person)
        so_far += sensitive[person]
        if len(people) > hour.most_people or so_far > MOST_SENSITIVE:
            held.add(person)
    return set(order) if whole and held else held


def is_first_account(settled: Prints | None, visma: str, empty: str) -> bool:
    """Whether an account is somebody's first: neither side had one when it was last settled, nor has Visma now.

    ``visma``: the fingerprint of what Visma says now; ``empty``: of the empty value, which cash is too. A field that
    was never settled (``None``) is something else than one that was empty on both sides. Source: design, Held.
    """
    return settled is not None and {*settled, visma} == {empty}
