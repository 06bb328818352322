"""Who may see and decide what of which connection: the one place where pages and commands ask."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from connections.models import Connection

P = ParamSpec("P")


def connections_of(user: Any) -> QuerySet[Connection]:
    """The connections that a user may see: a superuser all of them, anybody else their own."""
    rows = Connection.objects.all()
    return rows if user.is_superuser else rows.filter(owners=user)


def require_administrator(user: Any) -> None:
    """Raise ``PermissionDenied`` unless the user is a superuser who may sign in."""
    if not (user.is_superuser and user.is_active):
        raise PermissionDenied


def approvable_by(user: Any) -> QuerySet[Connection]:
    """The connections in which a user may approve or reject the held changes: their owners and superusers may."""
    return connections_of(user)


def is_owner_or_administrator(user: Any, connection: Connection) -> bool:
    """Whether a user may decide about a connection."""
    return connections_of(user).filter(pk=connection.pk).exists()


def connection_for(user: Any, code: str, among: Callable[[Any], QuerySet[Connection]] = connections_of) -> Connection:
    """The connection called ``code`` among the user's; raises ``Http404`` for another's, as for one that doesn't
    exist."""
    return get_object_or_404(among(user), code=code)


def hr_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page for signed-in staff, never cached; anybody else is sent to sign in and comes back afterwards."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not admin.site.has_permission(request):
            return redirect_to_login(request.get_full_path(), resolve_url("admin:login"))
        return view(request, *args, **kwargs)

    return never_cache(csrf_protect(guarded))
