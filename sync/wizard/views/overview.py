"""Overview: what was read, in one sentence and in figures that open the lists that they count."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from connections.models import Connection
from sync.core.records.employee import Side
from sync.models import SyncRun
from sync.pages.access import open_run_page
from sync.pages.page_context import page_context
from sync.wizard.overview import Overview, overview, proposal
from sync.wizard.views.review import progress_context
from sync.wording.link_keys import linked_by
from sync.wording.pilot import ordinary_words, outside_sentence
from sync.wording.sentences import field_label, sentence


@dataclass(frozen=True)
class Figure:
    """One figure with the page and filter that it opens."""

    number: int
    label: str
    url: str
    note: str = ""
    side: str = ""
    attention: bool = False


@dataclass(frozen=True)
class Worth:
    """One thing that is worth knowing, and what to do about it."""

    title: str
    text: str
    url: str = ""


@require_GET
@open_run_page
def page(request: HttpRequest, connection: Connection, run: SyncRun) -> HttpResponse:
    """Show what both sides have, before anything is decided."""
    found = overview(run)
    context = page_context(
        request,
        connection,
        _("Overview"),
        step="overview",
        run=run,
        found=found,
        people_sentence=people_sentence(found),
        differences_sentence=differences_sentence(found),
        figures=figures(connection, found),
        fields=_fields(connection, found),
        groups=groups(connection, found),
        worth=worth_knowing(connection, found),
        proposal=_proposal(run),
        **progress_context(run),
    )
    return render(request, "sync/overview.html", context)


def _proposal(run: SyncRun) -> dict[str, Any] | None:
    """With whom a first run may begin, in words; ``None`` where nobody is asked."""
    people = proposal(run)
    if people is None:
        return None
    labels = {1: _("Start with this person"), 2: _("Start with these two"), 3: _("Start with these three")}
    rows = [{"person": one, "key": ":".join(one.key), "agrees": ordinary_words(one.agrees)} for one in people]
    return {"people": rows, "label": labels.get(len(rows), "")}


def people_sentence(found: Overview) -> str:
    """How many people are on each side, and how many are the same, in one sentence."""
    ways = ", ".join(linked_by(found.linked_by))
    parts = [
        ngettext("%(n)s is the same person", "%(n)s are the same person", found.linked) % {"n": found.linked}
        + (f" ({ways})" if ways else ""),
        ngettext("%(n)s possible match", "%(n)s possible matches", found.possible) % {"n": found.possible},
        _("%(n)s only in Huma") % {"n": found.only_huma_total} + _former(found.only_huma),
        _("%(n)s only in Visma") % {"n": found.only_visma_total} + _former(found.only_visma),
    ]
    totals = _("%(huma)s in Huma, %(visma)s in Visma") % {"huma": found.huma, "visma": found.visma}
    return f"{totals}: {', '.join(parts)}."


def _former(only: dict[str, int]) -> str:
    return " " + _("(%(n)s former)") % {"n": only["former"]} if only.get("former") else ""


def differences_sentence(found: Overview) -> str:
    """How many differences there are, in one sentence."""
    if not found.differences and not found.outside_pilot:
        return _("The two systems agree about everybody who is in both.")
    differences = ngettext("%(n)s difference", "%(n)s differences", found.differences) % {"n": found.differences}
    empty = _("%(n)s of them empty in one system") % {"n": found.one_side_empty}
    if not found.outside_pilot:
        return f"{differences} {_people(found.people)}, {empty}."
    inside = _("In the pilot group: %(differences)s.") % {"differences": f"{differences} {_people(found.people)}"}
    if not found.differences:
        inside = _("Nobody in the pilot group differs.")
    return f"{inside} {outside_sentence(found.outside_pilot, found.outside_pilot_people)}"


def figures(connection: Connection, found: Overview) -> list[Figure]:
    """The figures of what waits for a person, each with the page that it opens."""
    review, matches, create = (_url(connection, name) for name in ("review", "review_matches", "create"))
    people = _people(found.people)
    apart = _("without the possible matches") if found.possible else ""
    return [
        Figure(found.differences, _("Differences"), review(show="all"), people, attention=bool(found.differences)),
        Figure(found.possible, _("Possible matches"), matches(), attention=bool(found.possible)),
        Figure(found.only_huma_total, _("Only in Huma"), f"{create()}#to-visma", apart, side=Side.HUMA),
        Figure(found.only_visma_total, _("Only in Visma"), f"{create()}#to-huma", apart, side=Side.VISMA),
    ]


def _people(n: int) -> str:
    return ngettext("in %(n)s person", "in %(n)s people", n) % {"n": n}


def groups(connection: Connection, found: Overview) -> list[Figure]:
    """The figures of differences and people, grouped by what they have in common."""
    review, people = _url(connection, "review"), _url(connection, "people")
    shown = [
        Figure(found.linked, _("The same person in both"), people(show="linked")),
        Figure(found.one_side_empty, _("Differences where one system is empty"), review(kind="empty", show="all")),
        Figure(found.spelling, _("Differences in spelling only"), review(kind="spelling", show="all")),
        Figure(found.standing.get("left", 0), _("Differences left as they were earlier"), review(show="left")),
        Figure(found.standing.get("former", 0), _("Differences for former employees"), review(show="former")),
        Figure(found.standing.get("draft", 0), _("Differences for drafts in Visma"), review(show="draft")),
        Figure(found.outside_pilot, _("Differences outside the pilot group"), review(show="outside")),
        Figure(found.gone, _("No longer in one of the systems"), people(show="gone")),
        Figure(found.outside, _("Outside the selection"), people(show="outside")),
    ]
    return [figure for index, figure in enumerate(shown) if index == 0 or figure.number]


def _url(connection: Connection, name: str) -> Any:
    base = reverse(f"admin:{name}", args=[connection.code])
    return lambda **query: f"{base}?{urlencode(query)}" if query else base


def _fields(connection: Connection, found: Overview) -> list[Figure]:
    review = _url(connection, "review")
    counted = sorted(found.fields.items(), key=lambda item: -item[1])
    return [Figure(count, field_label(name), review(field=name, show="all")) for name, count in counted]


def worth_knowing(connection: Connection, found: Overview) -> list[Worth]:
    """What an HR admin should know, the most urgent first."""
    people = _url(connection, "people")
    return [*_passed_over(found, people), *_series(found), *_counted(found, people), *_unreadable(found)]


def _passed_over(found: Overview, people: Any) -> Iterable[Worth]:
    if n := found.passed_over:
        title = ngettext("%(n)s couldn't be fetched, and is skipped", "%(n)s couldn't be fetched, and are skipped", n)
        text = _(
            "Nothing about them is compared, sent or added. People shows why, and what you can do, for each of them."
        )
        yield Worth(title % {"n": n}, text, people(show="unread"))


def _series(found: Overview) -> Iterable[Worth]:
    if found.series_broken:
        yield Worth(sentence("number_series"), _("Nobody was linked by Employment ID."))


def _counted(found: Overview, people: Any) -> Iterable[Worth]:
    for code, n in found.worth:
        titles = {
            "deactivated": ngettext(
                "%(n)s is deactivated in Huma, still employed in Visma",
                "%(n)s are deactivated in Huma, still employed in Visma",
                n,
            ),
            "becomes_cash": ngettext(
                "%(n)s has an account in Huma that becomes cash in Visma",
                "%(n)s have an account in Huma that becomes cash in Visma",
                n,
            ),
            "several_positions": ngettext(
                "%(n)s has several positions at once", "%(n)s have several positions at once", n
            ),
            "long_number": ngettext(
                "%(n)s has an Employment ID that is too long for Visma",
                "%(n)s have an Employment ID that is too long for Visma",
                n,
            ),
            "no_number": ngettext("%(n)s has no Employment ID in Huma", "%(n)s have no Employment ID in Huma", n),
        }
        texts = {
            "deactivated": _("If they have left, enter a last workday in Huma. No employment is ended automatically."),
            "becomes_cash": _(
                "Visma takes only Norwegian national accounts. Use an international account in Huma for the others."
            ),
            "several_positions": _("Their first and last workday have to be chosen for each person."),
            "long_number": _("Visma takes at most 12 characters. Shorten it in Huma, then fetch again."),
            "no_number": _("Without one nobody can be created in Visma. Enter it in Huma, then fetch again."),
        }
        yield Worth(titles[code] % {"n": n}, texts[code], people(show=code))


def _unreadable(found: Overview) -> Iterable[Worth]:
    if found.unreadable:
        fields = ", ".join(f"{field_label(name)} ({count})" for name, count in found.unreadable.items())
        yield Worth(
            _("Not everything can be seen: %(fields)s") % {"fields": fields},
            _(
                "These aren't compared for so many people: the API key or the app may not be allowed to see them, or "
                "there is no position."
            ),
        )
