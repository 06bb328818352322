"""Composes emails to recipients of payroll notices: to confirm the address, and about changed accounts. No values."""

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.models import Connection, PayrollRecipient
from connections.owner_settings import recipients
from sync.core.fields import field
from sync.mail.composing import Composer, Words
from sync.mail.message import absolute, message
from sync.mail.payroll_letters import written_accounts
from sync.models import Change, Letter, SyncRun
from sync.reading.reader import fingerprinter
from sync.runs.result_email import MOST_PROBLEMS as MOST_NAMED
from sync.wording.sentences import field_label


def link_of(connection: Connection, address: str) -> str:
    """The link with which this recipient confirms the address; "" if there is nothing to confirm."""
    row = connection.payroll_recipients.filter(address=recipients.same(address), confirmed_at=None).first()
    return absolute(recipients.link(row)) if row else ""


def _confirm(letter: Letter) -> EmailMultiAlternatives | None:
    rows = PayrollRecipient.objects.select_related("connection").filter(pk=letter.params["recipient"])
    row = rows.filter(confirmed_at=None).exclude(connection__state=Connection.State.DISCONNECTED).first()
    if row is None:
        return None
    name = row.connection.name
    lines = [
        _(
            "Somebody has entered this address as a recipient of payroll notices for %(name)s: changes of bank "
            "accounts, last workdays and names that come to Visma.net Payroll from Huma, and new drafts there."
        )
        % {"name": name},
        _("Until you confirm it, emails to you say how many, but not who. No login is needed."),
        _(
            "The link works for %(days)d days. If you didn't expect this, do nothing, or ask whoever is responsible "
            "for %(name)s."
        )
        % {"days": recipients.LINK_DAYS, "name": name},
    ]
    headline = _("Should payroll notices be sent to this address?")
    words = Words(_("confirm your address"), headline, lines, _("Confirm the address"), absolute(recipients.link(row)))
    return message("letter", {"connection": name, "words": words}, letter.to, letter.message_id)


def _accounts(letter: Letter) -> EmailMultiAlternatives | None:
    run = SyncRun.objects.select_related("connection").filter(pk=letter.params["run"]).first()
    if run is None or letter.connection is None:
        return None
    connection, address = letter.connection, letter.to[0]
    confirmed = [recipients.same(one) for one in recipients.confirmed(connection)]
    waiting = [recipients.same(one) for one in recipients.unconfirmed(connection)]
    if recipients.same(address) not in {*confirmed, *waiting}:
        return None  # the address was removed meanwhile
    changes = written_accounts(run)
    if not changes:
        return None
    count = len(changes)
    subject = ngettext("%(n)d bank account changed", "%(n)d bank accounts changed", count) % {"n": count}
    context = {
        "connection": connection.name,
        "subject": subject,
        "count": count,
        "people": [_named(connection, one) for one in changes[:MOST_NAMED]],
        "more": max(0, count - MOST_NAMED),
        "named": recipients.same(address) in confirmed,
        "link": link_of(connection, address),
    }
    return message("accounts", context, letter.to, letter.message_id)


def _named(connection: Connection, change: Change) -> tuple[str, str]:
    """The person's name, and the field's label with whether it is the first account."""
    spec = field("bank_account")
    empty = fingerprinter(connection)(spec.name, spec.version, None)
    label = field_label("bank_account")
    if change.pin == empty:
        label = _("%(field)s (the first one; it was empty before)") % {"field": label}
    return change.name or "–", label


EMAILS: dict[str, Composer] = {Letter.Kind.CONFIRM: _confirm, Letter.Kind.ACCOUNTS: _accounts}
