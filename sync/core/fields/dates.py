"""First and last workday: dates of the selected position, and the end reason that comes with the last one."""

from datetime import date

from sync.core.fields.base import NO_TRACE, Field, Pair, Trace, if_other
from sync.core.fields.end_reasons import (
    OTHER,
    TO_HUMA,
    TO_VISMA,
    UNTRANSLATED,
    end_reason_of,
    is_unknown,
    untold,
)
from sync.core.reasons import Reason
from sync.core.reasons import gettext_noop as _
from sync.core.records.document import Doc, value_in
from sync.core.records.employee import UNREADABLE, Canonical, Own, Side, Value
from sync.core.records.timeline import OPEN_END
from sync.core.records.writers import not_editable
from sync.core.values.placeholders import UNBOUNDED, bounded, found_in, is_unbounded
from sync.core.values.text import clean


def _canonical_first(side: Side, own: Own) -> Canonical:
    return bounded(own)


def _canonical_last(side: Side, own: Own) -> Canonical:
    if not own or not bounded(own.get("date")):
        return None
    reason = own.get("reason") or None
    if side is Side.HUMA and reason:
        reason = f"{UNTRANSLATED}{reason}" if is_unknown(side, reason) else TO_VISMA.get(reason)
    return (own["date"], reason)


def _agree_last(huma: Canonical, visma: Canonical) -> bool:
    """Whether the two agree. A definite reason in Huma that Visma doesn't have makes a difference of its own."""
    if not (isinstance(huma, tuple) and isinstance(visma, tuple)):
        return huma == visma
    return huma[0] == visma[0] and huma[1] in (None, visma[1])


def _huma_day(position: Doc, first: str, fallback: str) -> tuple[str | None, str | None, bool, bool]:
    """The date, the date that the first version of the app used, and whether it is readable and editable.

    If the workday is empty, or means "no beginning" or "no end", the contract's date is used.
    """
    wrapped, contract = position.get(first), position.get(fallback)
    if wrapped is None:
        return None, None, False, True
    editable = wrapped.get("editable") is not False
    own = value_in(wrapped) or None
    if bounded(own) is None and contract is None:
        return None, None, False, editable
    formal = value_in(contract) or None
    return bounded(own) or formal or own, own or formal, True, editable


def _read_huma_first(details: Doc, position: Doc | None) -> Value:
    if position is None:
        return UNREADABLE
    own, before, readable, editable = _huma_day(position, "firstDayOfWork", "contractStartDate")
    return _day_value(own, _canonical_first(Side.HUMA, own), before, before, readable, editable)


def _read_huma_last(details: Doc, position: Doc | None) -> Value:
    if position is None:
        return UNREADABLE
    last, before, readable, editable = _huma_day(position, "lastDayOfWork", "contractEndDate")
    reason = position.get("endReason")
    if reason is None:
        return UNREADABLE  # a reason that can't be read may be a definite one
    raw = value_in(reason)
    code = clean(raw) or None
    own = {
        "date": last,
        "reason": code,
        "reason_fixed": reason.get("editable") is False,
        "contract_end": bounded(value_in(position.get("contractEndDate"))),
    }
    said = _canonical_last(Side.HUMA, own)
    # The first version treated unknown codes differently; such a field becomes a difference.
    same = code == raw or not code
    former = said if same and not is_unbounded(before) else _formerly_last(before, TO_VISMA.get(raw or ""))
    return _day_value(own, said, before, former, readable, editable)


def _day_value(
    own: Own, said: Canonical, day: str | None, former: Canonical, readable: bool = True, editable: bool = True
) -> Value:
    """A workday. ``day`` is the side's date, which may mean "no beginning" or "no end"."""
    problem = UNBOUNDED if is_unbounded(day) else ""
    return Value(own, said, readable, editable, problem=problem, former=if_other(former, said))


def _formerly_last(day: str | None, reason: str | None) -> Canonical:
    return (day, reason) if day else None


def _read_visma_first(doc: Doc, position: Doc | None, today: date) -> Value:
    if position is None:
        return UNREADABLE
    own = position.get("activeStart") or None
    return _day_value(own, _canonical_first(Side.VISMA, own), own, own)


def _read_visma_last(doc: Doc, position: Doc | None, today: date) -> Value:
    if position is None:
        return UNREADABLE
    day, reason = position.get("activeEnd") or None, end_reason_of(position)
    own = {"date": day, "reason": reason}
    return _day_value(own, _canonical_last(Side.VISMA, own), day, _formerly_last(day, reason))


def _convert_first(target: Side, pair: Pair) -> Own:
    return pair.value(target.other, "first_workday").canonical


def _convert_last(target: Side, pair: Pair) -> Own:
    source, current = pair.value(target.other, "last_workday"), pair.value(target, "last_workday")
    if source.canonical is None:
        return None
    assert isinstance(source.canonical, tuple)
    own, now = source.own, current.own or {}
    if target is Side.VISMA:
        reason, origin = visma_reason(own.get("reason"), now.get("reason"), pair.default_end_reason)
        return {"date": source.canonical[0], "reason": reason, "reason_from": origin}
    reason = None if now.get("reason_fixed") else huma_reason(now.get("reason"), own.get("reason"))
    return {"date": source.canonical[0], "reason": reason or now.get("reason")}


def visma_reason(huma: str | None, visma: str | None, default: str) -> tuple[str | None, str]:
    """The end reason to write to Visma, and where it comes from: huma, visma or default.

    ``(None, "")`` if there is none, or if Huma has one that we don't know.
    """
    if is_unknown(Side.HUMA, huma):
        return None, ""
    if definite := TO_VISMA.get(huma or ""):
        return definite, "huma"
    if visma:
        return visma, "visma"
    return (default, "default") if default else (None, "")


def huma_reason(huma: str | None, visma: str | None) -> str | None:
    """The end reason to write to Huma with the date; ``None`` if Huma's stays.

    If Huma has none, Visma's is translated back. If Huma has another definite one, Visma's replaces it; a reason that
    Huma doesn't know becomes ``other``, so that the two agree afterwards.
    """
    if not huma:
        return TO_HUMA.get(visma or "")
    if huma != OTHER and TO_VISMA.get(huma) != visma:
        return TO_HUMA.get(visma or "", OTHER)
    return None


def _position_rules(target: Side, pair: Pair) -> Reason | None:
    if not pair.huma.position:
        return Reason("no_position_huma")
    if not pair.visma.position:
        return Reason("no_position_visma")
    return pair.no_pair if pair.positions is None else None


def _forbid_last(target: Side, pair: Pair) -> Reason | None:
    if reason := _position_rules(target, pair):
        return reason
    source, current = pair.value(target.other, "last_workday"), pair.value(target, "last_workday")
    if source.canonical is None:
        ends = target is Side.HUMA and (current.own or {}).get("contract_end")
        return Reason("contract_ends") if ends else None
    if told := untold(target.other, (source.own or {}).get("reason")):
        return told
    if target is Side.HUMA:
        agreed = _agree_last(_canonical_last(target, _convert_last(target, pair)), source.canonical)
        return None if agreed else not_editable(pair.huma, "last_workday")  # Huma's end reason is locked and differs
    assert isinstance(source.canonical, tuple)
    last = source.canonical[0] or OPEN_END
    others = [p for p in pair.huma.current_positions if p.id != pair.huma.selected and (p.ends or OPEN_END) > last]
    if others and len(pair.visma.current_positions) <= 1:
        return Reason("others_run_on")
    if _convert_last(target, pair)["reason"] is None:
        return Reason("no_end_reason")
    return None


def _write_huma_first(position: Doc, after: Own) -> Doc:
    return {"firstDayOfWork": after}


def _write_huma_last(position: Doc, after: Own) -> Doc:
    if after is None:
        return {"lastDayOfWork": None}
    reason, known = after.get("reason"), value_in(position.get("endReason"))
    return {"lastDayOfWork": after["date"], **({"endReason": reason} if reason and reason != known else {})}


def _write_visma_first(position: Doc, after: Own, today: date) -> None:
    position["activeStart"] = after


def _write_visma_last(position: Doc, after: Own, today: date) -> None:
    if after is None:
        position.pop("activeEnd", None)
        position["positionEndReason"] = []
    else:
        position["activeEnd"] = after["date"]
        position["positionEndReason"] = [after["reason"]]


def _last_as_before(target: Side, before: Own) -> Own:
    """The old last workday with its end reason; no end at all with the reason that stood there all the same."""
    own = before or {}
    day = own.get("date") if _canonical_last(target, before) else None
    return {"date": day, "reason": own.get("reason")} if day or own.get("reason") else None


def _back_to_huma_last(position: Doc, before: Own) -> Doc:
    """The end reason comes back with the date, also where there was none."""
    own = before or {}
    reason, now = own.get("reason"), value_in(position.get("endReason")) or None
    return {"lastDayOfWork": own.get("date"), **({"endReason": reason} if reason != now else {})}


def _back_to_visma_last(position: Doc, before: Own, trace: Trace | None, today: date) -> Trace:
    own = before or {}
    _write_visma_last(position, own if own.get("date") else None, today)
    return NO_TRACE


def _unfit_last(target: Side, own: Own) -> str:
    """A last workday in Visma needs an end reason."""
    if target is Side.VISMA and own.get("date") and not own.get("reason"):
        return "no_end_reason"
    return _unfit_first(target, own.get("date"))


def _unfit_first(target: Side, own: Own) -> str:
    return found_in(target) if is_unbounded(own) else ""


FIRST_WORKDAY = Field(
    name="first_workday",
    label=_("First workday"),
    rule=_(
        "Of the selected position: the current one, else the most recent past one, else the nearest future one. "
        "Start date in Visma. Where Huma has no first workday, the start of the contract counts."
    ),
    on_position=True,
    read_huma=_read_huma_first,
    read_visma=_read_visma_first,
    canonical=_canonical_first,
    convert=_convert_first,
    forbids=_position_rules,
    unfit=_unfit_first,
    write_huma=_write_huma_first,
    write_visma=_write_visma_first,
    json_paths=("firstDayOfWork", "activeStart"),
)
LAST_WORKDAY = Field(
    name="last_workday",
    label=_("Last workday"),
    rule=_(
        "Of the selected position, together with the end reason that Visma demands. End date in Visma. "
        "Where Huma has no last workday, the end of the contract counts. Emptied in Huma, both are cleared in Visma. "
        "31 December 9999 means no end."
    ),
    on_position=True,
    look_twice="twice_last_day",
    clearable=frozenset(Side),
    read_huma=_read_huma_last,
    read_visma=_read_visma_last,
    canonical=_canonical_last,
    convert=_convert_last,
    agree=_agree_last,
    forbids=_forbid_last,
    unfit=_unfit_last,
    write_huma=_write_huma_last,
    write_visma=_write_visma_last,
    as_before=_last_as_before,
    back_to_huma=_back_to_huma_last,
    back_to_visma=_back_to_visma_last,
    json_paths=("lastDayOfWork", "endReason", "activeEnd", "positionEndReason"),
)
