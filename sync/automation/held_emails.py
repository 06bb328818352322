"""Emails about held changes: when something is held, and as reminders before the cut-off. Only counts and days."""

from collections.abc import Collection, Iterable

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.models import Connection
from sync.mail.composing import Composer, Words
from sync.mail.message import absolute, message
from sync.models import Change, Letter
from sync.models.writes import Changes
from sync.planning.payday import deadline_of, waits_since
from sync.wording import payday
from sync.wording.sentences import sentence


def _held(letter: Letter) -> EmailMultiAlternatives | None:
    """The email about what some runs held and still waits."""
    runs = letter.params.get("runs") or [letter.params.get("run")]
    return _email(letter, Change.objects.filter(run__in=runs))


def _reminder(letter: Letter) -> EmailMultiAlternatives | None:
    """The reminder of all that waits in some connections."""
    of = [int(pk) for pk in letter.params.get("of", {})]
    return _email(letter, Change.objects.filter(run__connection__in=of), urgent=True)


def _email(letter: Letter, rows: Changes, urgent: bool = False) -> EmailMultiAlternatives | None:
    by_connection = _waiting(rows)
    if not by_connection:
        return None
    count = sum(len(held) for held in by_connection.values())
    if any(one.reason != "held_account" for held in by_connection.values() for one in held) and not urgent:
        said = ngettext("%(n)d change is held back. Check it.", "%(n)d changes are held back. Check them.", count)
        subject = ngettext("%(n)d change is held back", "%(n)d changes are held back", count)
    else:
        said = ngettext("%(n)d change is waiting for approval.", "%(n)d changes are waiting for approval.", count)
        subject = ngettext("%(n)d change is waiting for approval", "%(n)d changes are waiting for approval", count)
    lines = [
        line for connection, held in by_connection.items() for line in _lines(connection, held, len(by_connection) > 1)
    ]
    if urgent:
        lines.append(payday.urgent())
        owners = {user.email.lower() for connection in by_connection for user in connection.owners.all()}
        if not owners & {address.lower() for address in letter.to}:
            lines.append(_("You get this as an administrator, because it is the last reminder before the cut-off."))
    only = next(iter(by_connection)) if len(by_connection) == 1 else None
    url = reverse("admin:held", args=[only.code]) if only else reverse("admin:index")
    words = Words(subject % {"n": count}, said % {"n": count}, lines, _("See what is waiting"), absolute(url))
    name = ngettext("%(n)d connection", "%(n)d connections", len(by_connection)) % {"n": len(by_connection)}
    context = {"connection": only.name if only else name, "words": words}
    return message("letter", context, letter.to, letter.message_id)


def _waiting(rows: Changes) -> dict[Connection, list[Change]]:
    """The Changes that still wait, by connection; nothing waits in a disconnected one."""
    held = rows.waiting()
    held = held.exclude(run__connection__state=Connection.State.DISCONNECTED).select_related("run__connection")
    found: dict[Connection, list[Change]] = {}
    for one in held.defer("before", "after", "vendor_words").order_by("run__connection__name", "pk"):
        found.setdefault(one.run.connection, []).append(one)
    return found


def _lines(connection: Connection, held: Collection[Change], several: bool) -> Iterable[str]:
    if several:
        count = len(held)
        text = ngettext("%(name)s: %(n)d change.", "%(name)s: %(n)d changes.", count)
        yield text % {"name": connection.name, "n": count}
    for reason in sorted({one.reason for one in held if one.reason}):
        yield sentence(reason)
    accounts = any(one.field == "bank_account" for one in held)
    until = payday.sentences(deadline_of(connection, waits_since(held)), accounts)
    yield from until
    if not until and accounts:
        yield _("Until they are approved, salary goes to the old accounts.")
    elif not until:
        yield _("Nothing is changed in Visma until an owner approves them. More changes may be added meanwhile.")


EMAILS: dict[str, Composer] = {Letter.Kind.HELD: _held, Letter.Kind.REMINDER: _reminder}
