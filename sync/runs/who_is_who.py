"""What a person can say about who is who: link, unlink, leave out, take back. None of it writes to Huma or Visma."""

from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connections.models import Connection, audit, name_of
from sync.analysis.links.candidates import recheck
from sync.analysis.links.linking import against_alone, kept_name, kept_number, retire_gone
from sync.analysis.links.single_pairs import compare_pair, is_left_out
from sync.core.codes import CreateGroup
from sync.core.deciding.create import heading
from sync.core.matching.relook import other_employee, without_instead
from sync.core.records.employee import Side, from_json
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, PossibleMatch, SyncRun
from sync.models.groups import STEPS
from sync.models.links import called
from sync.runs.lifecycle import NotAllowed, latest_read

KEPT = ("decision", "decided_by", "decided_at", "allow_clearing", "is_new")


def link(
    connection: Connection, user: Any, huma_id: str, visma_id: str, births_confirmed: bool = False
) -> EmployeeLink:
    """Link two people because a person says that they are one. An open run compares the pair at once.

    Raises ``NotAllowed``: "state" while a run writes, "unread" if the latest read hasn't got one of them, "taken" if
    one is linked to somebody else, "births" if their dates of birth differ and nobody has confirmed it.
    """
    with transaction.atomic():
        hold_reviews(connection)
        read = latest_read(connection)
        rows = EmployeeSnapshot.objects.filter(run=read, complete=True)
        huma = rows.filter(side=Side.HUMA, vendor_id=huma_id).first()
        visma = rows.filter(side=Side.VISMA, vendor_id=visma_id).first()
        if huma is None or visma is None:
            raise NotAllowed("unread")
        made = make_link(connection, user, huma, visma, births_confirmed)
        EmployeeLink.objects.filter(pk=made.pk).update(linked_at=timezone.now())
        audit(user, "people.linked", connection, link=made.pk)
        for run in in_review(connection):
            _settle_match(run, user, made, "linked")
            compare_pair(run, made)
    return made


def make_link(
    connection: Any,
    user: Any,
    huma: EmployeeSnapshot,
    visma: EmployeeSnapshot,
    births_confirmed: bool = False,
) -> EmployeeLink:
    """Store the link of two people by a person's choice; a pair that was called different may be linked again.

    Raises ``NotAllowed``: "taken" if one of them is linked to somebody else, "births" if their dates of birth differ
    and nobody has confirmed it.
    """
    known = _against(huma, visma)
    if "birth" in known and not births_confirmed:
        raise NotAllowed("births")
    others = EmployeeLink.objects.filter(connection=connection).holding()
    if others.filter(Q(huma_id=huma.vendor_id) | Q(visma_id=visma.vendor_id)).exists():
        raise NotAllowed("taken")
    retire_gone(connection, Side.HUMA, [huma.vendor_id])
    retire_gone(connection, Side.VISMA, [visma.vendor_id])
    link, _created = EmployeeLink.objects.update_or_create(
        connection=connection,
        huma_id=huma.vendor_id,
        visma_id=visma.vendor_id,
        defaults={
            "state": EmployeeLink.State.LINKED,
            "gone_from": "",
            "linked_by": EmployeeLink.By.PERSON,
            "linked_by_user": user.get_username(),
            **called(kept_name(huma.name, visma.name), kept_number(visma.number, huma.number)),
            "known": known,
            "doubt": "",
            "doubt_at": None,
        },
    )
    return link


def _against(huma: EmployeeSnapshot, visma: EmployeeSnapshot) -> list[str]:
    """What speaks against the two by what was read of them; a person confirms it, so it doesn't ask again."""
    if not (huma.payload and visma.payload):
        return []
    return without_instead(against_alone(from_json(huma.payload), from_json(visma.payload)))


def link_instead(made: EmployeeLink, user: Any) -> EmployeeLink:
    """Link the person with the employee that the doubt names, instead of the one whose employment has ended.

    Raises ``NotAllowed`` as ``link`` does; then the old link stays.
    """
    with transaction.atomic():
        other = other_employee(made.doubt)
        unlink(made, user)
        return link(made.connection, user, made.huma_id, other)


def unlink(made: EmployeeLink, user: Any) -> None:
    """Call two linked people different, whatever their keys say, and forget their baselines.

    Raises ``NotAllowed("state")`` while a run writes.
    """
    connection = made.connection
    with transaction.atomic():
        hold_reviews(connection)
        EmployeeLink.objects.filter(pk=made.pk).update(
            state=EmployeeLink.State.DIFFERENT,
            gone_from="",
            linked_by=EmployeeLink.By.PERSON,
            linked_by_user=name_of(user),
            linked_at=timezone.now(),
            huma_position="",
            visma_position="",
            changes_on=None,
            baseline={},
            written={},
            seen={},
            known=None,
            doubt="",
            doubt_at=None,
        )
        audit(user, "people.unlinked", connection, link=made.pk)
        for run in in_review(connection):
            Conflict.objects.filter(run=run, link=made).delete()
            _settle_match(run, user, made, "different")
            _offer_again(run, EmployeeSnapshot.objects.filter(run=run, link=made))
    made.refresh_from_db()


def leave_out(connection: Connection, user: Any, side: str, vendor_id: str, name: str, why: str = "") -> LeftOut:
    """Leave a person out for good: not compared, not created, not written. Raises ``NotAllowed`` while a run writes."""
    with transaction.atomic():
        hold_reviews(connection)
        row, created = LeftOut.objects.get_or_create(
            connection=connection,
            side=side,
            vendor_id=vendor_id,
            defaults={"name": name[:255], "reason": why.strip()[:200], "by": name_of(user)},
        )
        made = _link_of(connection, side, vendor_id)
        if created:
            audit(user, "person.left_out", connection, left_out=row.pk, side=side, **_whose(row, made))
        for run in in_review(connection):
            if made is not None:
                Conflict.objects.filter(run=run, link=made).delete()
            recheck(run, EmployeeSnapshot.objects.filter(run=run, side=side, vendor_id=vendor_id, link=None))
    return row


def take_back(row: LeftOut, user: Any) -> None:
    """Let a person, or a field of one, take part again. Raises ``NotAllowed`` while a run writes."""
    connection = row.connection
    with transaction.atomic():
        hold_reviews(connection)
        made = row.link or _link_of(connection, row.side, row.vendor_id)
        action = "field.taken_back" if row.field else "person.taken_back"
        audit(user, action, connection, left_out=row.pk, **_whose(row, made))
        LeftOut.objects.filter(pk=row.pk).delete()
        for run in in_review(connection):
            if made is not None:
                _compare_again(run, made)
            else:
                rows = EmployeeSnapshot.objects.filter(run=run, side=row.side, vendor_id=row.vendor_id, link=None)
                recheck(run, rows)


def _whose(row: LeftOut, made: EmployeeLink | None) -> dict[str, Any]:
    """Whom an audit entry about a row is about, because the row may be deleted later: never a name."""
    ids = {"ids": [f"{row.side}:{row.vendor_id}"]} if row.vendor_id else {"field": row.field}
    return ids | ({"link": made.pk} if made else {})


def _compare_again(run: SyncRun, made: EmployeeLink) -> None:
    """Compare the pair again; decisions about other people stay."""
    if made.state != EmployeeLink.State.LINKED or is_left_out(made):
        return
    rows = Conflict.objects.filter(run=run, link=made)
    before = {(c.field, c.huma_fingerprint, c.visma_fingerprint): c for c in rows.defer("values")}
    rows.delete()
    compare_pair(run, made)
    for conflict in rows.defer("values"):
        earlier = before.get((conflict.field, conflict.huma_fingerprint, conflict.visma_fingerprint))
        if earlier is not None:
            for name in KEPT:
                setattr(conflict, name, getattr(earlier, name))
            conflict.save(update_fields=KEPT)


def _offer_again(run: SyncRun, rows: Any) -> None:
    """Put people who aren't linked any more onto the lists to create."""
    for person in rows:
        person.link = None
        person.create_group = heading(from_json(person.payload)) if person.payload else CreateGroup.NO_POSITION
        person.save(update_fields=["link", "create_group"])
        recheck(run, [person])


def _settle_match(run: SyncRun, user: Any, made: EmployeeLink, decision: str) -> None:
    rows = PossibleMatch.objects.filter(run=run, huma__vendor_id=made.huma_id, visma__vendor_id=made.visma_id)
    rows.update(decision=decision, decided_by=name_of(user), decided_at=timezone.now())


def _link_of(connection: Connection, side: str, vendor_id: str) -> EmployeeLink | None:
    if not vendor_id:
        return None
    rows = EmployeeLink.objects.filter(connection=connection, **{f"{side}_id": vendor_id})
    return rows.same_person().first()


def in_review(connection: Connection) -> list[SyncRun]:
    """The connection's open runs that wait for a person."""
    return list(connection.runs.filter(state__in=STEPS).select_related("connection"))


def hold_reviews(connection: Connection) -> None:
    """Lock the connection's open runs so that none begins to write. Raises ``NotAllowed`` if one is writing."""
    open_runs = SyncRun.objects.select_for_update().filter(
        connection=connection, state__in=(*STEPS, SyncRun.State.APPLYING)
    )
    if any(run.state == SyncRun.State.APPLYING for run in open_runs):
        raise NotAllowed("state")
    SyncRun.objects.filter(connection=connection, state__in=STEPS).update(touched_at=timezone.now())
