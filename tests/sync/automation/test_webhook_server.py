"""Huma's webhook on a real web server: bodies that are too long or have no length, and many requests at once."""

import hashlib
import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from connections.models import Connection
from connections.sandbox.huma.signing import signed
from sync.models import HumaEvent, RefusedEvent
from tests.sync.webserver import PATIENCE, WebServer

pytestmark = pytest.mark.django_db(transaction=True)

BODY = json.dumps({"topic": "users-update", "users": [{"id": "anna"}]}).encode()


@pytest.fixture
def port(process_env) -> Iterator[int]:
    """The product's web server, as the Procfile starts it."""
    with WebServer(process_env) as web:
        yield web.port


@pytest.fixture
def made(transactional_db) -> Connection:
    return Connection.objects.create(name="Fjordheim", tenant_id="t-1", automatic=True, automatic_by="hr")


def post(port, made, body, headers=None, chunked=False) -> int:
    """The answer's status."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    headers = headers or signed(BODY, made.webhook_secret)
    try:
        client.request("POST", f"/webhooks/huma/{made.code}/", body, headers, encode_chunked=chunked)
        answer = client.getresponse()
        assert len(answer.read()) < 40
        return answer.status
    except ConnectionError:  # it hung up on what was still being sent
        return 413
    finally:
        client.close()


def pieces(size):
    for _ in range(size // 8192 + 1):
        yield b"x" * 8192


def test_lengths_known_and_unknown(port, made):
    assert post(port, made, BODY) == 200
    assert post(port, made, iter([BODY[:10], BODY[10:]]), chunked=True) == 200
    assert HumaEvent.objects.get().times == 2
    assert post(port, made, b"x" * 10 * 1024 * 1024) == 413
    assert post(port, made, pieces(10 * 1024 * 1024), chunked=True) == 413
    assert RefusedEvent.objects.get(why="too_large").times == 2
    assert post(port, made, BODY[:-1]) == 401
    assert post(port, made, BODY) == 200, "it serves as before"


def test_a_length_that_is_a_lie_holds_up_nobody(port, made):
    head = f"POST /webhooks/huma/{made.code}/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    signature = signed(BODY, made.webhook_secret)["huma-hmac-sha256"]
    head += f"Content-Type: application/json\r\nhuma-topic: users-update\r\nhuma-hmac-sha256: {signature}\r\n"
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as liar:
        liar.sendall(f"{head}Content-Length: 100000\r\n\r\n".encode() + BODY)
        assert post(port, made, BODY) == 200
        liar.shutdown(socket.SHUT_WR)
        assert liar.recv(100) == b"", "nobody is there any more who would hear an answer"
    assert post(port, made, BODY) == 200
    assert HumaEvent.objects.get().times == 2, "what broke off isn't taken, however it is signed"
    assert not RefusedEvent.objects.exists()


def test_the_same_one_many_times_at_once_is_one_that_waits(port, made):
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: post(port, made, BODY), range(40))) == {200}
    event = HumaEvent.objects.get()
    assert (event.state, event.times) == ("waiting", 40)
    assert event.body_hash == hashlib.sha256(BODY).hexdigest()


def test_forged_ones_among_real_ones_at_once_change_nothing(port, made):
    def one(number):
        body = json.dumps({"topic": "users-update", "users": [{"id": f"p-{number}"}]}).encode()
        forged = number % 2
        return forged, post(port, made, body, signed(body, "forged" if forged else made.webhook_secret))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(60)))
    assert {status for forged, status in answers if not forged} == {200}
    assert {status for forged, status in answers if forged} <= {401, 429}
    assert HumaEvent.objects.count() == 30
    assert RefusedEvent.objects.get().times == sum(status == 401 for _forged, status in answers)
