"""What waits in one connection before payroll can be run: whom it is about, and where it is dealt with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from connections.models import Connection
from sync.analysis import notices, skipped_people
from sync.analysis.links.relooking import to_look_at
from sync.core.batches import batches
from sync.core.fields import FIELDS
from sync.core.payroll_ready import Wait
from sync.core.records.employee import Side, from_json
from sync.models import Change, EmployeeLink, EmployeeSnapshot, PossibleMatch, SyncRun
from sync.models.groups import STEPS
from sync.pages.steps import continue_url
from sync.payroll_ready.verdicts import (
    ACCOUNT,
    AS_ATTENTION,
    HELD_AS,
    Ready,
    only_in_huma,
    without_account,
    without_end_reason,
)
from sync.planning.waiting_deadline import deadline_sentences
from sync.runs.open_differences import who_waits
from sync.situation.what_waits import Kind, Situation, drafts, new_drafts, not_certain
from sync.wording.display import display
from sync.wording.payroll_ready import wait_words, what_to_do
from sync.wording.people import blocked_sentence
from sync.wording.sentences import change_sentence, field_label, sentence
from sync.wording.skipped_people import why_skipped

SHOWN = 100
"""The most people of one thing that waits; the page where it is dealt with shows all."""


@dataclass(frozen=True)
class Who:
    """One person, or one field of them. ``what``: the field's label; ``note``: a sentence, which holds no value.

    ``side`` and ``vendor_id`` name them on People, "" for nobody.
    """

    name: str
    number: str = ""
    what: str = ""
    note: str = ""
    side: str = ""
    vendor_id: str = ""


@dataclass(frozen=True)
class Waiting:
    """One thing that waits. ``to_do``: sentences on what it means and what to do; ``url``, ``label``: the link to where
    it is dealt with; ``people``: at most SHOWN."""

    wait: Wait
    count: int
    line: str
    to_do: tuple[str, ...]
    url: str
    label: str
    people: tuple[Who, ...]

    @property
    def more(self) -> int:
        """How many aren't named."""
        return max(0, self.count - len(self.people)) if self.people else 0


def waiting(ready: Ready, here: Situation) -> list[Waiting]:
    """What waits, the most important first. ``here``: the connection's situation."""
    found = _Found(ready, here)
    return [_waiting(found, wait, count) for wait, count in ready.verdict.waits]


def _waiting(found: "_Found", wait: Wait, count: int) -> Waiting:
    url, label = found.solved_at(wait)
    line = wait_words(wait, count)
    to_do = (what_to_do(wait), *(deadline_sentences(found.connection)[:1] if wait == Wait.ACCOUNTS else ()))
    people = tuple(found.people_of[wait]()) if wait in found.people_of else ()
    return Waiting(wait, count, f"{line[:1].upper()}{line[1:]}", to_do, url, label, people)


class _Found:
    """Finds the people, and the pages, of what waits in one connection."""

    def __init__(self, ready: Ready, here: Situation) -> None:
        self.ready, self.here, self.connection = ready, here, ready.connection
        self.run = SyncRun.objects.filter(pk=here.looks.whole.get(self.connection.pk, 0)).first()
        self.people_of: dict[Wait, Callable[[], Iterable[Who]]] = {
            Wait.ACCOUNTS: lambda: self._held(Wait.ACCOUNTS),
            Wait.LAST_DAYS: lambda: self._held(Wait.LAST_DAYS),
            Wait.HELD: lambda: self._held(Wait.HELD),
            Wait.UNKNOWN: lambda: self._not_certain(Kind.UNKNOWN),
            Wait.NOT_ADDED: lambda: self._not_certain(Kind.NOT_ADDED),
            Wait.NO_END_REASON: lambda: self._links(self._without_end_reason(), field_label("last_workday")),
            Wait.ACCOUNTS_DIFFER: lambda: self._differ(accounts=True),
            Wait.DIFFERENCES: lambda: self._differ(accounts=False),
            Wait.NO_ACCOUNT: self._without_account,
            Wait.NOT_IN_VISMA: self._only_in_huma,
            Wait.DRAFTS: self._drafts,
            Wait.UNREAD: self._unread,
            Wait.POSSIBLE: self._possible,
            Wait.LINKS: lambda: self._links(set(to_look_at([self.connection]).values_list("pk", flat=True))),
            Wait.NOTICES: self._notices,
        }

    def solved_at(self, wait: Wait) -> tuple[str, str]:
        """The page where it is dealt with, and the text of the link."""
        match wait:
            case Wait.ACCOUNTS | Wait.LAST_DAYS | Wait.HELD:
                return self._page("held"), _("Look at them")
            case Wait.UNKNOWN | Wait.NOT_ADDED:
                kind = Kind.UNKNOWN if wait == Wait.UNKNOWN else Kind.NOT_ADDED
                runs = [run for run, _change in not_certain(self.here).get((self.connection.pk, kind), [])]
                if runs:
                    return reverse("admin:result", args=[self.connection.code, max(runs)]), _("See the result")
            case Wait.NO_END_REASON | Wait.ACCOUNTS_DIFFER | Wait.DIFFERENCES | Wait.UNSENT:
                return self._in_steps("review")
            case Wait.POSSIBLE:
                return self._in_steps("review_matches")
            case Wait.NOT_IN_VISMA:
                return self._in_steps("create")
            case Wait.NOT_COMPARED:
                return self._page("sync_users"), _("Synchronize users")
            case Wait.LINKS:
                return self._page("links"), _("Look at them")
            case Wait.NOTICES:
                return self._page("attention"), _("See them")
        shown = {Wait.DRAFTS: "?show=draft", Wait.UNREAD: "?show=unread"}.get(wait, "")
        return self._page("people") + shown, _("See them")

    def _in_steps(self, name: str) -> tuple[str, str]:
        """The step of the open sync in which somebody decides; without one, where a sync is started."""
        run = SyncRun.objects.filter(pk=self.here.newest.open(self.connection.pk)).first()
        if run is None:
            return self._page("sync_users"), _("Synchronize users")
        return self._page(name) if run.state in STEPS else continue_url(self.connection, run), _("Continue")

    def _page(self, name: str) -> str:
        return reverse(f"admin:{name}", args=[self.connection.code])

    def _held(self, wait: Wait) -> Iterable[Who]:
        rows = Change.objects.filter(run__connection=self.connection).waiting()
        if wait == Wait.HELD:
            rows = rows.exclude(field__in=list(HELD_AS))
        else:
            rows = rows.filter(field__in=[name for name, held in HELD_AS.items() if held == wait])
        for one in _light(rows):
            yield _of_change(one, sentence(one.reason))

    def _not_certain(self, kind: Kind) -> Iterable[Who]:
        pks = [pk for _run, pk in not_certain(self.here).get((self.connection.pk, kind), [])]
        for some in batches(pks[:SHOWN]):
            for one in _light(Change.objects.filter(pk__in=some)):
                yield _of_change(one, change_sentence(one))

    def _without_end_reason(self) -> set[int]:
        return set(without_end_reason(self.here, [self.connection.pk]))

    def _differ(self, *, accounts: bool) -> Iterable[Who]:
        missing = self._without_end_reason()
        keys = [
            (link, name)
            for link, name in who_waits(self.here.looks.of([self.connection.pk]))
            if (name == ACCOUNT) == accounts and not (name == "last_workday" and link in missing)
        ]
        links = EmployeeLink.objects.in_bulk([link for link, _name in keys])
        keys.sort(key=lambda key: (links[key[0]].name.casefold(), key[0], key[1]))
        return [_of_link(links[link], field_label(name)) for link, name in keys[:SHOWN]]

    def _links(self, pks: set[int], what: str = "") -> Iterable[Who]:
        return [_of_link(link, what) for link in _by_name(EmployeeLink.objects.filter(pk__in=pks))]

    def _without_account(self) -> Iterable[Who]:
        rows = without_account(self.here, [self.connection]).filter(linked_at__gte=self.ready.since)
        return [_of_link(link, field_label(ACCOUNT)) for link in _by_name(rows)]

    def _only_in_huma(self) -> Iterable[Who]:
        rows = only_in_huma(self.here, [self.connection.pk]).defer("payload").order_by("name", "pk")[:SHOWN]
        return [Who(one.name, one.number, "", blocked_sentence(one), one.side, one.vendor_id) for one in rows]

    def _drafts(self) -> Iterable[Who]:
        pk = self.connection.pk
        people = [*drafts(self.here).get(pk, []), *new_drafts(self.here).get(pk, [])][:SHOWN]
        ids = [vendor_id for _name, vendor_id in people]
        seen = EmployeeSnapshot.objects.filter(run=self.run, side=Side.VISMA, vendor_id__in=ids)
        known = {one.vendor_id: one for one in seen}
        return [
            Who(name, "", "", _missing(known.get(vendor_id), self.connection), Side.VISMA, vendor_id)
            for name, vendor_id in people
        ]

    def _unread(self) -> Iterable[Who]:
        for one in skipped_people.waiting(self.connection).order_by("name", "pk")[:SHOWN]:
            name = one.name or _("Somebody without a name")
            yield Who(name, one.number, "", why_skipped(one), one.side, one.vendor_id)

    def _possible(self) -> Iterable[Who]:
        if self.run is None:
            return
        rows = PossibleMatch.objects.open_in(self.run).select_related("huma", "visma")
        for one in rows.defer("huma__payload", "visma__payload").order_by("huma__name", "pk")[:SHOWN]:
            note = _("May be %(name)s in Visma.") % {"name": one.visma.name or "–"}
            yield Who(one.huma.name, one.huma.number, "", note, Side.HUMA, one.huma.vendor_id)

    def _notices(self) -> Iterable[Who]:
        kinds = [kind.value for kind, wait in AS_ATTENTION.items() if wait == Wait.NOTICES]
        rows = notices.waiting(self.connection).filter(kind__in=kinds).select_related("link").order_by("name", "pk")
        for one in rows[:SHOWN]:
            link = one.link
            side = (Side.VISMA if link.gone_from == Side.HUMA else Side.HUMA) if link else ""
            vendor_id = (link.visma_id if side == Side.VISMA else link.huma_id) if link else ""
            yield Who(one.name, one.number, one.get_kind_display(), "", side, vendor_id)


def _missing(seen: EmployeeSnapshot | None, connection: Connection) -> str:
    """What a draft still lacks in Visma, as far as the last full read knows."""
    if seen is None:
        return _("Added after the last full read: what is missing in Visma isn't known yet.")
    if not seen.payload:
        return ""
    values = from_json(seen.payload).values
    never_missing = {"last_workday", *connection.fields_off}
    labels = [
        field_label(spec.name)
        for spec in FIELDS
        if spec.name not in never_missing
        and spec.name in values
        and values[spec.name].readable
        and display(spec.name, Side.VISMA, values[spec.name].own).empty
    ]
    return _("Missing in Visma: %(fields)s.") % {"fields": ", ".join(labels)} if labels else ""


def _light(rows: QuerySet[Change]) -> QuerySet[Change]:
    found = rows.select_related("link", "snapshot").defer("before", "after", "vendor_words", "snapshot__payload")
    return found.order_by("name", "pk")[:SHOWN]


def _by_name(rows: QuerySet[EmployeeLink]) -> QuerySet[EmployeeLink]:
    return rows.defer("baseline", "seen", "written").order_by("name", "pk")[:SHOWN]


def _of_change(one: Change, note: str) -> Who:
    side, vendor_id = where_shown(one)
    return Who(one.name, one.number, field_label(one.field), note, side, vendor_id)


def _of_link(link: EmployeeLink, what: str) -> Who:
    return Who(link.name, link.number, what, "", Side.HUMA, link.huma_id)


def where_shown(change: Change) -> tuple[str, str]:
    """The side and the id by which People shows a Change's person; "" for nobody."""
    if change.link:
        return Side.HUMA, change.link.huma_id
    return (change.snapshot.side, change.snapshot.vendor_id) if change.snapshot else ("", "")
