"""Ends a run that wrote; a run that answered Huma's events and found nothing for a person to open is deleted."""

from django.db import transaction

from connections.models import PROGRAM, audit
from sync.mail.payroll_letters import tell_of_accounts
from sync.models import Change, Conflict, RunPerson, SyncRun
from sync.models.groups import SINGLE, WAITS
from sync.runs import result_email
from sync.runs.events import answered
from sync.runs.history_entries import enter_waiting
from sync.runs.lifecycle import end, forget_values
from sync.worker.queue import wake_connection


def finish(run: SyncRun) -> None:
    """End a run whose Changes all have an outcome: forget what was read, and mail the result."""
    stopped = Change.objects.filter(run=run, state=Change.State.STOPPED).exists()
    with transaction.atomic():
        state = SyncRun.State.STOPPED if stopped else SyncRun.State.FINISHED
        if not end(run, state, [SyncRun.State.APPLYING]):
            return
        answered(run)
        wake_connection(run.connection_id)
        if _found_nothing(run):
            run.delete()
            return
        forget_values(run)
        tell_of_accounts(run)
        if not run.is_automatic:
            result_email.ask_for(run)
        audit(run.confirmed_by or PROGRAM, "run.finished", run.connection, run=run.pk)
    enter_waiting(run.connection_id)
    run.refresh_from_db()
    if not run.is_automatic:
        result_email.send_result(run)


def _found_nothing(run: SyncRun) -> bool:
    """Whether a run that answers Huma's events found nothing: nothing to write, no difference, and no old difference
    that is over now.

    Such a run would only hide the others in the history.
    """
    if run.trigger != SyncRun.Trigger.REAL_TIME:
        return False
    left = Change.objects.filter(run=run).exists() or Conflict.objects.filter(run=run).exists()
    return not left and not _says_what_is_over(run)


def _says_what_is_over(run: SyncRun) -> bool:
    """Whether an earlier run left a difference of these people open that this run doesn't find any more.

    The newest look at each person counts, so this run is needed to show that the difference is over.
    """
    links = run.single_people.filter(compared=True).values("link")
    others = SyncRun.objects.filter(connection=run.connection_id).exclude(pk=run.pk)
    rows = Conflict.objects.filter(WAITS, link__in=links).exclude(run=run).order_by("run")
    last = dict(rows.values_list("link", "run"))
    if not last:
        return False
    whole = others.exclude(trigger__in=SINGLE).exclude(read_at=None).order_by("-pk").values_list("pk", flat=True)
    last = {link: pk for link, pk in last.items() if pk >= (whole.first() or 0)}
    later = others.filter(trigger__in=SINGLE, pk__gt=min(last.values(), default=0)).exclude(finished_at=None)
    looks = RunPerson.objects.filter(run__in=later, compared=True, link__in=last).values_list("run", "link")
    for pk, link in looks:
        if last.get(link, pk) < pk:
            del last[link]
    return bool(last)
