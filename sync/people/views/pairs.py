"""Pairs file: who is who, as a company's own list says it. Upload, preview, confirmation; a template to download."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from connections.models import Connection, audit
from connections.pages.request_params import number
from connections.pages.uploads import takes_file
from sync.analysis.judging_pairs import Judged, Outcome, doubt, judge
from sync.core.pairs_file import NoPairs, PairsFile
from sync.models import SyncRun
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.pages.paging import Place, part_of_list
from sync.pages.steps import step_url
from sync.people import pairs_template
from sync.runs import pairs
from sync.runs.lifecycle import NotAllowed, latest_read, open_run
from sync.wording.people import Badge
from sync.wording.sentences import against_sentence, agrees_label, sentence

PER_PAGE = 100
LINKED = "pairs_linked"
"""Where a session keeps the fingerprint of the preview that was confirmed last."""
ORDER = (Outcome.REFUSED, Outcome.ASK, Outcome.LINK, Outcome.ALREADY)
"""What a person has to look at comes first."""


class PairsForm(forms.Form):
    """The file of an upload."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        allow_empty_file=True,
        help_text=gettext_lazy(
            "The first row names the columns: huma_email or huma_id, and visma_number. Other columns are ignored."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
    )

    pairs_file: PairsFile

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            self.pairs_file = pairs.read_file(file.read(pairs.most_bytes() + 1))
        except NoPairs as error:
            raise ValidationError(sentence(error.reason.code, error.reason.params)) from None
        return file


def _too_large() -> str:
    reason = pairs.too_large()
    return sentence(reason.code, reason.params)


@takes_file("pairs", _too_large)
@require_http_methods(["GET", "POST"])
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Say what a pairs file is, and take one."""
    form = PairsForm(request.POST, request.FILES) if request.method == "POST" else PairsForm()
    refusal = _not_ready(connection)
    if form.is_valid() and not refusal:
        pairs.keep_upload(connection, request.user, form.pairs_file)
        return redirect("admin:pairs_preview", connection.code)
    context = page_context(
        request,
        connection,
        _("Pairs file"),
        current="people",
        form=form,
        refusal=refusal,
        sync_url=step_url("sync_users", connection),
        read=latest_read(connection),
        unplaced=pairs_template.count(connection),
    )
    context["crumbs"].append({"label": _("People"), "url": reverse("admin:people", args=[connection.code])})
    return render(request, "sync/pairs.html", context)


def _not_ready(connection: Connection) -> str:
    """Why no file can be compared now, and what to do; "" if one can."""
    run, read = open_run(connection), pairs.last_read(connection)
    if run is not None and run.state == SyncRun.State.APPLYING:
        return _("A sync is sending right now. Wait until it has ended, then try again.")
    if read is None:
        return _(
            "A pairs file is compared with what we fetched from both systems. Synchronize users first, and come back "
            "here while that sync is open. Nothing is sent meanwhile."
        )
    if not pairs.is_fresh(read):
        return _("What we fetched is older than 24 hours. Fetch again under “Synchronize users”, then come back here.")
    return ""


@require_http_methods(["GET", "POST"])
@connection_page
def preview(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show what an uploaded file would do; a POST does it, or drops the file."""
    if request.POST.get("to") == "drop":
        if pairs.drop_upload(connection, request.user):
            messages.info(request, _("The file was discarded. Nobody was linked."))
        else:
            messages.info(request, _("The file was used or discarded already, maybe in another tab."))
        return redirect("admin:pairs", connection.code)
    file, run = pairs.upload_of(connection, request.user), pairs.fresh_read(connection)
    if file is None and request.method == "POST" and request.POST.get("fingerprint", "") == request.session.get(LINKED):
        messages.info(request, _("These pairs were linked already, maybe in another tab. Nothing was done twice."))
        return redirect(reverse("admin:people", args=[connection.code]) + "?show=by_pair")
    if file is None or run is None:
        if request.method == "POST" or file is not None:
            messages.warning(request, _("The file isn't kept any longer. Upload it again."))
        return redirect("admin:pairs", connection.code)
    try:
        judged = judge(run, file)
    except NoPairs as error:
        messages.error(request, sentence(error.reason.code, error.reason.params))
        return redirect("admin:pairs", connection.code)
    if request.method == "POST":
        return _link(request, connection, run, judged)
    return _preview(request, connection, run, judged, file.unfilled)


def _link(request: HttpRequest, connection: Connection, run: SyncRun, judged: list[Judged]) -> HttpResponse:
    if request.POST.get("fingerprint") != pairs.mark_of(run, judged):
        messages.warning(request, _("Something changed since the page was shown. Look again, then confirm."))
        return redirect("admin:pairs_preview", connection.code)
    goes_on = pairs.is_stopped(run)
    try:
        result = pairs.result_of(pairs.apply(run, request.user, judged), 0)
    except NotAllowed:
        messages.error(request, _("A sync is sending right now. Wait until it has ended, then try again."))
        return redirect("admin:pairs_preview", connection.code)
    pairs.drop_upload(connection, request.user)
    request.session[LINKED] = request.POST["fingerprint"]
    if goes_on:
        messages.success(request, _("The sync compares again, with what the file says."))
        return redirect("admin:sync_users", connection.code)
    text = ngettext("%(n)d pair is linked.", "%(n)d pairs are linked.", result.linked) % {"n": result.linked}
    messages.success(request, f"{text} {_('Nothing was sent to Huma or Visma.')}")
    if not result.possible:
        return redirect(reverse("admin:people", args=[connection.code]) + "?show=by_pair")
    asks = ngettext(
        "%(n)d pair is a possible match: answer it here.",
        "%(n)d pairs are possible matches: answer them here.",
        result.possible,
    )
    messages.info(request, asks % {"n": result.possible})
    return redirect("admin:review_matches", connection.code)


def _preview(
    request: HttpRequest, connection: Connection, run: SyncRun, judged: list[Judged], unfilled: int
) -> HttpResponse:
    def key_of(one: Judged) -> tuple[int, int]:
        return (ORDER.index(one.outcome), one.row.row)

    rows = sorted(judged, key=key_of)
    by_mark = {str(one.row.row): key_of(one) for one in rows}
    shown = part_of_list(
        rows,
        Place.from_data(request.GET),
        PER_PAGE,
        key_of=key_of,
        mark=lambda one: str(one.row.row),
        key=lambda mark: by_mark.get(str(number(mark))),
    )
    counts = Counter(one.outcome for one in judged)
    why = doubt(judged)
    context = page_context(
        request,
        connection,
        _("Check the pairs file"),
        current="people",
        page=shown,
        rows=[(one, _badge(one), *_words(one)) for one in shown.object_list],
        counts={outcome.value: counts[outcome] for outcome in Outcome},
        changes=counts[Outcome.LINK] + counts[Outcome.ASK],
        unfilled=unfilled,
        doubt=sentence(why.code, why.params) if why else "",
        fingerprint=pairs.mark_of(run, judged),
        minutes=int(pairs.KEPT.total_seconds() // 60),
    )
    context["crumbs"] += [
        {"label": _("People"), "url": reverse("admin:people", args=[connection.code])},
        {"label": _("Pairs file"), "url": reverse("admin:pairs", args=[connection.code])},
    ]
    return render(request, "sync/pairs_preview.html", context)


def _badge(one: Judged) -> Badge:
    return {
        Outcome.LINK: Badge(_("Will be linked"), "success"),
        Outcome.ASK: Badge(_("You are asked"), "warning"),
        Outcome.ALREADY: Badge(_("Linked already")),
        Outcome.REFUSED: Badge(_("Refused"), "danger"),
    }[one.outcome]


def _words(one: Judged) -> tuple[str, str, list[str]]:
    """Why, what agrees, and what speaks against it."""
    why = sentence(one.reason.code, one.reason.params) if one.reason else ""
    if one.evidence is None:
        return why, "", []
    agrees = ", ".join(agrees_label(name) for name in one.evidence.agrees)
    return why, agrees, [against_sentence(code) for code in one.evidence.against]


@require_POST
@connection_page
def template(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Download whom we couldn't place, as a file to fill in. An export, so it is in the audit trail."""
    audit(request.user, "pairs.template", connection, people=pairs_template.count(connection))
    answer: Any = StreamingHttpResponse(pairs_template.lines(connection), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="pairs-{connection.code}.csv"'
    return answer  # type: ignore[no-any-return]
