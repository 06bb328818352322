"""The admin site, in which all pages are: `django.contrib.admin.site` is this one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.options import TO_FIELD_VAR
from django.core.exceptions import BadRequest
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _

from humavisma.coming_back import UNSAVED, safe_next


class HumavismaAdminSite(admin.AdminSite):
    """Django's admin with our name and our pages. Signing out is a POST, as in all of Django 5."""

    site_header = "humavisma"
    site_title = "humavisma"
    index_title = _("Overview")
    enable_nav_sidebar = False

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Our own addresses in the admin's namespace. They come first, because the admin's last pattern matches all."""
        return [path("", include("connections.urls")), path("", include("sync.urls")), *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]
        """The start page: what waits, and the list of connections."""
        from sync.attention.views.start import page

        return page(request, extra_context)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """As in Django, but an empty ``_to_field`` is refused: Django's own pages would fail on it."""

        def ours(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "" in (request.GET.get(TO_FIELD_VAR), request.POST.get(TO_FIELD_VAR)):
                raise BadRequest("There is no such field.")
            return cast(HttpResponse, view(request, *args, **kwargs))

        return super().admin_view(update_wrapper(ours, view), cacheable)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """As in Django, but a person who is already signed in (in another tab) is redirected to the wanted page, and
        nobody is redirected to an address that takes only a POST."""
        from humavisma.sign_in import SignInForm  # it needs the models, which aren't loaded yet at the top

        self.login_form = SignInForm
        wanted = safe_next(request)
        if wanted and request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(wanted)
        said = {"unsaved": UNSAVED in request.GET, "next_page": wanted}
        response = super().login(request, {**said, **(extra_context or {})})
        return HttpResponseRedirect(wanted) if wanted and response.status_code == 302 else response

    def register(
        self,
        model_or_iterable: type[Model] | Iterable[type[Model]],
        admin_class: type[admin.ModelAdmin[Any]] | None = None,
        **options: Any,
    ) -> None:
        """As in Django, but without the queue's own pages: they let staff schedule any function."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else list(model_or_iterable)
        ours = [model for model in models if model._meta.app_label != "django_q"]
        super().register(ours, admin_class, **options)


class HumavismaAdminConfig(AdminConfig):
    """Replaces django.contrib.admin in INSTALLED_APPS."""

    default_site = "humavisma.admin.HumavismaAdminSite"
