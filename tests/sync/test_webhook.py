"""Huma's webhook, through the public door: what is taken, and what is refused with which status."""

import hashlib
import json
import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from connections.models import Connection
from connections.sandbox.webhooks import signed
from sync.models import HumaEvent, RefusedEvent

pytestmark = pytest.mark.django_db(transaction=True)

ANNA = "0a1b2c3d-0000-4000-8000-000000000001"
BEATE = "0a1b2c3d-0000-4000-8000-000000000002"


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def made(db):
    return Connection.objects.create(name="Fjordheim", tenant_id="t-1", automatic=True, automatic_by="hr")


def body_of(*ids, topic="users-update", **more):
    users = [{"id": one, "email": "somebody@example.com", **more} for one in ids]
    return json.dumps({"topic": topic, "users": users}).encode()


def send(connection, body=None, headers=None, *, path=None, content_type="application/json", client=None, **how):
    body = body_of(ANNA) if body is None else body
    how.setdefault("topic", "users-update")
    if headers is None:
        headers = signed(body, how.pop("secret", connection.webhook_secret), **how)
    path = path or f"/webhooks/huma/{connection.code}/"
    return (client or Client()).post(path, body, content_type=content_type, headers=headers)


def refused():
    return dict(RefusedEvent.objects.values_list("why", "times"))


def test_a_signed_request_is_stored_and_rung_for_before_it_is_answered(made):
    body = body_of(ANNA, BEATE, ANNA)
    answer = send(made, body)
    assert (answer.status_code, answer.content) == (200, b"OK\n")
    event = HumaEvent.objects.get()
    assert (event.topic, event.state, event.verified_by, event.times) == ("users-update", "waiting", "secret", 1)
    assert event.huma_ids == [ANNA, BEATE]
    assert event.body_hash == hashlib.sha256(body).hexdigest()
    assert OrmQ.objects.count() == 1
    assert not refused()
