"""Huma's webhook, through the public door: what is taken, and what becomes of it."""

import hashlib

import pytest
from django.core.cache import cache
from django.test import Client
from django_q.models import OrmQ

from connections.models import Connection
from sync.models import HumaEvent
from tests.sync.sending import ANNA, BEATE, body_of, connected, refused, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def made(db):
    return connected()


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


def test_neither_a_session_nor_a_csrf_token_is_asked_for(made):
    assert send(made, client=Client(enforce_csrf_checks=True)).status_code == 200


@pytest.mark.parametrize("base64", [False, True])
def test_the_signature_may_be_hex_or_base64(made, base64):
    assert send(made, base64=base64).status_code == 200


@pytest.mark.parametrize("topic", ["users-create", "users-update", "users-delete", "users-export"])
def test_each_topic_of_the_contract_waits_to_be_worked_on(made, topic):
    assert send(made, body_of(ANNA, topic=topic), topic=topic).status_code == 200
    assert HumaEvent.objects.get().state == "waiting"


def test_no_value_of_the_body_is_stored(made):
    send(made, body_of(ANNA, phone="+4722334455"))
    stored = " ".join(str(value) for value in HumaEvent.objects.values().get().values())
    assert "somebody@example.com" not in stored
    assert "22334455" not in stored


def test_a_duplicate_collapses_while_the_first_still_waits(made):
    for _ in range(3):
        assert send(made).status_code == 200
    assert HumaEvent.objects.get().times == 3
    assert OrmQ.objects.count() == 1, "it was rung for once"


@pytest.mark.parametrize("state", ["taken", "done", "noted"])
def test_once_the_first_is_worked_on_the_same_one_is_another(made, state):
    send(made)
    HumaEvent.objects.update(state=state)
    send(made)
    assert list(HumaEvent.objects.order_by("pk").values_list("state", "times")) == [(state, 1), ("waiting", 1)]
    assert OrmQ.objects.count() == 2


def test_events_about_others_wait_beside_it_without_another_ring(made):
    send(made)
    send(made, body_of(BEATE))
    assert HumaEvent.objects.filter(state="waiting").count() == 2
    assert OrmQ.objects.count() == 1


def test_a_topic_that_is_not_known_is_noted_once_it_is_verified(made):
    assert send(made, body_of(ANNA, topic="teams-update"), topic="teams-update").status_code == 200
    event = HumaEvent.objects.get()
    assert (event.topic, event.state, event.huma_ids) == ("teams-update", "noted", [])
    assert not OrmQ.objects.exists()
    assert send(made, body_of(ANNA, topic="teams-update"), topic="teams-update", secret="other").status_code == 401


def test_without_automatic_updates_it_is_only_noted(made):
    Connection.objects.update(automatic=False)
    assert send(made).status_code == 200
    assert HumaEvent.objects.get().state == "noted"
    assert not OrmQ.objects.exists()


def test_for_a_paused_connection_it_waits(made):
    Connection.objects.update(state="paused")
    assert send(made).status_code == 200
    assert HumaEvent.objects.get().state == "waiting"


def test_nobody_named_is_nothing_to_do(made):
    assert send(made, body_of()).status_code == 200
    assert HumaEvent.objects.get().state == "noted"
