"""Given name and family name: plain text in Huma, an entry of a timeline in Visma."""

from datetime import date

from sync.core.fields import formerly
from sync.core.fields.base import Field, Pair, huma_value, visma_value
from sync.core.reasons import gettext_noop as _
from sync.core.records.document import Doc, shown, value_in
from sync.core.records.employee import UNREADABLE, Canonical, Own, Period, Side, Value
from sync.core.records.timeline import day_before, period_of, pick
from sync.core.values.text import clean


def _canonical(side: Side, own: Own) -> Canonical:
    return clean(own) or None


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
    start = entry.get("activeStart")
    is_current = period_of(start, entry.get("activeEnd"), today) is Period.CURRENT
    if doc.get("isDraft") or not is_current or start == today.isoformat():
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
