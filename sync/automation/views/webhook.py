"""Changes from Huma: what to enter in Huma, which events have come, and which requests were refused."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connections.models import Connection
from connections.owner_settings import webhook
from connections.owner_settings.webhook import TokenForm
from sync.models import HumaEvent
from sync.pages.access import early_page
from sync.pages.page_context import page_context
from sync.pages.steps import result_url
from sync.wording.webhook import event_hint, refused_words, topic_words, verified_words

MOST_SHOWN = 20
TONES = {HumaEvent.State.WAITING: "warning", HumaEvent.State.TAKEN: "accent", HumaEvent.State.DONE: "success"}


@require_GET
@early_page
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Show the address and the secret, the steps in Huma, and the last events."""
    if connection.state == Connection.State.DISCONNECTED:
        return _gone(request, connection)
    return _page(request, connection, TokenForm())


@require_http_methods(["GET", "POST"])
@early_page
def rotate(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Ask first, then make a new secret."""
    if connection.state == Connection.State.DISCONNECTED:
        return _gone(request, connection)
    if request.method == "POST":
        webhook.rotate(connection, request.user)
        messages.success(request, _("Here is the new signing key. Enter it in Huma before the old one ends."))
        return redirect("admin:webhook", connection.code)
    context = page_context(request, connection, _("Replace the signing key"), current="webhook")
    return render(request, "sync/webhook_rotate.html", {**context, "hours": settings.WEBHOOK_OLD_SECRET_HOURS})


@require_POST
@early_page
def end_old(request: HttpRequest, connection: Connection) -> HttpResponse:
    """End the validity of the old secret."""
    webhook.end_old_secret(connection, request.user)
    messages.success(request, _("The old signing key isn't valid any more."))
    return redirect("admin:webhook", connection.code)


@require_POST
@early_page
def token(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Set the token, or remove it."""
    if connection.state == Connection.State.DISCONNECTED:
        return _gone(request, connection)
    if "remove" in request.POST:
        webhook.set_token(connection, request.user, "")
        messages.success(request, _("No access token is asked for any more. Remove it in Huma too."))
        return redirect("admin:webhook", connection.code)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, connection, form)
    webhook.set_token(connection, request.user, form.cleaned_data["token"])
    messages.success(request, _("From now on Huma has to send the access token too. Enter it there now."))
    return redirect("admin:webhook", connection.code)


def _gone(request: HttpRequest, connection: Connection) -> HttpResponse:
    messages.error(request, _("The connection is disconnected. Connect it again first."))
    return redirect("admin:connection", connection.code)


def _page(request: HttpRequest, connection: Connection, form: TokenForm) -> HttpResponse:
    events = connection.events.select_related("run", "again_run")[:MOST_SHOWN]
    context = page_context(
        request,
        connection,
        _("Notices from Huma"),
        current="webhook",
        form=form,
        address=_address(request, connection),
        old_until=webhook.old_secret_until(connection),
        events=[_event(connection, event) for event in events],
        refused=[
            {"why": refused_words(row.why), "times": row.times, "last_at": row.last_at}
            for row in connection.refused.order_by("-last_at")
        ],
        shown=MOST_SHOWN,
    )
    return render(request, "sync/webhook.html", context)


def _address(request: HttpRequest, connection: Connection) -> str:
    path = reverse("huma_webhook", args=[connection.code])
    return webhook.address(connection) or request.build_absolute_uri(path)


def _event(connection: Connection, event: HumaEvent) -> dict[str, Any]:
    run = event.run if event.again_at or event.again_run is None else event.again_run
    return {
        "event": event,
        "topic": topic_words(event.topic),
        "people": len(event.huma_ids),
        "verified": verified_words(event.verified_by),
        "tone": TONES.get(HumaEvent.State(event.state), ""),
        "hint": event_hint(event, connection),
        "url": result_url(connection, run),
    }
