"""The keys by which people are linked, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sync.models import EmployeeLink

By = EmployeeLink.By


@dataclass(frozen=True)
class LinkKey:
    """A key in words: for one link, since when one link has it, and for a number of people.

    ``since`` takes ``at``, and ``who`` if a person made the link; ``counted`` takes ``n``, "" if it isn't counted.
    """

    label: Promise
    since: Promise
    counted: Promise | str = ""


KEYS: dict[str, LinkKey] = {
    By.NUMBER: LinkKey(
        _("Linked by Employment ID"),
        _("Linked since %(at)s: the same Employment ID in both systems, and enough else agreed."),
        _("%(n)s by Employment ID"),
    ),
    By.EMAIL: LinkKey(
        _("Linked by email"),
        _("Linked since %(at)s: the same email in both systems, and enough else agreed."),
        _("%(n)s by email"),
    ),
    By.EXTERNAL: LinkKey(
        _("Linked by the Huma ID in Visma"),
        _("Linked since %(at)s, because the employee in Visma has this Huma user's ID."),
        _("%(n)s by the Huma ID in Visma"),
    ),
    By.CONNECTED: LinkKey(
        _("Linked by Huma's own integration"),
        _("Linked since %(at)s, because Huma's own Visma integration connects the two."),
        _("%(n)s by Huma's own integration"),
    ),
    By.NAME_BIRTH: LinkKey(
        _("Linked by name and date of birth"),
        _("Linked since %(at)s: the same name and date of birth, which nobody else has."),
        _("%(n)s by name and date of birth"),
    ),
    By.PAIR: LinkKey(
        _("Linked by a pairs file"),
        _("Linked since %(at)s: a pairs file says so, and enough agreed."),
        _("%(n)s by a pairs file"),
    ),
    By.PERSON: LinkKey(
        _("Linked by hand"),
        _("%(who)s linked them by hand on %(at)s. That counts more than numbers and emails."),
    ),
    By.CREATED: LinkKey(
        _("Added by a sync"), _("Linked since %(at)s, when a sync added the person in the other system.")
    ),
}
"""In the order in which they are offered."""
OTHER = LinkKey(_("Linked"), _("Linked since %(at)s."))
"""A key that an older version had."""
COUNTED_FIRST = (By.EXTERNAL, By.NUMBER, By.EMAIL, By.CONNECTED, By.PAIR, By.NAME_BIRTH)
"""The order in which people are counted by key."""
EXISTING = _("%(n)s known from before")
"""People who were linked before a read, as that read counts them."""


def key_of(linked_by: str) -> LinkKey:
    """The words for a key."""
    return KEYS.get(linked_by, OTHER)


def linked_by(counts: Mapping[str, int]) -> list[str]:
    """How many people are linked by each key, as texts; ``counts`` by the code of the key."""
    by: dict[str, Promise | str] = {**{code: KEYS[code].counted for code in COUNTED_FIRST}, "existing": EXISTING}
    return [text % {"n": counts[code]} for code, text in by.items() if counts.get(code)]
