"""Connect a company: what to click on both sides, and a form that asks both vendors."""

from collections.abc import Sequence

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from connections.api.vendor import Vendor
from connections.connect.connecting import NotConnected, connect, connected
from connections.connect.forms import ConnectForm, CredentialsForm
from connections.models import Connection
from connections.pages.permissions import connection_for, connections_of, hr_page
from connections.supported import supported_fields
from connections.vendors.connect_errors import explain, request_to_colleague
from connections.vendors.probe import Trouble


@require_http_methods(["GET", "POST"])
@hr_page
def page(request: HttpRequest) -> HttpResponse:
    """Show the form; after *Connect*, show what is missing or go to the new connection."""
    reuse = _reuse(request)
    if request.method != "POST":
        address = getattr(request.user, "email", "")
        return _page(request, ConnectForm(reuse=reuse, initial={"recipients": [address] if address else []}))
    form = ConnectForm(request.POST, reuse=reuse, whom=request.user.pk)
    if not form.is_valid():
        return _page(request, form)
    taken = connected(form.cleaned_data["tenant_id"])
    if taken is not None:
        return _taken(request, form, taken)
    try:
        made = connect(request.user, form.access(), form.chosen(), owner=request.user)  # type: ignore[arg-type]
    except NotConnected as refused:
        return _page(request, form, refused.troubles)
    if made.state == Connection.State.WAITING:
        messages.success(
            request, _("Huma and Visma.net Payroll both answer. Now an administrator has to approve the connection.")
        )
    else:
        messages.success(request, _("Connected. Huma and Visma.net Payroll both answer; nothing has been sent."))
    return redirect("admin:connection", made.code)


def _reuse(request: HttpRequest) -> Connection | None:
    """The user's own connection whose Huma credentials are used again, for another company."""
    code = request.POST.get("reuse") or request.GET.get("reuse")
    return connection_for(request.user, code) if code else None


def _taken(request: HttpRequest, form: ConnectForm, taken: Connection) -> HttpResponse:
    """The answer for a company that is connected already; only those who may see its connection are told which."""
    theirs = connections_of(request.user).filter(pk=taken.pk).first()
    return _page(request, form, [Trouble("", "tenant_taken")], theirs=theirs)


def _page(
    request: HttpRequest, form: ConnectForm, troubles: Sequence[Trouble] = (), theirs: Connection | None = None
) -> HttpResponse:
    put_right(form, troubles)
    sides = {trouble.side for trouble in troubles}
    context = {
        **admin.site.each_context(request),
        "title": _("Connect Huma to Visma.net Payroll"),
        "form": form,
        "app_name": settings.VISMA_APP_NAME,
        "fields": supported_fields(),
        "requests": {side: request_to_colleague(side) for side in Vendor},
        "explanations": [explain(trouble) for trouble in troubles],
        "works": [side for side in Vendor if side not in sides] if sides and "" not in sides else [],
        "theirs": theirs,
        "reserved": any(trouble.code == "tenant_reserved" for trouble in troubles),
        "nothing_written": True,
    }
    return render(request, "connections/connect.html", context)


def put_right(form: ConnectForm | CredentialsForm, troubles: Sequence[Trouble]) -> None:
    """Put swapped credentials into the right fields. The secret is kept, but not shown."""
    if any(trouble.code == "swapped" for trouble in troubles):
        sent = form.cleaned_data
        right = {"huma_client_id": sent["huma_client_secret"], "huma_client_secret": sent["huma_client_id"]}
        form.data = {**dict(form.data.items()), **right}
