"""Approvals: what waits, what is expected, and which Tenant IDs are reserved. For superusers."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from connections.models import Connection, ExpectedPairing
from connections.pages.permissions import hr_page
from connections.pages.uploads import takes_file
from connections.pairing import reservations
from connections.releases import expected_pairings
from connections.releases.forms import ExpectForm, StoreForm, UploadForm

P = ParamSpec("P")


def _for_superusers(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    @hr_page
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not getattr(request.user, "is_superuser", False):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@require_GET
@_for_superusers
def page(request: HttpRequest) -> HttpResponse:
    """Show everything about pairings."""
    return _page(request, ExpectForm(), UploadForm())


def _page(request: HttpRequest, form: ExpectForm, upload: UploadForm) -> HttpResponse:
    pairings = reservations.reserved()
    names = reservations.names_of(pairings)
    context = {
        **_context(request, _("Approvals")),
        "waiting": Connection.objects.filter(state=Connection.State.WAITING),
        "expected": ExpectedPairing.objects.filter(used_at=None).select_related("user"),
        "form": form,
        "upload": upload,
        "wrong": form if form.errors else upload,
        "reserved": [(one, names.get((one.tenant_id, one.huma_organization_id), "")) for one in pairings],
    }
    return render(request, "connections/pairings.html", context)


def _context(request: HttpRequest, title: str) -> dict[str, Any]:
    return {**admin.site.each_context(request), "title": title}


def _below(request: HttpRequest, title: str) -> dict[str, Any]:
    crumbs = [{"label": _("Approvals"), "url": reverse("admin:pairings")}]
    return {**_context(request, title), "crumbs": crumbs}


@require_POST
@_for_superusers
def expect(request: HttpRequest) -> HttpResponse:
    """Enter one pairing."""
    form = ExpectForm(request.POST)
    if not form.is_valid():
        return _page(request, form, UploadForm())
    _stored(request, expected_pairings.expect(request.user, [form.pair]))  # type: ignore[arg-type]
    return redirect("admin:pairings")


@takes_file("pairings", expected_pairings.too_large)
@require_POST
@_for_superusers
def upload(request: HttpRequest) -> HttpResponse:
    """Show the content of a file before any of it is stored."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, ExpectForm(), form)
    right = [row for row in form.rows if row.user]
    context = {
        **_below(request, _("Check the file")),
        "rows": form.rows,
        "right": len(right),
        "wrong": len(form.rows) - len(right),
        "table": expected_pairings.as_table(right),
    }
    return render(request, "connections/pairings_upload.html", context)


@require_POST
@_for_superusers
def store(request: HttpRequest) -> HttpResponse:
    """Check again what was shown, and store it."""
    form = StoreForm(request.POST)
    rows = form.rows if form.is_valid() else []
    _stored(request, expected_pairings.expect(request.user, [(row.tenant_id, row.user) for row in rows if row.user]))  # type: ignore[arg-type]
    return redirect("admin:pairings")


def _stored(request: HttpRequest, count: int) -> None:
    text = ngettext("%(n)d connection is entered.", "%(n)d connections are entered.", count) % {"n": count}
    messages.success(request, text) if count else messages.warning(request, _("Nothing was stored."))


@require_POST
@_for_superusers
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an expected pairing."""
    if expected_pairings.remove(request.user, pk):  # type: ignore[arg-type]
        messages.success(request, _("The entry is removed."))
    else:
        messages.info(request, _("The entry was used or removed meanwhile."))
    return redirect("admin:pairings")


@require_http_methods(["GET", "POST"])
@_for_superusers
def free(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what follows from it, and free a Tenant ID."""
    pairing = reservations.reserved().filter(pk=pk).first()
    if request.method == "POST":
        try:
            freed = reservations.free(pk, request.user)  # type: ignore[arg-type]
        except reservations.StillConnected:
            freed = False
        if freed:
            messages.success(request, _("The Tenant ID is free. The next connection to it needs an approval."))
        else:
            messages.info(request, _("The Tenant ID was freed or connected again meanwhile."))
        return redirect("admin:pairings")
    if pairing is None:
        raise Http404
    return render(
        request, "connections/pairings_free.html", {**_below(request, _("Free the Tenant ID?")), "pairing": pairing}
    )
