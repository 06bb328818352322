"""Decides whether a Huma user who has the email of a person to be added is the same person.

An equal email is a key like any other: it goes through matching, with everybody whom the run read. Source: design, Who
is who.
"""

from connections.models import Connection
from sync.analysis.persist import possible_row
from sync.core.batches import BATCH
from sync.core.matching.evidence import Evidence
from sync.core.matching.match import match, weighing_of
from sync.core.matching.possible import Possible
from sync.core.records.employee import Employee, Side, from_json
from sync.models import EmployeeLink, EmployeeSnapshot, PossibleMatch, SyncRun, Write
from sync.reading.one_person import PersonSkipped
from sync.reading.reader import Reader, enabled_fields, within, witness_of
from sync.reading.snapshots import store_people
from sync.writing.context import Context


def is_the_same(context: Context, write: Write, user_id: str) -> bool:
    """Whether matching links the Huma user with the person who was to be added.

    If they may be the same, a possible match is stored for a person to answer; an account of a program is never a
    person. Raises the vendor errors.
    """
    person = write.snapshot
    assert person is not None
    try:  # also a user outside the connection's selection
        user = _reader(context, write.run.connection).huma(user_id, listed=True)
    except PersonSkipped:  # the user can't be read
        return False
    if user is None or not user.is_person or not person.payload:
        return False
    employee = from_json(person.payload)
    if _are_linked(write.run, user, employee):
        return True
    _ask(write.run, user, person, weighing_of([user], [employee]).weigh(user.id, employee.id))
    return False


def _reader(context: Context, connection: Connection) -> Reader:
    witness = witness_of(connection, context.clients)
    fields = enabled_fields(connection)
    return Reader(context.clients, context.fingerprint, context.today, within(connection), witness, fields)


def _are_linked(run: SyncRun, user: Employee, person: Employee) -> bool:
    """Whether matching links the two, given everybody else: twins, namesakes and linked people count."""
    humas = {one.id: one for one in _read(run, Side.HUMA)} | {user.id: user}
    vismas = {one.id: one for one in _read(run, Side.VISMA)} | {person.id: person}
    links = list(EmployeeLink.objects.filter(connection=run.connection_id).values_list("huma_id", "visma_id", "state"))
    existing = [(huma, visma) for huma, visma, state in links if state != EmployeeLink.State.DIFFERENT]
    different = [(huma, visma) for huma, visma, state in links if state == EmployeeLink.State.DIFFERENT]
    found = match(humas.values(), vismas.values(), existing, different)
    return any((one.huma, one.visma) == (user.id, person.id) for one in found.linked)


def _read(run: SyncRun, side: Side) -> list[Employee]:
    rows = EmployeeSnapshot.objects.filter(run=run, side=side.value, complete=True)
    payloads = rows.values_list("payload", flat=True).iterator(chunk_size=BATCH)
    return [from_json(payload) for payload in payloads if payload]


def _ask(run: SyncRun, user: Employee, person: EmployeeSnapshot, evidence: Evidence) -> None:
    store_people(run, [user])
    huma = EmployeeSnapshot.objects.get(run=run, side=Side.HUMA, vendor_id=user.id)
    if not PossibleMatch.objects.filter(run=run, huma=huma, visma=person).exists():
        found = Possible(user.id, person.vendor_id, "email_exists_match", evidence)
        possible_row(run, found, huma.pk, person.pk, 0).save()
