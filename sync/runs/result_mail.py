"""Sending the result of a run: once, and again for as long as the mail server doesn't take it (see ``posting``).

``SyncRun.mail_state``: "" nothing to send · waiting · sent · failed. ``mailed_at`` says that the result went out; the
email to payroll may then still wait.
"""

from django.contrib.auth import get_user_model
from django.core.mail import get_connection
from django.db.models import QuerySet
from django.utils import timezone

from connections.recipients import confirmed, unconfirmed
from sync.mail.outbox import CLAIM, FAILED, PAUSES, SENT, WAITING, Outbox, each_once, new_message_id
from sync.models import SyncRun
from sync.runs.result_email import drafts_email, result_email

__all__ = ["CLAIM", "FAILED", "PAUSES", "SENT", "WAITING", "ask_for", "due", "recipients", "send_result"]

OUTBOX = Outbox(SyncRun, "mail_state", "mail_tries", "mail_next", "mail_holder")


def ask_for(run: SyncRun) -> bool:
    """Have the result sent as soon as possible; False when there is nobody to send it to. Harmless when repeated."""
    if not (recipients(run) or run.connection.payroll_contacts):
        return False
    SyncRun.objects.filter(pk=run.pk, mail_state="").update(
        mail_state=WAITING, mail_next=timezone.now(), message_id=new_message_id(f"run-{run.pk}")
    )
    run.refresh_from_db(fields=["mail_state", "mail_next", "message_id"])
    return True


def due() -> QuerySet[SyncRun]:
    """The runs whose email is to be tried now."""
    return OUTBOX.due().select_related("connection")


def recipients(run: SyncRun) -> list[str]:
    """Who gets the result: those who started and confirmed the run, and the connection's recipients."""
    names = {name for name in (run.started_by, run.confirmed_by) if name}
    people = get_user_model().objects.filter(username__in=names, is_active=True).exclude(email="")
    return each_once([*people.order_by("pk").values_list("email", flat=True), *run.connection.recipients])


def send_result(run: SyncRun) -> bool:
    """Send what is still to be sent of a run; True when it is out. Somebody else who sends it at once is let be.

    A mail server that is away never raises: the email waits for its next try, with growing pauses.
    """
    if (not run.mail_state and not ask_for(run)) or not OUTBOX.claim(run):
        return False
    try:
        _send(run)
    except (OSError, ValueError) as error:  # SMTP's errors are OSErrors; an impossible address is a ValueError
        OUTBOX.try_later(run, error)
        return False
    OUTBOX.sent(run)
    return True


def _send(run: SyncRun) -> None:
    with get_connection() as server:
        to = recipients(run)
        if to and run.mailed_at is None:
            server.send_messages([result_email(run, to)])
            run.mailed_at = timezone.now()
            SyncRun.objects.filter(pk=run.pk).update(mailed_at=run.mailed_at)
        for payroll, named in ((confirmed(run.connection), True), (unconfirmed(run.connection), False)):
            drafts = drafts_email(run, payroll, named) if payroll else None
            if drafts is not None:
                server.send_messages([drafts])
