"""Handing an email to the mail server: by one process at a time, once, and again for as long as it isn't taken.

The claim is the row itself: whoever moves its next try ahead sends; if it dies, the row is due again, and the same
Message-ID goes out a second time.
"""

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, Model, QuerySet
from django.utils import timezone

from sync.worker.processes import is_dead, this_process

logger = logging.getLogger(__name__)

WAITING, SENT, FAILED = "waiting", "sent", "failed"
PAUSES = (1, 2, 5, 10, 20, 40, *([60] * 24))
"""Minutes before each further try: a bit more than a day in all, then it is given up."""
CLAIM = timedelta(minutes=5)
"""For so long nobody else sends what somebody is sending."""


@dataclass(frozen=True)
class Outbox:
    """A table with an email in each row: the names of the columns that say how far it is."""

    model: type[Model]
    state: str = "state"
    tries: str = "tries"
    next_at: str = "next_at"
    holder: str = "holder"

    def due(self) -> QuerySet[Any]:
        """What is to be tried now, and at once what a dead process of this host was sending; the oldest first."""
        waiting = self.model._default_manager.filter(**{self.state: WAITING})
        for pk, holder in waiting.exclude(**{self.holder: ""}).values_list("pk", self.holder):
            if is_dead(holder):
                left = waiting.filter(pk=pk, **{self.holder: holder})
                left.update(**{self.holder: "", self.next_at: timezone.now()})
        return waiting.filter(**{f"{self.next_at}__lte": timezone.now()}).order_by(self.next_at)

    def claim(self, row: Any) -> bool:
        """Take it for this process; False when it isn't due (any more) or somebody else has it."""
        due = {self.state: WAITING, self.tries: getattr(row, self.tries), f"{self.next_at}__lte": timezone.now()}
        mine = {self.next_at: timezone.now() + CLAIM, self.holder: this_process(), self.tries: F(self.tries) + 1}
        if not self._row(row).filter(**due).update(**mine):
            return False
        row.refresh_from_db()
        return True

    def sent(self, row: Any, **more: Any) -> None:
        """The mail server has it; ``more`` is stored with that."""
        self._row(row).update(**{self.state: SENT, self.next_at: None, self.holder: "", **more})
        row.refresh_from_db(fields=[self.state, self.next_at, *more])

    def try_later(self, row: Any, error: Exception) -> None:
        """It wasn't taken: try again after a pause, or give up after the last one."""
        tries = getattr(row, self.tries)
        name = self.model.__name__
        logger.warning("The email of %s %s wasn't taken (%s), try %s.", name, row.pk, type(error).__name__, tries)
        last = tries > len(PAUSES)
        state = FAILED if last else WAITING
        next_at = None if last else timezone.now() + timedelta(minutes=PAUSES[tries - 1])
        self._row(row).update(**{self.state: state, self.holder: "", self.next_at: next_at})
        row.refresh_from_db(fields=[self.state, self.next_at])

    def _row(self, row: Any) -> QuerySet[Any]:
        return self.model._default_manager.filter(pk=row.pk)


def new_message_id(name: str) -> str:
    """What one email is called for ever: ``<name.….@domain>``, in our own domain or the sender's."""
    sender = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    domain = urlsplit(settings.SITE_URL).hostname or sender or "localhost"
    return make_msgid(domain=domain).replace("<", f"<{name}.", 1)[:120]


def hashed(address: str) -> str:
    """What stands for an address in a letter's key."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()[:32]


def each_once(addresses: list[str]) -> list[str]:
    """The addresses without blanks and doubles, capitals or not."""
    return list({address.strip().lower(): address.strip() for address in addresses if address.strip()}.values())
