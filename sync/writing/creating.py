"""Creates people: never twice, even if an answer gets lost."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connections.api.errors import Gone, Rejected
from connections.api.huma.client import may_be_about_the_email, names_the_email
from connections.api.visma.documents import Job
from sync.analysis.links.linking import kept_name, kept_number
from sync.core.deciding.create import huma_user, visma_draft
from sync.core.fields import field as field_named
from sync.core.records.document import Doc
from sync.core.records.employee import Canonical, Side, from_json
from sync.core.values.spelling import mark, only_spelling
from sync.core.values.text import clean, loose
from sync.models import Change, EmployeeLink, EmployeeSnapshot, Write
from sync.models.links import called
from sync.writing import write_state
from sync.writing.context import Context
from sync.writing.created_employee import There, find, may_create, there_in
from sync.writing.email_exists import is_the_same
from sync.writing.last_check import fit_person
from sync.writing.visma import CLOCK_SLACK, next_look

IN_TIME = 60.0
"""Seconds within which a new employee is assumed to be found. Source: visma-employee.md, V10."""
NAMES = ("given_name", "family_name")


def send_to_visma(context: Context, write: Write) -> float | None:
    """``POST /employees/withPosition`` for a draft with the Huma user's id; its job is followed afterwards."""
    change, person = _person(write)
    if _is_linked(write, person):
        return _instead(write, Change.State.NOTHING, "found_existing")
    if not fit_person(change, write, NAMES):
        return None
    body = visma_draft(_after(change)["values"], person.vendor_id, context.today)
    try:
        with context.request(write):
            address = context.clients.visma.create_employee(body)
    except Rejected as error:
        write_state.end(write, Change.State.FAILED, "rejected", error.problems)
        return None
    write_state.accepted(write, address)
    return context.first_look()


def follow_in_visma(context: Context, write: Write) -> float | None:
    """Look at the job of a creation; its ``artifactId`` is the new employee."""
    try:
        job = context.clients.visma.job(write.job_address)
    except Gone:
        return lost_in_visma(context, write)
    write_state.out_of_trouble(write)
    if not job.finished:
        if write_state.seconds_since(write.accepted_at) > settings.JOB_WAIT_TOTAL_SECONDS:
            return _find_or_give_up(context, write)
        return next_look(write)
    context.job_took(write)
    if job.status == "Succeeded":
        context.learn("V13", "saved")
    elif any("required" in problem.code.casefold() for problem in job.problems):
        context.learn("V13", "refused")
    if job.status == "Failed":
        write_state.end(write, Change.State.FAILED, "job_failed", job.problems)
    elif not job.artifact_id:
        return lost_in_visma(context, write)
    else:
        _created(context, write, job.artifact_id, _performed(context, job))
    return None


def lost_in_visma(context: Context, write: Write) -> float | None:
    """Find out what became of a creation whose answer or job got lost: wait for jobs that may be it, then look for the
    external id.

    Found → linked. Not found → it had no effect, and may be sent. Source: design, Writing safely.
    """
    if _found_in_visma(context, write):
        return None
    if write_state.seconds_since(write.sent_at) < settings.CREATE_SETTLE_SECONDS or _unaccounted_create(context, write):
        if write_state.seconds_since(write.sent_at) > settings.JOB_WAIT_TOTAL_SECONDS:
            return _find_or_give_up(context, write)
        return write_state.growing_pause(
            write.sent_at, settings.JOB_WAIT_FIRST_SECONDS, settings.CREATE_SETTLE_SECONDS / 4
        )
    if not _found_in_visma(context, write):  # it may have arrived between the two looks
        context.send_again(write)
    return 0.0


def _find_or_give_up(context: Context, write: Write) -> float | None:
    if not _found_in_visma(context, write):
        write_state.end(write, Change.State.UNKNOWN, "unknown_outcome")
    return None


def _unaccounted_create(context: Context, write: Write) -> bool:
    """Whether an unfinished job since the send may be a Create, and isn't a known one of ours."""
    since = (write.sent_at or timezone.now()) - CLOCK_SLACK
    unfinished = [job for job in context.clients.visma.jobs(since) if may_create(job) and not job.finished]
    known = Write.objects.filter(
        run__connection=write.run.connection, state=Write.State.ACCEPTED, document=Write.Document.NEW_EMPLOYEE
    ).values_list("job_address", flat=True)
    addresses = {address.rstrip("/").rpartition("/")[2] for address in known}
    return any(job.id not in addresses for job in unfinished)


def _found_in_visma(context: Context, write: Write) -> bool:
    """Link the employee who has the Huma user's id; False if nobody has. Raises ``WrongShape`` if that is unclear."""
    _change, person = _person(write)
    made = find(context, write, person.vendor_id)
    if made is None:
        return False
    context.learn("V10", "found" if write_state.seconds_since(write.sent_at) <= IN_TIME else "late")
    _created(context, write, *made)
    return True


def _performed(context: Context, job: Job) -> There | None:
    """What the new employee's documents say, if the job had warnings: some of it wasn't performed. Else ``None``."""
    if not (job.problems and job.artifact_id):
        return None
    client = context.clients.visma
    return there_in(client.employee(job.artifact_id).body, client.positions(job.artifact_id), context.today)


def send_to_huma(context: Context, write: Write) -> float | None:
    """``POST /users``, then store the link; the rest follows as ordinary Changes of that link."""
    change, person = _person(write)
    if _is_linked(write, person):
        return _instead(write, Change.State.NOTHING, "found_existing")
    if not fit_person(change, write, (*NAMES, "email")):
        return None
    after = _after(change)
    try:
        with context.request(write):
            user = context.clients.huma.create_user(huma_user(after["values"], after["groups"], after["invite"]))
    except Rejected as error:
        # Whatever the error is called: if somebody has the address, that was the reason.
        found = _find_user(context, after["values"]["email"]) if may_be_about_the_email(error) else None
        if found is None:
            write_state.end(write, Change.State.FAILED, "rejected", error.problems)
            return None
        context.learn("H7", "named" if names_the_email(error) else "unnamed")
        return _email_exists(context, write, found)
    _created(context, write, str(user["id"]))
    return None


def lost_in_huma(context: Context, write: Write) -> float | None:
    """Find out what became of a ``POST /users`` whose answer got lost, by the email, which is unique in Huma."""
    change = _person(write)[0]
    found = _find_user(context, _after(change)["values"]["email"])
    if found is not None:
        return _email_exists(context, write, found)
    if write_state.seconds_since(write.sent_at) < settings.HUMA_SETTLE_SECONDS:
        return write_state.growing_pause(write.sent_at, longest=settings.HUMA_SETTLE_SECONDS / 4)
    context.send_again(write)
    return 0.0


def _find_user(context: Context, email: str) -> Doc | None:
    """The Huma user with this email. Reads the whole list: a search would put the email into an address."""
    wanted = clean(email).lower()
    found = context.clients.huma.all_users()
    return next((user for user in found if clean(user.get("email")).lower() == wanted), None)


def _email_exists(context: Context, write: Write, found: Doc) -> float | None:
    """Decide about a Huma user who already has this email. If an earlier send may have created them, and the name is
    the same, they are ours. Else they are linked only if matching says that the two are one, and nothing is
    overwritten."""
    change, person = _person(write)
    values = _after(change)["values"]
    names = (("givenName", "given_name"), ("familyName", "family_name"))
    ours = write.tries > 0 and all(loose(clean(found.get(key))) == loose(clean(values[name])) for key, name in names)
    user_id = str(found["id"])
    links = EmployeeLink.objects.filter(connection=write.run.connection, huma_id=user_id)
    if links.same_person().exists():
        return _instead(write, Change.State.FAILED, "email_exists_linked")
    if ours:
        _created(context, write, user_id)
        return None
    if links.filter(visma_id=person.vendor_id).exists() or not is_the_same(context, write, user_id):
        return _instead(write, Change.State.FAILED, "create_email_taken")
    with transaction.atomic():
        link = _link(write, person, huma_id=user_id, visma_id=person.vendor_id, by=EmployeeLink.By.EMAIL)
        Change.objects.filter(pk=change.pk).update(link=link)
        return _instead(write, Change.State.NOTHING, "email_exists")


def _instead(write: Write, state: str, reason: str) -> float | None:
    """End the creation, and with it the person's other Writes, so that they aren't written to somebody else."""
    rest = (Change.State.FAILED, "creation_failed") if state == Change.State.FAILED else (Change.State.MOVED, "moved")
    with transaction.atomic():
        for other in Write.objects.filter(run=write.run, person_key=write.person_key).exclude(pk=write.pk):
            write_state.end(other, *rest)
        write_state.end(write, state, reason)
    return None


def _is_linked(write: Write, person: EmployeeSnapshot) -> bool:
    """Whether the person was linked, or created by another run, since this run read them."""
    links = EmployeeLink.objects.filter(connection=write.run.connection, **{f"{person.side}_id": person.vendor_id})
    return links.same_person().exists()


def _person(write: Write) -> tuple[Change, EmployeeSnapshot]:
    """The creation's Change, and the person as read on their own side."""
    (change,) = write_state.open_changes(write)
    assert write.snapshot is not None
    return change, write.snapshot


def _after(change: Change) -> dict[str, Any]:
    """The content of a creation: ``values``, and for Huma ``groups`` and ``invite``."""
    found: dict[str, Any] = change.after or {}
    return found


def _created(context: Context, write: Write, new_id: str, there: There | None = None) -> None:
    """Store the link, settle the fields that were sent, and put the new id into the person's other Writes.

    ``there``: what the new person's documents say, if they were read; a field that didn't arrive isn't settled.
    """
    change, person = _person(write)
    target = Side(change.side)
    ids = {"huma_id": person.vendor_id, "visma_id": person.vendor_id, f"{target.value}_id": new_id}
    employee = from_json(person.payload) if person.payload else None
    with transaction.atomic():
        link = _link(write, person, **ids, by=EmployeeLink.By.CREATED)
        for name, own in _after(change)["values"].items():
            spec = field_named(name)
            mine = context.fingerprint(name, spec.version, employee.canonical(name) if employee else None)
            theirs = context.fingerprint(name, spec.version, spec.canonical(target, own))
            if there is None or _arrived(there(name), spec.canonical(target, own)):
                link.baseline[name] = [mine, theirs] if target is Side.VISMA else [theirs, mine]
                link.written[name] = mark(spec, target, spec.canonical(target, own), context.fingerprint)
        link.save(update_fields=["baseline", "written"])
        rest = Write.objects.filter(run=write.run, person_key=write.person_key).exclude(pk=write.pk)
        for side in Side:
            rest.filter(side=side.value).update(link=link, owner_id=new_id if side is target else person.vendor_id)
        Change.objects.filter(write__in=[*rest, write]).update(link=link)
        Write.objects.filter(pk=write.pk).update(link=link)
        EmployeeSnapshot.objects.filter(pk=person.pk).update(link=link)
        write_state.end(write, Change.State.DONE)


def _arrived(now: Canonical, sent: Canonical) -> bool:
    """Whether the value that was sent is there, perhaps in the side's own spelling."""
    return now == sent or only_spelling(now, sent)


def _link(write: Write, person: EmployeeSnapshot, *, huma_id: str, visma_id: str, by: str) -> EmployeeLink:
    link, _made = EmployeeLink.objects.update_or_create(
        connection=write.run.connection,
        huma_id=huma_id,
        visma_id=visma_id,
        defaults={
            "state": EmployeeLink.State.LINKED,
            "linked_by": by,
            "linked_by_user": write.run.confirmed_by,
            **called(kept_name(person.name), kept_number(person.number)),
        },
    )
    return link
