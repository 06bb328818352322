"""What an automatic run may write, and how much of it. Source: design, Who is right (Automatic runs) and Held."""

from collections import Counter
from collections.abc import Sequence, Set

from sync.core.codes import Standing
from sync.core.immutable import record
from sync.core.values.fingerprint import comparable
from sync.core.values.spelling import Prints

EMPTIED_BY_ITSELF = frozenset({"phone", "last_workday"})
"""Fields that an automatic run empties in Visma if they were emptied in Huma; for others a person decides."""
NEVER_BY_ITSELF = frozenset({"email", "employment_id"})
"""Fields that no automatic run writes to Visma: people sign in with the email, and the Employment ID is fixed there."""
SENSITIVE = frozenset({"bank_account", "last_workday"})
MOST_SENSITIVE = 5
"""How many bank accounts and last workdays together automatic runs may change within an hour."""
NEVER_SETTLED = frozenset({"never_settled", "huma_filled", "visma_filled"})
"""The reasons for what is suggested, if the field was never settled."""


@record
class Disagreement:
    """The parts of a stored difference that the rule needs.

    ``seen``: for a field that was never settled, the two fingerprints that were last shown to a person. ``by_hand``:
    only a person may decide it. ``refused``: the same change was refused or dropped before. ``doubted``: something now
    speaks against the two records being one person.
    """

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
    """Whether an automatic run writes Huma's value to Visma: only if Huma moved and Visma didn't.

    ``huma_wins``: the connection's setting for fields that both sides moved. Former employees and drafts are never
    written.
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
    """What a connection's automatic runs wrote, or held because it was too much, within the last hour.

    ``most_people``: the most people for whom they may write.
    """

    people: Set[str]
    sensitive: int
    most_people: int


def people_over(changes: Sequence[tuple[str, str]], hour: Hour, whole: bool) -> set[str]:
    """The people whose changes are held. ``changes``: (person, field), in the order in which they would be written.

    The first people are written until the hour's limit is reached, all later ones are held. ``whole``: either all are
    written or all are held, as in a scheduled sync.
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
    """Whether this is the person's first account: neither side had one when it was last settled, and Visma has none.

    ``visma``: the fingerprint of Visma's value now. ``empty``: the fingerprint of the empty value, which also stands
    for cash. A field that was never settled (``None``) isn't the same as one that was empty on both sides.
    Source: design, Held.
    """
    return settled is not None and {*settled, visma} == {empty}
