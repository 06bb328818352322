"""Addresses of the connections' pages, inside the admin site (names in the namespace ``admin:``)."""

from django.urls import path, register_converter
from django.urls.converters import SlugConverter

from connections.views import connect, connection, credentials, disconnect, owners, pause, settings


class CodeConverter(SlugConverter):
    """A connection's code; the admin's own pages of this app's models keep their addresses."""

    regex = r"(?!(?:connect|connection|auditentry)/)[-a-zA-Z0-9_]+"


register_converter(CodeConverter, "connection_code")
_connection = "connections/<connection_code:code>"

urlpatterns = [
    path("connections/connect/", connect.page, name="connect"),
    path(f"{_connection}/", connection.page, name="connection"),
    path(f"{_connection}/settings/", settings.page, name="connection_settings"),
    path(f"{_connection}/credentials/", credentials.page, name="connection_credentials"),
    path(f"{_connection}/check/", credentials.check, name="connection_check"),
    path(f"{_connection}/owners/add/", owners.add, name="connection_owner_add"),
    path(f"{_connection}/owners/<int:pk>/remove/", owners.remove, name="connection_owner_remove"),
    path(f"{_connection}/pause/", pause.page, name="connection_pause"),
    path(f"{_connection}/resume/", pause.resume, name="connection_resume"),
    path(f"{_connection}/disconnect/", disconnect.page, name="connection_disconnect"),
]
