"""A connected company, and what is typed to connect one."""

from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from connections.models import AuditEntry, Connection, new_code
from connections.owner_settings.changing import change_settings
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, ORGANIZATION_ID, TENANT_ID
from sync.core.calendar.schedule import spread_of

OTHER_GUID = "11111111-2222-4333-8444-555555555555"


def typed(**other: Any) -> dict[str, Any]:
    """The data of the connect form; ``other`` replaces some fields."""
    return {
        "name": "Fjordheim AS",
        "tenant_id": TENANT_ID,
        "huma_client_id": HUMA_CLIENT_ID,
        "huma_client_secret": HUMA_CLIENT_SECRET,
        "recipients": "hr@example.com\nboss@example.com",
        "payroll_contacts": "payroll@example.com",
        "default_end_reason": "arbeidstakerHarSagtOppSelv",
        "authority": "on",
        **other,
    }


def company(*owners: User, **other: Any) -> Connection:
    """A connection with the stand-ins' credentials."""
    facts = {
        "name": "Fjordheim AS",
        "code": code_at_rest(),
        "tenant_id": TENANT_ID,
        "huma_client_id": HUMA_CLIENT_ID,
        "huma_client_secret": HUMA_CLIENT_SECRET,
        "huma_organization_id": ORGANIZATION_ID,
    }
    connection = Connection.objects.create(**(facts | other))
    connection.owners.set(owners)
    return connection


def heard(connection: Connection, address: str = "payroll@example.com") -> Connection:
    """The connection with a confirmed recipient of payroll notices, so that automatic updates may be turned on."""
    change_settings(connection, "a test", {"payroll_contacts": [address]}, confirmed=True)
    AuditEntry.objects.filter(who="a test").delete()
    return connection


def code_at_rest() -> str:
    """A code whose scheduled syncs aren't due within the next twenty minutes, so that none starts during a test."""
    while True:
        code = new_code()
        if 20 <= (spread_of(code) - timezone.now().minute) % 60 <= 40:
            return code


def text_of(response: Any) -> str:
    """The text of a page as one line, with plain apostrophes."""
    return " ".join(response.content.decode().replace("&#x27;", "'").replace("&quot;", '"').split())
