"""Huma's webhook, over HTTP: what is accepted, and what follows from it."""

import hashlib
import json

import pytest
from django.core.cache import cache
from django.test import Client
from django_q.models import OrmQ

from connections.models import Connection
from connections.sandbox.huma.signing import signed
from sync.models import HumaEvent
from tests.sync.sending import ANNA, BEATE, body_of, connected, refused, send

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


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


@pytest.mark.parametrize("prefix", ["sha256=", "SHA256= "])
@pytest.mark.parametrize("base64", [False, True])
def test_the_signature_may_say_how_it_was_made(made, base64, prefix):
    headers = signed(body_of(ANNA), made.webhook_secret, base64=base64)
    headers["huma-hmac-sha256"] = prefix + headers["huma-hmac-sha256"]
    assert send(made, headers=headers).status_code == 200
    assert HumaEvent.objects.get().state == "waiting"
    forged = signed(body_of(ANNA), "another", base64=base64)
    forged["huma-hmac-sha256"] = prefix + forged["huma-hmac-sha256"]
    assert send(made, headers=forged).status_code == 401


@pytest.mark.parametrize("topic", ["users-email-change", "teams-update", "memberships/created", "absence.approved"])
def test_whatever_the_topic_who_is_named_waits_to_be_read(made, topic):
    assert send(made, body_of(ANNA, BEATE, topic=topic), topic=topic).status_code == 200
    event = HumaEvent.objects.get()
    assert (event.topic, event.state, event.huma_ids) == (topic, "waiting", [ANNA, BEATE])
    assert OrmQ.objects.count() == 1
    assert send(made, body_of(ANNA, topic=topic), topic=topic, secret="other").status_code == 401


def test_a_body_without_the_header_of_its_topic_is_a_hint_too(made):
    headers = signed(body_of(ANNA), made.webhook_secret)
    del headers["huma-topic"]
    assert send(made, headers=headers).status_code == 200
    assert (HumaEvent.objects.get().topic, HumaEvent.objects.get().state) == ("users-update", "waiting")


@pytest.mark.parametrize(
    "rest", [{}, {"users": None}, {"users": "x"}, {"teams": [{"id": BEATE}]}, {"users": [{"id": 5}]}]
)
def test_another_topic_that_names_nobody_is_noted_and_no_error(made, rest):
    body = json.dumps({"topic": "teams-update", **rest}).encode()
    assert send(made, body, topic="teams-update").status_code == 200
    event = HumaEvent.objects.get()
    assert (event.topic, event.state, event.huma_ids) == ("teams-update", "noted", [])
    assert not OrmQ.objects.exists()
    assert not refused()


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
