"""Real time: reads the people of whom Huma told again on both sides, and compares them, to write what only Huma moved.

One run at a time in a connection answers all waiting events; later events wait for the next run. What an owner
approved goes the same way: both sides are read again before anything is sent.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from itertools import takewhile

from django.db import IntegrityError, transaction
from django.utils import timezone

from connections.api.backoff import doubled
from connections.api.errors import Unavailable
from connections.models import Connection
from connections.pauses.pausing import application_refused
from sync.analysis import skipped_people
from sync.analysis.detect_notices import tell_of
from sync.analysis.links.numbers import as_linked
from sync.analysis.links.rehires import Rehires, look_for_rehires
from sync.analysis.links.single_pairs import compare_in_run
from sync.analysis.persist import load
from sync.analysis.two_writers import noted, rests
from sync.analysis.unread import each_alone, skipped_for_a_bug
from sync.analysis.written_meanwhile import began
from sync.core.records.employee import Employee, Side
from sync.core.records.skipping import Skipped
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, HumaEvent, RunPerson, SyncRun
from sync.models.groups import BY_ITSELF, UNATTENDED
from sync.reading.presence import Asked, changes, store_presence
from sync.reading.rereading import Rereading, taking_part
from sync.runs import second_reads
from sync.worker.lease import Lease
from sync.worker.queue import wake

LAST_RUNS = 8
"""The number of failed runs that are counted; more don't make the pause longer."""
LOOK_AGAIN = 2.0  # seconds


def start(connection: Connection) -> SyncRun | None:
    """Start a run over everybody whom the waiting events name, and whose second read is due; returns ``None`` if there
    is nobody, or if it isn't the time for a run.

    Events that come while a run of the connection writes, or while another such run is under way, wait for its end.
    """
    waiting = HumaEvent.objects.filter(connection=connection, state=HumaEvent.State.WAITING)
    try:
        with transaction.atomic():
            row = Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)  # intake isn't blocked
            if row.state != Connection.State.ACTIVE or application_refused() or is_writing(row) or _is_too_soon(row):
                return None
            if not row.automatic:
                waiting.update(state=HumaEvent.State.NOTED, handled_at=timezone.now())
                second_reads.give_up(row)
                return None
            if rests(row):
                return None  # the events wait until the other integration is gone
            events = list(waiting.values_list("pk", "huma_ids"))
            people = sorted({huma_id for _pk, ids in events for huma_id in ids} | second_reads.due_people(row))
            if not people:
                return None
            run = SyncRun.objects.create(
                connection=row,
                trigger=SyncRun.Trigger.REAL_TIME,
                people=people,
                rule_by=row.automatic_by,
                rule_at=row.automatic_at,
            )
            waiting.filter(pk__in=[pk for pk, _ids in events]).update(state=HumaEvent.State.TAKEN, run=run)
            second_reads.take(run)
    except IntegrityError:
        return None
    return run


def _is_too_soon(connection: Connection) -> bool:
    """Whether the pause after failed runs isn't over. It grows with each failed run in a row.

    Refused credentials have their own pauses.
    """
    rows = connection.runs.filter(trigger=SyncRun.Trigger.REAL_TIME).values_list("state", "failure", "finished_at")
    failed = list(takewhile(lambda row: row[0] == SyncRun.State.FAILED and not is_refusal(row[1]), rows[:LAST_RUNS]))
    ended = failed[0][2] if failed else None
    return ended is not None and timezone.now() - ended < timedelta(minutes=doubled(len(failed), first=2, longest=60))


def is_refusal(failure: str) -> bool:
    """Whether a run failed because credentials were refused, which concerns the connection or the installation."""
    return failure.startswith("credentials_") or failure == "application_refused"


def is_writing(connection: Connection) -> bool:
    """Whether a run of the connection is writing now."""
    return SyncRun.objects.filter(connection=connection, state=SyncRun.State.APPLYING).exists()


def read_slice(run: SyncRun, lease: Lease, seconds: float) -> float | None:
    """Read the run's people for about ``seconds``, and compare them when all are read.

    Returns the seconds until there is more to do, ``None`` if the run is in review, waits for another run that writes,
    or has stepped aside and was deleted. Raises the vendor errors that concern everybody.
    """
    if is_writing(run.connection):
        return None  # its end wakes this one
    look, aside = Rereading(run, lease), second_reads.are_all(run)
    if not look.slice(min(seconds, second_reads.SLICE) if aside else seconds):
        if aside and look.failures and not lease.lost:
            second_reads.step_aside(run)
            return None
        return None if lease.lost else look.pause
    try:
        rehires = look_for_rehires(run, look.reader, _pairs(run))
    except Unavailable as error:
        return error.retry_after or LOOK_AGAIN
    return None if _compare(run, look.asked, rehires, look.passed) else 0.0


def _pairs(run: SyncRun) -> dict[tuple[str, str], tuple[Employee, Employee]]:
    """The linked people whom the run has read on both sides, by their ids."""
    humas, vismas = _read(run, Side.HUMA), _read(run, Side.VISMA)
    couples = ((link.huma_id, link.visma_id) for link in taking_part(run).values())
    return {one: (humas[one[0]], vismas[one[1]]) for one in couples if one[0] in humas and one[1] in vismas}


def _compare(run: SyncRun, asked: Asked, rehires: Rehires, passed: list[Skipped]) -> bool:
    """Compare the people who were read, and set the run to review. ``passed``: who couldn't be read.

    False if another run has written meanwhile: then what was read may be older, and has to be read again.
    """
    with transaction.atomic():
        if _was_overtaken(run):
            EmployeeSnapshot.objects.filter(run=run).delete()
            SyncRun.objects.filter(pk=run.pk).update(progress={}, reading_began_at=None)
            return False
        mine = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.FETCHING)
        if not mine.update(state=SyncRun.State.REVIEW, read_at=timezone.now(), failure="", failure_params={}):
            return True
        links = taking_part(run)
        compared, numbers, known = [], as_linked(run), second_reads.Known(run, links.values())
        humas, vismas = _read(run, Side.HUMA), _read(run, Side.VISMA)
        noted(run, humas.values(), everybody=False)
        found = changes(links.values(), humas, vismas, asked)
        store_presence(found)
        passed += rehires.passed
        unclear = {one.id for one in rehires.passed}
        rows = EmployeeLink.objects.select_for_update().filter(pk__in=[one.pk for one in links.values()])

        def compare(link: EmployeeLink) -> None:
            if link.huma_id in humas and link.visma_id in vismas and link.visma_id not in unclear:
                other = rehires.instead.get((link.huma_id, link.visma_id), "")
                with transaction.atomic():
                    compare_in_run(run, link, humas[link.huma_id], vismas[link.visma_id], numbers, False, other)
                compared.append(link.pk)

        def broken(link: EmployeeLink, error: Exception) -> None:
            passed.append(skipped_for_a_bug(Side.HUMA, link.huma_id, error))

        each_alone(rows.order_by("pk"), compare, broken)
        skipped_people.remember(run, passed, _looked_at(links, humas, vismas, asked))
        gone = {huma_id: found[link.pk].gone_from for huma_id, link in links.items() if link.pk in found}
        not_read = set(run.progress["passed"])
        tell_of(run, links, humas, vismas, gone, not_read)
        _store_people(run, links, set(compared), not_read, set(known.news(found)))
        figures = {"linked": len(compared), "conflicts": Conflict.objects.filter(run=run).count()}
        SyncRun.objects.filter(pk=run.pk).update(figures=figures)
    run.refresh_from_db()
    return True


def _store_people(
    run: SyncRun, links: Mapping[str, EmployeeLink], compared: set[int], passed: set[str], news: set[str]
) -> None:
    """Store what the run did with whom. ``compared``: primary keys of links; ``passed`` and ``news``: ids in Huma."""
    seen = {huma_id for huma_id, link in links.items() if link.pk in compared}
    RunPerson.objects.bulk_create(
        RunPerson(
            run=run,
            huma_id=huma_id,
            link=links.get(huma_id),
            compared=huma_id in seen,
            passed=huma_id in passed,
            has_news=huma_id in news,
        )
        for huma_id in sorted(seen | passed | news)
    )


def _looked_at(
    links: Mapping[str, EmployeeLink], humas: Collection[str], vismas: Collection[str], asked: Asked
) -> set[tuple[str, str]]:
    """(side, id) of the people about whom something is known now: they were read, or aren't there."""
    read: set[tuple[str, str]] = {(Side.HUMA, id_) for id_ in humas} | {(Side.VISMA, id_) for id_ in vismas}
    read |= {(side, id_) for side, found in asked.items() for id_ in found}
    gone = [link.visma_id for id_, link in links.items() if (Side.HUMA, id_) in read and id_ not in humas]
    return read | {(Side.VISMA, id_) for id_ in gone}


def _was_overtaken(run: SyncRun) -> bool:
    others = SyncRun.objects.filter(connection=run.connection_id).exclude(pk=run.pk)
    return (
        others.filter(state=SyncRun.State.APPLYING).exists()
        or others.filter(finished_at__gte=began(run)).exclude(confirmed_at=None).exists()
    )


def _read(run: SyncRun, side: Side) -> dict[str, Employee]:
    return {employee.id: employee for employee in load(run, side.value)}


def attend(connection: Connection) -> SyncRun | None:
    """Wake runs that waited for the connection, and start a run for waiting events; returns the new run."""
    open_ones = SyncRun.objects.filter(connection=connection, trigger__in=BY_ITSELF, state__in=UNATTENDED)
    for pk in open_ones.values_list("pk", flat=True):
        wake(pk)
    return start(connection)
