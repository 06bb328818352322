"""What a disconnect does to the runs of a connection."""

from typing import Any

from connections.models import Connection
from sync.automation.switching import note_events
from sync.models import OPEN_STATES, SyncRun
from sync.runs.lifecycle import cancel, stop


def end_runs(sender: Any, *, connection: Connection, user: Any, **more: Any) -> None:
    """Give up what hasn't written yet, stop what writes, and note what Huma told of meanwhile.

    Hears ``connections.signals.disconnecting``.
    """
    for run in SyncRun.objects.filter(connection=connection, state__in=OPEN_STATES):
        if not cancel(run, user):
            stop(run, user)
    note_events(connection)
