"""Somebody in Huma has the email of a person who was to be added there: are the two the same?

An equal email is a key like any other: it goes through matching. Source: design, Who is who.
"""

from connections.models import Connection
from sync.core.employee import Employee, Side, from_json
from sync.core.evidence import Evidence, links_by_itself
from sync.core.match import Possible, weighing_of
from sync.execute.context import Context
from sync.models import EmployeeSnapshot, PossibleMatch, SyncRun, Write
from sync.services.batches import BATCH
from sync.services.reading import Reader, enabled_fields, within
from sync.services.snapshots import store_people
from sync.services.store import possible_row

EMAIL = "email"


def is_the_same(context: Context, write: Write, user_id: str) -> bool:
    """Whether the Huma user is the person who was to be added, by the rule of an equal email.

    Where they may be, it is left as a possible match for a person to answer. Raises the vendor errors.
    """
    person = write.snapshot
    assert person is not None
    # Whoever has the email counts, outside the selection too.
    user = _reader(context, write.run.connection).huma(user_id, listed=True)
    if user is None or not person.payload:
        return False
    evidence, alone = _weigh(write.run, user, from_json(person.payload))
    if alone and links_by_itself(evidence, EMAIL):
        return True
    _ask(write.run, user, person, evidence)
    return False


def _reader(context: Context, connection: Connection) -> Reader:
    return Reader(context.clients, context.fingerprint, context.today, within(connection), enabled_fields(connection))


def _weigh(run: SyncRun, user: Employee, person: Employee) -> tuple[Evidence, bool]:
    """What is known of the two among everybody whom the run read, and whether nobody else has the email."""
    humas = {one.id: one for one in _read(run, Side.HUMA)} | {user.id: user}
    vismas = {one.id: one for one in _read(run, Side.VISMA)} | {person.id: person}
    weighing = weighing_of(humas.values(), vismas.values())
    if user.id not in weighing.huma:  # a program
        return weighing_of([user], [person]).weigh(user.id, person.id), False
    email = user.canonical("email")
    have = [weighing.who[side]["email"].get(email, ()) for side in Side]
    return weighing.weigh(user.id, person.id), all(len(ids) == 1 for ids in have)


def _read(run: SyncRun, side: Side) -> list[Employee]:
    payloads = EmployeeSnapshot.objects.filter(run=run, side=side.value, complete=True).values_list(
        "payload", flat=True
    )
    return [from_json(payload) for payload in payloads.iterator(chunk_size=BATCH) if payload]


def _ask(run: SyncRun, user: Employee, person: EmployeeSnapshot, evidence: Evidence) -> None:
    store_people(run, [user])
    huma = EmployeeSnapshot.objects.get(run=run, side="huma", vendor_id=user.id)
    if not PossibleMatch.objects.filter(run=run, huma=huma, visma=person).exists():
        found = Possible(user.id, person.vendor_id, "email_exists_match", evidence)
        possible_row(run, found, huma.pk, person.pk, 0).save()
