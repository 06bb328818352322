"""The sections of the help page, and which page's question each answers."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Section:
    """One section. ``anchor``: its id on the page, which links name."""

    anchor: str
    title: Promise


SECTIONS = (
    Section("right", _("Is it all right?")),
    Section("ready", _("Getting ready")),
    Section("check", _("Check this connection")),
    Section("fields", _("What is synced")),
    Section("who-is-who", _("Who is who")),
    Section("pairs", _("Pairs file")),
    Section("automatic", _("What is sent automatically")),
    Section("waits", _("What is waiting, and why")),
    Section("outcomes", _("What became of a change")),
    Section("reasons", _("Reasons, and what to do")),
    Section("words", _("Words")),
)
"""In the order of the page."""
TITLES = {section.anchor: section.title for section in SECTIONS}

OF_PAGES = {
    "index": "right",
    "connection": "right",
    "connect": "fields",
    "connection_settings": "fields",
    "connection_doctor": "check",
    "ready": "ready",
    "sync_users": "words",
    "overview": "who-is-who",
    "review": "fields",
    "review_matches": "who-is-who",
    "review_match_group": "who-is-who",
    "create": "reasons",
    "confirm": "reasons",
    "result": "outcomes",
    "people": "who-is-who",
    "person": "who-is-who",
    "links": "who-is-who",
    "pairs": "pairs",
    "pairs_preview": "pairs",
    "pilot": "words",
    "pilot_everyone": "words",
    "connection_pause": "words",
    "connection_disconnect": "words",
    "to_fix": "reasons",
    "attention": "waits",
    "payroll_ready": "waits",
    "held": "automatic",
    "automatic": "automatic",
    "webhook": "automatic",
    "history": "outcomes",
    "history_changes": "outcomes",
    "history_entry": "outcomes",
    "history_syncs": "outcomes",
}
"""By the name of a page's address, the section to which the question mark in its title leads."""


def address(anchor: str) -> str:
    """The address of a section of the help."""
    return f"{reverse('admin:help')}#{anchor}"
