"""Creating people: never twice, whatever gets lost."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections.errors import Gone, Rejected
from connections.huma import email_is_taken
from connections.visma_shapes import Job
from sync.core.create import huma_user, visma_draft
from sync.core.employee import Side, from_json
from sync.core.fields import field as field_named
from sync.core.read import external_id
from sync.core.text import clean
from sync.execute import life
from sync.execute.context import Context
from sync.execute.visma import CLOCK_SLACK, learn, wait_for_job
from sync.models import Change, EmployeeLink, EmployeeSnapshot, Write
from sync.services.store import retire_gone


def send_to_visma(context: Context, write: Write) -> float | None:
    """``POST /employees/withPosition`` of a draft that carries the Huma user's id; then its job is followed."""
    change, person = _person(write)
    body = visma_draft(_after(change)["values"], person.vendor_id, context.today)
    life.sending(write)
    try:
        address = context.clients.visma.create_employee(body)
    except Rejected as error:
        return _fail(write, change, "rejected", error)
    life.out_of_trouble(write)
    life.accepted(write, address)
    return context.first_look()


def follow_in_visma(context: Context, write: Write) -> float | None:
    """Look at the job of a creation; its ``artifactId`` is the new employee."""
    try:
        job = context.clients.visma.job(write.job_address)
    except Gone:
        return lost_in_visma(context, write)
    life.out_of_trouble(write)
    if not job.finished:
        waited = timezone.now() - (write.accepted_at or timezone.now())
        if waited > timedelta(seconds=settings.JOB_WAIT_TOTAL_SECONDS):
            return _unknown(write, "unknown_outcome")
        return wait_for_job(context, write)
    learn(context, write)
    change, person = _person(write)
    if job.status == "Failed":
        return _fail_job(write, change, job)
    if not job.artifact_id:
        return lost_in_visma(context, write)
    _created(context, write, change, person, huma_id=person.vendor_id, visma_id=job.artifact_id)
    return None


def lost_in_visma(context: Context, write: Write) -> float | None:
    """A creation whose answer or job got lost: wait for jobs that may be it, then look by external id.

    Found → linked. Not found → it never took effect, and may be sent. Source: design, Writing safely.
    """
    sent_at = write.sent_at or timezone.now()
    age = (timezone.now() - sent_at).total_seconds()
    change, person = _person(write)
    found = _find_draft(context, person.vendor_id, sent_at)
    if found:
        _created(context, write, change, person, huma_id=person.vendor_id, visma_id=found)
        return None
    if age < settings.CREATE_SETTLE_SECONDS or _unaccounted_create(context, write):
        return float(min(2.0, settings.CREATE_SETTLE_SECONDS / 4 + 0.05))
    if _find_draft(context, person.vendor_id, sent_at):  # it may have come between the two looks
        return 0.0
    life.not_sent(write)
    return 0.0


def _unaccounted_create(context: Context, write: Write) -> bool:
    """Whether an unfinished Create job since the send isn't one of ours that we know."""
    since = (write.sent_at or timezone.now()) - CLOCK_SLACK
    unfinished = [j for j in context.clients.visma.jobs(since) if j.action == "Create" and not j.finished]
    known = Write.objects.filter(
        run__connection=write.run.connection, state=Write.State.ACCEPTED, document=Write.Document.NEW_EMPLOYEE
    ).values_list("job_address", flat=True)
    addresses = list(known)
    return any(not any(address.rstrip("/").endswith(job.id) for address in addresses) for job in unfinished)


def _find_draft(context: Context, huma_id: str, sent_at: Any) -> str | None:
    """The id of the employee that carries the Huma user's id, drafts included, changed since the day before."""
    cursor: str | None = None
    while True:
        page = context.clients.visma.list_employees(cursor, (sent_at - timedelta(days=1)).date())
        for document in page.items:
            if external_id(document) == huma_id:
                return str(document["id"])
        if page.cursor is None:
            return None
        cursor = page.cursor


def send_to_huma(context: Context, write: Write) -> float | None:
    """``POST /users``, then the link; the rest follows as ordinary Changes of that link."""
    change, person = _person(write)
    sent_before = write.tries > 0
    body = huma_user(_after(change)["values"], _after(change)["groups"], _after(change)["invite"])
    life.sending(write)
    try:
        user = context.clients.huma.create_user(body)
    except Rejected as error:
        if not email_is_taken(error):
            return _fail(write, change, "rejected", error)
        return _email_exists(context, write, change, person, ours=sent_before)
    life.out_of_trouble(write)
    _created(context, write, change, person, huma_id=str(user["id"]), visma_id=person.vendor_id)
    return None


def lost_in_huma(context: Context, write: Write) -> float | None:
    """A ``POST /users`` whose answer got lost: the email is unique in Huma, so the email tells."""
    change, person = _person(write)
    found = _find_user(context, _after(change)["values"]["email"])
    life.out_of_trouble(write)
    if found:
        _created(context, write, change, person, huma_id=found, visma_id=person.vendor_id)
        return None
    age = (timezone.now() - (write.sent_at or timezone.now())).total_seconds()
    if age < settings.HUMA_SETTLE_SECONDS:
        return float(min(1.0, settings.HUMA_SETTLE_SECONDS / 4 + 0.05))
    life.not_sent(write)
    return 0.0


def _find_user(context: Context, email: str) -> str | None:
    """The whole list is looked through: an email in a search would stand in an address."""
    wanted = clean(email).lower()
    for user in context.clients.huma.all_users():
        if clean(user.get("email")).lower() == wanted:
            return str(user["id"])
    return None


def _email_exists(context: Context, write: Write, change: Change, person: EmployeeSnapshot, ours: bool) -> float | None:
    """Somebody in Huma has this email: found. Linked unless she is linked already; nothing is overwritten."""
    found = _find_user(context, _after(change)["values"]["email"])
    if found and ours and not _linked_elsewhere(write, found):
        _created(context, write, change, person, huma_id=found, visma_id=person.vendor_id)
        return None
    with transaction.atomic():
        if not found or _linked_elsewhere(write, found):
            life.settle(change, Change.State.FAILED, "email_exists_linked")
            rest = Change.State.FAILED, "creation_failed"
        else:
            link = _link(write, person, huma_id=found, visma_id=person.vendor_id, by=EmployeeLink.By.EMAIL)
            Change.objects.filter(pk=change.pk).update(link=link)
            life.settle(change, Change.State.NOTHING, "email_exists")
            rest = Change.State.MOVED, "moved"
        for other in Write.objects.filter(run=write.run, person_key=write.person_key).exclude(pk=write.pk):
            life.settle_all(life.open_changes(other), *rest)
            life.finish(other)
        life.finish(write)
    return None


def _linked_elsewhere(write: Write, huma_id: str) -> bool:
    links = EmployeeLink.objects.filter(connection=write.run.connection, huma_id=huma_id)
    return links.exclude(state=EmployeeLink.State.DIFFERENT).exists()


def _person(write: Write) -> tuple[Change, EmployeeSnapshot]:
    """The creation's Change and the person on her own side."""
    change = life.open_changes(write)[0]
    assert write.snapshot is not None
    return change, write.snapshot


def _after(change: Change) -> dict[str, Any]:
    """What a creation sends: ``values``, and for Huma ``groups`` and ``invite``."""
    found: dict[str, Any] = change.after or {}
    return found


def _created(
    context: Context, write: Write, change: Change, person: EmployeeSnapshot, *, huma_id: str, visma_id: str
) -> None:
    """Store the link, settle what was sent with it, and let the person's other Writes know whom they are for."""
    with transaction.atomic():
        link = _link(write, person, huma_id=huma_id, visma_id=visma_id, by=EmployeeLink.By.CREATED)
        target = Side(change.side)
        employee = from_json(person.payload) if person.payload else None
        for name, own in _after(change)["values"].items():
            spec = field_named(name)
            source = employee.canonical(name) if employee else None
            mine = context.fingerprint(name, spec.version, source)
            theirs = context.fingerprint(name, spec.version, spec.canonical(target, own))
            link.baseline[name] = [mine, theirs] if target is Side.VISMA else [theirs, mine]
        link.save(update_fields=["baseline"])
        Write.objects.filter(pk=write.pk).update(link=link)
        Change.objects.filter(pk=change.pk).update(link=link)
        owner = huma_id if target is Side.HUMA else visma_id
        rest = Write.objects.filter(run=write.run, person_key=write.person_key).exclude(pk=write.pk)
        rest.update(link=link, owner_id=owner)
        Change.objects.filter(write__in=rest).update(link=link)
        EmployeeSnapshot.objects.filter(pk=person.pk).update(link=link)
        life.settle(change, Change.State.DONE)
        life.finish(write)


def _link(write: Write, person: EmployeeSnapshot, *, huma_id: str, visma_id: str, by: str) -> EmployeeLink:
    retire_gone(write.run.connection, person.side, [person.vendor_id])
    link, _made = EmployeeLink.objects.update_or_create(
        connection=write.run.connection,
        huma_id=huma_id,
        visma_id=visma_id,
        defaults={
            "state": EmployeeLink.State.LINKED,
            "linked_by": by,
            "linked_by_user": write.run.confirmed_by,
            "name": person.name,
            "number": person.number,
        },
    )
    return link


def _fail(write: Write, change: Change, reason: str, error: Rejected) -> float | None:
    life.settle(change, Change.State.FAILED, reason, error.problems)
    life.finish(write)
    return None


def _fail_job(write: Write, change: Change, job: Job) -> float | None:
    life.settle(change, Change.State.FAILED, "job_failed", job.problems)
    life.finish(write)
    return None


def _unknown(write: Write, reason: str) -> float | None:
    life.settle_all(life.open_changes(write), Change.State.UNKNOWN, reason)
    life.finish(write)
    return None
