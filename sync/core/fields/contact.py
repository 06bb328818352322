"""Email and phone: the business entry of a list in Visma; private ones are never touched."""

import re
from collections.abc import Callable
from datetime import date

from sync.core.employee import Canonical, Own, Side, Value
from sync.core.fields.base import Field, Pair, huma_value
from sync.core.reasons import Reason
from sync.core.reasons import gettext_noop as _
from sync.core.shape import Doc, as_dicts, as_text, wrapper
from sync.core.text import clean, e164

BUSINESS = "business"
"""[A] the spelling of ``type``; compared without regard to case. Source: visma-employee.md, Reading."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def _is_business(entry: Doc) -> bool:
    return str(entry.get("type", "")).strip().lower() == BUSINESS


def _spelling(doc: Doc, list_key: str) -> str:
    """The document's own way of spelling a type, for a new business entry; its other list may show it, too."""
    entries = [entry for key in (list_key, "emails", "phones") for entry in as_dicts(doc.get(key), key)]
    types = [str(entry["type"]) for entry in entries if entry.get("type")]
    if types and types[0].isupper():
        return BUSINESS.upper()
    return BUSINESS.capitalize() if types and types[0][:1].isupper() else BUSINESS


def _entry_field(
    name: str,
    list_key: str,
    key: str,
    canonical: Callable[[Side, Own], Canonical],
    convert: Callable[[Side, Pair], Own],
    forbids: Callable[[Side, Pair], Reason | None],
    label: str,
    rule: str,
    clearable: frozenset[Side] = frozenset(),
    look_twice: str = "",
) -> Field:
    def read_huma(details: Doc, position: Doc | None) -> Value:
        wrapped = wrapper(details, name)
        own = as_text((wrapped or {}).get("value"), name)
        requested = as_text((wrapped or {}).get("requestedValue"), f"{name}.requestedValue")
        return huma_value(wrapped, own, canonical(Side.HUMA, own), waiting=canonical(Side.HUMA, requested))

    def read_visma(doc: Doc, position: Doc | None, today: date) -> Value:
        business = [entry for entry in as_dicts(doc.get(list_key), list_key) if _is_business(entry)]
        own = as_text(business[0].get(key), f"{list_key}.{key}") if business else None
        return Value(own, canonical(Side.VISMA, own), problem="several_business" if len(business) > 1 else "")

    def write_huma(details: Doc, after: Own) -> Doc:
        return {name: after}

    def write_visma(doc: Doc, after: Own, today: date) -> None:
        entries = [dict(entry) for entry in as_dicts(doc.get(list_key), list_key)]
        index = next((i for i, entry in enumerate(entries) if _is_business(entry)), None)
        if after is None and index is None:
            return
        if index is None:
            entries.append({"type": _spelling(doc, list_key), key: after})
        elif after is None:
            del entries[index]
        else:
            entries[index][key] = after
        doc[list_key] = entries

    return Field(
        name=name,
        label=label,
        rule=rule,
        clearable=clearable,
        clears_by_itself=bool(clearable),
        look_twice=look_twice,
        read_huma=read_huma,
        read_visma=read_visma,
        canonical=canonical,
        convert=convert,
        forbids=forbids,
        write_huma=write_huma,
        write_visma=write_visma,
        json_paths=(name, list_key),
    )


def _canonical_email(side: Side, own: Own) -> Canonical:
    return clean(own).lower() or None


def _convert_email(target: Side, pair: Pair) -> Own:
    return clean(pair.value(target.other, "email").own) or None


def is_email(canonical: Canonical) -> bool:
    """Whether a canonical email has the shape of one."""
    return isinstance(canonical, str) and _EMAIL.fullmatch(canonical) is not None


def _forbid_email(target: Side, pair: Pair) -> Reason | None:
    source = pair.value(target.other, "email")
    return None if source.canonical is None or is_email(source.canonical) else Reason("bad_email")


def _canonical_phone(side: Side, own: Own) -> Canonical:
    text = clean(own)
    return (e164(text) or f"text:{text}") if text else None


def _convert_phone(target: Side, pair: Pair) -> Own:
    text = clean(pair.value(target.other, "phone").own)
    return (e164(text) or text) or None


def _forbid_phone(target: Side, pair: Pair) -> Reason | None:
    source, current = pair.value(target.other, "phone"), pair.value(target, "phone")
    if target is Side.VISMA and source.canonical and not str(source.canonical).startswith("+"):
        return Reason("bad_phone")
    if source.canonical is None and current.problem == "several_business":
        return Reason("several_business")
    return None


EMAIL = _entry_field(
    "email",
    "emails",
    "address",
    _canonical_email,
    _convert_email,
    _forbid_email,
    _("Email"),
    _("Only the business email. People sign in with it in both systems, so it is never changed in Visma by itself."),
    look_twice="twice_email",
)
PHONE = _entry_field(
    "phone",
    "phones",
    "number",
    _canonical_phone,
    _convert_phone,
    _forbid_phone,
    _("Phone"),
    _("Only the business phone. Norway is the default country."),
    clearable=frozenset(Side),
)
