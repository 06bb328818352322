"""Hands emails to the mail server. One process at a time sends an email; it is tried for about a day.

A process claims a row by moving the time of its next try ahead. If the process dies, the row becomes due again, and the
email may go out a second time with the same Message-ID.
"""

import hashlib
import logging
from datetime import datetime, timedelta
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from connections.api.backoff import doubled
from connections.claims import as_seen, claim_row
from sync.models import Letter
from sync.worker.processes import is_dead, this_process

logger = logging.getLogger(__name__)

TRIES = 30
"""How often an email is tried again, after 1, 2, 4 … 60 minutes. After about a day it is given up."""
CLAIM = timedelta(minutes=5)
"""How long a claim keeps other processes from sending the same email."""


def due() -> QuerySet[Letter]:
    """The letters to try now, the oldest first. What a dead process of this host was sending is due at once."""
    waiting = Letter.objects.filter(state=Letter.State.WAITING)
    for pk, holder in waiting.exclude(holder="").values_list("pk", "holder"):
        if is_dead(holder):
            waiting.filter(pk=pk, holder=holder).update(holder="", next_at=timezone.now())
    return waiting.filter(next_at__lte=timezone.now()).order_by("next_at").select_related("connection")


def claim(letter: Letter) -> bool:
    """Claim a letter for this process; False if it isn't due or another process has it."""
    now = timezone.now()
    due_as_seen = as_seen(letter, "tries") & Q(state=Letter.State.WAITING, next_at__lte=now)
    mine = {"next_at": now + CLAIM, "holder": this_process(), "tries": letter.tries + 1}
    if not claim_row(Letter, letter.pk, due_as_seen, **mine):
        return False
    letter.refresh_from_db()
    return True


def sent(letter: Letter, sent_at: datetime | None) -> None:
    """Note that the mail server has accepted the letter, or that nobody needs it any more (``None``)."""
    Letter.objects.filter(pk=letter.pk).update(state=Letter.State.SENT, next_at=None, holder="", sent_at=sent_at)
    letter.refresh_from_db(fields=["state", "next_at", "sent_at"])


def try_later(letter: Letter, error: Exception) -> None:
    """Note that the letter wasn't accepted: plan the next try after a pause, or give up after the last one."""
    tries = letter.tries
    logger.warning("The email %s wasn't taken (%s), try %s.", letter.pk, type(error).__name__, tries)
    last = tries > TRIES
    state = Letter.State.FAILED if last else Letter.State.WAITING
    next_at = None if last else timezone.now() + timedelta(minutes=doubled(tries, first=1, longest=60))
    Letter.objects.filter(pk=letter.pk).update(state=state, holder="", next_at=next_at)
    letter.refresh_from_db(fields=["state", "next_at"])


def new_message_id(name: str) -> str:
    """A new Message-ID, which an email keeps for ever: ``<name.….@domain>``, in our own domain or the sender's."""
    sender = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    domain = urlsplit(settings.SITE_URL).hostname or sender or "localhost"
    return make_msgid(domain=domain).replace("<", f"<{name}.", 1)[:120]


def hashed(address: str) -> str:
    """A hash that stands for an address in a letter's key."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()[:32]


def each_once(addresses: list[str]) -> list[str]:
    """The addresses without blanks and duplicates; case doesn't count."""
    return list({address.strip().lower(): address.strip() for address in addresses if address.strip()}.values())
