"""Which positions of a person are the same employment. Source: design, The same employment."""

from sync.core.fields import FIELDS, Pair
from sync.core.reasons import Reason
from sync.core.records.employee import Employee, Position, Side
from sync.core.records.positions import heir, overlap

REMADE = {"huma": "pair_remade_huma", "visma": "pair_remade_visma"}
"""The note on the dates of a new pair, by the side that replaced its position by a new one."""

OF_A_POSITION = frozenset(field.name for field in FIELDS if field.on_position)


def starts_anew(now: tuple[str, str] | None, known: tuple[str, str] | None) -> frozenset[str]:
    """The fields of a position, if another pair of positions was made than the known one: what was settled of them
    belongs to the known pair and doesn't count any more. Source: design, The same employment."""
    return OF_A_POSITION if now and known and now != known else frozenset()


def pair_positions(huma: Employee, visma: Employee, known: tuple[str, str] | None) -> Reason | tuple[str, str]:
    """The positions that are the same employment, or why there are none. Source: design, The same employment.

    A pair is made the first time that both selected positions are seen and their periods overlap. If later only one
    side selects another position, the pair stays and a person decides about the dates. But if the old position doesn't
    exist any more, the one that replaced it becomes part of the pair.
    """
    one, other = huma.position, visma.position
    if one is None:
        return Reason("no_position_huma")
    if other is None:
        return Reason("no_position_visma")
    if known == (one.id, other.id):
        return known
    if known and known[1] == other.id:
        why = _instead_of(known[0], huma, one, other, "pair_changed")
    elif known and known[0] == one.id:
        why = _instead_of(known[1], visma, other, one, "pair_changed_visma")
    else:
        why = "" if overlap(one, other) else "no_pair"
    if not why:
        return one.id, other.id
    return Reason(why, {"huma": describe(one), "visma": describe(other)})


def _instead_of(old: str, person: Employee, selected: Position, other: Position, while_there: str) -> str:
    """Why ``selected`` doesn't replace the position ``old`` in the pair with ``other``; "" if it does."""
    if person.vanished != old:
        return while_there
    took_its_place = heir(person.positions, selected, other)
    if took_its_place is None:
        return "no_pair"
    return "" if took_its_place else "pair_unclear"


def describe(position: Position) -> str:
    """A position's period as text with ISO dates, for a reason's parameters."""
    return f"{position.begins or '…'} – {position.ends or '…'}"


def make_pair(pair: Pair, known: tuple[str, str] | None) -> Pair:
    """The pair with ``positions``, ``no_pair`` and ``remade`` set."""
    found = pair_positions(pair.huma, pair.visma, known)
    ids, why = (None, found) if isinstance(found, Reason) else (found, None)
    remade = pair.remade if ids == known else _remade(ids, known)
    if (ids, why, remade) == (pair.positions, pair.no_pair, pair.remade):
        return pair
    return Pair(
        pair.huma,
        pair.visma,
        pair.today,
        positions=ids,
        no_pair=why,
        default_end_reason=pair.default_end_reason,
        numbers=pair.numbers,
        wanted=pair.wanted,
        remade=remade,
    )


def _remade(now: tuple[str, str] | None, known: tuple[str, str] | None) -> str:
    """The side whose position in the known pair was replaced; "" if neither or both were."""
    if now and known and now[1] == known[1]:
        return Side.HUMA.value
    return Side.VISMA.value if now and known and now[0] == known[0] else ""
