"""The definition of a field, and the data that its conversions may use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sync.core.immutable import record
from sync.core.reasons import Reason
from sync.core.records.document import Doc
from sync.core.records.employee import SAME, UNREADABLE, Canonical, Employee, Own, Side, Value

Trace = Mapping[str, str]
"""What writing a value did to a timeline besides the value; empty for nothing. The key says what, its value is a day:
``made`` a new entry from that day (``until`` its end, "" for none), ``mended`` the entry that begins on it ("" for
none), ``took`` away the entry that began on it."""
NO_TRACE: Trace = {}


class NotAsWritten(Exception):
    """The document isn't as our write left it, so a value can't be put back there without touching others' edits."""


@record
class Pair:
    """The same person on both sides, with what the rules of a field need.

    ``positions``: the ids (Huma's, Visma's) of the positions that are the same employment, or ``None``.
    ``no_pair``: why there is none. ``numbers``: who in Visma has which Employment ID (``fields.number.holders``).
    ``wanted``: by Visma's id of each linked person, their Employment ID in Huma (``same_number``) and their name.
    ``remade``: the side that replaced its position by a new one, so that the pair is new; else "".
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
        """The person's record on one side."""
        return self.huma if side is Side.HUMA else self.visma

    def value(self, side: Side, name: str) -> Value:
        """The value of a field on one side."""
        return (self.huma if side is Side.HUMA else self.visma).values[name]


def _equal(huma: Canonical, visma: Canonical) -> bool:
    return huma == visma


def _nothing_odd(canonical: Canonical) -> str:
    return ""


def _fit(target: Side, own: Own) -> str:
    return ""


def _as_it_is(canonical: Canonical) -> Canonical:
    return canonical


def _as_it_was(target: Side, before: Own) -> Own:
    return before


def _no_trace(doc: Doc, today: date) -> Trace:
    return NO_TRACE


def _nothing_more(target: Side, pair: Pair) -> Reason | None:
    return None


@dataclass(frozen=True, kw_only=True)
class Field:
    """One supported field: how to read it, compare it, convert it, write it, and what forbids a direction.

    ``read_huma(details, position)`` and ``read_visma(document, position, today)`` give a ``Value``.
    ``canonical(side, own)`` turns a side's own form into the canonical one.
    ``convert(target, pair)`` gives the value to write, in the target's own form (``None`` empties the field).
    ``forbids(target, pair)`` is the field's own rule, in addition to the common ones.
    ``unfit(target, own)``: the code why a value in the target's own form mustn't be sent, whoever planned it; or "".
    ``write_huma(document, after)`` gives the part of a PATCH body; ``write_visma(document, after, today)`` changes
    the document in place. ``clearable`` are the sides on which the field can be emptied. ``fixed_in_visma``: the code
    of ``reasons`` why a saved employee's value mustn't change in Visma; "" if it may.
    ``trace_of(document, today)``: what ``write_visma`` will do to a timeline of the document besides the value.
    ``as_before(target, before)``: a value as it was before a write, in the form that can be written.
    ``back_to_huma(document, before)`` and ``back_to_visma(document, before, trace, today)`` are the inverse of the two
    that write, for values of ``as_before``. ``trace`` is what the write left (``None`` if that wasn't stored), and the
    answer is what putting back did. Where they aren't given, putting back is writing. The second raises
    ``NotAsWritten``, and then it has changed nothing.
    ``clue(canonical)`` is the part of a value that counts as evidence for matching; ``None`` for a text that isn't a
    real value ("unknown", "see Huma"), because many people can have that.
    ``look_closer(canonical)`` gives the code of what is odd about a value, or "". A person looks twice before an odd
    value is written, and no automatic run writes it.
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
    trace_of: Callable[[Doc, date], Trace] = _no_trace
    as_before: Callable[[Side, Own], Own] = _as_it_was
    back_to_huma: Callable[[Doc, Own], Doc] | None = None
    back_to_visma: Callable[[Doc, Own, Trace | None, date], Trace] | None = None
    agree: Callable[[Canonical, Canonical], bool] = _equal
    forbids: Callable[[Side, Pair], Reason | None] = _nothing_more
    unfit: Callable[[Side, Own], str] = _fit
    json_paths: tuple[str, ...] = ()
    """Names by which a vendor's error means this field (a ``jsonPath`` or a name in Huma's ``fields``)."""


def put_back_in_huma(spec: Field, document: Doc, before: Own) -> Doc:
    """The part of a PATCH body that puts a value back as it was (``Field.as_before``)."""
    return (spec.back_to_huma or spec.write_huma)(document, before)


def put_back_in_visma(spec: Field, document: Doc, before: Own, trace: Trace | None, today: date) -> Trace:
    """Put a value back as it was (``Field.as_before``) in a Visma document; returns what that did to a timeline.

    ``trace``: what the write that is undone left. Raises ``NotAsWritten``; the document is unchanged then.
    """
    if spec.back_to_visma:
        return spec.back_to_visma(document, before, trace, today)
    spec.write_visma(document, before, today)
    return NO_TRACE


def huma_value(
    wrapped: Doc | None,
    own: Own,
    canonical: Canonical,
    former: Callable[[Any], Canonical],
    problem: str = "",
    waiting: Canonical = None,
) -> Value:
    """A value from Huma's wrapper; not readable if the wrapper is missing.

    ``former`` gives the canonical form that the first version of the app made of the text as it came.
    """
    if wrapped is None:
        return UNREADABLE
    editable, raw = wrapped.get("editable") is not False, wrapped.get("value")
    unseen = _is_other_text(raw, own)
    if not (unseen or problem):  # true for nearly all values
        return Value(own, canonical, True, editable, waiting)
    return Value(own, canonical, True, editable, waiting, problem, unseen, if_other(former(raw), canonical))


def visma_value(
    raw: Any, own: Own, canonical: Canonical, former: Callable[[Any], Canonical], problem: str = ""
) -> Value:
    """A value from Visma's document. ``raw`` is the text, or an object of texts, as it came."""
    if not problem and not _is_other_text(raw, own):
        return Value(own, canonical)
    return Value(own, canonical, problem=problem, former=if_other(former(raw), canonical))


def if_other(former: Canonical, canonical: Canonical) -> Canonical:
    """``former``, or ``SAME`` if it equals today's canonical form."""
    return SAME if former == canonical else former


def _is_other_text(raw: Any, own: Own) -> bool:
    """Whether invisible characters were removed from the text that came."""
    if own is raw or own is None:
        return False
    if not isinstance(own, dict):
        return bool(own != raw)
    return any((text or None) != (raw.get(key) or None) for key, text in own.items())
