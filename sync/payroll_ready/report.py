"""Everything that the page, the file and the email about one connection show, gathered once."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from connections.models import Connection
from sync.payroll_ready.changes import Changed, changes
from sync.payroll_ready.verdicts import Ready, verdicts
from sync.payroll_ready.waits import Waiting, waiting
from sync.situation.all_right import answers
from sync.situation.what_waits import attention, situation
from sync.wording.all_right import day_and_time
from sync.wording.payday import cutoff_text
from sync.wording.payroll_ready import agree_words, day_and_month, line, what_helps, why_words


@dataclass(frozen=True)
class Report:
    """The verdict in words, what waits and what changed."""

    ready: Ready
    waits: list[Waiting]
    changes: list[Changed]

    @property
    def line(self) -> str:
        """The one line."""
        return line(self.ready.verdict, self.ready.day)

    @property
    def why(self) -> str:
        """Why the figures can't be relied on, as a sentence; "" if they can."""
        why = self.ready.verdict.why
        text = why_words(why) if why else ""
        return f"{text[:1].upper()}{text[1:]}." if text else ""

    @property
    def helps(self) -> str:
        """What to do about that."""
        return what_helps(self.ready.verdict.why) if self.ready.verdict.why else ""

    @property
    def agree(self) -> str:
        """How many of the linked people agree, as a sentence; "" if nobody is linked."""
        return f"{agree_words(self.ready.verdict)}." if self.ready.verdict.people else ""

    @property
    def checked(self) -> str:
        """When both systems were last fully read."""
        at = self.ready.checked_at
        if at is None:
            return _("Both systems were never read completely.")
        return _("Both systems were last read completely %(at)s.") % {"at": day_and_time(at)}

    @property
    def period(self) -> str:
        """From when on the changes are shown."""
        if self.ready.last is None:
            return _("Since %(day)s (the last 30 days)") % {"day": day_and_month(localtime(self.ready.since).date())}
        words = {"pay": day_and_month(self.ready.last.pay), "cutoff": cutoff_text(self.ready.since)}
        return _("Since the pay of %(pay)s (cut-off %(cutoff)s)") % words

    @property
    def until(self) -> str:
        """Until when something must be approved to be in the next pay; "" without a pay day."""
        return cutoff_text(self.ready.pay.cutoff) if self.ready.pay else ""


def report(connection: Connection, now: datetime | None = None) -> Report:
    """The report about one connection, from our own tables."""
    here = situation([connection])
    items = attention(here)
    ready = verdicts(here, items, answers(here, items, [connection]), [connection], now)[connection.pk]
    return Report(ready, waiting(ready, here), changes(ready))
