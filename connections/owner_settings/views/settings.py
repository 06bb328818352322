"""The settings that an owner may change."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from connections.api.errors import VendorError
from connections.api.vendor import Vendor
from connections.models import Connection
from connections.owner_settings.changing import change_settings
from connections.owner_settings.forms import SettingsForm
from connections.pages.nav import page_context
from connections.pages.permissions import connection_for, hr_page
from connections.vendors.connect_errors import explain
from connections.vendors.huma_groups import groups_for_page
from connections.vendors.probe import trouble_of


@require_http_methods(["GET", "POST"])
@hr_page
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The form. It asks Huma for its groups, and leaves the choices of groups as they are if Huma doesn't answer."""
    connection = connection_for(request.user, code)
    if connection.state == Connection.State.DISCONNECTED:
        return redirect("admin:connection", code)
    groups, trouble = _groups(connection)
    form = SettingsForm(request.POST if request.method == "POST" else None, connection, groups)
    if form.is_valid():
        changed = change_settings(connection, request.user, form.chosen())
        messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
        return redirect("admin:connection", code)
    context = page_context(request, connection, _("Settings"), form=form, trouble=trouble)
    return render(request, "connections/settings.html", context)


def _groups(connection: Connection) -> tuple[list[dict[str, Any]] | None, Any]:
    """Huma's companies, locations and teams; None, and the reason, if Huma gives no answer."""
    try:
        return groups_for_page(connection), None
    except VendorError as error:
        return None, explain(trouble_of(Vendor.HUMA, error))
