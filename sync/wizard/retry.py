"""Retry failed: makes a new run that begins at Confirm, with the decisions whose Changes failed."""

from typing import Any

from django.db import IntegrityError, transaction

from connections.models import audit
from sync.analysis.links.relooking import is_held_back
from sync.analysis.pilot_scope import PilotScope, pilot_scope
from sync.core.codes import Action, Standing
from sync.core.fields.number import TO_BE_GIVEN
from sync.core.records.employee import Side
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, SyncRun
from sync.runs.lifecycle import NotAllowed, open_run, require_active


def retry_failed(run: SyncRun, user: Any) -> SyncRun:
    """Make a run with only what failed in ``run``, ready to be confirmed.

    It keeps the pins of the first run, so a value that moved meanwhile isn't overwritten. Returns the open run if there
    is one; raises ``NotAllowed``: "state" if nothing failed, "inactive" if the connection isn't active.
    """
    existing = open_run(run.connection)
    if existing:
        return existing
    require_active(run.connection)
    failed = to_retry(run)
    if not failed:
        raise NotAllowed("state")
    try:
        with transaction.atomic():
            retry = SyncRun.objects.create(
                connection=run.connection,
                trigger=run.trigger if run.trigger == SyncRun.Trigger.UNDO else SyncRun.Trigger.RETRY,
                state=SyncRun.State.CONFIRM,
                started_by=user.get_username(),
                read_at=run.read_at,
                retry_of=run,
                figures=run.figures,
                new_user_groups=run.new_user_groups,
                invites=run.invites,
                assigns_numbers=run.assigns_numbers,
            )
            for change in failed:
                _again(retry, change)
            audit(user, "run.retried", run.connection, run=retry.pk, retry_of=run.pk)
    except IntegrityError:
        other = open_run(run.connection)
        if other is None:
            raise
        return other
    return retry


def to_retry(run: SyncRun) -> list[Change]:
    """The Changes that failed in an ended run and that no later run has written.

    People whose link has come into doubt since are left out (see ``doubted``), and people outside the pilot group (see
    ``outside``).
    """
    scope = pilot_scope(run.connection_id)
    return [change for change in _failed(run) if not _is_doubted(change) and not _is_outside(change, scope)]


def outside(run: SyncRun) -> int:
    """How many people a retry leaves alone because they are outside the pilot group."""
    scope = pilot_scope(run.connection_id)
    return len({(one.link_id, one.snapshot_id) for one in _failed(run) if _is_outside(one, scope)})


def _is_outside(change: Change, scope: PilotScope) -> bool:
    if change.link:
        return not scope.includes_link(change.link)
    return change.snapshot is not None and not scope.includes_person(change.snapshot.side, change.snapshot.vendor_id)


def doubted(run: SyncRun) -> int:
    """How many people a retry leaves alone because their links have come into doubt."""
    return len({change.link_id for change in _failed(run) if _is_doubted(change)})


def _is_doubted(change: Change) -> bool:
    if change.action == Action.CREATE or change.link is None:
        return False
    return is_held_back(change.link, change.conflict)


def _failed(run: SyncRun) -> list[Change]:
    if run.is_open:
        return []
    rows = Change.objects.filter(run=run, state=Change.State.FAILED).select_related("conflict", "snapshot", "link")
    links = EmployeeLink.objects.filter(connection=run.connection_id).same_person()
    there: set[tuple[str, str]] = {(Side.HUMA, huma) for huma in links.values_list("huma_id", flat=True)}
    there |= {(Side.VISMA, visma) for visma in links.values_list("visma_id", flat=True)}
    return [change for change in rows if _is_worth_it(change, there)]


def _is_worth_it(change: Change, there: set[tuple[str, str]]) -> bool:
    if change.action == Action.CREATE:
        person = change.snapshot
        return bool(person and person.payload and (person.side, person.vendor_id) not in there)
    if change.link is None or change.after == TO_BE_GIVEN:  # it belongs to a creation
        return False
    settled = (change.source, change.becomes) if change.side == Side.VISMA else (change.becomes, change.source)
    now = change.link.baseline.get(change.field)
    return change.link.state == EmployeeLink.State.LINKED and (now is None or tuple(now) != settled)


def _again(retry: SyncRun, change: Change) -> None:
    if change.action == Action.CREATE:
        _create_again(retry, change)
    elif change.link:
        _decide_again(retry, change, change.link)


def _decide_again(retry: SyncRun, change: Change, link: EmployeeLink) -> None:
    to_visma = change.side == Side.VISMA
    prints = (change.source, change.pin) if to_visma else (change.pin, change.source)
    source = Side.HUMA if to_visma else Side.VISMA
    old = change.conflict.values if change.conflict else None
    undoes = change.conflict.undoes if change.conflict else None
    Conflict.objects.create(
        run=retry,
        link=link,
        field=change.field,
        kind=change.conflict.kind if change.conflict else Conflict.Kind.HUMA_EMPTY,
        values={
            **(old or {source: change.after}),
            change.side: change.before,
            f"to_{change.side}": change.after,
        },
        huma_fingerprint=prints[0],
        visma_fingerprint=prints[1],
        standing=change.conflict.standing if undoes and change.conflict else Standing.ASKS,
        decision=Conflict.Decision.UNDO if undoes else source,
        undoes=undoes,
        decided_by=change.conflict.decided_by if change.conflict else retry.started_by,
        decided_at=change.conflict.decided_at if change.conflict else None,
        for_many=change.conflict.for_many if change.conflict else False,
        empties_huma=change.conflict.empties_huma if change.conflict else False,
        empties_visma=change.conflict.empties_visma if change.conflict else False,
        allow_clearing=change.conflict.allow_clearing if change.conflict else False,
    )


def _create_again(retry: SyncRun, change: Change) -> None:
    """Copy the person's snapshot into the retry; the creation is planned from it again."""
    old = change.snapshot
    if old is None:
        return
    EmployeeSnapshot.objects.create(
        run=retry,
        side=old.side,
        vendor_id=old.vendor_id,
        name=old.name,
        number=old.number,
        standing=old.standing,
        active=old.active,
        draft=old.draft,
        payload=old.payload,
        create_group=old.create_group,
        create_chosen=True,
        create_chosen_by=retry.started_by,
    )
