"""A company with automatic updates, of whose people Huma tells by the webhook."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.test import Client
from django_q.models import OrmQ

from connections.sandbox.huma.signing import signed
from sync.automation import real_time
from sync.models import HumaEvent, Notice, SyncRun
from tests.sync import scheduling
from tests.sync.writing.conftest import Company, Person

NEW = "+4798765432"
NEWER = "+4798765433"


@contextmanager
def company(settings: Any, owner: User, **chosen: Any) -> Iterator[tuple[Company, Person, Person]]:
    """A company after its first run, with automatic updates on, and two of its people."""
    with scheduling.company(settings, owner) as found:
        anna, berit, _third = scheduling.people(found, 3)
        scheduling.turn_on(found, schedule="off", **chosen)
        found.connection.refresh_from_db()
        OrmQ.objects.all().delete()
        yield found, anna, berit


def tell(found: Company, *people: Person | str, topic: str = "users-update", **more: Any) -> None:
    """Send an accepted event about people, or about ids."""
    ids = [one if isinstance(one, str) else one.user_id for one in people]
    body = json.dumps({"topic": topic, "users": [{"id": one, **more} for one in ids]}).encode()
    found.connection.refresh_from_db()
    headers = signed(body, found.connection.webhook_secret, topic=topic)
    path = f"/webhooks/huma/{found.connection.code}/"
    assert Client().post(path, body, content_type="application/json", headers=headers).status_code == 200


def begin(found: Company) -> SyncRun:
    """The run that answers the waiting events; it has done nothing yet."""
    run = real_time.start(found.connection)
    assert run is not None
    return run


def phone(found: Company, person: Person) -> str:
    """The person's business phone in Visma, after Visma has run its jobs."""
    found.sandbox.wait_for_jobs()
    return str(next(one["number"] for one in found.in_visma(person)["phones"] if one["type"] == "business"))


def states() -> list[str]:
    """The states of all events, oldest first."""
    return list(HumaEvent.objects.order_by("pk").values_list("state", flat=True))


def live() -> QuerySet[SyncRun]:
    """The runs that answered events, and were kept."""
    return SyncRun.objects.filter(trigger=SyncRun.Trigger.REAL_TIME)


def notices() -> list[str]:
    """The kinds of the notices that nobody has closed."""
    return sorted(Notice.objects.filter(closed_at=None).values_list("kind", flat=True))
