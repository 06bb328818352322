"""Finds the EMPLOYEE of a command, and names people in a command's JSON. Source: design, Fixed interfaces."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from connections.models import Connection
from connections.pages import request_params
from sync.analysis import skipped_people
from sync.core.codes import Action
from sync.core.fields.number import same_number
from sync.core.records.employee import Side
from sync.models import Change, EmployeeLink, EmployeeSnapshot, PassedPerson, SyncRun
from sync.models.groups import UNSURE
from sync.runs.lifecycle import latest_read
from sync.wording.sentences import change_sentence
from sync.wording.skipped_people import why_skipped


@dataclass(frozen=True)
class Employee:
    """A known person: by the primary key of the link, or without a link by the id on a side."""

    link: int | None
    side: str = ""
    vendor_id: str = ""


class NotOne(Exception):
    """The text doesn't name exactly one person; ``several``: it names more than one, else nobody."""

    def __init__(self, text: str, several: bool) -> None:
        super().__init__(text)
        self.text, self.several = text, several


def find(connection: Connection, text: str, run: SyncRun | None = None) -> Employee:
    """The person whom ``text`` names: an Employment ID, ``link:N``, ``huma:ID`` or ``visma:ID``. Raises ``NotOne``.

    People without a link are looked for in ``run``, by default in the latest run that read both sides.
    """
    run = run or latest_read(connection)
    kind, colon, rest = text.strip().partition(":")
    links = EmployeeLink.objects.filter(connection=connection).same_person()
    snapshots = EmployeeSnapshot.objects.filter(run=run) if run else EmployeeSnapshot.objects.none()
    if colon and kind == "link":
        found = _linked(links.filter(pk=request_params.number(rest)))
    elif colon and kind in tuple(Side):
        found = _linked(links.filter(**{f"{kind}_id": rest})) or _alone(snapshots.filter(side=kind, vendor_id=rest))
    else:
        found = _numbered(text.strip(), links, snapshots)
    if len(found) != 1:
        raise NotOne(text, several=len(found) > 1)
    return found.pop()


def _linked(rows: QuerySet[EmployeeLink]) -> set[Employee]:
    return {Employee(pk) for pk in rows.values_list("pk", flat=True)}


def _alone(rows: QuerySet[EmployeeSnapshot]) -> set[Employee]:
    return {Employee(None, *one) for one in rows.filter(link=None).values_list("side", "vendor_id")}


def _numbered(number: str, links: QuerySet[EmployeeLink], snapshots: QuerySet[EmployeeSnapshot]) -> set[Employee]:
    """The people whose link has this number; if there are none, people on one side only who have it."""
    mine = _linked(links.filter(pk__in=_same(number, links.values_list("pk", "number"))))
    theirs = snapshots.filter(pk__in=_same(number, snapshots.values_list("pk", "number")))
    known = links.filter(pk__in=theirs.values("link"))
    return mine | _alone(theirs) or _linked(known)


def _same(number: str, rows: Iterable[tuple[int, str]]) -> list[int]:
    """The primary keys of rows with the same number: case doesn't count, leading zeros do, "" is no number."""
    wanted = same_number(number)
    return [pk for pk, other in rows if wanted and same_number(other) == wanted]


def called(change: Change) -> str:
    """The name of a Change's person in a command's JSON, which ``find`` accepts."""
    if change.number:
        return change.number
    if change.link_id:
        return f"link:{change.link_id}"
    person = change.snapshot
    return f"{person.side}:{person.vendor_id}" if person else ""


def called_passed(person: PassedPerson) -> str:
    """The same for a person who was passed over."""
    if person.number:
        return person.number
    return f"link:{person.link_id}" if person.link_id else f"{person.side}:{person.vendor_id}"


def failures(run: SyncRun) -> list[dict[str, Any]]:
    """Which Changes failed and why, in our words, for the command's JSON; never a value."""
    rows = Change.objects.filter(run=run, state__in=UNSURE).order_by("pk")
    found = []
    for change in rows.defer("before", "after", "vendor_words").select_related("snapshot"):
        what = {"action": "create"} if change.action == Action.CREATE else {"field": change.field}
        found.append({"employee": called(change), "side": change.side, **what, "reason": change_sentence(change)})
    return found


def whom_it_skipped(run: SyncRun) -> list[dict[str, str]]:
    """Who was passed over and why, for the command's JSON; never a value."""
    rows = skipped_people.of_run(run)
    return [{"employee": called_passed(one), "side": one.side, "reason": why_skipped(one)} for one in rows]
