"""New credentials for the same Huma organisation, and a check whether the stored ones still work."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from connections.api.vendor import Vendor
from connections.connect import connecting
from connections.connect.forms import CredentialsForm
from connections.connect.views.connect import put_right
from connections.models import Connection
from connections.pages.nav import page_context
from connections.pages.permissions import connection_for, hr_page
from connections.vendors.connect_errors import explain, request_to_colleague
from connections.vendors.probe import Trouble


@require_http_methods(["GET", "POST"])
@hr_page
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The form; the old credentials stay until new ones work."""
    connection = connection_for(request.user, code)
    form = CredentialsForm(request.POST if request.method == "POST" else None, whom=request.user.pk)
    troubles: Sequence[Trouble] = ()
    if form.is_valid():
        sent = form.cleaned_data
        try:
            connecting.renew(connection, request.user, sent["huma_client_id"], sent["huma_client_secret"])
        except connecting.NotConnected as refused:
            troubles = refused.troubles
        else:
            connection.refresh_from_db()
            if connection.state == Connection.State.WAITING:
                messages.success(
                    request, _("The new API key works. Now an administrator has to approve the connection.")
                )
            else:
                messages.success(request, _("The new API key works, and is stored."))
            return redirect("admin:connection", code)
    return _page(request, connection, form, troubles)


@require_POST
@hr_page
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Ask both sides with the stored credentials."""
    connection = connection_for(request.user, code)
    if connection.state == Connection.State.DISCONNECTED:
        return redirect("admin:connection", code)
    try:
        connecting.check(connection, request.user)
    except connecting.NotConnected as refused:
        return _page(request, connection, CredentialsForm(), refused.troubles)
    messages.success(request, _("Huma and Visma.net Payroll both answer."))
    return redirect("admin:connection", code)


def _page(
    request: HttpRequest, connection: Connection, form: CredentialsForm, troubles: Sequence[Trouble]
) -> HttpResponse:
    put_right(form, troubles)
    gone = connection.state == Connection.State.DISCONNECTED
    context = page_context(
        request,
        connection,
        _("Connect again") if gone else _("Renew the API key"),
        form=form,
        gone=gone,
        explanations=[explain(trouble) for trouble in troubles],
        requests={Vendor.HUMA: request_to_colleague(Vendor.HUMA)},
    )
    return render(request, "connections/credentials.html", context)
