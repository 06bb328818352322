"""Writes one Visma document: GET (ETag) → merge into the whole document → PUT with If-Match → follow the job."""

import copy
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections.api.errors import Gone, Rejected, Stale
from connections.api.visma.documents import Document, Job
from sync.core.fields import field as field_named
from sync.core.records.employee import Side, Value
from sync.models import Change, Write
from sync.writing import write_state
from sync.writing.context import Context, now_in_visma
from sync.writing.last_check import fits
from sync.writing.putting_back import merge_into_visma, undone
from sync.writing.refused import fields_of, refused

OWN_REASONS = {"employment_id": "number_kept"}
"""Fields that Visma may keep as they were, even if it reports success. Source: design, The fields."""
MAX_MOVES = 5
"""How often a Write is sent if its job fails each time because somebody edited the document meanwhile."""
CLOCK_SLACK = timedelta(minutes=2)
"""How much the vendor's clock may differ from ours when its jobs are compared with the time of a send."""


def read(context: Context, write: Write) -> Document:
    """The whole current document."""
    client = context.clients.visma
    if write.document == Write.Document.VISMA_POSITION:
        return client.position(write.owner_id, write.document_id)
    return client.employee(write.owner_id)


def send(context: Context, write: Write) -> float | None:
    """Read, decide each field anew, merge and send. Returns the seconds until the next step.

    Raises ``Stale`` if somebody edited the document in between: then it is read, compared and merged again.
    """
    document = read(context, write)
    changes = _still_to_write(context, write, document)
    if not changes:
        write_state.finish(write)
        return None
    body = copy.deepcopy(document.body)
    changes = merge_into_visma(changes, document.body, body, context.today)
    if not changes:
        write_state.finish(write)
        return None
    if not document.etag:
        _is_still(context, write, document)
    try:
        with context.request(write, document.etag):
            address = _put(context, write, body, document.etag)
    except (Stale, Gone):
        raise
    except Rejected as error:
        refused(write, changes, error.problems, "rejected")
        return 0.0
    write_state.accepted(write, address)
    context.sent[write.pk] = frozenset(name for name, value in body.items() if value)
    if document.etag:
        context.learn("V8", "accepted")
    return context.first_look()


def _is_still(context: Context, write: Write, document: Document) -> None:
    """Read a document without an ETag again right before its PUT, which nothing else guards. Raises ``Stale`` if it
    isn't as it was. Source: docs/doctor.md.
    """
    if read(context, write).body != document.body:
        raise Stale(side=Side.VISMA, method="PUT", path=write.document)


def _put(context: Context, write: Write, body: dict[str, object], etag: str) -> str:
    client = context.clients.visma
    if write.document == Write.Document.VISMA_POSITION:
        return client.put_position(write.owner_id, write.document_id, body, etag)
    return client.put_employee(write.owner_id, body, etag)


def _now(context: Context, change: Change, document: Document) -> Value:
    return now_in_visma(field_named(change.field), document.body, context.today)


def _still_to_write(context: Context, write: Write, document: Document) -> list[Change]:
    """The Changes that are still to be written; those that are already there, or have moved, get their outcome."""
    left = []
    for change in write_state.open_changes(write):
        value = _now(context, change, document)
        edited = undone(change) is not None and value.problem == "several_business"  # none of them is sure to be ours
        match context.last_look(change, value.canonical) if value.readable and not edited else "moved":
            case "nothing":
                write_state.settle(change, Change.State.NOTHING)
            case "moved":
                write_state.settle(change, Change.State.MOVED, "moved")
            case _ if fits(context, change):
                left.append(change)
    return left


def follow(context: Context, write: Write) -> float | None:
    """Look at the job of an accepted PUT. Returns the seconds until the next look."""
    try:
        job = context.clients.visma.job(write.job_address)
    except Gone:
        return settle_lost(context, write)
    write_state.out_of_trouble(write)
    if job.finished:
        context.job_took(write)
        return _settle_job(context, write, job)
    if write_state.seconds_since(write.accepted_at) > settings.JOB_WAIT_TOTAL_SECONDS:
        return _give_up_waiting(context, write)
    return next_look(write)


def next_look(write: Write) -> float:
    """Seconds until the next look at a Write that isn't done yet."""
    since = write.accepted_at if write.state == Write.State.ACCEPTED else write.sent_at
    return write_state.growing_pause(since, settings.JOB_WAIT_FIRST_SECONDS, settings.JOB_WAIT_MAX_SECONDS)


def _settle_job(context: Context, write: Write, job: Job) -> float | None:
    """Settle a Write by its finished job. If the job has warnings, the document is read again, and each field is
    settled by its value there; a number always is, whatever the job says.

    Raises ``Stale`` if the job failed because somebody edited the document in between.
    """
    changes = write_state.open_changes(write)
    if job.status == "Failed":
        unnamed = not fields_of(job.problems, changes) and write.tries < MAX_MOVES
        if unnamed and read(context, write).etag[:200] != write.etag:
            write_state.not_sent(write)
            raise Stale(side=Side.VISMA, method="PUT", path="job")
        refused(write, _without_number(context, write, changes, job), job.problems, "job_failed", OWN_REASONS)
    else:
        doubtful = changes if job.problems else [change for change in changes if _is_number(change)]
        if doubtful:
            _settle_by_document(context, write, doubtful, Change.State.FAILED, "not_performed", job)
        write_state.end(write, Change.State.DONE)
    return 0.0


def _settle_by_document(
    context: Context, write: Write, changes: list[Change], otherwise: str, reason: str, job: Job | None = None
) -> None:
    document = read(context, write)
    _learn(context, write, changes, document, job)
    with transaction.atomic():
        for change in changes:
            if _is_there(context, change, document):
                write_state.settle(change, Change.State.DONE)
            else:
                own = OWN_REASONS.get(change.field) if otherwise == Change.State.FAILED else None
                write_state.settle(change, otherwise, own or reason, job.problems if job else ())
        write_state.finish(write)


def _learn(context: Context, write: Write, changes: list[Change], document: Document, job: Job | None) -> None:
    """Note what the document shows after its PUT: the fate of a saved employee's number (V11), and whether what was
    sent is there (V12). Without a job nobody knows whether the PUT has taken effect.
    """
    if job is None:
        return
    sent = context.sent.get(write.pk)
    if sent is not None:
        context.learn("V12", "kept" if sent <= document.body.keys() else "lost")
    number = next(filter(_is_number, changes), None)
    if number is not None and document.body.get("isDraft") is not True:
        context.learn("V11", "done" if _is_there(context, number, document) else "kept")


def _is_number(change: Change) -> bool:
    return change.field in OWN_REASONS


def _without_number(context: Context, write: Write, changes: list[Change], job: Job) -> list[Change]:
    """The Changes of a failed job that really failed: a number that is there all the same is done."""
    number = next((change for change in changes if _is_number(change)), None)
    if number is None:
        return changes
    document = read(context, write)
    if not _is_there(context, number, document):
        if number.pk in fields_of(job.problems, changes) and document.body.get("isDraft") is not True:
            context.learn("V11", "refused")
        return changes
    write_state.settle(number, Change.State.DONE)
    return [change for change in changes if change is not number]


def _is_there(context: Context, change: Change, document: Document) -> bool:
    value = _now(context, change, document)
    return value.readable and context.is_there(change, value.canonical)


def _give_up_waiting(context: Context, write: Write) -> float | None:
    """End a Write that takes too long: values that are in the document are done, the others are unknown."""
    changes = write_state.open_changes(write)
    _settle_by_document(context, write, changes, Change.State.UNKNOWN, "unknown_outcome")
    return None


def settle_lost(context: Context, write: Write) -> float | None:
    """Settle a PUT whose answer or job got lost: the values are there → done; else an unfinished job of the document →
    wait for it; else it may be sent again."""
    changes = write_state.open_changes(write)
    document = read(context, write)
    if not all(_is_there(context, change, document) for change in changes):
        if _unfinished_job(context, write):
            if write_state.seconds_since(write.sent_at) > settings.JOB_WAIT_TOTAL_SECONDS:
                return _give_up_waiting(context, write)
            return next_look(write)
        # The job may have ended between the two looks: only a document read after it counts.
        document = read(context, write)
    with transaction.atomic():
        write_state.settle_all((c for c in changes if _is_there(context, c, document)), Change.State.DONE)
        if write.tries >= MAX_MOVES:  # sent often enough: Visma keeps its own number
            write_state.settle_all(
                (c for c in write_state.open_changes(write) if _is_number(c)), Change.State.FAILED, "number_kept"
            )
        if not write_state.finish(write):
            context.send_again(write)
    return 0.0


def _unfinished_job(context: Context, write: Write) -> bool:
    client = context.clients.visma
    since = (write.sent_at or timezone.now()) - CLOCK_SLACK
    if write.document == Write.Document.VISMA_POSITION:
        jobs = [job for job in client.position_jobs(write.owner_id) if job.artifact_id in (write.document_id, None)]
    else:
        jobs = [job for job in client.jobs(since) if job.artifact_id == write.owner_id]
    return any(not job.finished and job.created >= since for job in jobs)
