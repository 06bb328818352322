"""Finds who composes a letter: each module called ``…_emails`` registers its kinds here when Django starts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation

from sync.models import Letter

Composer = Callable[[Letter], EmailMultiAlternatives | None]
"""Makes the email of a letter when it is sent; returns ``None`` if nobody needs the email any more."""
COMPOSERS: dict[str, Composer] = {}
"""The composer of each kind of letter."""


@dataclass(frozen=True)
class Words:
    """The words of one email. ``subject`` follows the connection's name; ``label`` is the text of the link."""

    subject: str
    headline: str
    lines: Sequence[str]
    label: str
    url: str


def register(emails: Mapping[str, Composer]) -> None:
    """Add the composers of a capability's own kinds; called once, when Django starts."""
    COMPOSERS.update(emails)


def compose(letter: Letter) -> EmailMultiAlternatives | None:
    """The email of a letter, in the installation's language. Raises ``KeyError`` for a kind without a composer."""
    with translation.override(settings.LANGUAGE_CODE):
        return COMPOSERS[letter.kind](letter)
