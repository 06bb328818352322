"""Ends the runs of a connection that is disconnected."""

from typing import Any

from connections.models import Connection
from sync.automation.switching import note_events
from sync.models import SyncRun
from sync.models.groups import OPEN_STATES
from sync.runs.lifecycle import cancel, stop


def end_runs(sender: Any, *, connection: Connection, user: Any, **more: Any) -> None:
    """Cancel runs that haven't written, stop those that write, and mark waiting events as noted.

    Receives ``connections.signals.disconnecting``.
    """
    for run in SyncRun.objects.filter(connection=connection, state__in=OPEN_STATES):
        if not cancel(run, user):
            stop(run, user)
    note_events(connection)
