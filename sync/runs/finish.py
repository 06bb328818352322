"""Ends a run that wrote."""

from django.db import transaction

from connections.models import PROGRAM, audit
from sync.mail.payroll_notices import tell_of_accounts
from sync.models import Change, SyncRun
from sync.runs import result_mail
from sync.runs.closing import found_nothing
from sync.runs.events import answered
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
        if found_nothing(run):
            run.delete()
            return
        forget_values(run)
        tell_of_accounts(run)
        if not run.is_automatic:
            result_mail.ask_for(run)
        audit(run.confirmed_by or PROGRAM, "run.finished", run.connection, run=run.pk)
    run.refresh_from_db()
    if not run.is_automatic:
        result_mail.send_result(run)
