"""Puts the codes in the admin's rows into words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from sync.core.fields import FIELDS
from sync.wording.create_groups import TITLES
from sync.wording.people import standing_label
from sync.wording.sentences import agrees_label, field_label, outcome_label, sentence, side_name


def _standing(code: str) -> str:
    """Of a person, whether the position is current, former or upcoming; of a difference, the filter that shows it."""
    filters = {"asks": _("Waiting for you"), "left": _("Left as is"), "draft": _("Drafts in Visma")}
    return filters.get(code) or standing_label(code) or code


def _what(action: str) -> str:
    return {"field": _("Field"), "create": _("Add")}.get(action, action)


def _same(decision: str) -> str:
    return {"linked": _("Linked"), "different": _("Different people")}.get(decision, decision)


def _group(code: str) -> str:
    return str(TITLES.get(code, code))


def _agrees(names: list[str]) -> str:
    return ", ".join(agrees_label(name) for name in names)


def _field(name: str) -> str:
    return field_label(name) if name in {spec.name for spec in FIELDS} else name


def _why(code: str) -> str:
    """The sentence of a reason. The column alone doesn't say which of the two systems it is about."""
    return sentence(code, {"system": "Huma / Visma", "source": "Huma / Visma"})


WORDS: Mapping[str, Callable[[Any], str]] = {
    "action": _what,
    "agrees": _agrees,
    "blocked_to_huma": _why,
    "blocked_to_visma": _why,
    "create_blocked": _why,
    "create_group": _group,
    "decision": _same,
    "failure": sentence,
    "field": _field,
    "gone_from": side_name,
    "look_twice": sentence,
    "outcome": outcome_label,
    "reason": _why,
    "side": side_name,
    "standing": _standing,
    "suggestion": side_name,
    "why": sentence,
}
"""For each column that holds codes, the function that puts a code into words; columns with choices have their own."""
