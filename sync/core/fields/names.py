"""Given name and family name: plain text in Huma, an entry of a timeline in Visma."""

from datetime import date

from sync.core.fields import formerly
from sync.core.fields.base import Field, NotAsWritten, Pair, Trace, huma_value, visma_value
from sync.core.reasons import gettext_noop as _
from sync.core.records.document import Doc, shown, value_in
from sync.core.records.employee import UNREADABLE, Canonical, Own, Period, Side, Value
from sync.core.records.timeline import Entry, day_before, period_of, pick
from sync.core.values.text import clean

MADE, UNTIL, MENDED, TOOK = "made", "until", "mended", "took"
"""What became of an entry of the timeline, as ``Trace`` names it."""


def _canonical(side: Side, own: Own) -> Canonical:
    return clean(own) or None


def _trace(doc: Doc, today: date) -> Trace:
    """What ``_write`` will do to the timeline: make an entry from today, or mend the one that counts."""
    entries = doc.get("personNames") or ()
    index = pick(entries, today)
    if index is None:
        return {} if doc.get("isDraft") else {MADE: today.isoformat(), UNTIL: ""}
    entry = entries[index]
    if _is_mended(doc, entry, today):
        return {MENDED: entry.get("activeStart") or ""}
    return {MADE: today.isoformat(), UNTIL: entry.get("activeEnd") or ""}


def _is_mended(doc: Doc, entry: Entry, today: date) -> bool:
    """Whether a new name is written into the entry itself: it isn't current, begins today, or belongs to a draft."""
    start = entry.get("activeStart")
    is_current = period_of(start, entry.get("activeEnd"), today) is Period.CURRENT
    return doc.get("isDraft") is True or not is_current or start == today.isoformat()


def _put_back(doc: Doc, part: str, name: Own, trace: Trace | None, today: date) -> Trace:
    """The inverse of ``_write``, and of itself: takes away the entry that was made, or makes the one that it took away.

    An entry that was made stays, with the old name, if it differs from the one before it in something else (the other
    name, which is another Change). Raises ``NotAsWritten`` if the entry that counts isn't the one that was written, or
    if others came after it. Source: design, History (Undo).
    """
    entries = [dict(entry) for entry in doc.get("personNames") or ()]
    index = pick(entries, today)
    if index is None or trace is None:
        raise NotAsWritten
    entry = entries[index]
    start = entry.get("activeStart") or ""
    if TOOK in trace and start < trace[TOOK] <= today.isoformat():
        left = _split(entries, index, part, name, trace[TOOK])
    elif start not in {trace.get(key) for key in (MADE, MENDED, TOOK)} or not _is_as_made(entries, entry, trace):
        raise NotAsWritten
    else:
        entry[part] = name
        left = (_take_away(entries, index) if MADE in trace else None) or _kept(entry, trace)
    doc["personNames"] = entries
    return left


def _kept(entry: Entry, trace: Trace) -> Trace:
    """What it means that the entry stays: with both names taken back, the second belongs to the entry of the first."""
    start, end = entry.get("activeStart") or "", entry.get("activeEnd") or ""
    return {MADE: start, UNTIL: end} if TOOK in trace else {MENDED: start}


def _take_away(entries: list[Entry], index: int) -> Trace | None:
    """Take the entry away, and give the one before its end back; ``None`` if it says more than the one before."""
    entry = entries[index]
    before = _entry_before(entries, entry)
    if before is None or not _same_otherwise(before, entry):
        return None
    before.pop("activeEnd")
    before.update({key: value for key, value in entry.items() if key == "activeEnd"})
    del entries[index]
    return {TOOK: entry["activeStart"]}


def _split(entries: list[Entry], index: int, part: str, name: Own, day: str) -> Trace:
    """Make the entry that was taken away again: from ``day``, with the end of the one that counts."""
    entry = entries[index]
    if period_of(entry.get("activeStart"), entry.get("activeEnd"), date.fromisoformat(day)) is not Period.CURRENT:
        raise NotAsWritten
    new = {key: value for key, value in entry.items() if key != "id"}
    new.update({part: name, "activeStart": day})
    entry["activeEnd"] = day_before(date.fromisoformat(day))
    entries.insert(index + 1, new)
    return {MADE: day, UNTIL: new.get("activeEnd") or ""}


def _is_as_made(entries: list[Entry], entry: Entry, trace: Trace) -> bool:
    """Whether an entry that was made ends as it did; where that wasn't stored, whether it is the last."""
    if MADE not in trace:
        return True
    if UNTIL in trace:
        return (entry.get("activeEnd") or "") == trace[UNTIL]
    start = entry.get("activeStart") or ""
    return not any((other.get("activeStart") or "") > start for other in entries)


def _entry_before(entries: list[Entry], entry: Entry) -> Entry | None:
    """The entry that ends the day before this one begins."""
    if not entry.get("activeStart"):
        return None
    end = day_before(date.fromisoformat(entry["activeStart"]))
    return next((one for one in entries if one.get("activeEnd") == end and one is not entry), None)


def _same_otherwise(one: Entry, other: Entry) -> bool:
    """Whether two entries differ in nothing but their period and the id that Visma gave them."""
    own = {"id", "activeStart", "activeEnd"}
    return all(one.get(key) == other.get(key) for key in (one.keys() | other.keys()) - own)


def _write(doc: Doc, part: str, name: Own, today: date) -> None:
    """Ends the current entry yesterday and adds one from today, which takes over its end.

    The entry itself is changed if it isn't current, begins today, or belongs to a draft.

    Source: design, The fields; visma-employee.md, Writing ("Changing a value on a timeline properly").
    """
    entries = doc["personNames"] = [dict(entry) for entry in doc.get("personNames") or ()]
    index = pick(entries, today)
    if index is None:
        # Both names are always written: a saved employee's entry without one of them can't be understood.
        new = {"firstName": None, "lastName": None, part: name, "activeStart": today.isoformat()}
        entries.append({part: name} if doc.get("isDraft") else new)
        return
    entry = entries[index]
    if _is_mended(doc, entry, today):
        entry[part] = name
        return
    new = {key: value for key, value in entry.items() if key != "id"}
    new.update({part: name, "activeStart": today.isoformat()})
    entry["activeEnd"] = day_before(today)
    entries.insert(index + 1, new)


def _name_field(name: str, label: str, rule: str, huma_key: str, visma_key: str) -> Field:
    def read_huma(details: Doc, position: Doc | None) -> Value:
        wrapped = details.get(huma_key)
        own = shown(value_in(wrapped))
        return huma_value(wrapped, own, _canonical(Side.HUMA, own), formerly.text)

    def read_visma(doc: Doc, position: Doc | None, today: date) -> Value:
        entries = doc.get("personNames") or ()
        index = pick(entries, today)
        if index is not None and visma_key not in entries[index] and doc.get("isDraft") is not True:
            return UNREADABLE  # a saved employee has both names
        raw = None if index is None else entries[index].get(visma_key)
        own = shown(raw)
        return visma_value(raw, own, _canonical(Side.VISMA, own), formerly.text)

    def convert(target: Side, pair: Pair) -> Own:
        return clean(pair.value(target.other, name).own) or None

    def write_huma(details: Doc, after: Own) -> Doc:
        return {huma_key: after}

    def write_visma(doc: Doc, after: Own, today: date) -> None:
        _write(doc, visma_key, after, today)

    def back_to_visma(doc: Doc, before: Own, trace: Trace | None, today: date) -> Trace:
        return _put_back(doc, visma_key, before, trace, today)

    return Field(
        name=name,
        label=label,
        rule=rule,
        read_huma=read_huma,
        read_visma=read_visma,
        canonical=_canonical,
        convert=convert,
        write_huma=write_huma,
        write_visma=write_visma,
        trace_of=_trace,
        back_to_visma=back_to_visma,
        json_paths=(huma_key, visma_key, "personNames"),
    )


GIVEN_NAME = _name_field(
    "given_name",
    _("Given name"),
    _("In Visma the new name applies from the day it is sent; the old one stays in the history."),
    "givenName",
    "firstName",
)
FAMILY_NAME = _name_field(
    "family_name",
    _("Family name"),
    _("In Visma the new name applies from the day it is sent; the old one stays in the history."),
    "familyName",
    "lastName",
)
