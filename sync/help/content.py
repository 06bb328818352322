"""What the help page shows: everything comes from the registries that the rules themselves use."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _

from connections.doctor.assumptions import ASSUMPTIONS
from connections.models import Connection
from sync.core.all_right import WITHOUT_SCHEDULE
from sync.core.deciding.automatic_limits import EMPTIED_BY_ITSELF, MOST_SENSITIVE, NEVER_BY_ITSELF, SENSITIVE
from sync.core.fields import FIELDS
from sync.core.matching.evidence import STRONG_SHARED, THINGS, WEAK_AT_MOST, WEAK_SHARED
from sync.core.matching.match import SERIES_LEAST, SERIES_SHARE
from sync.core.matching.possible import BEST
from sync.help.reasons import grouped
from sync.help.sections import SECTIONS
from sync.help.terms import TERMS
from sync.help.waits import OUTCOMES, WAITS
from sync.models import Conflict
from sync.readiness.items import ITEMS
from sync.wording.all_right import states
from sync.wording.link_keys import KEYS
from sync.wording.sentences import against_sentence, agrees_label, field_label

AGAINST = ("birth", "names", "employments", "instead")
"""The codes of what speaks against two people being one."""

ACCOUNT = "bank_account"
"""The field of which a change waits for approval by default. Source: design, Held."""


@dataclass(frozen=True)
class FieldHelp:
    """One synced field. ``changed``, ``emptied``: what automatic updates do then. ``counted``: whether it counts among
    the few that may change within an hour."""

    name: str
    label: str
    rule: str
    changed: str
    emptied: str
    counted: bool


def context() -> dict[str, Any]:
    """Everything on the page, in its language."""
    return {
        "sections": SECTIONS,
        "states": states(),
        "week": WITHOUT_SCHEDULE.days,
        "items": [(item.code, _(item.title)) for item in ITEMS],
        "assumptions": [(one.code, _(one.assumed), _(one.does)) for one in ASSUMPTIONS.values()],
        "fields": [_field(spec.name, spec.rule) for spec in FIELDS],
        "most_sensitive": MOST_SENSITIVE,
        "keys": [key.label for key in KEYS.values()],
        **who_is_who(),
        "most_rows": settings.PAIRS_MAX_ROWS,
        "most_kb": settings.PAIRS_MAX_BYTES // 1000,
        "both_moved": Connection.BothMoved.choices,
        "accounts": Connection.Accounts.choices,
        "schedules": Connection.Schedule.choices,
        "waits": [(kind.value, title, text) for kind, (title, text) in WAITS.items()],
        "outcomes": [(state.value, state.label, text) for state, text in OUTCOMES.items()],
        "decisions": [one for one in Conflict.Decision.choices if one[0] != Conflict.Decision.UNDO],
        "reasons": grouped(),
        "terms": [(slugify(term.word), _(term.word), _(term.meaning)) for term in TERMS],
    }


def who_is_who() -> dict[str, Any]:
    """How much each thing counts, and the other numbers of matching."""
    return {
        "weights": [_weight(thing) for thing in THINGS],
        "most": WEAK_SHARED,
        "best": BEST,
        "against": [against_sentence(code) for code in AGAINST],
        "series": {"share": round(100 * SERIES_SHARE), "least": SERIES_LEAST},
    }


def _weight(thing: str) -> dict[str, Any]:
    """How much one thing counts: strong or weak up to a number of people in each system, else not at all."""
    strong = 0 if thing in WEAK_AT_MOST else STRONG_SHARED
    return {"label": agrees_label(thing), "strong": strong, "weak": range(strong + 1, WEAK_SHARED + 1)}


def _field(name: str, rule: str) -> FieldHelp:
    never = name in NEVER_BY_ITSELF
    changed = _("never sent automatically") if never else _("sent")
    if name == ACCOUNT:
        changed = _("waits for approval, unless an owner has chosen otherwise")
    if never or name not in EMPTIED_BY_ITSELF:
        emptied = _("waits for you")
    else:
        emptied = _("emptied in Visma too")
    return FieldHelp(name, field_label(name), _(rule), changed, emptied, name in SENSITIVE)
