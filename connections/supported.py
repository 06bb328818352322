"""The fields and end reasons that the sync supports, for the connect pages. The sync app registers them at the start,
so that `connections` doesn't import `sync`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext


@dataclass(frozen=True)
class SupportedField:
    """A synchronized field: its name in settings, its label, and the sentence that explains its rule."""

    name: str
    label: str
    rule: str


_fields: list[SupportedField] = []
_end_reasons: dict[str, str] = {}


def register(fields: Iterable[SupportedField], end_reasons: Mapping[str, str]) -> None:
    """Register what is supported, in English message ids; ``end_reasons``: Visma's codes with payroll's words."""
    _fields[:] = fields
    _end_reasons.clear()
    _end_reasons.update(end_reasons)


def supported_fields() -> list[SupportedField]:
    """All supported fields in the language of the page, in the order in which pages show them."""
    return [replace(field, label=gettext(field.label), rule=gettext(field.rule)) for field in _fields]


def end_reasons() -> list[tuple[str, str]]:
    """Visma's end reasons as (code, payroll's words in the language of the page)."""
    return [(code, gettext(words)) for code, words in _end_reasons.items()]


def is_end_reason(code: str) -> bool:
    """Whether this is the code of an end reason in Visma."""
    return code in _end_reasons
