"""Plain pages to look things up. Connections are changed on their own pages, which leave audit entries."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from connections.models import AuditEntry, Connection
from connections.pages.audit_words import action_label
from connections.pages.permissions import connections_of
from connections.supported import end_reasons


class Worded(admin.AllValuesFieldListFilter):
    """A filter over codes that shows each code in words, where there are some, and names the empty one."""

    def __init__(self, field: Any, request: Any, params: Any, model: Any, model_admin: Any, field_path: str) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        self.words = model_admin.words.get(field_path, str)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The choices with labels that people can read."""
        for choice in super().choices(changelist):
            shown = choice["display"]
            if shown in (None, ""):
                choice["display"] = "–"
            elif isinstance(shown, str):
                choice["display"] = self.words(shown)
            yield choice


class OwnConnections(admin.RelatedFieldListFilter):
    """A filter by connection that offers only the connections that the user may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """The connections that the user may see, each as its key and name."""
        return [(row.pk, row.name) for row in connections_of(request.user)]


class LookOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # it takes none when it runs
    """A page that only shows rows: nothing is added, changed or deleted, and nobody sees another's connection."""

    path: str = "connection"
    """The lookup that leads from a row to its connection."""

    words: Mapping[str, Callable[[Any], str]] = {}
    """For each column that holds codes, the function that puts a code into words."""

    before_release = False
    """Whether rows of a connection that waits for its release are shown: only where they hold nothing of Visma."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the user's own connections; a superuser also sees rows that belong to none."""
        rows = super().get_queryset(request)
        user = request.user
        if not self.before_release:
            rows = rows.exclude(**{f"{self.path}__state": Connection.State.WAITING})
        return rows if user.is_superuser else rows.filter(**{f"{self.path}__in": connections_of(user)})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns of the list, in words."""
        return [self._in_words(name) for name in super().get_list_display(request)]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """The fields of one row, in words."""
        return [self._in_words(name) for name in super().get_fields(request, obj)]

    def _in_words(self, name: Any) -> Any:
        if name not in self.words or hasattr(self, name):
            return name
        field: Any = self.opts.get_field(name)
        if field.choices:
            return name

        @admin.display(description=field.verbose_name, ordering=name, empty_value="–")
        def in_words(row: Any) -> str | None:
            code = getattr(row, name)
            return self.words[name](code) if code else None

        in_words.__name__ = name
        return in_words

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Connection)
class ConnectionAdmin(LookOnly):
    """All connections; credentials and keys are on no page at all."""

    path = "pk"
    before_release = True
    list_display = ["name", "code", "state", "tenant_id", "created_at"]
    list_filter = ["state"]
    search_fields = ["name", "code", "tenant_id"]
    exclude = ["huma_client_id", "huma_client_secret", "fingerprint_key", "webhook_token"]
    readonly_fields = ["code", "created_at"]
    words = {"default_end_reason": lambda code: dict(end_reasons()).get(code, code)}

    def view_on_site(self, obj: Connection) -> str:
        """The connection's own page."""
        return reverse("admin:connection", args=[obj.code])


@admin.register(AuditEntry)
class AuditEntryAdmin(LookOnly):
    """Who did what, when. Administrators are led to the page that says it in sentences, with the people."""

    before_release = True
    list_display = ["at", "who", "action", "connection"]
    list_filter = [("action", Worded), ("connection", OwnConnections)]
    list_select_related = ["connection"]
    search_fields = ["who", "action"]
    date_hierarchy = "at"
    words = {"action": action_label}

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list; an administrator's is the page *Who did what*."""
        if request.user.is_superuser:
            return redirect("admin:history_audit")
        return super().changelist_view(request, extra_context)
