"""Email and phone: the business entry of a list in Visma; private ones are never touched."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from sync.core.fields import formerly
from sync.core.fields.base import Field, Pair, huma_value, visma_value
from sync.core.reasons import Reason
from sync.core.reasons import gettext_noop as _
from sync.core.records.document import Doc, shown, value_in
from sync.core.records.employee import UNREADABLE, Canonical, Own, Side, Value
from sync.core.values import placeholders
from sync.core.values.text import clean, e164, loose

BUSINESS, PRIVATE = "business", "private"
"""[A] the spelling of ``type``; case doesn't matter in comparisons. Source: visma-employee.md, Reading."""

_ATOM = frozenset("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~")
"""The characters allowed between the dots of an address's first part. Source: RFC 5322, 3.2.3."""

_LETTERS = frozenset({"Ll", "Lu", "Lt", "Lo", "Lm", "Mn", "Mc", "Nd"})
"""Unicode's categories of letters, marks on them and digits."""

_MARKS = frozenset({"Mn", "Mc"})
"""Marks on a letter. No part of an address begins with one. Source: RFC 5891, 4.2.3.2."""

_PLAIN_EMAIL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,}", re.ASCII)
"""Matches nearly all emails, faster than a check of each letter."""

_LONGEST_LOCAL, _LONGEST_LABEL, _LONGEST_EMAIL = 64, 63, 254
"""Bytes. Source: RFC 5321, 4.5.3.1; RFC 1035, 2.3.4."""


def _is_business(entry: Doc) -> bool:
    return clean(entry.get("type")).lower() == BUSINESS


def _cannot_be_told(entries: list[Doc], business: list[Doc], key: str) -> bool:
    """Whether the value isn't known: the business entry lacks its text, or an incomplete entry may be the business one.

    Such a value isn't empty: by the contract each entry has both. Source: visma-employee.md, Reading.
    """
    if business:
        return key not in business[0]
    return any(not clean(entry.get("type")) if entry.get(key) else _may_be_it(entry, key) for entry in entries)


def _may_be_it(entry: Doc, key: str) -> bool:
    return key not in entry and clean(entry.get("type")).lower() != PRIVATE


def _spelling(doc: Doc, list_key: str) -> str:
    """The type for a new business entry, in the capitals that the document's other entries use."""
    entries = [entry for key in (list_key, "emails", "phones") for entry in doc.get(key) or ()]
    types = [entry["type"] for entry in entries if entry.get("type")]
    if types and types[0].isupper():
        return BUSINESS.upper()
    return BUSINESS.capitalize() if types and types[0][:1].isupper() else BUSINESS


def _entry_field(
    name: str,
    list_key: str,
    key: str,
    canonical: Callable[[Side, Own], Canonical],
    former: Callable[[Any], Canonical],
    convert: Callable[[Side, Pair], Own],
    forbids: Callable[[Side, Pair], Reason | None],
    unfit: Callable[[Side, Own], str],
    label: str,
    rule: str,
    clue: Callable[[Canonical], Canonical],
    clearable: frozenset[Side] = frozenset(),
    look_twice: str = "",
) -> Field:
    def read_huma(details: Doc, position: Doc | None) -> Value:
        wrapped = details.get(name)
        own = shown(value_in(wrapped))
        requested = shown(wrapped.get("requestedValue")) if wrapped else None
        said = canonical(Side.HUMA, own)
        problem = placeholders.IN_HUMA if said is None and clean(own) else ""
        waiting = None if requested is None else canonical(Side.HUMA, requested)
        return huma_value(wrapped, own, said, former, problem, waiting)

    def read_visma(doc: Doc, position: Doc | None, today: date) -> Value:
        entries = doc.get(list_key) or []
        business = [entry for entry in entries if _is_business(entry)]
        if _cannot_be_told(entries, business, key):
            return UNREADABLE
        raw = business[0].get(key) if business else None
        own = shown(raw)
        said = canonical(Side.VISMA, own)
        problem = "several_business" if len(business) > 1 else ""
        if said is None and clean(own):
            problem = placeholders.IN_VISMA
        return visma_value(raw, own, said, former, problem)

    def write_huma(details: Doc, after: Own) -> Doc:
        return {name: after}

    def write_visma(doc: Doc, after: Own, today: date) -> None:
        entries = [dict(entry) for entry in doc.get(list_key) or ()]
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
        look_twice=look_twice,
        clue=clue,
        read_huma=read_huma,
        read_visma=read_visma,
        canonical=canonical,
        convert=convert,
        forbids=forbids,
        unfit=unfit,
        write_huma=write_huma,
        write_visma=write_visma,
        json_paths=(name, list_key),
    )


def _canonical_email(side: Side, own: Own) -> Canonical:
    text = clean(own).lower()
    return None if placeholders.is_email(text) else text or None


def _convert_email(target: Side, pair: Pair) -> Own:
    return clean(pair.value(target.other, "email").own) or None


def is_email(canonical: Canonical) -> bool:
    """Whether a canonical email is exactly one address, as both systems accept it for signing in.

    Letters of any script are allowed; quotes, comments and numbers in place of a domain aren't.
    Source: design, The fields (Email); RFC 5321, 4.1.2.
    """
    if not isinstance(canonical, str):
        return False
    if len(canonical) < _LONGEST_LABEL and _PLAIN_EMAIL.fullmatch(canonical):
        return True
    return _is_address(canonical)


def _is_address(text: str) -> bool:
    """The whole rule, which checks each character."""
    if len(text.encode("utf-8", "surrogatepass")) > _LONGEST_EMAIL:
        return False
    local, _at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        0 < len(local.encode("utf-8", "surrogatepass")) <= _LONGEST_LOCAL
        and all(map(_is_atom, local.split(".")))
        and len(labels) > 1
        and all(map(_is_label, labels))
        and len(labels[-1]) > 1
        and not labels[-1].isdecimal()
    )


def _is_atom(atom: str) -> bool:
    """Whether it is a valid part of an address before the @. It can't begin with a mark."""
    if not atom or unicodedata.category(atom[0]) in _MARKS:
        return False
    return all(sign in _ATOM or _is_foreign(sign) for sign in atom)


def _is_label(label: str) -> bool:
    """Whether it is a valid part of a domain. Its length counts in its ASCII form."""
    if not label or label[0] == "-" or label[-1] == "-" or unicodedata.category(label[0]) in _MARKS:
        return False
    if not all(sign == "-" or (sign.isascii() and sign.isalnum()) or _is_foreign(sign) for sign in label):
        return False
    return len(label if label.isascii() else f"xn--{label.encode('punycode').decode()}") <= _LONGEST_LABEL


def _is_foreign(sign: str) -> bool:
    """Whether it is a letter, a mark on a letter or a digit that isn't ASCII."""
    return not sign.isascii() and unicodedata.category(sign) in _LETTERS


def _forbid_email(target: Side, pair: Pair) -> Reason | None:
    source = pair.value(target.other, "email")
    return None if source.canonical is None or is_email(source.canonical) else Reason("bad_email")


def _unfit_email(target: Side, own: Own) -> str:
    said = _canonical_email(target, own)
    return placeholders.found_in(target) if said is None else "" if is_email(said) else "bad_email"


def _canonical_phone(side: Side, own: Own) -> Canonical:
    text = clean(own)
    number = e164(text) if text else None
    if not text or placeholders.is_phone(number or loose(text)):
        return None
    return number or f"text:{text}"


def is_number(canonical: Canonical) -> bool:
    """Whether a canonical phone is a number that can be called, and not another text."""
    return isinstance(canonical, str) and canonical.startswith("+")


def _convert_phone(target: Side, pair: Pair) -> Own:
    text = clean(pair.value(target.other, "phone").own)
    return (e164(text) or text) or None


def _forbid_phone(target: Side, pair: Pair) -> Reason | None:
    source, current = pair.value(target.other, "phone"), pair.value(target, "phone")
    if target is Side.VISMA and source.canonical and not is_number(source.canonical):
        return Reason("bad_phone")
    if source.canonical is None and current.problem == "several_business":
        return Reason("several_business")
    return None


def _unfit_phone(target: Side, own: Own) -> str:
    said = _canonical_phone(target, own)
    if said is None:
        return placeholders.found_in(target)
    return "bad_phone" if target is Side.VISMA and not is_number(said) else ""


EMAIL = _entry_field(
    "email",
    "emails",
    "address",
    _canonical_email,
    formerly.email,
    _convert_email,
    _forbid_email,
    _unfit_email,
    _("Email"),
    _(
        "Only the business email. People sign in with it in both systems, so it is never changed automatically "
        "in Visma. Anything but a single address isn't sent."
    ),
    clue=lambda email: email if is_email(email) else None,
    look_twice="twice_email",
)
PHONE = _entry_field(
    "phone",
    "phones",
    "number",
    _canonical_phone,
    formerly.phone,
    _convert_phone,
    _forbid_phone,
    _unfit_phone,
    _("Phone"),
    _(
        "Only the business phone. Norway is the default country. A number of one digit, or of digits in a row, "
        "counts as empty, and isn't sent."
    ),
    clue=lambda phone: phone if is_number(phone) else None,
    clearable=frozenset(Side),
)
