"""Automatic updates of a connection: what is written automatically, what never is, on and off, and the schedule."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connections.models import Connection
from connections.pages.request_params import number
from sync.analysis import two_writers
from sync.automation import switching
from sync.automation.forms import AutomaticForm, SwitchForm
from sync.core.records.writers import called
from sync.models import SeenIntegration, SyncRun
from sync.models.groups import UNATTENDED
from sync.pages.access import connection_page
from sync.pages.page_context import page_context
from sync.pages.steps import result_url, step_url
from sync.runs.lifecycle import NotAllowed
from sync.runs.open_differences import open_differences
from sync.wording.sentences import field_label


@require_http_methods(["GET", "POST"])
@connection_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show what automatic updates do, and their settings."""
    if connection.state == Connection.State.DISCONNECTED:
        messages.error(request, switching.refusal(connection))
        return redirect("admin:connection", connection.code)
    form = AutomaticForm(request.POST if request.method == "POST" else None, connection)
    if form.is_valid():
        changed = switching.change(connection, request.user, form.chosen())
        messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
        return redirect("admin:automatic", connection.code)
    last = connection.runs.filter(trigger=SyncRun.Trigger.SCHEDULED).exclude(state__in=UNATTENDED).first()
    refusal = switching.refusal(connection)
    context = page_context(
        request,
        connection,
        _("Automatic updates"),
        current="automatic",
        form=form,
        refusal=refusal,
        two_writers=two_writers.why(connection),
        integrations=[_shown(one) for one in two_writers.entries(connection)],
        nobody_hears=refusal == switching.nobody_hears(),
        last=last,
        last_url=result_url(connection, last),
        waiting=open_differences(last) if last else 0,
    )
    return render(request, "sync/automatic.html", context)


@require_POST
@connection_page
def switch(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Turn automatic updates on or off, or say "not yet" to the question that the first result asks.

    "look": ask Huma again whether its own integration with Visma is on.
    """
    form = SwitchForm(request.POST)
    if not form.is_valid():
        raise Http404
    to = form.cleaned_data["to"]
    if to == "on":
        try:
            switching.turn_on(connection, request.user)
            messages.success(request, _("Automatic updates are on."))
        except NotAllowed:
            connection.refresh_from_db()
            messages.error(request, switching.refusal(connection))
    elif to == "off":
        switching.turn_off(connection, request.user)
        messages.success(request, _("Automatic updates are off. Nothing is sent automatically any more."))
    elif to == "look":
        if two_writers.look(connection):
            messages.success(request, _("No other integration changes Visma any more."))
        else:
            messages.warning(request, _("Huma still says that the integration is on, or didn't answer just now."))
    else:
        switching.not_yet(connection, request.user)
        messages.info(request, _("Not turned on. You find it under Automatic updates whenever you want."))
        return redirect(_asked_on(connection, form.cleaned_data["run"]))
    return redirect("admin:automatic", connection.code)


@require_http_methods(["GET", "POST"])
@connection_page
def stale(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Ask whether an integration's entry in Huma is out of date, and store the answer; "back" takes it back."""
    data = request.POST if request.method == "POST" else request.GET
    one = two_writers.entries(connection).filter(pk=number(data.get("entry")), to_visma=True).first()
    if one is None:
        return redirect("admin:automatic", connection.code)
    if request.method == "GET":
        context = page_context(
            request,
            connection,
            _("Out of date?"),
            current="automatic",
            name=called(one.name, one.kind),
            hidden=[("entry", one.pk), ("to", "stale")],
            points=[
                _("Automatic updates then don't wait for this integration any more."),
                _("It counts again once its name or type changes in Huma, or once it was gone and comes back."),
                _("You can take it back at any time. Your name stands beside it."),
            ],
        )
        return render(request, "sync/automatic_stale.html", context)
    back = request.POST.get("to") == "back"
    two_writers.say_stale(connection, request.user, one.pk, not back)
    if back:
        messages.success(request, _("The integration counts again: automatic updates are on hold while Huma shows it."))
    else:
        messages.success(request, _("The entry counts as out of date. Automatic updates don't wait for it any more."))
    return redirect("admin:automatic", connection.code)


def _shown(one: SeenIntegration) -> tuple[str, list[str], list[str], SeenIntegration]:
    """The label of an integration, the fields that it has locked, and those that it has perhaps locked."""
    locked = [field_label(name) for name, sure in one.fields.items() if sure]
    perhaps = [field_label(name) for name, sure in one.fields.items() if not sure]
    return called(one.name, one.kind), locked, perhaps, one


def _asked_on(connection: Connection, pk: int | None) -> str:
    """The address of the result page that asked; ``pk``: of which run."""
    run = get_object_or_404(SyncRun, pk=pk, connection=connection) if pk is not None else None
    return step_url("result", connection, run) if run else step_url("sync_users", connection)
