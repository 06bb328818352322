"""Employment ID: ``employmentId`` in Huma, ``number`` in Visma."""

from collections.abc import Iterable, Mapping
from datetime import date

from sync.core.fields import formerly
from sync.core.fields.base import Field, Pair, huma_value, visma_value
from sync.core.reasons import Reason
from sync.core.reasons import gettext_noop as _
from sync.core.records.document import Doc, shown, value_in
from sync.core.records.employee import Canonical, Own, Side, Value
from sync.core.values.text import clean

MAX_LENGTH = 12
"""Source: the user guide, Supported fields ("restricts max length to 12, longer IDs will be rejected")."""


SEVERAL = "*"
"""Stands for the holder of a number that several employees have."""
LONGEST_SWAP = 10
"""How many people who have each other's numbers are followed at most."""

TO_BE_GIVEN: Own = {"given_by": "visma"}
"""Stands for a number that isn't known yet: Visma gives it to the new employee, and it is then written to Huma."""


def is_too_long(text: str) -> bool:
    """Whether Visma would refuse the Employment ID for its length."""
    return len(clean(text)) > MAX_LENGTH


def same_number(text: str) -> str:
    """An Employment ID as a key: case doesn't matter, leading zeros do. Source: design, The fields (Employment ID)."""
    return clean(text).casefold()


def who_has(people: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Who has each number (by ``same_number``), from pairs of number and id. "" is no number."""
    found: dict[str, list[str]] = {}
    for number, id_ in people:
        if key := same_number(number):
            found.setdefault(key, []).append(id_)
    return found


def holders(people: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The holder of each number, as ``who_has`` finds them: an id, or ``SEVERAL``."""
    return {number: ids[0] if len(set(ids)) == 1 else SEVERAL for number, ids in who_has(people).items()}


def is_somebody_elses(number: str, id_: str, numbers: Mapping[str, str]) -> bool:
    """Whether anybody but ``id_`` ("" for a new person) has the number. ``numbers``: as ``holders`` gives them."""
    return numbers.get(same_number(number), id_) != id_


def canonical(side: Side, own: Own) -> Canonical:
    """The number as text, trimmed."""
    return clean(own) or None


def refusal(number: str, visma_id: str, numbers: Mapping[str, str] | None) -> Reason | None:
    """Why Visma wouldn't accept ``number`` for the employee ``visma_id`` ("" for a new one); ``None`` if it would.

    ``numbers``: as ``holders`` gives them.
    """
    if not number:
        return Reason("number_empty")
    if is_too_long(number):
        return Reason("number_too_long", {"length": len(number)})
    if is_somebody_elses(number, visma_id, numbers or {}):
        return Reason("number_taken")
    return None


def _read_huma(details: Doc, position: Doc | None) -> Value:
    wrapped = details.get("employmentId")
    own = shown(value_in(wrapped))
    return huma_value(wrapped, own, canonical(Side.HUMA, own), formerly.text)


def _read_visma(doc: Doc, position: Doc | None, today: date) -> Value:
    own = shown(doc.get("number"))
    return visma_value(doc.get("number"), own, canonical(Side.VISMA, own), formerly.text)


def _convert(target: Side, pair: Pair) -> Own:
    return canonical(target, pair.value(target.other, "employment_id").own)


def _forbids(target: Side, pair: Pair) -> Reason | None:
    if target is Side.HUMA:
        return None
    reason = refusal(pair.huma.number, pair.visma.id, pair.numbers)
    if reason and reason.code == "number_taken" and (name := _swapped_with(pair)) is not None:
        return Reason("number_swapped", {"name": name})
    return reason


def _swapped_with(pair: Pair) -> str | None:
    """The name of the person with this number in Visma, if linked people have each other's numbers; else ``None``."""
    start = same_number(pair.visma.number)
    number, first = same_number(pair.huma.number), None
    for _step in range(LONGEST_SWAP if start else 0):
        holder = pair.numbers.get(number, "")
        if holder not in pair.wanted:
            return None
        number, name = pair.wanted[holder]
        first = name if first is None else first
        if number == start:
            return first
    return None


def _write_huma(details: Doc, after: Own) -> Doc:
    return {"employmentId": after}


def _write_visma(doc: Doc, after: Own, today: date) -> None:
    doc["number"] = after


EMPLOYMENT_ID = Field(
    name="employment_id",
    label=_("Employment ID"),
    rule=_(
        "At most 12 characters in Visma: a longer one isn't sent. It can't be removed in Visma. According to "
        "Visma the number of a saved employee can't be changed, so Visma's is suggested, and it is never changed "
        "automatically there."
    ),
    look_twice="twice_number",
    fixed_in_visma="number_fixed",
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
