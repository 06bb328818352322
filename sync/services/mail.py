"""Sending the result of a run: once, and again for as long as the mail server doesn't take it.

``SyncRun.mail_state``: "" nothing to send · waiting · sent · failed. The claim is the row itself: whoever moves
``mail_next`` ahead sends; if it dies, the row is due again, and the same Message-ID goes out a second time.
``mailed_at`` says that the result went out; the email to payroll may then still wait.
"""

import logging
from datetime import timedelta
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import get_connection
from django.db.models import F, QuerySet
from django.utils import timezone

from sync.emails import drafts_email, result_email
from sync.models import SyncRun
from sync.processes import is_dead, this_process

logger = logging.getLogger(__name__)

WAITING, SENT, FAILED = "waiting", "sent", "failed"
PAUSES = (1, 2, 5, 10, 20, 40, *([60] * 24))
"""Minutes before each further try: a bit more than a day in all, then it is given up."""
CLAIM = timedelta(minutes=5)
"""For so long nobody else sends what somebody is sending."""


def ask_for(run: SyncRun) -> bool:
    """Have the result sent as soon as possible; False when there is nobody to send it to. Harmless when repeated."""
    if not (recipients(run) or run.connection.payroll_contacts):
        return False
    SyncRun.objects.filter(pk=run.pk, mail_state="").update(
        mail_state=WAITING, mail_next=timezone.now(), message_id=new_message_id(run)
    )
    run.refresh_from_db(fields=["mail_state", "mail_next", "message_id"])
    return True


def new_message_id(run: SyncRun) -> str:
    """The name of the run's one email, in the sender's domain."""
    sender = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    domain = urlsplit(settings.SITE_URL).hostname or sender or "localhost"
    return make_msgid(domain=domain).replace("<", f"<run-{run.pk}.", 1)[:120]


def due() -> QuerySet[SyncRun]:
    """The runs whose email is to be tried now; what a dead process of this host was sending is due at once."""
    for run in SyncRun.objects.filter(mail_state=WAITING).exclude(mail_holder=""):
        if is_dead(run.mail_holder):
            held = SyncRun.objects.filter(pk=run.pk, mail_holder=run.mail_holder)
            held.update(mail_holder="", mail_next=timezone.now())
    rows = SyncRun.objects.filter(mail_state=WAITING, mail_next__lte=timezone.now())
    return rows.select_related("connection").order_by("mail_next")


def recipients(run: SyncRun) -> list[str]:
    """Who gets the result: those who started and confirmed the run, and the connection's recipients."""
    names = {name for name in (run.started_by, run.confirmed_by) if name}
    people = get_user_model().objects.filter(username__in=names, is_active=True).exclude(email="")
    return _each_once([*people.order_by("pk").values_list("email", flat=True), *run.connection.recipients])


def send_result(run: SyncRun) -> bool:
    """Send what is still to be sent of a run; True when it is out. Somebody else who sends it at once is let be.

    A mail server that is away never raises: the email waits for its next try, with growing pauses.
    """
    if not run.mail_state and not ask_for(run):
        return False
    tried = run.mail_tries
    claimed = SyncRun.objects.filter(pk=run.pk, mail_state=WAITING, mail_tries=tried, mail_next__lte=timezone.now())
    mine = {"mail_next": timezone.now() + CLAIM, "mail_holder": this_process()}
    if not claimed.update(mail_tries=F("mail_tries") + 1, **mine):
        return False
    run.refresh_from_db()
    try:
        _send(run)
    except (OSError, ValueError) as error:  # SMTP's errors are OSErrors; an impossible address is a ValueError
        _try_later(run, error)
        return False
    SyncRun.objects.filter(pk=run.pk).update(mail_state=SENT, mail_next=None, mail_holder="")
    run.refresh_from_db(fields=["mail_state", "mail_next"])
    return True


def _send(run: SyncRun) -> None:
    with get_connection() as server:
        to = recipients(run)
        if to and run.mailed_at is None:
            server.send_messages([result_email(run, to)])
            run.mailed_at = timezone.now()
            SyncRun.objects.filter(pk=run.pk).update(mailed_at=run.mailed_at)
        payroll = _each_once(run.connection.payroll_contacts)
        drafts = drafts_email(run, payroll) if payroll else None
        if drafts is not None:
            server.send_messages([drafts])


def _try_later(run: SyncRun, error: Exception) -> None:
    logger.warning("The email of run %s wasn't taken (%s), try %s.", run.pk, type(error).__name__, run.mail_tries)
    last = run.mail_tries > len(PAUSES)
    SyncRun.objects.filter(pk=run.pk).update(
        mail_state=FAILED if last else WAITING,
        mail_holder="",
        mail_next=None if last else timezone.now() + timedelta(minutes=PAUSES[run.mail_tries - 1]),
    )
    run.refresh_from_db(fields=["mail_state", "mail_next"])


def _each_once(addresses: list[str]) -> list[str]:
    return list({address.strip().lower(): address.strip() for address in addresses if address.strip()}.values())
