"""Emails to recipients of payroll notices: to confirm their address, and about changed bank accounts, at once."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from connections.models import Connection, PayrollRecipient, audit
from connections.owner_settings import recipients
from sync.core.codes import Action
from sync.core.records.employee import Side
from sync.mail import letters
from sync.mail.outbox import each_once, hashed
from sync.models import Change, Letter, SyncRun
from sync.models.groups import BY_ITSELF

MINUTE = timedelta(minutes=1)


def added(sender: Any, *, connection: Connection, **more: Any) -> None:
    """Ask new recipients to confirm. Receives ``connections.signals.recipients_added``."""
    _ask(connection.payroll_recipients.filter(asked=0, confirmed_at=None))


def ask_unasked() -> None:
    """Ask recipients who were never asked, such as those from before this question existed. May be repeated."""
    rows = PayrollRecipient.objects.filter(asked=0, confirmed_at=None)
    _ask(rows.exclude(connection__state=Connection.State.DISCONNECTED))


def ask_again(connection: Connection, user: Any, pk: int) -> bool:
    """Send the link once more; False if the address is confirmed, or isn't a recipient.

    A second click within a minute sends no second email.
    """
    row = connection.payroll_recipients.filter(pk=pk, confirmed_at=None).first()
    if row is None:
        return False
    if row.asked_at and timezone.now() - row.asked_at < MINUTE:
        return True
    _ask([row])
    audit(user, "recipient.asked", connection, address=row.address)
    return True


def _ask(rows: Iterable[PayrollRecipient]) -> None:
    """Write one email for each time a recipient is asked; two callers at the same time write the same one."""
    for row in rows:
        key = f"confirm:{row.pk}:{row.asked}"
        letters.write(Letter.Kind.CONFIRM, key, [row.address], row.connection, recipient=row.pk)
        mine = PayrollRecipient.objects.filter(pk=row.pk, asked=row.asked)
        mine.update(asked=F("asked") + 1, asked_at=timezone.now())


def written_accounts(run: SyncRun) -> list[Change]:
    """The bank accounts that an automatic run wrote to Visma, ordered by the people's names."""
    if run.trigger not in BY_ITSELF:
        return []
    rows = Change.objects.filter(
        run=run, field="bank_account", side=Side.VISMA, action=Action.FIELD, state=Change.State.DONE
    )
    return list(rows.defer("before", "after", "vendor_words").order_by("name", "pk"))


def tell_of_accounts(run: SyncRun) -> None:
    """Write the email about the run's bank accounts, one for each recipient, in the transaction that ends the run."""
    if run.connection.payroll_contacts and written_accounts(run):
        for address in each_once(run.connection.payroll_contacts):
            key = f"accounts:{run.pk}:{hashed(address)}"
            letters.write(Letter.Kind.ACCOUNTS, key, [address], run.connection, run=run.pk)


def runs_told_of(runs: Iterable[int]) -> set[int]:
    """The runs, of those given, about whose bank accounts an email was written when they ended."""
    wanted = set(runs)
    written = Letter.objects.filter(kind=Letter.Kind.ACCOUNTS, params__run__in=wanted) if wanted else ()
    return {letter.params["run"] for letter in written}


def counts_only(connection: Connection, address: str) -> bool:
    """Whether the address may not get names yet, because it isn't confirmed."""
    confirmed = {recipients.same(one) for one in recipients.confirmed(connection)}
    return recipients.same(address) not in confirmed
