"""Holds automatic changes for an owner: too many within an hour, and changed accounts. Source: design, Held."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from connections.models import Connection
from sync.core.batches import batches
from sync.core.codes import Standing
from sync.core.deciding.automatic_limits import SENSITIVE, Hour, is_first_account, people_over
from sync.core.fields import field as field_named
from sync.core.records.employee import Side, from_json
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, SyncRun
from sync.models.groups import AUTOMATIC, SETTLED
from sync.planning.held_letters import tell_at_once
from sync.planning.plan_rows import change_row
from sync.planning.planning import Item
from sync.reading.presence import id_of, unread
from sync.reading.reader import fingerprinter

HOUR = timedelta(hours=1)
APPROVAL_LASTS = timedelta(days=1)
"""How long an approval counts for exactly the same change, if it wasn't written at first."""
VALUES = ("before", "after", "vendor_words")
Key = tuple[int | None, str]


def key(item: Item) -> Key:
    """The link and the field of an item."""
    return item.link_id, item.planned.field


def _key(held: Change) -> Key:
    return held.link_id, held.field


def waiting(connection: Connection) -> QuerySet[Change]:
    """The held Changes that no owner has answered."""
    return Change.objects.filter(run__connection=connection).waiting()


def what_is_held(run: SyncRun, connection: Connection, items: list[Item]) -> dict[Item, str]:
    """The items of an automatic run that are held, with the code of the reason; approved ones are never held."""
    if run.trigger == SyncRun.Trigger.APPROVED:
        return {}
    looked_at = _approved_before(connection, items)
    waits = set(waiting(connection).values_list("link_id", "field"))
    changed_accounts = _changed_accounts(connection, items)
    held: dict[Item, str] = {}
    free = []
    for item in items:
        if (*key(item), item.planned.source, item.planned.pin) in looked_at:
            continue
        if item in changed_accounts:
            held[item] = "held_account"
        elif key(item) in waits:
            held[item] = "held_waits"
        else:
            free.append(item)
    whole = run.trigger == SyncRun.Trigger.SCHEDULED
    people = people_over([(i.planned.person, i.planned.field) for i in free], _hour(run, connection), whole)
    return held | {item: "held_many" for item in free if item.planned.person in people}


def _changed_accounts(connection: Connection, items: Iterable[Item]) -> set[Item]:
    """The bank accounts that wait for approval: all but first ones, if the connection lets changed ones wait."""
    if connection.accounts == Connection.Accounts.AT_ONCE:
        return set()
    spec = field_named("bank_account")
    empty = fingerprinter(connection)(spec.name, spec.version, None)
    found = set()
    for item in items:
        if item.planned.field == spec.name and item.conflict:
            settled = item.conflict.link.baseline.get(spec.name)
            pair = (settled[0], settled[1]) if settled else None
            if not is_first_account(pair, item.planned.pin, empty):
                found.add(item)
    return found


def _approved_before(connection: Connection, items: Iterable[Item]) -> set[tuple[int | None, str, str, str]]:
    """The changes that an owner approved and that weren't written: if the same comes again, nobody has to look again.

    An approval is used up once the field has been settled, and it lasts for a day. After that the same change counts
    as a new one.
    """
    rows = Change.objects.filter(run__connection=connection, state=Change.State.HELD, answer=Change.Answer.APPROVED)
    rows = rows.filter(answered_at__gte=timezone.now() - APPROVAL_LASTS)
    since = Change.objects.filter(link=OuterRef("link"), field=OuterRef("field"), state__in=SETTLED)
    rows = rows.exclude(Exists(since.filter(settled_at__gte=OuterRef("answered_at"))))
    links = {item.link_id for item in items}
    return {one for one in rows.values_list("link_id", "field", "source", "pin") if one[0] in links}


def _hour(run: SyncRun, connection: Connection) -> Hour:
    """What automatic runs wrote within the last hour, or held because it was too much and nobody has answered."""
    rows = Change.objects.filter(
        run__connection=connection, run__trigger__in=AUTOMATIC, run__confirmed_at__gte=timezone.now() - HOUR
    ).exclude(run=run)
    too_much = Q(reason="held_many", answer__in=(Change.Answer.WAITS, Change.Answer.OVERTAKEN))
    counted = set(
        rows.exclude(link=None).filter(~Q(state=Change.State.HELD) | too_much).values_list("link_id", "field")
    )
    linked = connection.links.filter(state=EmployeeLink.State.LINKED).count()
    return Hour(
        people=frozenset(f"link:{link}" for link, _field in counted),
        sensitive=sum(field in SENSITIVE for _link, field in counted),
        most_people=connection.threshold(linked),
    )


def hold(run: SyncRun, held: Mapping[Item, str], compared: Collection[int], left: Collection[Key] = ()) -> None:
    """Store the held items. Older held Changes of the ``compared`` people that are gone or have moved are overtaken.

    ``left``: fields about which this run decided nothing. Owners are told of Changes that didn't wait before.
    """
    before = {_key(one): one for one in waiting(run.connection).defer(*VALUES).select_related("run")}
    rows, now = [], timezone.now()
    for item, why in held.items():
        old = before.get(key(item))
        if old and (old.source, old.pin) == (item.planned.source, item.planned.pin) and not old.run.values_blanked_at:
            continue
        if old:
            overtake([old])
        row = change_row(run, None, item)
        row.state, row.reason, row.settled_at = Change.State.HELD, why, now
        rows.append(row)
    if before:
        keys = {*left, *map(key, held)}
        prints = "link_id", "field", "huma_fingerprint", "visma_fingerprint"
        same = set(_asking(run).values_list(*prints))
        still = [one for one in before.values() if (*_key(one), one.source, one.pin) in same or _key(one) in keys]
        _let_go(run, compared, still)
    Change.objects.bulk_create(rows, batch_size=500)
    for some in batches(item.conflict.pk for item in held if item.conflict):
        Conflict.objects.filter(pk__in=some).update(outcome=Change.State.HELD)
    new = [row for row in rows if _key(row) not in before]
    if new:
        tell_at_once(run, len(new), len({row.link_id for row in new}))


def _asking(run: SyncRun) -> QuerySet[Conflict]:
    """The run's differences without those that a person left as they are."""
    return Conflict.objects.filter(run=run).exclude(standing=Standing.LEFT)


def overtake(held: Iterable[Change]) -> None:
    """Mark held Changes as overtaken: nobody has to answer them any more."""
    for some in batches(held):
        rows = Change.objects.filter(pk__in=[one.pk for one in some]).waiting()
        rows.answer(Change.Answer.OVERTAKEN)


def overtake_gone(run: SyncRun) -> None:
    """Overtake held Changes that are no differences any more, as far as a run over both sides can see."""
    waits = list(waiting(run.connection).defer(*VALUES))
    if waits:
        there = EmployeeSnapshot.objects.filter(run=run, side=Side.VISMA, complete=True).exclude(link=None)
        differ = set(_asking(run).values_list("link_id", "field"))
        _let_go(run, list(there.values_list("link_id", flat=True)), [one for one in waits if _key(one) in differ])


def _let_go(run: SyncRun, compared: Collection[int], still: Iterable[Change]) -> None:
    """Overtake the held Changes of the compared people except ``still``, and those of people who aren't linked now."""
    kept, looked_at = {one.pk for one in still}, set(compared)
    rows = [one for one in waiting(run.connection).defer(*VALUES).select_related("link") if one.pk not in kept]
    linked = [one for one in rows if one.link is not None and one.link.state == EmployeeLink.State.LINKED]
    over = {one.pk for one in linked if one.link_id in looked_at}
    missed = unread(run)
    over -= {one.pk for one in linked if one.link and {(side, id_of(one.link, side)) for side in Side} & missed}
    over -= _unreadable(run, [one for one in linked if one.pk in over])
    overtake([one for one in rows if one.pk in over or one not in linked])


def _unreadable(run: SyncRun, held: Iterable[Change]) -> set[int]:
    """The Changes whose field couldn't be read on both sides: it wasn't compared, so nothing is known about it."""
    found: set[int] = set()
    for side in Side:
        theirs: dict[str, list[Change]] = defaultdict(list)
        for one in held:
            theirs[getattr(one.link, f"{side}_id")].append(one)
        for some in batches(theirs):
            rows = EmployeeSnapshot.objects.filter(run=run, side=side, vendor_id__in=some)
            for vendor_id, payload in rows.values_list("vendor_id", "payload"):
                values = from_json(payload).values if payload else {}
                found |= {one.pk for one in theirs[vendor_id] if one.field in values and not values[one.field].readable}
    return found
