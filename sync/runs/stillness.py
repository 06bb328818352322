"""Tells waiting pages that a vendor is silent, or that nobody works on a run any more."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from connections.vendors.clients import Clients, clients_for
from sync.core.records.employee import Side
from sync.models import SyncRun
from sync.worker.heartbeat import last_beat

LOOK_EVERY = 1.0  # seconds


def still_for(run: SyncRun) -> float:
    """Seconds since the last sign that a worker works on the run, by the database's clock.

    A worker renews its lease; between two slices nobody has the lease, and the heartbeat counts.
    """
    rows = SyncRun.objects.filter(pk=run.pk).annotate(now=Now())
    now, touched, holder, until = rows.values_list("now", "touched_at", "lease_holder", "lease_until").get()
    signs = [touched]
    if holder and until:
        signs.append(until - timedelta(seconds=settings.LEASE_SECONDS))
    elif beat := last_beat():
        signs.append(beat)
    return max(0.0, (now - max(signs)).total_seconds())


def silent_for(run: SyncRun) -> dict[str, int]:
    """The sides that don't answer, with the seconds since they were asked."""
    return {side: max(1, round(time.time() - since)) for side, since in run.silent.items()}


@contextmanager
def listening(run: SyncRun) -> Iterator[None]:
    """While the run is worked on, store since when a side has been silent, and that it answers again."""
    ended = threading.Event()
    args = (run.pk, dict(run.silent), clients_for(run.connection), ended)
    thread = threading.Thread(target=_listen, args=args, name=f"silence-{run.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _listen(run_pk: int, stored: dict[str, float], clients: Clients, ended: threading.Event) -> None:
    began = time.time()
    try:
        while not ended.wait(LOOK_EVERY):
            now = _silent(stored, clients, began)
            if now == stored:
                continue
            try:
                SyncRun.objects.filter(pk=run_pk).update(silent=now)
                stored = now
            except DatabaseError:  # the next turn may succeed
                connection.close()
    finally:
        connection.close()


def _silent(stored: dict[str, float], clients: Clients, began: float) -> dict[str, float]:
    """The silent sides. A time that another process stored counts until this process gets an answer."""
    found: dict[str, float] = {}
    for side in Side:
        silence = clients.silence(side)
        since = silence.since
        if side in stored and silence.heard_at < began:
            since = min(stored[side], since) if since else stored[side]
        if since and time.time() - since >= settings.SILENT_SECONDS:
            found[side] = since
    return found
