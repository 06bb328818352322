"""Reads who somebody may be from a record that can't be understood as a whole.

It is used for matching only: such values are never compared.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from sync.core.fields import FIELDS, Field
from sync.core.records.document import Doc
from sync.core.records.employee import UNREADABLE, Employee, Side, Value
from sync.core.records.read import connected_ids, external_id
from sync.core.values.text import clean

_IN_LIST = {"given_name": "givenName", "family_name": "familyName", "email": "email", "phone": "phone"}
"""Our fields and their properties in a row of Huma's list of users. Source: huma-openapi.yaml, User."""


def huma_partial(row: Doc) -> Employee:
    """Somebody in Huma's list. Properties that should be texts and aren't are left out. ``id`` is a text."""
    texts = {name: row.get(prop) for name, prop in _IN_LIST.items()}
    known = {spec.name: spec for spec in FIELDS}
    values = {
        name: _try(lambda name=name, text=text: _plain(known[name], text))  # type: ignore[misc]
        for name, text in texts.items()
    }
    kind = row.get("type")
    return Employee(
        side=Side.HUMA,
        id=row["id"],
        name=_name(values),
        is_person=not isinstance(kind, str) or kind == "user",
        values=values,
        visma_ids=connected_ids(row),
    )


def _plain(spec: Field, text: Any) -> Value:
    own = clean(text) if isinstance(text, str) else None
    return Value(own or None, spec.canonical(Side.HUMA, own or None), readable=bool(own))


def visma_partial(row: Doc, understood: Doc, today: date) -> Employee:
    """Somebody in Visma's list. ``row``: as it came; ``understood``: its readable part. ``id`` is a text."""
    read = {
        spec.name: _try(lambda spec=spec: spec.read_visma(understood, None, today))  # type: ignore[misc]
        for spec in FIELDS
        if not spec.on_position
    }
    # A value that is missing may be one that couldn't be understood.
    values = {name: UNREADABLE if value.canonical is None else value for name, value in read.items()}
    values |= {name: found for name, found in _names(row).items() if not values[name].canonical}
    return Employee(
        side=Side.VISMA,
        id=row["id"],
        name=_name(values),
        draft=row.get("isDraft") is True,
        values=values,
        huma_id=external_id(row),
    )


def _names(row: Doc) -> dict[str, Value]:
    """The last readable given and family name of a timeline, whose dates may be unreadable."""
    entries = row.get("personNames")
    found: dict[str, Value] = {}
    for entry in entries if isinstance(entries, list) else ():
        for name, prop in (("given_name", "firstName"), ("family_name", "lastName")):
            text = entry.get(prop) if isinstance(entry, dict) else None
            if isinstance(text, str) and clean(text):
                found[name] = Value(clean(text), clean(text))
    return found


def _try(read: Callable[[], Value]) -> Value:
    try:
        return read()
    except Exception:  # whatever went wrong, the value isn't readable
        return UNREADABLE


def _name(values: dict[str, Value]) -> str:
    return " ".join(str(values[name].canonical or "") for name in ("given_name", "family_name")).strip()
