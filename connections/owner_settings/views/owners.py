"""The owners of a connection: who sees and runs it."""

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connections.owner_settings import owners
from connections.owner_settings.forms import OwnerForm
from connections.owner_settings.views.connection import connection_page
from connections.pages.permissions import connection_for, hr_page


@require_POST
@hr_page
def add(request: HttpRequest, code: str) -> HttpResponse:
    """Add an owner; every owner may."""
    connection = connection_for(request.user, code)
    form = OwnerForm(request.POST)
    if not form.is_valid():
        return connection_page(request, connection, form)
    owner = form.cleaned_data["who"]
    owners.add_owner(connection, request.user, owner)
    messages.success(request, _("Added as an owner: %(who)s") % {"who": owner.get_username()})
    return redirect("admin:connection", code)


@require_POST
@hr_page
def remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Remove an owner; only a superuser may."""
    connection = connection_for(request.user, code)
    if not getattr(request.user, "is_superuser", False):
        raise PermissionDenied
    owner = get_object_or_404(get_user_model(), pk=pk, connections=connection)
    try:
        owners.remove_owner(connection, request.user, owner)
    except owners.LastOwner:
        messages.error(request, _("A connection needs an owner. Add somebody else first."))
    else:
        messages.success(request, _("No longer an owner: %(who)s") % {"who": owner.get_username()})
    return redirect("admin:connection", code)
