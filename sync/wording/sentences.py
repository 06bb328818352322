"""Puts codes that several pages use into words, in the page's language. A page's own codes have their words there."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from connections.api.vendor import Vendor
from sync.core.codes import Action
from sync.core.fields import FIELDS, field
from sync.core.fields.end_reasons import END_REASONS
from sync.core.reasons import SENTENCES
from sync.core.records.employee import Side
from sync.models import Change, Conflict

_ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def nice_date(iso: str) -> str:
    """An ISO date in words ("1 March 2026", "1. mars 2026"); any other text is returned as it is."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return iso
    return date_format(day, "j F Y" if (translation.get_language() or "").startswith("en") else "DATE_FORMAT")


def sentence(code: str, params: Mapping[str, Any] | None = None) -> str:
    """The translated sentence of a code of ``sync.core.reasons``; "" for "". Dates in ``params`` are localised."""
    if not code:
        return ""
    known: dict[str, Any] = defaultdict(lambda: "…")
    known.update({key: _nice(value) for key, value in (params or {}).items()})
    return gettext(SENTENCES.get(code, SENTENCES["bug"])) % known


def direction_sentence(difference: Conflict, target: str) -> str:
    """Why a difference's value can't be sent to ``target``, and what to do; "" if it can."""
    code = difference.blocked_to_huma if target == Side.HUMA else difference.blocked_to_visma
    blocked = (difference.values or {}).get("blocked", {}).get(target, {})
    return sentence(code, {"source": other_side_name(target), **blocked})


def change_sentence(change: Change) -> str:
    """Why a Change has its outcome; for one that isn't certain, what may be true and where to look."""
    code = change.reason
    if change.state == Change.State.UNKNOWN and change.action == Action.CREATE:
        code = "unknown_creation"
    return sentence(code, {"system": side_name(change.side), "source": other_side_name(change.side)})


def nice_dates(text: str) -> str:
    """A text with its ISO dates in words."""
    return _ISO_DATE.sub(lambda found: nice_date(found.group()), text)


def _nice(value: Any) -> Any:
    return nice_dates(value) if isinstance(value, str) else value


def field_label(name: str) -> str:
    """The label of a supported field; an unknown name, from an older version, is returned as it is."""
    try:
        return gettext(field(name).label)
    except KeyError:
        return name


def field_choices() -> list[tuple[str, str]]:
    """All supported fields as (name, label), in the registry's order."""
    return [(spec.name, gettext(spec.label)) for spec in FIELDS]


def outcome_label(state: str) -> str:
    """What became of a Change, in a word or two."""
    return str(dict(Change.State.choices).get(state, state))


def decision_label(decision: str) -> str:
    """What was chosen for a Difference."""
    return str(dict(Conflict.Decision.choices).get(decision, decision))


def kind_label(kind: str) -> str:
    """The way in which two values differ, in words."""
    return gettext("Empty in one system") if kind == "empty" else str(dict(Conflict.Kind.choices).get(kind, kind))


def side_name(side: str) -> str:
    """The name of a side inside a sentence."""
    return (Vendor.HUMA if side == Side.HUMA else Vendor.VISMA).label


def other_side_name(side: str) -> str:
    """The name of the other side: the one from which a value for ``side`` comes."""
    return side_name(Side.VISMA if side == Side.HUMA else Side.HUMA)


def end_reason_label(code: str | None) -> str:
    """An end reason in payroll's words; an unknown code is returned as it is."""
    return gettext(END_REASONS[code]) if code in END_REASONS else code or ""


def agrees_label(name: str) -> str:
    """The name of a thing that agrees between two people who may be one."""
    labels = {
        "number": field_label("employment_id"),
        "birth": gettext("Date of birth"),
        "same_name": gettext("Name"),
        "half_name": gettext("A part of the name"),
        "external": gettext("The Huma ID stored in Visma"),
        "connected": gettext("Huma's own integration"),
    }
    return labels.get(name) or field_label(name)


def against_sentence(code: str) -> str:
    """What speaks against two people being one (codes of ``evidence`` and ``relook`` in ``sync.core.matching``)."""
    return {
        "birth": gettext("The dates of birth differ."),
        "names": gettext("No part of the names agrees."),
        "employments": gettext("The employment in Visma ended before the one in Huma began."),
        "instead": gettext("The employment in Visma has ended, and another employee there may be the same person."),
    }.get(code, "")


def skipped_sentence(code: str, count: int) -> str:
    """Why a bulk choice leaves ``count`` Differences alone (codes of ``sync.core.deciding.plan.bulk_refusal``)."""
    texts = {
        "empties": ngettext(
            "%(n)s is left alone: the chosen value is empty. Emptying a field has to be chosen for each person.",
            "%(n)s are left alone: the chosen value is empty. Emptying a field has to be chosen for each person.",
            count,
        ),
        "forbidden": ngettext(
            "%(n)s is left alone: that choice isn't possible. The card says why.",
            "%(n)s are left alone: that choice isn't possible. The cards say why.",
            count,
        ),
        "singly": ngettext(
            "%(n)s is left alone: the person has several positions, so dates have to be chosen for each person.",
            "%(n)s are left alone: the person has several positions, so dates have to be chosen for each person.",
            count,
        ),
        "elsewhere": ngettext(
            "%(n)s is left alone: former employees, drafts and differences left as they are have their own filters.",
            "%(n)s are left alone: former employees, drafts and differences left as they are have their own filters.",
            count,
        ),
        "doubted": ngettext(
            "%(n)s is left alone: it isn't certain that the two are the same person. See “Needs your attention”.",
            "%(n)s are left alone: it isn't certain that the two are the same person. See “Needs your attention”.",
            count,
        ),
        "outside": ngettext(
            "%(n)s is left alone: the person isn't in the pilot group.",
            "%(n)s are left alone: these people aren't in the pilot group.",
            count,
        ),
        "no_suggestion": ngettext(
            "%(n)s is left alone: nothing is suggested for it.",
            "%(n)s are left alone: nothing is suggested for them.",
            count,
        ),
    }
    text = texts.get(code) or ngettext("%(n)s is left alone.", "%(n)s are left alone.", count)
    return text % {"n": count}
