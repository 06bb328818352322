"""Writing one Visma document: GET (ETag) → merge into the whole document → PUT with If-Match → follow the job."""

import copy
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from connections.errors import Gone, Rejected, Stale
from connections.visma_shapes import Document, Job
from sync.core.fields import field as field_named
from sync.execute import life
from sync.execute.context import Context, now_in_visma
from sync.execute.refused import fields_of, refused
from sync.models import Change, Write

CLOCK_SLACK = timedelta(minutes=2)
"""How far the vendor's clock may be from ours when its jobs are compared with the time of a send."""
STALE_PAUSE = 0.1


def read(context: Context, write: Write) -> Document:
    """The whole document as it is now."""
    client = context.clients.visma
    if write.document == Write.Document.VISMA_POSITION:
        return client.position(write.owner_id, write.document_id)
    return client.employee(write.owner_id)


def send(context: Context, write: Write) -> float | None:
    """Read, decide each field anew, merge and send. Gives the seconds until the next step, ``None`` when settled."""
    document = read(context, write)
    life.out_of_trouble(write)
    changes = _still_to_write(context, write, document)
    if not changes:
        life.finish(write)
        return None
    if write.pk in context.singly:
        changes = changes[:1]
    body = copy.deepcopy(document.body)
    for change in changes:
        field_named(change.field).write_visma(body, change.after, context.today)
    life.sending(write, document.etag)
    try:
        address = _put(context, write, body, document.etag)
    except Stale:
        life.not_sent(write)
        return STALE_PAUSE
    except Gone:
        life.settle_all(changes, Change.State.FAILED, "gone")
        life.finish(write)
        return None
    except Rejected as error:
        refused(context, write, changes, error.problems, "rejected")
        return None if write.state == Write.State.SETTLED else 0.0
    life.accepted(write, address)
    return context.first_look()


def _put(context: Context, write: Write, body: dict[str, object], etag: str) -> str:
    client = context.clients.visma
    if write.document == Write.Document.VISMA_POSITION:
        return client.put_position(write.owner_id, write.document_id, body, etag)
    return client.put_employee(write.owner_id, body, etag)


def _still_to_write(context: Context, write: Write, document: Document) -> list[Change]:
    """The Changes that are still to be written; those that are there already, or moved, get their outcome."""
    left = []
    for change in life.open_changes(write):
        value = now_in_visma(field_named(change.field), document.body, context.today)
        match context.verdict(change, value.canonical):
            case "nothing":
                life.settle(change, Change.State.NOTHING)
            case "moved":
                life.settle(change, Change.State.MOVED, "moved")
            case _:
                left.append(change)
    return left


def follow(context: Context, write: Write) -> float | None:
    """Look at the job of an accepted PUT. Gives the seconds until the next look, ``None`` when settled."""
    try:
        job = context.clients.visma.job(write.job_address)
    except Gone:
        return settle_by_looking(context, write, "job_lost")
    life.out_of_trouble(write)
    if not job.finished:
        return wait_for_job(context, write)
    learn(context, write)
    return settle_job(context, write, job)


def learn(context: Context, write: Write) -> None:
    """Remember how long the job took, as far as we can tell."""
    if write.accepted_at and context.looks.get(write.pk, 0) <= 3:
        context.job_took((timezone.now() - write.accepted_at).total_seconds())


def wait_for_job(context: Context, write: Write) -> float | None:
    """The job hasn't run: growing pauses, and after JOB_WAIT_TOTAL_SECONDS a look at the document itself."""
    waited = (timezone.now() - (write.accepted_at or timezone.now())).total_seconds()
    if waited > settings.JOB_WAIT_TOTAL_SECONDS:
        return settle_by_looking(context, write, "unknown_outcome")
    with context.lock:
        looks = context.looks[write.pk] = context.looks.get(write.pk, 0) + 1
    return float(min(settings.JOB_WAIT_MAX_SECONDS, settings.JOB_WAIT_FIRST_SECONDS * 1.5**looks))


def settle_job(context: Context, write: Write, job: Job) -> float | None:
    """What a finished job did. With warnings the document is read again, and each field settled by what is there."""
    changes = _sent(context, write)
    if job.status == "Failed":
        if not fields_of(job.problems, changes) and read(context, write).etag[:200] != write.etag:
            life.not_sent(write)  # somebody's edit came in between: read, compare and merge again
            return STALE_PAUSE
        refused(context, write, changes, job.problems, "job_failed")
    elif job.problems:
        _settle_by_document(context, write, changes, "not_performed", job)
    else:
        life.settle_all(changes, Change.State.DONE)
        if not life.finish(write):
            life.not_sent(write)
    return None if write.state == Write.State.SETTLED else 0.0


def _sent(context: Context, write: Write) -> list[Change]:
    changes = life.open_changes(write)
    return changes[:1] if write.pk in context.singly else changes


def _settle_by_document(context: Context, write: Write, changes: list[Change], missing: str, job: Job | None) -> None:
    document = read(context, write)
    for change in changes:
        value = now_in_visma(field_named(change.field), document.body, context.today)
        if context.is_there(change, value.canonical):
            life.settle(change, Change.State.DONE)
        elif missing == "not_performed":
            life.settle(change, Change.State.FAILED, missing, job.problems if job else ())
        else:
            life.settle(change, Change.State.UNKNOWN, missing)
    if not life.finish(write):
        life.not_sent(write)


def settle_by_looking(context: Context, write: Write, missing: str) -> float | None:
    """The job can't tell any more: what the document says is done, the rest is unknown and shown to a person."""
    _settle_by_document(context, write, life.open_changes(write), missing, None)
    return None


def settle_lost(context: Context, write: Write) -> float | None:
    """A PUT whose answer got lost: the values are there → done; an unfinished job of that document → wait for it;
    else it may be sent again."""
    changes = life.open_changes(write)
    document = read(context, write)
    life.out_of_trouble(write)
    there = [
        context.is_there(change, now_in_visma(field_named(change.field), document.body, context.today).canonical)
        for change in changes
    ]
    if not all(there) and _unfinished_job(context, write):
        return float(settings.JOB_WAIT_FIRST_SECONDS)
    if not all(there):
        # The job may have ended between the two looks: only a document read after it counts.
        document = read(context, write)
    for change in changes:
        value = now_in_visma(field_named(change.field), document.body, context.today)
        if context.is_there(change, value.canonical):
            life.settle(change, Change.State.DONE)
    if life.finish(write):
        return None
    life.not_sent(write)
    return 0.0


def _unfinished_job(context: Context, write: Write) -> bool:
    client = context.clients.visma
    since = (write.sent_at or timezone.now()) - CLOCK_SLACK
    if write.document == Write.Document.VISMA_POSITION:
        jobs = [job for job in client.position_jobs(write.owner_id) if job.artifact_id in (write.document_id, None)]
    else:
        jobs = [job for job in client.jobs(since) if job.artifact_id == write.owner_id]
    return any(not job.finished and job.created >= since for job in jobs)
