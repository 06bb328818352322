"""Huma told of somebody: read her again on both sides, and have written what only Huma moved.

The events are gathered into one run at a time a connection; what comes meanwhile waits for the next. A release of
what was held takes the same way: both sides are read again before anything goes out.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from connections.clients import clients_for
from connections.errors import Unavailable
from connections.models import Connection
from sync.core.employee import Employee, Side, from_json
from sync.lease import Lease
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, HumaEvent, SyncRun
from sync.services.news import tell_of
from sync.services.pairing import compare_in_run, is_left_out
from sync.services.reading import Reader, enabled_fields, fingerprinter
from sync.services.snapshots import store_people
from sync.stopping import is_stopping
from sync.wake import wake

LONGEST_PAUSE = 30.0
LOOK_EVERY = 0.1


def start(connection: Connection) -> SyncRun | None:
    """A run over everybody whom the waiting events name; ``None`` when none waits or it isn't the time for one.

    Events that come while the connection writes, or while another such run is under way, wait for it.
    """
    waiting = HumaEvent.objects.filter(connection=connection, state=HumaEvent.State.WAITING)
    try:
        with transaction.atomic():
            row = Connection.objects.select_for_update().get(pk=connection.pk)
            if row.state != Connection.State.ACTIVE or is_writing(row):
                return None
            if not row.automatic:
                waiting.update(state=HumaEvent.State.NOTED, handled_at=timezone.now())
                return None
            events = list(waiting.values_list("pk", "huma_ids"))
            if not events:
                return None
            people = sorted({huma_id for _pk, ids in events for huma_id in ids})
            run = SyncRun.objects.create(
                connection=row,
                trigger=SyncRun.Trigger.REAL_TIME,
                people=people,
                rule_by=row.automatic_by,
                rule_at=row.automatic_at,
            )
            waiting.filter(pk__in=[pk for pk, _ids in events]).update(state=HumaEvent.State.TAKEN, run=run)
    except IntegrityError:
        return None
    return run


def is_writing(connection: Connection) -> bool:
    """Whether a run of the connection is writing now."""
    return SyncRun.objects.filter(connection=connection, state=SyncRun.State.APPLYING).exists()


def read_slice(run: SyncRun, lease: Lease, seconds: float) -> float | None:
    """Read the run's people for about ``seconds``, and once all are read, compare them.

    Gives the seconds until there is more to do, ``None`` when the run is in review. Raises vendor errors; a vendor
    that doesn't answer is asked again later, for as long as it takes.
    """
    began = timezone.now()
    done = EmployeeSnapshot.objects.filter(run=run, side="huma").values_list("vendor_id", flat=True)
    read, gone = set(done), dict(run.progress.get("gone", {}))
    links = _links(run, run.people)
    missing = [one for one in run.people if one not in read and one not in gone]
    reader = _reader(run, links.values())
    trouble = False

    def one(huma_id: str) -> tuple[Employee | None, Employee | None]:
        link = links.get(huma_id)
        return reader.huma(huma_id), reader.visma_person(link.visma_id) if link else None

    for huma_id, result in _side_by_side(missing, one, lease, seconds):
        if isinstance(result, Unavailable):
            trouble = True
            continue
        people = [employee for employee in result if employee]
        store_people(run, people)
        if result[0] is None or (huma_id in links and result[1] is None):
            gone[huma_id] = "huma" if result[0] is None else "visma"
        read.add(huma_id)
    run.progress = {"began": began.isoformat(), **run.progress, "gone": gone}
    run.progress["trouble"] = ["unavailable"] if trouble else []
    SyncRun.objects.filter(pk=run.pk).update(progress=run.progress, touched_at=timezone.now())
    if trouble:
        return LONGEST_PAUSE
    if lease.lost or is_stopping() or not set(run.people) <= read | set(gone):
        return 0.0
    return None if _compare(run, gone) else 1.0


def _side_by_side(ids: list[str], one: Callable[[str], Any], lease: Lease, seconds: float) -> Iterable[tuple[str, Any]]:
    """What ``one`` gives for each, several at a time, until the deadline; ``Unavailable`` comes as a result."""
    deadline, left = time.monotonic() + seconds, ids[::-1]
    pool = ThreadPoolExecutor(settings.SYNC_CONCURRENCY, thread_name_prefix="read")
    futures: dict[Future[Any], str] = {}
    try:
        while left or futures:
            going_on = time.monotonic() < deadline and not lease.lost and not is_stopping()
            while going_on and left and len(futures) < settings.SYNC_CONCURRENCY:
                huma_id = left.pop()
                futures[pool.submit(one, huma_id)] = huma_id
            if not futures:
                return
            finished, _pending = wait(futures, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
            for future in finished:
                error = future.exception()
                if error is not None and not isinstance(error, Unavailable):
                    raise error
                yield futures.pop(future), error or future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _reader(run: SyncRun, links: Iterable[EmployeeLink]) -> Reader:
    paired = [link for link in links if link.huma_position]
    return Reader(
        clients_for(run.connection),
        fingerprinter(run.connection),
        timezone.localdate(),
        enabled_fields(run.connection),
        {link.huma_id: link.huma_position for link in paired},
        {link.visma_id: link.visma_position for link in paired},
    )


def _links(run: SyncRun, huma_ids: list[str]) -> dict[str, EmployeeLink]:
    """The linked ones among these Huma users; those who are left out aren't touched."""
    rows = EmployeeLink.objects.filter(
        connection=run.connection_id, huma_id__in=huma_ids, state=EmployeeLink.State.LINKED
    )
    return {link.huma_id: link for link in rows if not is_left_out(link)}


def _compare(run: SyncRun, gone: dict[str, str]) -> bool:
    """Compare who was read, and open the run for what it does by itself.

    False when another run wrote meanwhile: then what was read may be older than that, and is read again.
    """
    with transaction.atomic():
        if _was_overtaken(run):
            EmployeeSnapshot.objects.filter(run=run).delete()
            SyncRun.objects.filter(pk=run.pk).update(progress={})
            return False
        mine = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.FETCHING)
        if not mine.update(state=SyncRun.State.REVIEW, read_at=timezone.now(), failure="", failure_params={}):
            return True
        links = _links(run, run.people)
        numbers = dict(
            EmployeeLink.objects.filter(connection=run.connection_id)
            .exclude(number="")
            .values_list("number", "visma_id")
        )
        compared = []
        humas, vismas = _read(run, Side.HUMA), _read(run, Side.VISMA)
        for link in EmployeeLink.objects.select_for_update().filter(pk__in=[one.pk for one in links.values()]):
            if link.huma_id in humas and link.visma_id in vismas:
                compare_in_run(run, link, humas[link.huma_id], vismas[link.visma_id], numbers, shown=False)
                compared.append(link.pk)
        tell_of(run, links, humas, vismas, gone)
        run.progress["links"] = compared
        figures = {"linked": len(compared), "conflicts": Conflict.objects.filter(run=run).count()}
        SyncRun.objects.filter(pk=run.pk).update(progress=run.progress, figures=figures)
    run.refresh_from_db()
    return True


def _was_overtaken(run: SyncRun) -> bool:
    others = SyncRun.objects.filter(connection=run.connection_id).exclude(pk=run.pk)
    began = datetime.fromisoformat(run.progress["began"])
    return (
        others.filter(state=SyncRun.State.APPLYING).exists()
        or others.filter(finished_at__gte=began).exclude(confirmed_at=None).exists()
    )


def _read(run: SyncRun, side: Side) -> dict[str, Employee]:
    rows = EmployeeSnapshot.objects.filter(run=run, side=side.value, complete=True)
    payloads = rows.values_list("payload", flat=True)
    return {employee.id: employee for payload in payloads if payload and (employee := from_json(payload))}


def attend(connection: Connection) -> SyncRun | None:
    """Wake what waited for the connection, and take up the events that wait; gives the new run."""
    triggers = (SyncRun.Trigger.SCHEDULED, SyncRun.Trigger.REAL_TIME, SyncRun.Trigger.RELEASE)
    before_writing = (SyncRun.State.FETCHING, SyncRun.State.REVIEW)
    open_ones = SyncRun.objects.filter(connection=connection, trigger__in=triggers, state__in=before_writing)
    for pk in open_ones.values_list("pk", flat=True):
        wake(pk)
    return start(connection)
