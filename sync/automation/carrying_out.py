"""Takes an automatic run from review to writing: chooses what only Huma moved, holds what is too much, plans the rest.

Every automatic write names its rule: who turned automatic updates on, and when (``SyncRun.rule_by``, ``rule_at``).
"""

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from connections.models import Connection, audit
from sync.analysis import skipped_people
from sync.analysis.pilot_scope import pilot_scope
from sync.analysis.two_writers import rests
from sync.analysis.written_meanwhile import began, chosen_by_hand, closed_to
from sync.core.batches import batches
from sync.core.codes import Action
from sync.core.deciding.automatic_limits import Disagreement, writes_by_itself
from sync.core.matching.relook import stops
from sync.core.records.employee import Side
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, RunPerson, SyncRun
from sync.models.groups import OPEN_STATES, SETTLED
from sync.planning import putting_on_hold
from sync.planning.approved_changes import answer_approved, approved, come_back
from sync.planning.plan_rows import store_plan
from sync.planning.planning import make_plan
from sync.runs.events import not_handled
from sync.runs.lifecycle import end, forget_values
from sync.runs.pilot_members import note_pilot
from sync.runs.second_reads import from_before_our_write

RULE = "automatic"
"""The name that stands for the rule where it decided."""
PASSING = frozenset(
    {"unavailable", "parked", "bad_credentials", "application_refused", "bug", "passed_bug", "passed_forbidden"}
)
"""Reasons of a failure that don't concern the value, so it may be sent again."""


def carry_out(run: SyncRun) -> bool:
    """Take a run that has read everything from review to writing.

    False if there is nothing to write now: another run of the connection is writing, and its end wakes this one; or
    another run has decided about the same fields since this one began to read, so it reads again (its state is fetching
    then); or nothing may be written any more (then it is cancelled).
    """
    try:
        with transaction.atomic():
            # One run at a time counts the last hour. Rows that only refer to the connection don't wait for this lock.
            connection = Connection.objects.select_for_update(no_key=True).get(pk=run.connection_id)
            if _take(run, connection):
                _go_on(run, connection)
    finally:
        run.refresh_from_db()
    return run.state == SyncRun.State.APPLYING


def _take(run: SyncRun, connection: Connection) -> bool:
    """Set the run to applying; False if another worker did, or another run is writing."""
    now = timezone.now()
    values = {"state": SyncRun.State.APPLYING, "confirmed_at": now, "touched_at": now}
    if run.is_automatic:  # the present rule
        values |= {"rule_by": connection.automatic_by, "rule_at": connection.automatic_at}
    try:
        with transaction.atomic():
            return bool(SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.REVIEW).update(**values))
    except IntegrityError:
        return False


def _go_on(run: SyncRun, connection: Connection) -> None:
    if not may_run(connection, run):
        _give_up(run)
        return
    decided = _decided_meanwhile(run)
    if decided and run.trigger != SyncRun.Trigger.SCHEDULED:
        _read_again(run)
        return
    _carry_out(run, connection, decided)


def _carry_out(run: SyncRun, connection: Connection, decided: set[tuple[int, str]]) -> None:
    is_approved = run.trigger == SyncRun.Trigger.APPROVED
    left = set() if is_approved else decided | chosen_by_hand(run)
    _choose(run, connection, left)
    plan = make_plan(run, closed_to(run))
    items = plan.items
    skipped_people.remember(run, plan.broken, ())
    held = putting_on_hold.what_is_held(run, connection, items)
    written = [item for item in items if item not in held]
    store_plan(run, written)
    note_pilot(run)
    if is_approved:
        answer_approved(run)
    else:
        putting_on_hold.hold(run, held, compared(run), left)
    detail = {"changes": len(written), "people": len({item.planned.person for item in written}), "held": len(held)}
    if items or run.trigger != SyncRun.Trigger.REAL_TIME:  # many events from Huma change nothing
        audit(run.started_by or RULE, "run.confirmed", connection, run=run.pk, **detail)


def may_run(connection: Connection, run: SyncRun) -> bool:
    """Whether anything may be written: the connection is active, and for an automatic run the rule is still on.

    While another integration writes to Visma, events from Huma wait; a scheduled sync only shows what differs.
    """
    if rests(connection) and run.trigger == SyncRun.Trigger.REAL_TIME:
        return False
    if connection.state != Connection.State.ACTIVE:
        return False
    return connection.automatic or run.trigger == SyncRun.Trigger.APPROVED


def _give_up(run: SyncRun) -> None:
    """Cancel the run without writing; the events or approvals that it should answer wait again."""
    end(run, SyncRun.State.CANCELLED, OPEN_STATES, confirmed_at=None)
    run.confirmed_at = None
    forget_values(run)
    not_handled(run)
    come_back(run)


def _decided_meanwhile(run: SyncRun) -> set[tuple[int, str]]:
    """(link, field) of this run's differences about which another run has decided since this one began to read."""
    others = SyncRun.objects.filter(connection=run.connection_id, finished_at__gte=began(run)).exclude(pk=run.pk)
    rows = Conflict.objects.filter(run__in=others.exclude(confirmed_at=None)).exclude(decision="")
    decided = set(rows.values_list("link_id", "field"))
    return decided & set(Conflict.objects.filter(run=run).values_list("link_id", "field")) if decided else set()


def _read_again(run: SyncRun) -> None:
    """Let the run read again, because what it read may be older than what was written since."""
    EmployeeSnapshot.objects.filter(run=run).delete()
    Conflict.objects.filter(run=run).delete()
    RunPerson.objects.filter(run=run).delete()
    SyncRun.objects.filter(pk=run.pk).update(
        state=SyncRun.State.FETCHING, confirmed_at=None, read_at=None, reading_began_at=None, progress={}, figures={}
    )


def _choose(run: SyncRun, connection: Connection, left: set[tuple[int, str]]) -> None:
    """Decide by the rule, or what an owner approved; ``left`` stays undecided, and so does everything of people outside
    the pilot group."""
    scope = pilot_scope(connection.pk)
    undecided = Conflict.objects.filter(run=run, decision="", blocked_to_visma="")
    rows = [one for one in undecided.select_related("link").defer("values") if (one.link_id, one.field) not in left]
    rows = [one for one in rows if scope.includes_link(one.link)]
    if run.trigger == SyncRun.Trigger.APPROVED:
        let_go, rows = approved(run), [one for one in rows if not stops(one.link.doubt)]
        by, chosen = run.started_by, [one for one in rows if let_go.get((one.link_id, one.field)) == _prints(one)]
    else:
        huma_wins, refused = connection.both_moved == Connection.BothMoved.HUMA, _refused_before(run, undecided)
        old = from_before_our_write(run, undecided)
        rows = [one for one in rows if (one.link_id, one.field, one.huma_fingerprint) not in old]
        rows = [] if rests(connection) else rows
        by, chosen = RULE, [one for one in rows if writes_by_itself(_disagreement(one, refused), huma_wins)]
    for some in batches(one.pk for one in chosen):
        Conflict.objects.filter(pk__in=some).update(
            decision=Conflict.Decision.HUMA,
            decided_by=by,
            decided_at=timezone.now(),
            allow_clearing=True,
            for_many=True,
        )


def _prints(conflict: Conflict) -> tuple[str, str]:
    return conflict.huma_fingerprint, conflict.visma_fingerprint


def _disagreement(conflict: Conflict, refused: set[tuple[int, str, str]]) -> Disagreement:
    seen = conflict.link.seen.get(conflict.field)
    return Disagreement(
        field=conflict.field,
        standing=conflict.standing,
        why=conflict.why,
        prints=_prints(conflict),
        blocked=bool(conflict.blocked_to_visma),
        empties=conflict.empties_visma,
        by_bulk=not conflict.bulk_blocked,
        seen=(seen[0], seen[1]) if seen else None,
        by_hand=conflict.by_hand,
        refused=(conflict.link_id, conflict.field, conflict.huma_fingerprint) in refused,
        doubted=stops(conflict.link.doubt),
    )


def _refused_before(run: SyncRun, conflicts: QuerySet[Conflict]) -> set[tuple[int, str, str]]:
    """(link, field, Huma's fingerprint) of values that Visma refused or an owner rejected, and that Huma still has."""
    rows = Change.objects.filter(link__in=conflicts.order_by().values("link"), side=Side.VISMA, action=Action.FIELD)
    found: dict[tuple[int, str], str] = {}
    for change in rows.exclude(run=run).order_by("pk").only("link", "field", "state", "reason", "answer", "source"):
        if change.link_id is None:
            continue
        key = change.link_id, change.field
        if _is_refused(change):
            found[key] = change.source
        elif found.get(key) != change.source or change.state in SETTLED:
            found.pop(key, None)
    refused = {(link, field, source) for (link, field), source in found.items()}
    if refused:  # Changes of an older version have that version's fingerprint of the same value
        for one in conflicts.filter(link__in={link for link, _field in found}):
            former = one.values and one.values.get("former")
            if former and (one.link_id, one.field, former[0]) in refused:
                refused.add((one.link_id, one.field, one.huma_fingerprint))
    return refused


def _is_refused(change: Change) -> bool:
    if change.answer == Change.Answer.REJECTED:
        return True
    return change.state == Change.State.FAILED and change.reason not in PASSING


def compared(run: SyncRun) -> list[int]:
    """The links that an automatic run compared: those of whom Huma told, or all."""
    if run.trigger != SyncRun.Trigger.SCHEDULED:
        return list(run.single_people.filter(compared=True).values_list("link", flat=True))
    return list(run.connection.links.filter(state=EmployeeLink.State.LINKED).values_list("pk", flat=True))
