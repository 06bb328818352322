"""What Huma's webhook refuses: the right status, a short body, one log line, and tolerance for the real Huma."""

import hashlib
import hmac
import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from connections.models import Connection
from connections.sandbox.huma.signing import signed
from sync.models import HumaEvent, RefusedEvent
from tests.sync.sending import ANNA, BEATE, body_of, connected, refused, send

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def made(db):
    return connected()


def one_line(caplog):
    """The one log line about the refused request."""
    (record,) = caplog.records
    return record.getMessage()


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options", "patch"])
def test_any_other_method_is_not_allowed(made, caplog, method):
    answer = getattr(Client(), method)(f"/webhooks/huma/{made.code}/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert one_line(caplog).endswith(": method.")


@pytest.mark.parametrize("code", ["0123456789", "x" * 21, "å", "a'b", "a%0A", "x" * 5000])
def test_a_code_that_is_nobodys_is_not_found(made, caplog, code):
    answer = send(made, path=f"/webhooks/huma/{code}/")
    assert (answer.status_code, answer.content) == (404, b"Not found\n")
    assert one_line(caplog) == "A request of Huma's webhook for no connection was refused: code."


def test_an_address_with_nul_is_none_at_all(made):
    assert send(made, path="/webhooks/huma/a%00/").status_code == 400


def test_a_disconnected_connection_is_not_found(made):
    Connection.objects.update(state="disconnected")
    assert send(made).status_code == 404
    assert not HumaEvent.objects.exists()
    assert not RefusedEvent.objects.exists()


BAD: dict[str, tuple[dict[str, Any], int]] = {
    "unsigned": ({}, 401),
    "signature": ({"secret": "another"}, 401),
    "no_token": ({"token": ""}, 401),
    "token": ({"token": "another"}, 401),
    "content_type": ({"content_type": "text/plain"}, 415),
    "not_json": ({"body": b"[" * 100_000}, 400),
    "topic": ({"topic": "users-delete"}, 400),
    "users": ({"body": json.dumps({"topic": "users-update", "users": [{"id": 1}]}).encode()}, 400),
    "too_many": ({"body": body_of(*(f"{n}" for n in range(9)))}, 400),
    "too_large": ({"body": b"x" * 2001}, 413),
}


@pytest.mark.parametrize("why", BAD)
def test_bad_input_gets_its_status_a_short_body_and_one_line_without_values(made, settings, caplog, why):
    Connection.objects.update(webhook_token="hemmelig")
    settings.WEBHOOK_MAX_PEOPLE = 8
    settings.WEBHOOK_MAX_BYTES = 100_000 if why == "not_json" else 2000
    how, status = BAD[why]
    how = {"token": "hemmelig", **how}
    answer = send(made, headers={"huma-topic": "users-update"}) if why == "unsigned" else send(made, **how)
    assert answer.status_code == status
    assert len(answer.content) < 40
    assert one_line(caplog) == f"A request of Huma's webhook for connection {made.pk} was refused: {why}."
    assert refused() == {why: 1}
    assert not HumaEvent.objects.exists()
    assert not OrmQ.objects.exists()


def test_the_right_token_is_taken_and_none_is_needed_where_none_is_set(made):
    assert send(made, token="whatever").status_code == 200
    Connection.objects.update(webhook_token="hemmelig")
    assert send(made, token="hemmelig").status_code == 200


def test_the_signature_is_looked_at_before_anything_that_was_sent(made):
    for body in (b"", b"no json", b"\x00\xff", b"[" * 100_000):
        assert send(made, body, secret="another", content_type="text/plain").status_code == 401


def test_the_signature_counts_for_the_very_bytes(made):
    body = body_of(ANNA)
    headers = signed(body, made.webhook_secret)
    assert send(made, body.replace(b" ", b""), headers).status_code == 401
    assert send(made, body + b"\n", headers).status_code == 401
    assert send(made, body, headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"huma-topic": "users-update\r\nForged: line"},
        {"huma-topic": "\x00"},
        {"huma-topic": "å" * 9000},
        {"huma-hmac-sha256": "\x00\r\nForged: line"},
        {"huma-hmac-sha256": "æ" * 9000},
        {"Authorization": "Bearer \x00\r\nForged: line"},
    ],
)
def test_nothing_that_was_sent_gets_into_the_log(made, caplog, headers):
    Connection.objects.update(webhook_token="hemmelig")
    body = body_of(ANNA)
    own = {**signed(body, made.webhook_secret, token="hemmelig"), **headers}
    assert send(made, body, own).status_code in (400, 401)
    assert one_line(caplog).startswith(f"A request of Huma's webhook for connection {made.pk} was refused: ")
    assert "\n" not in caplog.text.strip()


def test_an_address_in_the_body_reaches_no_log(made, caplog):
    caplog.set_level(logging.DEBUG)
    send(made, body_of(ANNA), secret="another")
    send(made, body_of(ANNA))
    assert "somebody@example.com" not in caplog.text
    assert made.code not in caplog.text


def rotated(connection, hours):
    Connection.objects.update(
        webhook_secret="new",
        webhook_secret_old=connection.webhook_secret,
        webhook_secret_old_until=timezone.now() + timedelta(hours=hours),
    )


def test_during_a_rotation_both_secrets_are_valid(made):
    rotated(made, hours=1)
    assert send(made).status_code == 200
    assert send(made, body_of(BEATE), secret="new").status_code == 200
    assert set(HumaEvent.objects.values_list("verified_by", flat=True)) == {"secret", "old_secret"}


def test_after_it_the_old_one_is_not(made):
    rotated(made, hours=-1)
    assert send(made).status_code == 401
    assert refused() == {"old_secret": 1}
    assert send(made, secret="new").status_code == 200


def test_an_empty_old_secret_signs_nothing(made):
    Connection.objects.update(webhook_secret_old_until=timezone.now() + timedelta(hours=1))
    assert send(made, headers={**signed(body_of(ANNA), "x"), "huma-hmac-sha256": EMPTY}).status_code == 401


def test_a_connection_without_a_secret_takes_nothing(made):
    Connection.objects.update(webhook_secret="")
    assert send(made, headers={**signed(body_of(ANNA), "x"), "huma-hmac-sha256": EMPTY}).status_code == 401


EMPTY = hmac.new(b"", body_of(ANNA), hashlib.sha256).hexdigest()


def test_beyond_a_limit_forged_requests_are_put_off_and_cost_nothing_and_real_ones_get_through(made, settings):
    settings.WEBHOOK_REFUSALS_PER_MINUTE = 3
    statuses = [send(made, secret="another").status_code for _ in range(8)]
    # The limit is a minute's; a minute may have begun meanwhile.
    assert statuses[:3] == [401] * 3
    assert 429 in statuses
    assert set(statuses) <= {401, 429}
    assert refused()["signature"] == statuses.count(401)
    assert [send(made, body_of(ANNA, n=str(n))).status_code for n in range(5)] == [200] * 5


def test_the_limit_is_each_connections_and_each_reasons_own(made, settings):
    settings.WEBHOOK_REFUSALS_PER_MINUTE = 1
    other = Connection.objects.create(name="Other", tenant_id="t-2", automatic=True)
    assert send(made, secret="another").status_code == 401
    assert send(other, secret="another").status_code == 401
    assert send(made, headers={"huma-topic": "users-update"}).status_code == 401


def test_a_verified_request_that_is_not_understood_is_never_put_off(made, settings):
    settings.WEBHOOK_REFUSALS_PER_MINUTE = 1
    assert [send(made, b"no json").status_code for _ in range(4)] == [400] * 4
    assert refused() == {"not_json": 4}


def test_what_was_refused_grows_one_row_a_reason(made):
    for _ in range(5):
        send(made, secret="another")
    row = RefusedEvent.objects.get()
    assert (row.connection, row.why, row.times) == (made, "signature", 5)
    assert row.last_at <= timezone.now()
