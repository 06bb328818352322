"""Plain pages for looking things up. Connections are changed on their own pages, which leave audit entries."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from connections.models import AuditEntry, Connection


class LookOnly(admin.ModelAdmin):
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Connection)
class ConnectionAdmin(LookOnly):
    """All connections; credentials and keys are on no page at all."""

    list_display = ["name", "code", "state", "tenant_id", "created_at"]
    list_filter = ["state"]
    search_fields = ["name", "code", "tenant_id"]
    exclude = ["huma_client_id", "huma_client_secret", "fingerprint_key"]
    readonly_fields = ["code", "created_at"]

    def view_on_site(self, obj: Connection) -> str:
        """The connection's own page."""
        return reverse("admin:connection", args=[obj.code])


@admin.register(AuditEntry)
class AuditEntryAdmin(LookOnly):
    """Who did what, when."""

    list_display = ["at", "who", "action", "connection"]
    list_filter = ["action", "connection"]
    list_select_related = ["connection"]
    search_fields = ["who", "action"]
    date_hierarchy = "at"
