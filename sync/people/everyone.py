"""Everyone on both sides of a connection, as the latest complete read saw them, with their present links."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from connections.models import Connection
from sync.analysis import skipped_people, worth_knowing
from sync.core.records.employee import Period, Side
from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut, PassedPerson, PossibleMatch, SyncRun
from sync.pages.paging import Key, Part, Place, part_of_list
from sync.runs.lifecycle import latest_read, reads

PER_PAGE = 50


@dataclass
class Person:
    """One person: a linked pair, or somebody on one side only (or left out, and not on any side any more)."""

    link: EmployeeLink | None = None
    huma: EmployeeSnapshot | None = None
    visma: EmployeeSnapshot | None = None
    side: str = ""
    vendor_id: str = ""
    possible: bool = False
    different: bool = False
    left_out: LeftOut | None = None
    unread: list[PassedPerson] = field(default_factory=list)
    fields_out: list[LeftOut] = field(default_factory=list)

    @property
    def seen(self) -> list[EmployeeSnapshot]:
        """The person's snapshots."""
        return [snapshot for snapshot in (self.huma, self.visma) if snapshot is not None]

    @property
    def name(self) -> str:
        """The person's name."""
        names = [s.name for s in self.seen] + [self.link.name if self.link else ""]
        names += [one.name for one in self.unread]
        return next(filter(None, names), self.left_out.name if self.left_out else "")

    @property
    def number(self) -> str:
        """The person's Employment ID."""
        numbers = [s.number for s in reversed(self.seen)] + [self.link.number if self.link else ""]
        numbers += [one.number for one in self.unread]
        return next(filter(None, numbers), "")

    @property
    def linked_by(self) -> str:
        """The key by which the person is linked, "" if they aren't."""
        return self.link.linked_by if self.link else ""

    @property
    def gone_from(self) -> str:
        """The side from which a linked person is gone."""
        return self.link.gone_from if self.link else ""

    @property
    def doubted(self) -> bool:
        """Whether something now speaks against the link."""
        return bool(self.link and self.link.doubt and not self.gone_from)

    @property
    def outside(self) -> bool:
        """Whether the person is in Huma, but not in the connection's companies, locations and teams."""
        return self.link is not None and self.link.state == EmployeeLink.State.OUTSIDE

    @property
    def draft(self) -> bool:
        """Whether payroll still has to complete the person in Visma."""
        return bool(self.visma and self.visma.draft)

    @property
    def inactive(self) -> bool:
        """Whether the person is deactivated in Huma."""
        return bool(self.huma and not self.huma.active)

    @property
    def former(self) -> bool:
        """Whether a side says that the employment has ended."""
        return any(s.standing == Period.FORMER for s in self.seen)

    def matches(self, words: list[str]) -> bool:
        """Whether each of the words is in a name or number of the person."""
        texts = [self.name, self.number, *(t for s in self.seen for t in (s.name, s.number))]
        haystack = " ".join(texts).casefold()
        return all(word in haystack for word in words)


def _by(code: str) -> Callable[[Person], bool]:
    return lambda person: person.linked_by == code


def is_linked(person: Person) -> bool:
    """Whether the person is linked, and there on both sides."""
    return person.link is not None and not person.gone_from and not person.outside


def _only(side: str) -> Callable[[Person], bool]:
    return lambda person: person.link is None and getattr(person, side) is not None


FILTERS: dict[str, Callable[[Person], bool]] = {
    "linked": is_linked,
    **{f"by_{code}": _by(code) for code in EmployeeLink.By.values},
    "doubted": lambda p: p.doubted,
    "possible": lambda p: p.possible,
    "only_huma": _only(Side.HUMA),
    "only_visma": _only(Side.VISMA),
    "draft": lambda p: p.draft,
    "former": lambda p: p.former,
    "inactive": lambda p: p.inactive,
    "gone": lambda p: bool(p.gone_from),
    "outside": lambda p: p.outside,
    "different": lambda p: p.different,
    "unread": lambda p: bool(p.unread),
    "left_out": lambda p: p.left_out is not None or bool(p.fields_out),
}
"""The filters of the list; each is a figure of the overview, or a word of the design. There are those of
``analysis.worth_knowing``, too."""


@dataclass(frozen=True)
class PeoplePage:
    """One page of people. ``counts``: how many people each filter has. ``run``: the run that read them."""

    run: SyncRun | None
    page: Part[Person]
    counts: dict[str, int]
    total: int


def _order(person: Person) -> Key:
    return (person.name.casefold(), person.number, person.side, person.vendor_id)


def _mark(person: Person) -> str:
    return f"{person.side}:{person.vendor_id}"


def _key(everyone: Iterable[Person], mark: str) -> Key | None:
    """The key of a person who was shown. If they were linked since, their row may be elsewhere in the list."""
    side, _, vendor_id = mark.partition(":")
    for person in everyone:
        seen = getattr(person, side) if side in (Side.HUMA, Side.VISMA) else None
        if seen is not None and seen.vendor_id == vendor_id and seen.name and person.side != side:
            return (seen.name.casefold(), seen.number, side, vendor_id)
        if (person.side, person.vendor_id) == (side, vendor_id):
            return _order(person)
    return None


def people(connection: Connection, search: str = "", show: str = "", place: Place | int | str = 1) -> PeoplePage:
    """A page of everyone whose name or number has the searched words, and whom the filter shows."""
    run = latest_read(connection)
    everyone = _everyone(connection, run)
    counts = Counter(code for person in everyone for code, test in FILTERS.items() if test(person))
    counts.update(worth_knowing.counted(connection, reads(connection)) if run else {})
    words = search.casefold().split()
    test = _about(show, connection) if show in worth_knowing.CODES else FILTERS.get(show)
    found = [p for p in everyone if (test is None or test(p)) and (not words or p.matches(words))]
    found.sort(key=_order)
    page = part_of_list(found, place, PER_PAGE, key_of=_order, mark=_mark, key=lambda mark: _key(everyone, mark))
    return PeoplePage(run, page, dict(counts), len(everyone))


def _about(code: str, connection: Connection) -> Callable[[Person], bool]:
    """The test whether something is worth knowing about a person."""
    rows = set(worth_knowing.about(code, connection, reads(connection)).values_list("pk", flat=True))
    return lambda person: person.huma is not None and person.huma.pk in rows


def person(connection: Connection, side: str, vendor_id: str) -> Person | None:
    """The person with this id on this side; ``None`` if nobody has it."""
    run = latest_read(connection)
    wanted = {(side, vendor_id)}
    links = EmployeeLink.objects.filter(connection=connection, **{f"{side}_id": vendor_id})
    for link in links.same_person():
        wanted |= {(Side.HUMA, link.huma_id), (Side.VISMA, link.visma_id)}
    found = _everyone(connection, run, wanted, with_payload=True)
    return found[0] if found else None


def counterparts(connection: Connection, side: str, search: str, limit: int = 20) -> list[EmployeeSnapshot]:
    """People of ``side`` without a link whose name or number has the searched words, to choose from."""
    words = search.casefold().split()
    run = latest_read(connection)
    if run is None or not words:
        return []
    taken = EmployeeLink.objects.filter(connection=connection).holding()
    rows = EmployeeSnapshot.objects.filter(run=run, side=side, complete=True).defer("payload")
    rows = rows.exclude(vendor_id__in=taken.values_list(f"{side}_id", flat=True))
    # In Python, because SQLite doesn't fold Ø and Å.
    texts = ((pk, name.casefold(), number.casefold()) for pk, name, number in rows.values_list("pk", "name", "number"))
    found = [pk for pk, name, number in texts if all(word in name or word in number for word in words)]
    return list(rows.filter(pk__in=found).order_by("name", "pk")[:limit])


def _everyone(
    connection: Connection,
    run: SyncRun | None,
    wanted: set[tuple[str, str]] | None = None,
    with_payload: bool = False,
) -> list[Person]:
    """All people, or only those with one of the ``wanted`` ids (side, id)."""
    ids = None if wanted is None else {side: [i for s, i in wanted if s == side] for side in Side}
    snapshots = EmployeeSnapshot.objects.filter(run=run, complete=True) if run else EmployeeSnapshot.objects.none()
    links = EmployeeLink.objects.filter(connection=connection).defer("baseline", "seen")
    out = LeftOut.objects.filter(connection=connection)
    if ids is not None:
        on_sides = [Q(side=side, vendor_id__in=found) for side, found in ids.items()]
        snapshots = snapshots.filter(on_sides[0] | on_sides[1])
        links = links.filter(Q(huma_id__in=ids[Side.HUMA]) | Q(visma_id__in=ids[Side.VISMA]))
        out = out.filter(on_sides[0] | on_sides[1] | Q(link__in=links))
    if not with_payload:
        snapshots = snapshots.defer("payload")
    matches = PossibleMatch.objects.open_in(run).values_list("huma__vendor_id", "visma__vendor_id") if run else ()
    unread = skipped_people.waiting(connection)
    if ids is not None:
        unread = unread.filter(on_sides[0] | on_sides[1])
    return _put_together(snapshots, links, out, matches, unread)


def _put_together(
    snapshots: Iterable[EmployeeSnapshot],
    links: Iterable[EmployeeLink],
    out: Iterable[LeftOut],
    matches: Iterable[tuple[str, str]],
    unread: Iterable[PassedPerson],
) -> list[Person]:
    seen = {(s.side, s.vendor_id): s for s in snapshots}
    found: list[Person] = []
    by_id: dict[tuple[str, str], Person] = {}
    different: set[tuple[str, str]] = set()
    by_link: dict[int, Person] = {}
    for link in links:
        pair = ((Side.HUMA, link.huma_id), (Side.VISMA, link.visma_id))
        if link.state == EmployeeLink.State.DIFFERENT:
            different.update(pair)
            continue
        side, vendor_id = pair[link.gone_from == Side.HUMA or link.state == EmployeeLink.State.OUTSIDE]
        row = Person(link, seen.get(pair[0]), seen.get(pair[1]), side, vendor_id)
        found.append(row)
        by_link[link.pk] = by_id[pair[0]] = by_id[pair[1]] = row
    for key, snapshot in seen.items():
        if key not in by_id:
            by_id[key] = Person(side=key[0], vendor_id=key[1])
            setattr(by_id[key], snapshot.side, snapshot)
            found.append(by_id[key])
    for passed in unread:
        key = (passed.side, passed.vendor_id)
        if key not in by_id:
            by_id[key] = Person(side=key[0], vendor_id=key[1])
            found.append(by_id[key])
        by_id[key].unread.append(passed)
    for row_out in out:
        key = (row_out.side, row_out.vendor_id)
        if not row_out.vendor_id:
            if row_out.link_id in by_link:
                by_link[row_out.link_id].fields_out.append(row_out)
            continue
        if key not in by_id:
            by_id[key] = Person(None, side=key[0], vendor_id=key[1])
            found.append(by_id[key])
        by_id[key].left_out = row_out
    for key in different & by_id.keys():
        by_id[key].different = True
    for huma, visma in matches:
        for key in ((Side.HUMA, huma), (Side.VISMA, visma)):
            if key in by_id:
                by_id[key].possible = True
    return found
