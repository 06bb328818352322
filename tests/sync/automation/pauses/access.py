"""Lets vendors refuse and accept credentials, and lets time pass."""

import secrets
from collections.abc import Callable
from threading import Thread

from django.db import connection as database
from django.utils import timezone

from connections import sandbox as vendors
from connections.models import Connection
from connections.sandbox import Sandbox
from sync.automation import real_time
from sync.models import HumaEvent, SyncRun
from tests.sync.bell import a_minute
from tests.sync.writing.conftest import Company, Person

PAUSED, RESUMED = "Fjordheim: paused, because the access is refused", "Fjordheim: works again"


def tell(connection: Connection, huma_ids: list[str]) -> None:
    """Take a verified event from Huma."""
    body_hash = secrets.token_hex(32)
    HumaEvent.objects.create(connection=connection, topic="users-update", huma_ids=huma_ids, body_hash=body_hash)


def begun(connection: Connection) -> SyncRun:
    """The run that answers the waiting events."""
    run = real_time.start(connection)
    assert run
    return run


def phone_in_visma(sandbox: Sandbox, person: Person) -> str:
    """The person's business phone in Visma."""
    phones = sandbox.state()["visma"][person.employee_id]["phones"]
    return next(str(one["number"]) for one in phones if one["type"] == "business")


def huma_refuses(found: Company) -> None:
    """Delete the API key in Huma."""
    found.sandbox.huma.api_keys.clear()
    found.sandbox.huma_tokens.revoke_all()


def huma_accepts(found: Company, secret: str = vendors.HUMA_CLIENT_SECRET) -> None:
    """Let Huma accept an API key with this secret again."""
    found.sandbox.huma.api_keys[vendors.HUMA_CLIENT_ID] = secret


def visma_refuses(found: Company) -> None:
    """Take the app's authorisation in Visma away."""
    found.sandbox.visma.tenants.clear()
    found.sandbox.visma_tokens.revoke_all()


def visma_accepts(found: Company) -> None:
    """Authorise the app in Visma again."""
    found.sandbox.visma.tenants.add(vendors.TENANT_ID)


def now(found: Company) -> tuple[str, str]:
    """The connection's state, and the reason of a pause."""
    found.connection.refresh_from_db()
    return found.connection.state, found.connection.pause_reason


def time_to_try(found: Company) -> None:
    """Let the next try be due, and let a minute pass."""
    Connection.objects.filter(pk=found.connection.pk).update(retry_next=timezone.now())
    a_minute()


def minutes_to_go(found: Company) -> int:
    """The minutes until refused credentials are tried again."""
    found.connection.refresh_from_db()
    assert found.connection.retry_next
    return round((found.connection.retry_next - timezone.now()).total_seconds() / 60)


def in_another_thread(what: Callable[[], object]) -> None:
    """Call it as another process would: with its own database connection, which is closed again."""

    def work_and_close() -> None:
        what()
        database.close()

    thread = Thread(target=work_and_close)
    thread.start()
    thread.join()
