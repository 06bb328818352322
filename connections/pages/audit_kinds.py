"""The kinds of audit entries, by which people look for them."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "decisions": (_("Decisions"), ("differences.", "create.", "notices.")),
    "approvals": (_("Approvals"), ("held.", "pairing.", "tenant.", "connection.released", "connection.not_released")),
    "people": (_("Who is who"), ("people.", "person.", "field.", "pilot.")),
    "syncs": (_("Syncs"), ("run.",)),
    "views": (_("Looked at values"), ("values.", "value.")),
    "exports": (_("Downloads"), ("pairs.", "to_fix.", "history.", "payroll_ready.")),
    "settings": (
        _("Connection and settings"),
        (
            *("connection.", "application.", "credentials.", "variants.", "settings.", "automatic.", "accounts."),
            *("two_writers.", "webhook.", "recipient.", "mail.", "owner."),
        ),
    ),
}
"""Each kind: its label, and what the codes of its actions begin with. Of two kinds the first one has an action."""


def kind_of(action: str) -> str:
    """The kind of an action; "" for one that has none."""
    return next((kind for kind, (_label, starts) in KINDS.items() if action.startswith(starts)), "")


def kinds() -> list[tuple[str, str]]:
    """The kinds with their labels."""
    return [(kind, gettext(label)) for kind, (label, _starts) in KINDS.items()]
