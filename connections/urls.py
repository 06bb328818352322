"""Addresses of the connections' pages, inside the admin site (names in the namespace ``admin:``)."""

from django.urls import path, register_converter
from django.urls.converters import SlugConverter

from connections.connect.views import connect, credentials, disconnect
from connections.doctor import views as doctor
from connections.owner_settings.views import connection, owners, settings
from connections.pauses import views as pause
from connections.releases.views import pairings, release


class CodeConverter(SlugConverter):
    """A connection's code in an address; it doesn't match the addresses of the admin's own pages of our models."""

    regex = r"(?!(?:connect|connection|auditentry|pairings)/)[-a-zA-Z0-9_]+"


register_converter(CodeConverter, "connection_code")
_connection = "connections/<connection_code:code>"

urlpatterns = [
    path("connections/connect/", connect.page, name="connect"),
    path("connections/pairings/", pairings.page, name="pairings"),
    path("connections/pairings/expect/", pairings.expect, name="pairings_expect"),
    path("connections/pairings/upload/", pairings.upload, name="pairings_upload"),
    path("connections/pairings/store/", pairings.store, name="pairings_store"),
    path("connections/pairings/<int:pk>/remove/", pairings.remove, name="pairings_remove"),
    path("connections/pairings/reserved/<int:pk>/free/", pairings.free, name="pairings_free"),
    path(f"{_connection}/", connection.page, name="connection"),
    path(f"{_connection}/settings/", settings.page, name="connection_settings"),
    path(f"{_connection}/credentials/", credentials.page, name="connection_credentials"),
    path(f"{_connection}/check/", credentials.check, name="connection_check"),
    path(f"{_connection}/doctor/", doctor.page, name="connection_doctor"),
    path(f"{_connection}/doctor/start/", doctor.start, name="connection_doctor_start"),
    path(f"{_connection}/doctor/live/", doctor.live, name="connection_doctor_live"),
    path(f"{_connection}/doctor/report.json", doctor.json_file, name="connection_doctor_json"),
    path(f"{_connection}/doctor/report.txt", doctor.text_file, name="connection_doctor_text"),
    path(f"{_connection}/owners/add/", owners.add, name="connection_owner_add"),
    path(f"{_connection}/owners/<int:pk>/remove/", owners.remove, name="connection_owner_remove"),
    path(f"{_connection}/pause/", pause.page, name="connection_pause"),
    path(f"{_connection}/resume/", pause.resume, name="connection_resume"),
    path(f"{_connection}/release/", release.page, name="connection_release"),
    path(f"{_connection}/release/look-again/", release.look_again, name="connection_release_look_again"),
    path(f"{_connection}/release/approve/", release.approve, name="connection_release_approve"),
    path(f"{_connection}/release/reject/", release.reject, name="connection_release_reject"),
    path(f"{_connection}/disconnect/", disconnect.page, name="connection_disconnect"),
]
