"""What a field is, and what its conversions may look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sync.core.document import Doc
from sync.core.employee import SAME, UNREADABLE, Canonical, Employee, Own, Side, Value
from sync.core.reasons import Reason
from sync.core.record import record


@record
class Pair:
    """The same person on both sides, with what the rules of a field may ask about.

    ``positions``: the ids (Huma's, Visma's) of the positions that are the same employment, or ``None``.
    ``no_pair``: why there is none. ``numbers``: who in Visma has which Employment ID (``fields.number.holders``).
    ``wanted``: the Employment ID that Huma has of a linked person (``same_number``) and the name, by Visma's id.
    ``remade``: the side whose position was made anew, so that the pair is a new one, "" without.
    """

    huma: Employee
    visma: Employee
    today: date
    positions: tuple[str, str] | None = None
    no_pair: Reason | None = None
    default_end_reason: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    remade: str = ""

    def on(self, side: Side) -> Employee:
        """The employee as one side has her."""
        return self.huma if side is Side.HUMA else self.visma

    def value(self, side: Side, name: str) -> Value:
        """What one side says of a field."""
        return (self.huma if side is Side.HUMA else self.visma).values[name]


def _equal(huma: Canonical, visma: Canonical) -> bool:
    return huma == visma


def _nothing_odd(canonical: Canonical) -> str:
    return ""


def _fit(target: Side, own: Own) -> str:
    return ""


def _as_it_is(canonical: Canonical) -> Canonical:
    return canonical


def _nothing_more(target: Side, pair: Pair) -> Reason | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Field:
    """One supported field: how to read it, compare it, convert it, write it, and what forbids a direction.

    ``read_huma(details, position)`` and ``read_visma(document, position, today)`` give a ``Value``.
    ``canonical(side, own)`` turns a side's own form into the canonical one.
    ``convert(target, pair)`` gives what would be written, in the target's own form (``None`` empties).
    ``forbids(target, pair)`` is the field's own rule on top of the common ones.
    ``unfit(target, own)``: the code why a value in the target's own form mustn't be sent, whoever planned it; or "".
    ``write_huma(document, after)`` gives the part of a PATCH body; ``write_visma(document, after, today)`` changes
    the document in place. ``clearable`` are the sides on which the field can be emptied. ``fixed_in_visma``: why (a
    code of ``reasons``) a saved employee's value isn't to be changed in Visma, "" where it may be.
    ``clue(canonical)`` is what of a value may speak for two people being one; ``None`` for a text that isn't one of its
    kind ("unknown", "see Huma"): many people can have that.
    ``look_closer(canonical)`` gives the code of what is odd about a value, or "": a person looks twice before it is
    written, and no automatic run writes it.
    """

    name: str
    label: str
    rule: str
    version: int = 1
    on_position: bool = False
    look_twice: str = ""
    look_closer: Callable[[Canonical], str] = _nothing_odd
    clue: Callable[[Canonical], Canonical] = _as_it_is
    clearable: frozenset[Side] = frozenset()
    fixed_in_visma: str = ""
    read_huma: Callable[[Doc, Doc | None], Value]
    read_visma: Callable[[Doc, Doc | None, date], Value]
    canonical: Callable[[Side, Own], Canonical]
    convert: Callable[[Side, Pair], Own]
    write_huma: Callable[[Doc, Own], Doc]
    write_visma: Callable[[Doc, Own, date], None]
    agree: Callable[[Canonical, Canonical], bool] = _equal
    forbids: Callable[[Side, Pair], Reason | None] = _nothing_more
    unfit: Callable[[Side, Own], str] = _fit
    json_paths: tuple[str, ...] = ()
    """Names in a vendor's error that mean this field (a ``jsonPath`` or a name in Huma's ``fields``)."""


def huma_value(
    wrapped: Doc | None,
    own: Own,
    canonical: Canonical,
    former: Callable[[Any], Canonical],
    problem: str = "",
    waiting: Canonical = None,
) -> Value:
    """A value out of Huma's wrapper; not readable where the wrapper is missing.

    ``former`` gives what the version before made of the text as it came.
    """
    if wrapped is None:
        return UNREADABLE
    editable, raw = wrapped.get("editable") is not False, wrapped.get("value")
    unseen = _is_other_text(raw, own)
    if not (unseen or problem):  # nearly all of them
        return Value(own, canonical, True, editable, waiting)
    return Value(own, canonical, True, editable, waiting, problem, unseen, if_other(former(raw), canonical))


def visma_value(
    raw: Any, own: Own, canonical: Canonical, former: Callable[[Any], Canonical], problem: str = ""
) -> Value:
    """A value out of Visma's document, where ``raw`` is the text, or an object of texts, as it came."""
    if not problem and not _is_other_text(raw, own):
        return Value(own, canonical)
    return Value(own, canonical, problem=problem, former=if_other(former(raw), canonical))


def if_other(former: Canonical, canonical: Canonical) -> Canonical:
    """``former``, or ``SAME`` where it is today's canonical form."""
    return SAME if former == canonical else former


def _is_other_text(raw: Any, own: Own) -> bool:
    """Whether signs that can't be seen were taken out of what came."""
    if own is raw or own is None:
        return False
    if not isinstance(own, dict):
        return bool(own != raw)
    return any((text or None) != (raw.get(key) or None) for key, text in own.items())
