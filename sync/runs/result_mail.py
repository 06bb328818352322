"""Who is told of a run's result, and when: an email to those who ran it, and one to payroll about new drafts."""

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from sync.core.codes import Action
from sync.core.employee import Side
from sync.mail import letters
from sync.mail.outbox import each_once, hashed
from sync.models import Change, Letter, SyncRun


def ask_for(run: SyncRun) -> bool:
    """Let the result be sent as soon as possible; False if it has no recipient. May be repeated."""
    asked = letters.write(Letter.Kind.RESULT, result_key(run), recipients(run), run.connection, run=run.pk)
    for address in each_once(run.connection.payroll_contacts) if new_drafts(run).exists() else ():
        key = f"{_drafts_key(run)}{hashed(address)}"
        asked = letters.write(Letter.Kind.DRAFTS, key, [address], run.connection, run=run.pk) or asked
    return asked


def send_result(run: SyncRun) -> bool:
    """Send at once the emails of a run that are still to be sent; True if there were any, and all of them are out."""
    ask_for(run)
    mine = Letter.objects.filter(Q(key=result_key(run)) | Q(key__startswith=_drafts_key(run)))
    outcomes = [letters.send(letter) for letter in mine.filter(state=Letter.State.WAITING).order_by("pk")]
    return bool(outcomes) and all(outcomes)


def recipients(run: SyncRun) -> list[str]:
    """The addresses that get the result: of whoever started or confirmed the run, and the connection's recipients."""
    names = {name for name in (run.started_by, run.confirmed_by) if name}
    people = get_user_model().objects.filter(username__in=names, is_active=True).exclude(email="")
    return each_once([*people.order_by("pk").values_list("email", flat=True), *run.connection.recipients])


def new_drafts(run: SyncRun) -> QuerySet[Change]:
    """The people whom the run added to Visma, and whom payroll has to complete there."""
    return Change.objects.filter(run=run, action=Action.CREATE, side=Side.VISMA, state=Change.State.DONE)


def result_of(run: SyncRun) -> Letter | None:
    """The email with the run's result; ``None`` if it had no recipient."""
    return Letter.objects.filter(key=result_key(run)).first()


def result_key(run: SyncRun) -> str:
    """The key of the email with a run's result."""
    return f"result:{run.pk}"


def _drafts_key(run: SyncRun) -> str:
    return f"drafts:{run.pk}:"
