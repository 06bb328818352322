"""The steps that are about the person and not about a field: linked, left out, skipped, gone, named by a notice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from itertools import chain
from json import dumps
from typing import Any

from django.db.models import Count, Min, Q, TextField
from django.db.models.functions import Cast

from connections.models import AuditEntry
from sync.core.records.employee import Side
from sync.history.timeline.person import Whose
from sync.history.timeline.step import Step, read_at
from sync.models import (
    AuditedPerson,
    EmployeeLink,
    EmployeeSnapshot,
    HumaEvent,
    Notice,
    PossibleMatch,
    RunPerson,
    SyncRun,
)
from sync.runs.lifecycle import reads

MOST_EVENTS = 1000
MOST_AUDITED = 5000
LINKED = ("people.linked", "people.linked_together", "people.paired")
UNLINKED = ("people.unlinked", "people.unlinked_together")
TAKEN_BACK = ("person.taken_back", "field.taken_back")
PILOT = ("pilot.begun", "pilot.added", "pilot.removed", "pilot.everyone")
FOR_MANY = (*LINKED[1:], *UNLINKED[1:], "people.still_right", *PILOT)
"""Actions about several people, whose entries name them in a list."""
SINGLY = (LINKED[0], UNLINKED[0], "people.different", "person.left_out", *TAKEN_BACK)
"""Actions about one person."""


@dataclass
class Told:
    """What is stored of the person besides their fields."""

    audit: Sequence[AuditEntry]
    named: Mapping[int, Set[int]]
    matches: Sequence[PossibleMatch]
    notices: Sequence[Notice]
    events: Sequence[HumaEvent]
    alone: Sequence[RunPerson]
    first_reads: Mapping[str, int]
    in_runs: dict[int, RunPerson] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.in_runs = {one.run_id: one for one in self.alone}


def gather(person: Whose) -> Told:
    """Read all of it, in six statements."""
    connection, huma = person.connection, person.ids.get(Side.HUMA, "")
    matches = PossibleMatch.objects.filter(_halves(person), run__connection=connection, run__dry=False)
    notices = Q(link__in=person.links) | Q(kind=Notice.Kind.NEW_PERSON, key=huma)
    events = HumaEvent.objects.filter(connection=connection).annotate(told=Cast("huma_ids", TextField()))
    alone = RunPerson.objects.filter(run__connection=connection, huma_id=huma)
    reading = reads(connection).order_by()
    named: dict[int, set[int]] = defaultdict(set)
    for entry, link in AuditedPerson.objects.filter(link__in=person.links).values_list("entry", "link"):
        named[entry].add(link)
    audit = [one for one in _audit(person) if one.pk in named or one.action in PILOT or _names(one, person)]
    return Told(
        audit=audit,
        named=named,
        matches=list(matches.select_related("huma", "visma").defer("huma__payload", "visma__payload").order_by("pk")),
        notices=list(Notice.objects.filter(notices, connection=connection).defer("params").order_by("pk")),
        events=list(events.filter(told__contains=dumps(huma)).order_by("-pk")[:MOST_EVENTS]) if huma else [],
        alone=list(alone) if huma else [],
        first_reads=reading.aggregate(
            first=Min("pk", filter=Q(values_blanked_at=None)), blanked=Count("values_blanked_at")
        ),
    )


def _halves(person: Whose) -> Q:
    found = Q()
    for side, id_ in person.ids.items():
        found |= Q(**{f"{side}__vendor_id": id_})
    return found


def _audit(person: Whose) -> Iterable[AuditEntry]:
    """The newest audit entries about people, the oldest first."""
    rows = AuditEntry.objects.filter(connection=person.connection, action__in=(*SINGLY, *FOR_MANY))
    return reversed(rows.order_by("-pk")[:MOST_AUDITED])


def _names(entry: AuditEntry, person: Whose) -> bool:
    detail, pks = entry.detail, {link.pk for link in person.links}
    ids = {f"{side}:{id_}" for side, id_ in person.ids.items()}
    some = {*_list(detail.get("links")), detail.get("link")}
    out = {row.pk for row in person.left_out}
    return bool(some & pks or ids & set(_list(detail.get("ids"))) or detail.get("left_out") in out)


def _list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def runs_of(person: Whose, told: Told) -> set[int]:
    """The primary keys of the runs that these steps need."""
    firsts = {first.run_id for side in person.ids if (first := _first(person, side))}
    events = {one.run_id for one in told.events if one.run_id}
    return firsts | events | {match.run_id for match in told.matches}


def steps(person: Whose, told: Told, runs: Mapping[int, SyncRun]) -> Iterator[Step]:
    """All these steps, in no order. ``runs``: those of ``runs_of``, by their primary keys."""
    return chain(
        _of_links(person, told),
        _of_matches(person, told.matches, runs),
        _of_left_out(person, told.audit),
        _of_skipped(person),
        _of_fetched(person, told.first_reads, runs),
        _of_notices(told.notices),
        _of_events(told, runs),
        _of_pilot(person, told),
    )


def _of_links(person: Whose, told: Told) -> Iterator[Step]:
    said: set[tuple[str, int]] = set()
    agreed = {(m.huma.vendor_id, m.visma.vendor_id): m.agrees for m in told.matches if m.decision == "linked"}
    for entry in told.audit:
        links = [link for link in person.links if _is_about(entry, link, told.named)]
        for link in links:
            if entry.action in UNLINKED:
                said.add(("unlinked", link.pk))
                yield Step(entry.at, "unlinked", {"who": entry.who})
            elif entry.action in LINKED:
                said.add(("linked", link.pk))
                by = EmployeeLink.By.PAIR if entry.action == "people.paired" else EmployeeLink.By.PERSON
                agrees = agreed.get((link.huma_id, link.visma_id), ())
                yield Step(entry.at, "linked", {"who": entry.who, "by": by, "agrees": agrees}, _run_of(entry))
        if entry.action == "people.still_right" and (links or entry.pk in told.named):
            yield Step(entry.at, "still_right", {"who": entry.who})
    for link in person.links:
        yield from _of_link(link, said, _names_of(told.matches), person)


def _of_link(
    link: EmployeeLink, said: set[tuple[str, int]], names: Mapping[tuple[str, str], str], person: Whose
) -> Iterator[Step]:
    is_no = link.state == EmployeeLink.State.DIFFERENT
    if is_no and not link.linked_by_user:
        yield Step(link.linked_at, "retired")
    elif is_no and ("unlinked", link.pk) not in said:
        across = Side.VISMA if person.side == Side.HUMA else Side.HUMA
        name = names.get((across, getattr(link, f"{across}_id")), "")
        yield Step(link.linked_at, "different", {"who": link.linked_by_user, "name": name})
    elif not is_no and ("linked", link.pk) not in said:
        yield Step(link.linked_at, "linked", {"who": link.linked_by_user, "by": link.linked_by})
    if link.doubt and link.doubt_at and not is_no:
        yield Step(link.doubt_at, "doubted", {"code": link.doubt.partition(":")[0]})


def _names_of(matches: Sequence[PossibleMatch]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for match in matches:
        found |= {(one.side, one.vendor_id): one.name for one in (match.huma, match.visma)}
    return found


def _is_about(entry: AuditEntry, link: EmployeeLink, named: Mapping[int, Set[int]]) -> bool:
    some = {*named.get(entry.pk, ()), *_list(entry.detail.get("links")), entry.detail.get("link")}
    return link.pk in some


def _run_of(entry: AuditEntry) -> int | None:
    run = entry.detail.get("run")
    return run if isinstance(run, int) else None


def _of_matches(person: Whose, matches: Sequence[PossibleMatch], runs: Mapping[int, SyncRun]) -> Iterator[Step]:
    """Each pair once, however many reads have asked about it. ``open_in``: the run in which it is open, 0 if none."""
    newest = {(match.huma.vendor_id, match.visma.vendor_id): match for match in matches}
    asked: set[tuple[str, str]] = set()
    for match in matches:
        pair = (match.huma.vendor_id, match.visma.vendor_id)
        across = match.visma if person.ids.get(Side.HUMA) == match.huma.vendor_id else match.huma
        words = {"name": across.name, "agrees": match.agrees, "against": match.against, "why": match.why}
        if pair not in asked:
            asked.add(pair)
            open_in = 0 if newest[pair].decision else newest[pair].run_id
            yield Step(read_at(runs[match.run_id]), "possible_match", {**words, "open_in": open_in}, match.run_id)


def _of_left_out(person: Whose, audit: Sequence[AuditEntry]) -> Iterator[Step]:
    kept = {row.pk for row in person.left_out}
    for row in person.left_out:
        what = "field_left_out" if row.field else "left_out"
        yield Step(row.at, what, {"who": row.by, "reason": row.reason}, field=row.field)
    for entry in audit:
        name = entry.detail.get("field") or ""
        if entry.action in TAKEN_BACK:
            what = "field_taken_back" if name else "taken_back"
            yield Step(entry.at, what, {"who": entry.who}, field=name)
        elif entry.action == "person.left_out" and entry.detail.get("left_out") not in kept:
            yield Step(entry.at, "left_out", {"who": entry.who})


def _of_skipped(person: Whose) -> Iterator[Step]:
    for one in person.passed:
        params = {"reason": one.reason, "side": one.side, "prop": one.prop}
        yield Step(one.since, "skipped", params, one.run_id)
        if one.over_at:
            yield Step(one.over_at, "fetched_again")


def _first(person: Whose, side: str) -> EmployeeSnapshot | None:
    return next((one for one in person.fetched if one.side == side), None)


def _of_fetched(person: Whose, reading: Mapping[str, int], runs: Mapping[int, SyncRun]) -> Iterator[Step]:
    """When each side first showed the person, if what is kept reaches back to before that."""
    for side in person.ids:
        first = _first(person, side)
        if first is not None and (not reading["blanked"] or first.run_id > (reading["first"] or 0)):
            yield Step(read_at(runs[first.run_id]), "first_seen", {"side": side}, first.run_id)


def _of_notices(notices: Sequence[Notice]) -> Iterator[Step]:
    for one in notices:
        side = (one.key.partition(":")[2] if one.kind == Notice.Kind.GONE else "") or Side.HUMA
        yield Step(one.made_at, one.kind, {"side": side})
        if one.closed_at and one.closed_by:
            yield Step(one.closed_at, "followed_up", {"who": one.closed_by})


def _of_events(told: Told, runs: Mapping[int, SyncRun]) -> Iterator[Step]:
    """Notices from Huma; of those that came to the same and followed each other, one step."""
    some: list[HumaEvent] = []
    for event in reversed(told.events):
        came = _came(event, told, runs)
        if some and (came == "news" or came != _came(some[-1], told, runs)):
            yield _events(some, _came(some[-1], told, runs))
            some = []
        some.append(event)
    if some:
        yield _events(some, _came(some[-1], told, runs))


def _events(some: Sequence[HumaEvent], came: str) -> Step:
    first, last = some[0], some[-1]
    params = {"came": came, "times": len(some), "last": last.received_at}
    return Step(first.received_at, "told", params, last.run_id)


def _came(event: HumaEvent, told: Told, runs: Mapping[int, SyncRun]) -> str:
    """What came of a notice from Huma, for this person."""
    if event.state in (HumaEvent.State.WAITING, HumaEvent.State.TAKEN):
        return "waits"
    if event.run_id is None:
        return "noted"
    found = told.in_runs.get(event.run_id)
    if found is None:
        run = runs.get(event.run_id)
        return "failed" if run and run.state == SyncRun.State.FAILED else "unlinked"
    return "skipped" if found.passed else "news" if found.has_news else "nothing"


def _of_pilot(person: Whose, told: Told) -> Iterator[Step]:
    for entry in told.audit:
        if entry.action in PILOT[:3] and (entry.pk in told.named or _names(entry, person)):
            yield Step(entry.at, "out_of_pilot" if entry.action == PILOT[2] else "into_pilot", {"who": entry.who})


def outside_pilot(person: Whose, told: Told, runs: Iterable[SyncRun]) -> frozenset[int]:
    """The runs in which there was a pilot group and the person wasn't in it, as the audit trail says."""
    changes = [entry for entry in told.audit if entry.action in PILOT]
    found = set()
    for run in runs if changes else ():
        at, outside = read_at(run), False
        for entry in changes:
            if entry.at > at:
                break
            outside = _outside_after(entry, person, told, outside)
        if outside:
            found.add(run.pk)
    return frozenset(found)


def _outside_after(entry: AuditEntry, person: Whose, told: Told, outside: bool) -> bool:
    """Whether the person was outside after a change of the pilot group; an old entry may not name everybody."""
    if entry.action == "pilot.everyone":
        return False
    if entry.pk in told.named or _names(entry, person):
        return entry.action == "pilot.removed"
    if person.links and "links" not in entry.detail:
        return entry.action == "pilot.begun" or outside
    listed = len(_list(entry.detail.get("links"))) + len(_list(entry.detail.get("ids")))
    return entry.detail.get("changed", 0) <= listed if entry.action == "pilot.begun" else outside
