"""Who did what: the audit trail as people read it, with whom each entry is about, and what it opens to.

Source: design, History (Audit).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from connections.models import AuditEntry, Connection
from connections.pages import request_params
from connections.pages.audit_kinds import KINDS
from connections.pages.audit_words import SettingChange, action_words, actions_of, setting_changes, who_words
from connections.pages.permissions import connections_of
from sync.core.records.employee import Side
from sync.models import AuditedPerson, Change, Conflict, EmployeeLink, EmployeeSnapshot, LeftOut
from sync.pages.paging import Order, Part, Place, by_pk, part
from sync.wording.sentences import decision_label, field_label

PER_PAGE = 50
ROWS_SHOWN = 100
NAMED = 3
"""The number of people who are named in the list; the entry opens to all."""
MOST_COUNTED = 10_000
NEWEST = ("-at", "-pk")
BY_NAME = ("name", "pk")
LONGEST_WHO = 150


@dataclass(frozen=True)
class AuditFilter:
    """What the page shows. ``person``: the key of a link."""

    connection: str = ""
    who: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    person: int = 0

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "AuditFilter":
        """The filter of an address; what makes no sense is ignored."""
        kind = str(data.get("kind") or "")
        return cls(
            connection=request_params.searched(data.get("connection")),
            who=request_params.searched(data.get("who"))[:LONGEST_WHO],
            kind=kind if kind in KINDS else "",
            since=_day(data.get("since")),
            until=_day(data.get("until")),
            person=request_params.number(data.get("person")),
        )

    def as_data(self) -> dict[str, str]:
        """The filter as parameters of an address."""
        parts: dict[str, Any] = {**vars(self)}
        said = {name: one.isoformat() if isinstance(one, date) else str(one or "") for name, one in parts.items()}
        return {name: text for name, text in said.items() if text}

    def apply(self, rows: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """The entries that the filter shows, among ``rows``."""
        if self.connection:
            rows = rows.filter(connection__code=self.connection)
        if self.who:
            rows = rows.filter(who=self.who)
        if self.kind:
            rows = rows.filter(action__in=actions_of(self.kind))
        if self.since:
            rows = rows.filter(at__gte=_midnight(self.since))
        if self.until:
            rows = rows.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        if self.person:
            rows = rows.filter(people__link=self.person)
        return rows


def _day(text: Any) -> date | None:
    try:
        found = date.fromisoformat(str(text or ""))
    except ValueError:
        return None
    return found if 2000 <= found.year < 2200 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Named:
    """Somebody whom an entry is about. Without a side nobody knows where they are now."""

    name: str
    side: str = ""
    vendor_id: str = ""
    code: str = ""


@dataclass(frozen=True)
class Line:
    """One entry in the list: who did what, and some of those whom it is about."""

    entry: AuditEntry
    who: str
    what: str
    people: list[Named]
    more: int
    changes: list[SettingChange]


def entries_of(user: Any) -> QuerySet[AuditEntry]:
    """The entries that a user may see: superusers all, owners those of their connections."""
    rows = AuditEntry.objects.all()
    return rows if user.is_superuser else rows.filter(connection__in=connections_of(user))


@dataclass(frozen=True)
class Newest:
    """A page of entries, the newest first. ``total``: how many the filter shows, at most one more than
    ``MOST_COUNTED``; ``first``, ``last``: the marks of its ends."""

    entries: list[AuditEntry]
    total: int
    has_newer: bool
    has_older: bool

    @property
    def first(self) -> int:
        """The key of its first entry; 0 for none."""
        return self.entries[0].pk if self.entries else 0

    @property
    def last(self) -> int:
        """The key of its last entry; 0 for none."""
        return self.entries[-1].pk if self.entries else 0


def page(user: Any, shown: AuditFilter, place: Place) -> Newest:
    """A page of the entries that the filter shows. It counts no more rows than it must: there may be a million."""
    every = entries_of(user)
    rows = shown.apply(every).select_related("connection")
    total = rows.order_by()[: MOST_COUNTED + 1].count()
    order = by_pk(every, NEWEST)
    key = order.key(place.after or place.before)
    if key is None:
        found = list(rows.order_by(*NEWEST)[: PER_PAGE + 1])
        return Newest(found[:PER_PAGE], total, False, len(found) > PER_PAGE)
    if place.after:
        found = list(rows.filter(order.beyond(key)).order_by(*NEWEST)[: PER_PAGE + 1])
        return Newest(found[:PER_PAGE], total, True, len(found) > PER_PAGE)
    found = list(rows.filter(order.beyond(key, before=True)).order_by(*order.backwards())[: PER_PAGE + 1])
    return Newest(found[:PER_PAGE][::-1], total, len(found) > PER_PAGE, True)


def lines(entries: Sequence[AuditEntry]) -> list[Line]:
    """The entries in words, with their people, in a fixed number of statements."""
    pks = [entry.pk for entry in entries]
    counted = dict(AuditedPerson.objects.filter(entry__in=pks).values_list("entry").annotate(n=Count("pk")).order_by())
    named: dict[int, list[Named]] = defaultdict(list)
    few = [pk for pk in pks if 0 < counted.get(pk, 0) <= NAMED]
    many = [pk for pk in pks if counted.get(pk, 0) > NAMED]
    wanted = Q(entry__in=few)
    for pk in many:
        some = AuditedPerson.objects.filter(entry=pk).order_by("pk").values("pk")[:NAMED]
        wanted |= Q(pk__in=some)
    rows = AuditedPerson.objects.filter(wanted).select_related("link__connection").order_by("pk") if counted else ()
    for row in rows:
        named[row.entry_id].append(_named(row.link))
    alone = _alone(entries)
    found = []
    for entry in entries:
        others = [] if counted.get(entry.pk) else [alone[key] for key in _keys(entry) if key in alone]
        people = (named[entry.pk] + others)[:NAMED]
        total = counted.get(entry.pk, 0) or len(others)
        more, changes = total - len(people), list(setting_changes(entry))
        found.append(Line(entry, who_words(entry.who), action_words(entry), people, more, changes))
    return found


def _named(link: EmployeeLink) -> Named:
    return Named(link.name, Side.HUMA.value, link.huma_id, link.connection.code)


Key = tuple[int | None, str, str]


def _keys(entry: AuditEntry) -> list[Key]:
    """The people without a link whom an entry names: connection, side, id."""
    ids = entry.detail.get("ids") or ()
    parts = [id_.partition(":") for id_ in ids if isinstance(id_, str)]
    return [(entry.connection_id, side, id_) for side, _, id_ in parts if id_]


def _alone(entries: Iterable[AuditEntry]) -> dict[Key, Named]:
    """Who the people without a link are, by what is known of them: as somebody linked by now, left out, or read."""
    wanted = {key: entry.connection for entry in entries for key in _keys(entry)}
    if not wanted:
        return {}
    ids = {vendor_id for _connection, _side, vendor_id in wanted}
    found: dict[Key, str] = {}
    read = EmployeeSnapshot.objects.filter(run__connection__in={key[0] for key in wanted}, vendor_id__in=ids)
    for connection, side, id_, name in read.order_by("pk").values_list("run__connection", "side", "vendor_id", "name"):
        found[connection, side, id_] = name
    out = LeftOut.objects.filter(connection__in={key[0] for key in wanted}, vendor_id__in=ids)
    for connection, side, id_, name in out.values_list("connection", "side", "vendor_id", "name"):
        found[connection, side, id_] = name
    links = EmployeeLink.objects.filter(Q(huma_id__in=ids) | Q(visma_id__in=ids))
    for link in links.filter(connection__in={key[0] for key in wanted}):
        for side, id_ in ((Side.HUMA.value, link.huma_id), (Side.VISMA.value, link.visma_id)):
            found[link.connection_id, side, id_] = link.name
    return {
        key: Named(found[key], key[1], key[2], row.code if row else "") for key, row in wanted.items() if key in found
    }


@dataclass(frozen=True)
class Row:
    """One row of an opened entry: a field of a person, what was chosen, and the comment."""

    person: Named
    label: str
    choice: str
    comment: str


@dataclass(frozen=True)
class Opened:
    """An entry with its rows. ``page``: the page of them; ``gone``: how many were answered otherwise since."""

    line: Line
    rows: list[Row] = field(default_factory=list)
    people: list[Named] = field(default_factory=list)
    page: Part[Any] | None = None
    gone: int = 0


def opened(user: Any, pk: int, place: Place) -> Opened | None:
    """An entry with what it opens to: differences, approved or rejected changes, or people; ``None`` for none."""
    entry = entries_of(user).filter(pk=pk).select_related("connection").first()
    if entry is None:
        return None
    line = lines([entry])[0]
    differences = Conflict.objects.filter(decided_in=entry).defer("values").select_related("link__connection")
    answers = Change.objects.filter(answered_in=entry).defer("before", "after", "vendor_words")
    answers = answers.select_related("link__connection")
    for rows, order, make in (
        (differences, _by_link(differences), _difference),
        (answers, by_pk(answers, ("name", "pk")), _answer),
    ):
        shown = part(rows, order, place, ROWS_SHOWN)
        if shown.total:
            said = entry.detail.get("changes") or sum(entry.detail.get(code, 0) for code in Conflict.Decision.values)
            return Opened(line, [make(one) for one in shown.object_list], page=shown, gone=max(0, said - shown.total))
    people = EmployeeLink.objects.filter(audit__entry=entry).select_related("connection")
    shown = part(people, by_pk(people, BY_NAME), place, ROWS_SHOWN)
    if shown.total:
        return Opened(line, people=[_named(link) for link in shown.object_list], page=shown)
    return Opened(line, people=list(_alone([entry]).values()))


def _by_link(rows: QuerySet[Conflict]) -> Order[Any]:
    return by_pk(rows, ("link__name", "pk"))


def _difference(conflict: Conflict) -> Row:
    return Row(_named(conflict.link), field_label(conflict.field), decision_label(conflict.decision), conflict.comment)


def _answer(change: Change) -> Row:
    who = _named(change.link) if change.link else Named(change.name)
    return Row(who, field_label(change.field), str(change.get_answer_display()), change.comment)


def person_of(user: Any, pk: int) -> EmployeeLink | None:
    """The person whom the filter names, if the user may see their connection."""
    return EmployeeLink.objects.filter(connection__in=connections_of(user), pk=pk).select_related("connection").first()


def connections_shown(user: Any) -> list[Connection]:
    """The connections to choose among."""
    return list(connections_of(user).order_by("name", "pk"))
