"""What can't be decided here: whom it is about, what, why, and where it has to be mended. For whoever mends it."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from connections.models import Connection
from connections.person_urls import person_url
from sync.analysis import skipped_people
from sync.core.codes import CreateGroup
from sync.core.csv_cells import guarded
from sync.core.mending import ANSWERED_HERE, EITHER, Places, where
from sync.core.records.employee import Side
from sync.models import Conflict, EmployeeSnapshot, PassedPerson, SyncRun
from sync.models.groups import COMPARED
from sync.reading.reader import enabled_fields
from sync.runs.lifecycle import reads
from sync.runs.open_differences import asking
from sync.wording.masking import masked
from sync.wording.people import blocked_sentence
from sync.wording.sentences import direction_sentence, field_label, side_name
from sync.wording.skipped_people import why_skipped

NOT_EDITABLE = ("not_editable", "not_editable_by")


@dataclass(frozen=True)
class ToFix:
    """One thing to mend. ``ids``: the person's id on each side on which they are known; ``huma`` and ``visma``: what
    each system says, accounts masked; ``places``: where it can be mended."""

    name: str
    number: str
    what: str
    why: str
    places: Places
    ids: tuple[tuple[str, str], ...] = ()
    huma: str = ""
    visma: str = ""

    @property
    def where(self) -> str:
        """Where it can be mended, in words."""
        names = [side_name(side) for side in self.places]
        return names[0] if len(names) == 1 else _("%(one)s or %(other)s") % {"one": names[0], "other": names[-1]}

    @property
    def to_open(self) -> list[tuple[str, str]]:
        """The sides on which it can be mended and the person is known, with the id there."""
        return [(side, id_) for side, id_ in self.ids if side in self.places and id_]


def to_fix(connection: Connection) -> list[ToFix]:
    """Everything that can't be decided here, by the latest read of both sides; ordered by the person's name."""
    run = reads(connection).filter(state__in=COMPARED).first()
    found = [_passed(one) for one in skipped_people.waiting(connection)]
    if run is not None:
        found += [_difference(one) for one in _stuck(run)]
        found += [_not_added(one) for one in _blocked(run)]
        found += _unreadable(run)
    return sorted(found, key=lambda one: (one.name.casefold(), one.number, one.what))


def _stuck(run: SyncRun) -> Iterator[Conflict]:
    """The differences that can be decided neither way, that Huma doesn't let the key change, or whose dates somebody
    with several positions has."""
    rows = asking([run.pk]).select_related("link").defer("link__baseline", "link__seen", "link__written")
    for one in rows.order_by("link__name", "pk"):
        both = one.blocked_to_huma and one.blocked_to_visma
        if both or one.blocked_to_huma in NOT_EDITABLE or (one.bulk_blocked and not one.by_hand):
            yield one


def _difference(one: Conflict) -> ToFix:
    values: dict[str, Any] = one.values or {}
    blocked = {side: getattr(one, f"blocked_to_{side.value}") for side in Side}
    sentences = [text for side in Side if (text := direction_sentence(one, side))]
    if one.bulk_blocked and not all(blocked.values()):
        sentences.append(_("The person has several positions: look up in both systems which dates belong together."))
    sides = {place for side, code in blocked.items() if code for place in where(code, side.other)} or set(EITHER)
    return ToFix(
        one.link.name,
        one.link.number,
        field_label(one.field),
        " ".join(dict.fromkeys(sentences)),
        tuple(side for side in Side if side in sides),
        ((Side.HUMA, one.link.huma_id), (Side.VISMA, one.link.visma_id)),
        masked(one.field, Side.HUMA, values.get(Side.HUMA)) if values else "",
        masked(one.field, Side.VISMA, values.get(Side.VISMA)) if values else "",
    )


def _passed(one: PassedPerson) -> ToFix:
    ids: tuple[tuple[str, str], ...] = ((one.side, one.vendor_id),)
    return ToFix(one.name, one.number, _("The whole person"), why_skipped(one), (Side(one.side),), ids)


def _blocked(run: SyncRun) -> Iterable[EmployeeSnapshot]:
    rows = EmployeeSnapshot.objects.filter(run=run, link=None, create_group=CreateGroup.MAIN).defer("payload")
    return rows.exclude(create_blocked="").exclude(create_blocked__in=ANSWERED_HERE).order_by("name", "pk")


def _not_added(one: EmployeeSnapshot) -> ToFix:
    source = Side(one.side)
    what = _("Can't be added to %(side)s") % {"side": side_name(source.other)}
    places = where(one.create_blocked, source)
    return ToFix(one.name, one.number, what, blocked_sentence(one), places, ((one.side, one.vendor_id),))


def _unreadable(run: SyncRun) -> list[ToFix]:
    """Fields that can't be read of a linked person; one line for a field that is hidden for everybody."""
    linked = EmployeeSnapshot.objects.filter(run=run, complete=True).exclude(link=None)
    people = Counter(linked.order_by().values_list("side", flat=True))
    names = {field.name for field in enabled_fields(run.connection)}
    rows = linked.exclude(hidden="").defer("payload").order_by("pk")
    found = [(one, name) for one in rows.iterator(chunk_size=500) for name in one.hidden.split() if name in names]
    hidden = Counter((one.side, name) for one, name in found)
    everybody = {key for key, count in hidden.items() if count == people[key[0]] and count > 1}
    lines = [_hidden_for_all(side, name, people[side]) for side, name in sorted(everybody)]
    return lines + [_hidden(one, name) for one, name in found if (one.side, name) not in everybody]


def _hidden(one: EmployeeSnapshot, name: str) -> ToFix:
    why = _("%(side)s doesn't show us this field of the person, so it isn't compared.") % {"side": side_name(one.side)}
    return ToFix(one.name, one.number, field_label(name), why, (Side(one.side),), ((one.side, one.vendor_id),))


def _hidden_for_all(side: str, name: str, count: int) -> ToFix:
    why = _("%(side)s doesn't show us this field of anybody, so it isn't compared. Check the access.")
    who = _("Everybody (%(n)d)") % {"n": count}
    return ToFix(who, "", field_label(name), why % {"side": side_name(side)}, (Side(side),))


class _Line:
    """Something to write to: returns what it is given, so that the file is made line by line."""

    def write(self, text: str) -> str:
        return text


def as_csv(rows: Iterable[ToFix]) -> Iterator[str]:
    """The list as a file, line by line, as spreadsheets in Norway read it; no cell is a formula."""
    writer: Any = csv.writer(_Line(), delimiter=";")
    yield "\ufeff"
    heads = (_("Name"), _("Employment ID"), _("What"), _("Why"), _("To be fixed in"), "Huma", "Visma")
    yield writer.writerow((*heads, _("Address in Huma"), _("Address in Visma")))
    for one in rows:
        ids = dict(one.ids)
        links = [person_url(side, ids.get(side, ""), one.number) for side in Side]
        cells = (one.name, one.number, one.what, one.why, one.where, one.huma, one.visma, *links)
        yield writer.writerow([guarded(cell) for cell in cells])
