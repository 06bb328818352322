"""The emails: what happened, in names and field labels. Never a value, never a vendor's words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from sync.analysis import passed_over
from sync.core.codes import Action, Standing
from sync.core.employee import Side
from sync.core.fields import FIELDS
from sync.core.report import OUTCOMES, Totals
from sync.mail.message import absolute, message
from sync.models import Change, Conflict, PossibleMatch, SyncRun
from sync.planning.new_people import what_comes_along
from sync.runs.lifecycle import run_totals
from sync.wording.sentences import change_sentence, field_label, outcome_label, sentence, side_name

MOST_PROBLEMS = 50
"""So many are named in an email; the page has them all."""

PROBLEMS = (Change.State.FAILED, Change.State.UNKNOWN, Change.State.MOVED)


@dataclass(frozen=True)
class Problem:
    """One Change that needs another look."""

    name: str
    what: str
    outcome: str
    why: str


@dataclass(frozen=True)
class NewDraft:
    """One person who was added to Visma as a draft. ``missing``: labels of what Huma doesn't have."""

    name: str
    missing: list[str]


def result_email(run: SyncRun, to: Sequence[str]) -> EmailMultiAlternatives:
    """What came of a run, for the one who ran it and the recipients."""
    with translation.override(settings.LANGUAGE_CODE):
        totals = run_totals(run)
        named = Change.objects.filter(run=run, state__in=PROBLEMS).defer("before", "after", "vendor_words")
        over = passed_over.of_run(run)
        problems = [_problem(change) for change in named.order_by("name", "pk")[:MOST_PROBLEMS]]
        context = {
            "connection": run.connection.name,
            "run": run,
            "headline": headline(run, totals),
            "totals": totals,
            "outcomes": [(outcome_label(name), getattr(totals, name)) for name in OUTCOMES],
            "created_huma": _created(run, Side.HUMA).count(),
            "created_visma": _created(run, Side.VISMA).count(),
            "problems": problems,
            "problems_more": named.count() - len(problems),
            "passed_over": [one.name or _("Somebody without a name") for one in over[:MOST_PROBLEMS]],
            "passed_over_more": max(0, over.count() - MOST_PROBLEMS),
            "open_differences": Conflict.objects.filter(run=run, standing=Standing.ASKS, decision="").count(),
            "open_matches": PossibleMatch.objects.open_in(run).count(),
            "url": absolute(reverse("admin:result", args=[run.connection.code, run.pk])),
            "skipped_url": absolute(reverse("admin:people", args=[run.connection.code]) + "?show=unread"),
        }
        return message("result", context, to, run.message_id)


def drafts_email(run: SyncRun, to: Sequence[str], named: bool = True) -> EmailMultiAlternatives | None:
    """Who was added to Visma and has to be completed there, for payroll; ``None`` when nobody was.

    ``named``: whether these addresses are confirmed, so that it may say who.
    """
    with translation.override(settings.LANGUAGE_CODE):
        created = _created(run, Side.VISMA).select_related("snapshot").order_by("name", "pk")
        drafts = [NewDraft(change.name, _missing(change, run)) for change in created.defer("before", "after")]
        if not drafts:
            return None
        context = {"connection": run.connection.name, "run": run, "drafts": drafts, "named": named}
        kind = "<drafts-" if named else "<drafts-unnamed-"
        return message("drafts", context, to, run.message_id.replace("<run-", kind))


def _figures(params: Mapping[str, Any]) -> dict[str, Any]:
    """What an email may say of why a run failed: how many, and which property."""
    return {name: value for name, value in params.items() if isinstance(value, int) or name == "prop"}


def headline(run: SyncRun, totals: Totals) -> str:
    """How it went, in a sentence."""
    if run.state == SyncRun.State.FAILED:
        return sentence(run.failure or "bug", _figures(run.failure_params))
    if run.state == SyncRun.State.STOPPED:
        return _("The run was stopped.")
    if not totals.planned:
        return _("Nothing had to be written.")
    return _("Everything was carried out.") if totals.is_clean else _("Some of it needs another look.")


def _problem(change: Change) -> Problem:
    what = field_label(change.field)
    if change.action == Action.CREATE:
        what = _("Add to %(side)s") % {"side": side_name(change.side)}
    why = change_sentence(change) or (sentence("moved") if change.state == Change.State.MOVED else "")
    return Problem(change.name, what, outcome_label(change.state), why)


def _created(run: SyncRun, side: str) -> Any:
    return Change.objects.filter(run=run, action=Action.CREATE, side=side, state=Change.State.DONE)


def _missing(change: Change, run: SyncRun) -> list[str]:
    if change.snapshot is None or not change.snapshot.payload:
        return []
    gets, _omitted = what_comes_along(change.snapshot, run.connection)
    never_missing = {"last_workday", *run.connection.fields_off}
    return [
        label for spec in FIELDS if spec.name not in never_missing and (label := field_label(spec.name)) not in gets
    ]
