"""What a run does by itself: choose what only Huma moved, hold what is too much, have the rest written.

Every automatic write names its rule: automatic updates, turned on by whom and when (``SyncRun.rule_by``, ``rule_at``).
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from connections.models import Connection, audit
from sync.core.automatic import SENSITIVE, Disagreement, Hour, too_many, writes_by_itself
from sync.models import AUTOMATIC, Change, Conflict, Letter, SyncRun
from sync.services import letters
from sync.services.confirm import change_row, store_plan
from sync.services.planning import Item, make_plan

RULE = "automatic"
"""Who decided, where it was the rule."""
HOUR = timedelta(hours=1)
PASSING = frozenset({"unavailable", "parked", "bad_credentials", "bug"})
"""Reasons of a failure that say nothing about the value: it may be sent again."""


def carry_out(run: SyncRun) -> bool:
    """Take a run that has read everything from review to writing, or to its end where there is nothing to write.

    False when another run of the connection is writing: then it is for later.
    """
    try:
        with transaction.atomic():
            # The hour is counted by one run at a time.
            connection = Connection.objects.select_for_update().get(pk=run.connection_id)
            mine = SyncRun.objects.filter(pk=run.pk, state=SyncRun.State.REVIEW)
            if not mine.update(state=SyncRun.State.APPLYING, confirmed_at=timezone.now(), touched_at=timezone.now()):
                return True
            if may_run(connection, run):
                _choose(run, connection)
            plan = make_plan(run)
            held = _held(run, connection, plan.items)
            store_plan(run, [item for item in plan.items if item not in held])
            _hold(run, held)
            _answer_released(run)
            audit(
                run.started_by or RULE, "run.confirmed", connection,
                run=run.pk, changes=len(plan.items), people=plan.people, held=len(held),
            )  # fmt: skip
    except IntegrityError:
        return False
    finally:
        run.refresh_from_db()
    return True


def may_run(connection: Connection, run: SyncRun) -> bool:
    """Whether anything may be written: the connection works, and for an automatic run the rule still stands."""
    if connection.state != Connection.State.ACTIVE:
        return False
    return connection.automatic or run.trigger == SyncRun.Trigger.RELEASE


def _choose(run: SyncRun, connection: Connection) -> None:
    """Decide what the rule decides, or what an owner released."""
    rows = Conflict.objects.filter(run=run, decision="").select_related("link").defer("values")
    released = _released(run)
    huma_wins = connection.both_moved == Connection.BothMoved.HUMA
    refused = _refused_before(run, rows)
    chosen = []
    for conflict in rows:
        prints = (conflict.huma_fingerprint, conflict.visma_fingerprint)
        if run.trigger == SyncRun.Trigger.RELEASE:
            if released.get((conflict.link_id, conflict.field)) == prints and not conflict.blocked_to_visma:
                chosen.append(conflict.pk)
            continue
        if writes_by_itself(_disagreement(conflict, prints, refused), huma_wins):
            chosen.append(conflict.pk)
    by = run.started_by if run.trigger == SyncRun.Trigger.RELEASE else RULE
    Conflict.objects.filter(pk__in=chosen).update(
        decision="huma", decided_by=by, decided_at=timezone.now(), allow_clearing=True
    )


def _disagreement(conflict: Conflict, prints: tuple[str, str], refused: set[tuple[int, str, str]]) -> Disagreement:
    seen = conflict.link.seen.get(conflict.field)
    return Disagreement(
        field=conflict.field,
        standing=conflict.standing,
        why=conflict.why,
        prints=prints,
        blocked=bool(conflict.blocked_to_visma),
        empties=conflict.empties_visma,
        by_bulk=not conflict.bulk_blocked,
        seen=(seen[0], seen[1]) if seen else None,
        refused=(conflict.link_id, conflict.field, prints[0]) in refused,
    )


def _released(run: SyncRun) -> dict[tuple[int | None, str], tuple[str, str]]:
    rows = Change.objects.filter(pk__in=run.options.get("released", ()), state=Change.State.HELD)
    return {(change.link_id, change.field): (change.source, change.pin) for change in rows}


def _refused_before(run: SyncRun, conflicts: Iterable[Conflict]) -> set[tuple[int, str, str]]:
    """(link, field, Huma's fingerprint) of what Visma refused, or an owner dropped, when it was last to be written."""
    links = {conflict.link_id for conflict in conflicts}
    last: dict[tuple[int | None, str], Change] = {}
    rows = Change.objects.filter(link__in=links, side="visma", action="field").exclude(run=run)
    for change in rows.order_by("pk").only("link", "field", "state", "reason", "answer", "source"):
        last[change.link_id, change.field] = change
    return {
        (change.link_id, change.field, change.source)
        for change in last.values()
        if change.link_id and (_refused(change) or change.answer == Change.Answer.DROPPED)
    }


def _refused(change: Change) -> bool:
    return change.state == Change.State.FAILED and change.reason not in PASSING


def _held(run: SyncRun, connection: Connection, items: list[Item]) -> dict[Item, str]:
    """Which items are held, and the code of why."""
    if run.trigger == SyncRun.Trigger.RELEASE:
        return {}
    waiting = set(_waiting(connection).values_list("link_id", "field"))
    after_a_look = connection.accounts == Connection.Accounts.AFTER_A_LOOK
    held: dict[Item, str] = {}
    for item in items:
        if (item.link_id, item.planned.field) in waiting:
            held[item] = "held_waits"
        elif after_a_look and item.planned.field == "bank_account":
            held[item] = "held_account"
    free = [item for item in items if item not in held]
    whole = run.trigger == SyncRun.Trigger.SCHEDULED
    people = too_many([(i.planned.person, i.planned.field) for i in free], _hour(run, connection), whole)
    return held | {item: "held_many" for item in free if item.planned.person in people}


def _hour(run: SyncRun, connection: Connection) -> Hour:
    """What was written by itself within the last hour, and whether something was held for being too much."""
    since = timezone.now() - HOUR
    rows = Change.objects.filter(run__connection=connection, run__trigger__in=AUTOMATIC, run__confirmed_at__gte=since)
    rows = rows.exclude(run=run)
    written = list(rows.exclude(state=Change.State.HELD).values_list("link_id", "field"))
    linked = connection.links.filter(state="linked").count()
    return Hour(
        people=frozenset(f"link:{link}" for link, _field in written),
        sensitive=sum(field in SENSITIVE for _link, field in written),
        most_people=connection.threshold(linked),
        over=rows.filter(state=Change.State.HELD, reason="held_many").exists(),
    )


def _waiting(connection: Connection) -> QuerySet[Change]:
    return Change.objects.filter(run__connection=connection, state=Change.State.HELD, answer="")


def _hold(run: SyncRun, held: dict[Item, str]) -> None:
    """Store what is held; what was held of these people before and isn't so any more is overtaken.

    One email goes out when the first Change waits, none for those that join it.
    """
    waited = {(one.link_id, one.field): one for one in _waiting(run.connection).filter(link__in=compared(run))}
    still, rows, now = set(), [], timezone.now()
    for item, why in held.items():
        old = waited.get((item.link_id, item.planned.field))
        if old and (old.source, old.pin) == (item.planned.source, item.planned.pin):
            still.add(old.pk)
            continue
        rows.append(change_row(run, None, item))
        rows[-1].state, rows[-1].reason, rows[-1].settled_at = Change.State.HELD, why, now
    overtake(_waiting(run.connection).filter(pk__in={one.pk for one in waited.values()} - still))
    first = not _waiting(run.connection).exists()
    Change.objects.bulk_create(rows, batch_size=500)
    Conflict.objects.filter(pk__in=[item.conflict.pk for item in held if item.conflict]).update(outcome="held")
    if rows and first:
        to = letters.owners(run.connection)
        letters.write(Letter.Kind.HELD, f"held:{run.pk}", to, run.connection, run=run.pk)


def compared(run: SyncRun) -> list[int]:
    """The links that an automatic run compared: those whom Huma told of, or all."""
    if run.trigger != SyncRun.Trigger.SCHEDULED:
        return list(run.progress.get("links", ()))
    return list(run.connection.links.filter(state="linked").values_list("pk", flat=True))


def overtake(held: QuerySet[Change]) -> None:
    """Held Changes that nobody has to answer any more."""
    held.filter(state=Change.State.HELD, answer="").update(answer=Change.Answer.OVERTAKEN, answered_at=timezone.now())


def _answer_released(run: SyncRun) -> None:
    """Tie what was released to what is written now; where a side moved meanwhile, it was overtaken."""
    if run.trigger != SyncRun.Trigger.RELEASE:
        return
    made = {(one.link_id, one.field): one for one in Change.objects.filter(run=run)}
    for held in Change.objects.filter(pk__in=run.options.get("released", ()), state=Change.State.HELD):
        held.released_as = made.get((held.link_id, held.field))
        held.answer = Change.Answer.RELEASED if held.released_as else Change.Answer.OVERTAKEN
        held.save(update_fields=["released_as", "answer"])
