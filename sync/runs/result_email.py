"""The emails about a run's result: one to those who ran it, and one to payroll about new drafts.

They have names and field labels, never a value or a vendor's words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from connections.owner_settings.recipients import is_recipient
from connections.person_urls import person_url
from sync.analysis import skipped_people
from sync.core.codes import Action, Standing
from sync.core.deciding.report import OUTCOMES, Totals
from sync.core.fields import FIELDS
from sync.core.records.employee import Side
from sync.mail import letters
from sync.mail.composing import Composer
from sync.mail.message import absolute, message
from sync.mail.outbox import each_once, hashed
from sync.mail.payroll_letters import counts_only
from sync.models import Change, Conflict, Letter, PossibleMatch, SyncRun
from sync.models.groups import PROBLEMS
from sync.planning.new_people import what_comes_along
from sync.runs.lifecycle import run_totals
from sync.runs.open_differences import open_differences
from sync.runs.pilot_members import noted_pilot
from sync.runs.undoing import undone_runs
from sync.wording.pilot import pilot_sentences
from sync.wording.sentences import change_sentence, field_label, outcome_label, sentence, side_name
from sync.wording.undo import undo_title

MOST_PROBLEMS = 50
"""The most problems that an email lists; the page has all."""


@dataclass(frozen=True)
class Problem:
    """One Change that needs a person's look."""

    name: str
    what: str
    outcome: str
    why: str


@dataclass(frozen=True)
class NewDraft:
    """One person who was added to Visma as a draft. ``missing``: labels of the fields that Huma doesn't have; ``url``:
    where the person is in Visma.net, "" if that isn't known."""

    name: str
    missing: list[str]
    url: str = ""


def ask_for(run: SyncRun) -> bool:
    """Let the result be sent as soon as possible; False if it has no recipient. May be repeated."""
    asked = letters.write(Letter.Kind.RESULT, result_key(run), recipients(run), run.connection, run=run.pk)
    for address in each_once(run.connection.payroll_contacts) if new_drafts(run).exists() else ():
        key = f"{_drafts_key(run)}{hashed(address)}"
        asked = letters.write(Letter.Kind.DRAFTS, key, [address], run.connection, run=run.pk) or asked
    return asked


def send_result(run: SyncRun) -> bool:
    """Send at once the emails of a run that are still to be sent; True if there were any, and all of them are out."""
    ask_for(run)
    mine = Letter.objects.filter(Q(key=result_key(run)) | Q(key__startswith=_drafts_key(run)))
    outcomes = [letters.send(letter) for letter in mine.filter(state=Letter.State.WAITING).order_by("pk")]
    return bool(outcomes) and all(outcomes)


def recipients(run: SyncRun) -> list[str]:
    """The addresses that get the result: of whoever started or confirmed the run, and the connection's recipients."""
    names = {name for name in (run.started_by, run.confirmed_by) if name}
    people = get_user_model().objects.filter(username__in=names, is_active=True).exclude(email="")
    return each_once([*people.order_by("pk").values_list("email", flat=True), *run.connection.recipients])


def new_drafts(run: SyncRun) -> QuerySet[Change]:
    """The people whom the run added to Visma, and whom payroll has to complete there."""
    return _created(run, Side.VISMA)


def result_of(run: SyncRun) -> Letter | None:
    """The email with the run's result; ``None`` if it had no recipient."""
    return Letter.objects.filter(key=result_key(run)).first()


def result_key(run: SyncRun) -> str:
    """The key of the email with a run's result."""
    return f"result:{run.pk}"


def _drafts_key(run: SyncRun) -> str:
    return f"drafts:{run.pk}:"


def _result(letter: Letter) -> EmailMultiAlternatives | None:
    """The result of a run, for the person who ran it and the recipients; ``None`` if nobody of them is left."""
    run = _run_of(letter)
    to = recipients(run) if run else []
    if run is None or not to:
        return None
    totals, pilot = run_totals(run), noted_pilot(run)
    named = Change.objects.filter(run=run, state__in=PROBLEMS).defer("before", "after", "vendor_words")
    over = skipped_people.of_run(run)
    differs = Conflict.objects.filter(run=run, standing=Standing.ASKS).exists()
    all_right = not (totals.planned or totals.held or over or differs)
    problems = [_problem(change) for change in named.order_by("name", "pk")[:MOST_PROBLEMS]]
    context = {
        "connection": run.connection.name,
        "run": run,
        "headline": headline(run, totals, all_right),
        "undo": undo_title(undone_runs(run)) if run.is_undo else "",
        "all_right": all_right,
        "totals": totals,
        "outcomes": [(outcome_label(name), getattr(totals, name)) for name in OUTCOMES],
        "created_huma": _created(run, Side.HUMA).count(),
        "created_visma": _created(run, Side.VISMA).count(),
        "pilot": pilot_sentences(pilot) if pilot else [],
        "problems": problems,
        "problems_more": named.count() - len(problems),
        "passed_over": [one.name or _("Somebody without a name") for one in over[:MOST_PROBLEMS]],
        "passed_over_more": max(0, over.count() - MOST_PROBLEMS),
        "open_differences": open_differences(run),
        "open_matches": PossibleMatch.objects.open_in(run).count(),
        "url": absolute(reverse("admin:result", args=[run.connection.code, run.pk])),
        "skipped_url": absolute(reverse("admin:people", args=[run.connection.code]) + "?show=unread"),
    }
    return message("result", context, to, letter.message_id)


def _drafts(letter: Letter) -> EmailMultiAlternatives | None:
    """For payroll: who was added to Visma and has to be completed there.

    Only a confirmed address gets names; ``None`` for an address that isn't a recipient any more.
    """
    run = _run_of(letter)
    to = [address for address in letter.to if run and is_recipient(run.connection, address)]
    if run is None or not to:
        return None
    created = new_drafts(run).select_related("snapshot", "link").order_by("name", "pk")
    drafts = [
        NewDraft(change.name, _missing(change, run), _in_visma(change)) for change in created.defer("before", "after")
    ]
    named = not any(counts_only(run.connection, address) for address in to)
    context = {"connection": run.connection.name, "run": run, "drafts": drafts, "named": named}
    return message("drafts", context, to, letter.message_id)


def _in_visma(change: Change) -> str:
    """The address of a new employee in Visma.net, by the id; "" if it isn't known. No email has an Employment ID."""
    return person_url(Side.VISMA, change.link.visma_id) if change.link else ""


def _run_of(letter: Letter) -> SyncRun | None:
    """The run that a letter is about; ``None`` if it was deleted."""
    return SyncRun.objects.filter(pk=letter.params["run"]).select_related("connection").first()


def _figures(params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a failure that an email may contain: numbers, and the name of a property."""
    return {name: value for name, value in params.items() if isinstance(value, int) or name == "prop"}


def headline(run: SyncRun, totals: Totals, all_right: bool) -> str:
    """How the run went, in a sentence. ``all_right``: there was nothing to send, and nothing is left open."""
    if run.state == SyncRun.State.FAILED:
        return sentence(run.failure or "bug", _figures(run.failure_params))
    if run.state == SyncRun.State.STOPPED:
        return _("The sync was stopped.")
    if not totals.planned:
        return _("Everything was right already.") if all_right else _("Nothing was sent.")
    if run.is_undo and totals.is_clean:
        return _("Everything was put back.") if totals.done == totals.planned else _("Some of it was put back.")
    return _("Everything was carried out.") if totals.is_clean else _("Some of it needs follow-up.")


def _problem(change: Change) -> Problem:
    what = field_label(change.field)
    if change.action == Action.CREATE:
        what = _("Add to %(side)s") % {"side": side_name(change.side)}
    why = change_sentence(change) or (sentence("moved") if change.state == Change.State.MOVED else "")
    return Problem(change.name, what, outcome_label(change.state), why)


def _created(run: SyncRun, side: str) -> QuerySet[Change]:
    return Change.objects.filter(run=run, action=Action.CREATE, side=side, state=Change.State.DONE)


def _missing(change: Change, run: SyncRun) -> list[str]:
    if change.snapshot is None or not change.snapshot.payload:
        return []
    gets, _omitted = what_comes_along(change.snapshot, run.connection)
    never_missing = {"last_workday", *run.connection.fields_off}
    return [
        label for spec in FIELDS if spec.name not in never_missing and (label := field_label(spec.name)) not in gets
    ]


EMAILS: dict[str, Composer] = {Letter.Kind.RESULT: _result, Letter.Kind.DRAFTS: _drafts}
