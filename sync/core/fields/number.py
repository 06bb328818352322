"""Employment ID: ``employmentId`` in Huma, ``number`` in Visma."""

from collections.abc import Mapping
from datetime import date

from sync.core.employee import Canonical, Own, Side, Value
from sync.core.fields.base import Field, Pair, huma_value
from sync.core.reasons import Reason
from sync.core.reasons import gettext_noop as _
from sync.core.shape import Doc, as_text, wrapper
from sync.core.text import clean

MAX_LENGTH = 12
"""Source: the user guide, Supported fields ("restricts max length to 12, longer IDs will be rejected")."""


def canonical(side: Side, own: Own) -> Canonical:
    """The number as text, trimmed."""
    return clean(own) or None


def refusal(number: str, visma_id: str, numbers: Mapping[str, str] | None) -> Reason | None:
    """Why Visma wouldn't take ``number`` for the employee ``visma_id`` ("" for a new one); ``None`` if it would."""
    if not number:
        return Reason("number_empty")
    if len(number) > MAX_LENGTH:
        return Reason("number_too_long", {"length": len(number)})
    if (numbers or {}).get(number, visma_id) != visma_id:
        return Reason("number_taken")
    return None


def _read_huma(details: Doc, position: Doc | None) -> Value:
    wrapped = wrapper(details, "employmentId")
    own = as_text((wrapped or {}).get("value"), "employmentId")
    return huma_value(wrapped, own, canonical(Side.HUMA, own))


def _read_visma(doc: Doc, position: Doc | None, today: date) -> Value:
    own = as_text(doc.get("number"), "number")
    return Value(own, canonical(Side.VISMA, own))


def _convert(target: Side, pair: Pair) -> Own:
    return canonical(target, pair.value(target.other, "employment_id").own)


def _forbids(target: Side, pair: Pair) -> Reason | None:
    if target is Side.HUMA:
        return None
    return refusal(pair.huma.number, pair.visma.id, pair.numbers)


def _write_huma(details: Doc, after: Own) -> Doc:
    return {"employmentId": after}


def _write_visma(doc: Doc, after: Own, today: date) -> None:
    doc["number"] = after


EMPLOYMENT_ID = Field(
    name="employment_id",
    label=_("Employment ID"),
    rule=_(
        "At most 12 characters in Visma: a longer one isn't sent. "
        "Needed to create an employee in Visma, where it can't be removed again."
    ),
    look_twice="twice_number",
    clearable=frozenset({Side.HUMA}),
    read_huma=_read_huma,
    read_visma=_read_visma,
    canonical=canonical,
    convert=_convert,
    forbids=_forbids,
    write_huma=_write_huma,
    write_visma=_write_visma,
    json_paths=("employmentId", "number"),
)
