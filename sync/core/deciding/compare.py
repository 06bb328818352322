"""Who is right: a three-way compare of each field of a linked person. Source: design, Who is right."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field as of_record

from sync.core.fields import FIELDS, Field, Pair
from sync.core.fields.bank import UNKNOWN, becomes_cash, has_account, of_another_country
from sync.core.immutable import record
from sync.core.reasons import Reason
from sync.core.records.employee import SAME, Own, Period, Side, Value
from sync.core.records.same_employment import REMADE, make_pair, starts_anew
from sync.core.records.writers import not_editable
from sync.core.values.fingerprint import Fingerprinter, comparable
from sync.core.values.placeholders import UNBOUNDED, is_placeholder
from sync.core.values.spelling import NOTHING_WRITTEN, Mark, Prints, only_spelling, seen_spelling

SIDES = (Side.HUMA, Side.VISMA)


@record
class Verdict:
    """Which side is suggested ("" for none), why (code of ``reasons``), and whether a person left it as it is."""

    suggestion: str
    why: str
    left: bool = False


def judge(now: Prints, baseline: Prints | None, huma_empty: bool, visma_empty: bool) -> Verdict:
    """What to suggest for two values that disagree. ``baseline``: their fingerprints when the field was last settled.

    ``baseline`` is ``None`` for a field never settled. Fingerprints of another version count as never settled.
    """
    if baseline is None or not (comparable(now[0], baseline[0]) and comparable(now[1], baseline[1])):
        if huma_empty or visma_empty:
            return Verdict("visma", "visma_filled") if huma_empty else Verdict("huma", "huma_filled")
        return Verdict("", "never_settled")
    huma_moved, visma_moved = now[0] != baseline[0], now[1] != baseline[1]
    if huma_moved and visma_moved:
        return Verdict("", "both_moved")
    if huma_moved:
        return Verdict("huma", "huma_moved")
    if visma_moved:
        return Verdict("visma", "visma_moved")
    return Verdict("", "was_left", left=True)


@record
class Difference:
    """One field on which the two sides disagree. ``to[side]`` is the value to write there, in that side's own form.

    ``kind``: value, spelling, huma_empty, visma_empty. ``standing``: asks, left, former, draft.
    ``forbidden[side]``: why the field can't be written to that side. ``by_bulk``: whether a bulk choice may decide it.
    ``by_hand``: no automatic run writes it, whichever side moved. ``former``: ``Comparison.former`` of this field.
    """

    field: str
    huma: Value
    visma: Value
    prints: Prints
    kind: str
    standing: str
    suggestion: str
    why: str
    forbidden: Mapping[Side, Reason]
    to: Mapping[Side, Own]
    by_bulk: bool = True
    by_hand: bool = False
    notes: tuple[Reason, ...] = ()
    former: Prints | None = None

    def empties(self, target: Side) -> bool:
        """Whether writing to ``target`` would empty the field there."""
        source = self.huma if target is Side.VISMA else self.visma
        return source.canonical is None


@record
class Comparison:
    """The result of comparing one pair. ``agreed``: per field, the fingerprints to settle.

    ``respelt``: the fields that were written, and that the target now spells in its own way.
    ``remade``: the side that replaced its position by a new one, until the dates of the new pair are settled; else "".
    ``former``: the fingerprints that the first version of the app made of the same values, if they differ from today's.
    """

    differences: tuple[Difference, ...]
    agreed: Mapping[str, Prints]
    unreadable: tuple[str, ...]
    positions: tuple[str, str] | None
    prints: Mapping[str, Prints]
    respelt: frozenset[str] = frozenset()
    remade: str = ""
    former: Mapping[str, Prints] = of_record(default_factory=dict)


def forbidden(field: Field, target: Side, pair: Pair) -> Reason | None:
    """Why the field can't be written to ``target``; ``None`` if it can."""
    source, current = pair.value(target.other, field.name), pair.value(target, field.name)
    own = field.forbids(target, pair)
    if own and own.code.startswith("no_p"):
        return own
    if is_placeholder(source.problem):
        return Reason(source.problem)
    if not current.editable:
        return not_editable(pair.on(target), field.name)
    if own:
        return own
    if source.canonical is None and target not in field.clearable:
        return Reason("number_empty" if field.name == "employment_id" else "would_be_empty")
    return None


def compare(
    pair: Pair,
    fingerprint: Fingerprinter,
    baseline: Mapping[str, Sequence[str]],
    known_positions: tuple[str, str] | None = None,
    left_out: Collection[str] = (),
    fields: Sequence[Field] = FIELDS,
    written: Mapping[str, Mark] = NOTHING_WRITTEN,
) -> Comparison:
    """Compare all fields of one linked person; fields in ``left_out`` aren't looked at.

    ``written``: per field, the mark of the value that was written last, until that side's own spelling of it was seen.
    """
    pair = make_pair(pair, known_positions)
    anew = starts_anew(pair.positions, known_positions)
    differences, agreed, unreadable, prints = [], {}, [], {}
    former: dict[str, Prints] = {}
    respelt = set()
    has_open_date = False
    for field in fields:
        name = field.name
        if name in left_out:
            continue
        huma, visma = pair.huma.values[name], pair.visma.values[name]
        if not (huma.readable and visma.readable):
            unreadable.append(name)
            continue
        same = huma.canonical == visma.canonical
        one = fingerprint(name, field.version, huma.canonical)
        other = one if same else fingerprint(name, field.version, visma.canonical)
        now = prints[name] = one, other
        if huma.former != SAME or visma.former != SAME:
            former[name] = _former_prints(field, huma, visma, now, fingerprint)
        if same or field.agree(huma.canonical, visma.canonical):
            if pair.positions or not field.on_position:  # a baseline of dates belongs to one pair of positions
                agreed[name] = now
            continue
        if huma.waiting is not None and huma.waiting == visma.canonical:
            continue  # it waits for the person's confirmation: no difference, and nothing to settle
        settled = None if name in anew else baseline.get(name)
        if settled and name in former:
            settled = as_of_today((settled[0], settled[1]), former[name], now)
        if settled and name in written:
            seen = seen_spelling(written[name], field, pair, now, (settled[0], settled[1]), fingerprint)
            if seen:
                respelt.add(name)
                if seen == now and only_spelling(huma.canonical, visma.canonical):
                    agreed[name] = now
                    continue
                settled = seen
        has_open_date = has_open_date or (field.on_position and settled is None)
        before = (settled[0], settled[1]) if settled else None
        differences.append(_difference(field, pair, now, before, former.get(name)))
    remade = pair.remade if has_open_date else ""
    if len(agreed) == len(prints):  # true for nearly everybody; one dict instead of two saves much memory
        agreed = prints
    return Comparison(
        tuple(differences), agreed, tuple(unreadable), pair.positions, prints, frozenset(respelt), remade, former
    )


def _former_prints(field: Field, huma: Value, visma: Value, now: Prints, fingerprint: Fingerprinter) -> Prints:
    mine, theirs = (
        now[at] if value.former == SAME else fingerprint(field.name, field.version, value.former)
        for at, value in enumerate((huma, visma))
    )
    return mine, theirs


def as_of_today(stored: Prints, former: Prints, now: Prints) -> Prints:
    """Stored fingerprints, in which those that the first version made of the same values are replaced by today's."""
    mine, theirs = (now[at] if one == former[at] else one for at, one in enumerate(stored))
    return mine, theirs


def _difference(field: Field, pair: Pair, now: Prints, settled: Prints | None, former: Prints | None) -> Difference:
    huma, visma = pair.value(Side.HUMA, field.name), pair.value(Side.VISMA, field.name)
    verdict = judge(now, settled, _is_blank(field, huma), visma.canonical is None)
    reasons = {side: reason for side in SIDES if (reason := forbidden(field, side, pair))}
    suggestion, why = _suggested(field, pair, verdict, reasons)
    return Difference(
        field=field.name,
        huma=huma,
        visma=visma,
        prints=now,
        kind=_kind(field, huma, visma),
        standing=_standing(pair, verdict),
        suggestion=suggestion,
        why=why,
        forbidden=reasons,
        to={side: field.convert(side, pair) for side in SIDES if side not in reasons},
        by_bulk=_by_bulk(field, pair, verdict),
        by_hand=_by_hand(field, huma, visma, settled),
        notes=_notes(field, pair, settled is None),
        former=former,
    )


def _suggested(field: Field, pair: Pair, verdict: Verdict, reasons: Mapping[Side, Reason]) -> tuple[str, str]:
    """Which side is suggested, and why.

    What can't be written isn't suggested. If a saved employee's value mustn't change in Visma, Visma's value is
    suggested, whichever side moved. Source: design, The fields (Employment ID).
    """
    huma, visma = pair.value(Side.HUMA, field.name), pair.value(Side.VISMA, field.name)
    suggestion, why = _filled_side(huma, visma, verdict)
    saved = field.fixed_in_visma and not pair.visma.draft and not verdict.left
    if saved and visma.canonical is not None and suggestion != "visma":
        suggestion, why = "visma", field.fixed_in_visma if Side.HUMA not in reasons else why
    if suggestion and Side(suggestion).other in reasons:
        suggestion = ""
    return suggestion, why


def _filled_side(huma: Value, visma: Value, verdict: Verdict) -> tuple[str, str]:
    """The suggestion and its reason. If a side moved to a placeholder, the other side is suggested."""
    if is_placeholder(huma.problem) and verdict.why in ("huma_moved", "both_moved"):
        return Side.VISMA.value, "huma_placeholder"
    if is_placeholder(visma.problem) and verdict.why == "visma_moved":
        return Side.HUMA.value, "visma_placeholder"
    return verdict.suggestion, verdict.why


def _by_hand(field: Field, huma: Value, visma: Value, settled: Prints | None) -> bool:
    """Whether only a person may decide it: a date that means "no end", an odd account, or an unknown code.

    Also if a person left the field as it was, and Huma's value came with invisible characters: an older version made
    its fingerprint with those characters, so that it may differ for that reason only.
    """
    if huma.unseen and settled is not None and settled[0] != settled[1]:
        return True
    return huma.problem == UNBOUNDED or bool(field.look_closer(huma.canonical)) or visma.problem in UNKNOWN.values()


def _by_bulk(field: Field, pair: Pair, verdict: Verdict) -> bool:
    """Whether a bulk choice may decide the field.

    It may not decide dates of somebody with several current positions, nor a draft's field that a person left.
    """
    several = pair.huma.has_several_positions or pair.visma.has_several_positions
    return not (field.on_position and several) and not (verdict.left and pair.visma.draft)


def _standing(pair: Pair, verdict: Verdict) -> str:
    if pair.huma.ended and pair.visma.standing is Period.FORMER:
        return "former"
    if verdict.left:
        return "left"
    return "draft" if pair.visma.draft else "asks"


def _is_blank(field: Field, huma: Value) -> bool:
    """Whether Huma really has no value. Another country's account is cash in Visma, but Huma isn't empty: Visma's
    account isn't suggested in its place."""
    return huma.canonical is None and not (field.name == "bank_account" and has_account(huma))


def _kind(field: Field, huma: Value, visma: Value) -> str:
    if _is_blank(field, huma):
        return "huma_empty"
    if huma.canonical is None:
        return "value"
    if visma.canonical is None:
        return "visma_empty"
    return "spelling" if only_spelling(huma.canonical, visma.canonical) else "value"


def _notes(field: Field, pair: Pair, never_settled: bool) -> tuple[Reason, ...]:
    notes: list[Reason] = []
    if field.on_position and pair.remade and never_settled:
        notes.append(Reason(REMADE[pair.remade]))
    position = pair.huma.position
    if field.name == "last_workday" and position and position.end and position.ends and position.ends != position.end:
        notes.append(Reason("contract_note", {"contract": position.end, "last": position.ends}))
    if field.name == "email":
        notes.append(Reason("email_note"))
    if field.name == "bank_account" and becomes_cash(pair.value(Side.HUMA, field.name)):
        notes.append(Reason("cash_note"))
    if field.name == "bank_account" and any(of_another_country(pair.value(s, field.name).canonical) for s in SIDES):
        notes.append(Reason("bic_note"))
    return tuple(notes)
