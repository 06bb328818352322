"""A connection's own page: its state, its settings, its owners and recipients, and what was done."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from connections.models import Connection
from connections.owner_settings import recipients
from connections.owner_settings.forms import OwnerForm
from connections.pages.audit_words import history
from connections.pages.nav import page_context
from connections.pages.permissions import connection_for, hr_page
from connections.pairing.release_requests import last_refusal, open_request
from connections.pairing.reservations import pairing_of
from connections.supported import end_reasons, supported_fields


@require_GET
@hr_page
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Everything about one connection."""
    return connection_page(request, connection_for(request.user, code), OwnerForm())


def connection_page(request: HttpRequest, connection: Connection, owner_form: OwnerForm) -> HttpResponse:
    """The page, with the form for another owner as it was filled in."""
    off = set(connection.fields_off)
    context = page_context(
        request,
        connection,
        connection.name,
        crumbs=[],
        fields_off=[field.label for field in supported_fields() if field.name in off],
        end_reason=dict(end_reasons()).get(connection.default_end_reason, connection.default_end_reason),
        limits=sum(map(len, connection.huma_limits.values())),
        owners=connection.owners.order_by("username"),
        owner_form=owner_form,
        may_remove=getattr(request.user, "is_superuser", False),
        history=history(connection),
        asked=open_request(connection),
        refusal=last_refusal(connection),
        pairing=pairing_of(connection),
        recipients=recipients.shown(connection),
    )
    return render(request, "connections/connection.html", context)
