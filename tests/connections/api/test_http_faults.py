"""Answers that are cut, reset, late or nonsense: which are tried again, and which may have taken effect."""

import socket
import time
from contextlib import ExitStack

import pytest

from connections.api.errors import Unavailable
from connections.api.huma.client import HumaClient
from connections.api.visma.client import VismaClient
from tests.connections.vendor import EMPLOYEE, USER, Reply, Vendor, answer, huma, visma


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_get_is_tried_again_after_a_server_error(vendor: Vendor, status: int) -> None:
    vendor.on("/users/u1", answer(status, raw=b"<html>"), answer(200, USER))
    assert huma(vendor).user("u1")["id"] == "u1"
    assert len(vendor.asked("/users/u1")) == 2


def test_a_get_that_fails_for_good_is_unavailable(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(500, {"error": "no"}))
    with pytest.raises(Unavailable) as caught:
        huma(vendor).user("u1")
    assert len(vendor.asked("/users/u1")) == 4
    assert (caught.value.status, caught.value.may_have_taken_effect) == (500, False)


@pytest.mark.parametrize(
    "broken",
    [
        Reply(reset=True),
        Reply(close=True),
        Reply(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"id": ', close=True),
        Reply(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"id": ', close=True),
        Reply(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"id": \r\n', close=True),
        Reply(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
        answer(200, raw=b"<html>Maintenance</html>"),
        answer(200, raw=b""),
        answer(200, raw=b'{"id": "u1", '),
        answer(200, raw=b'{"id": NaN}'),
        answer(200, raw=b'{"id": "\xff"}'),
    ],
    ids=[
        "reset",
        "closed",
        "cut",
        "cut chunk",
        "no last chunk",
        "not gzip",
        "html",
        "empty",
        "half",
        "NaN",
        "not UTF-8",
    ],
)
class TestABrokenAnswer:
    def test_is_asked_for_again_by_a_get(self, vendor: Vendor, broken: Reply) -> None:
        vendor.on("/users/u1", broken, answer(200, USER))
        assert huma(vendor).user("u1")["id"] == "u1"

    def test_is_unavailable_in_the_end_and_never_nothing(self, vendor: Vendor, broken: Reply) -> None:
        vendor.on("/users", broken)
        with pytest.raises(Unavailable) as caught:
            huma(vendor).list_users(0)
        assert not caught.value.may_have_taken_effect
        assert 2 <= len(vendor.asked("/users")) <= 4

    def test_to_a_write_is_not_repeated_and_may_have_taken_effect(self, vendor: Vendor, broken: Reply) -> None:
        vendor.on("/users/u1", broken, answer(200, USER))
        with pytest.raises(Unavailable) as caught:
            huma(vendor).patch_user("u1", {"phone": "+4722334455"})
        assert caught.value.may_have_taken_effect
        assert len(vendor.asked("/users/u1")) == 1


@pytest.mark.parametrize("status", [408, 425, 500, 501, 502, 503, 504, 599])
def test_a_server_error_to_a_write_may_have_taken_effect(vendor: Vendor, status: int) -> None:
    vendor.on("/v2/employees/e1", answer(status, {"message": "no"}))
    with pytest.raises(Unavailable) as caught:
        visma(vendor).put_employee("e1", EMPLOYEE, '"1"')
    assert caught.value.may_have_taken_effect
    assert len(vendor.asked("/v2/employees/e1")) == 1


def test_a_write_without_an_answer_in_time_may_have_taken_effect(vendor: Vendor) -> None:
    vendor.on("/v2/employees/e1", Reply(delay=1.0, close=True))
    with pytest.raises(Unavailable) as caught:
        visma(vendor, timeout=(0.2, 0.2)).put_employee("e1", EMPLOYEE, '"1"')
    assert caught.value.may_have_taken_effect
    assert len(vendor.asked("/v2/employees/e1")) == 1


def test_an_answer_that_drips_is_given_up(vendor: Vendor) -> None:
    whole = answer(200, {**USER, "filler": "x" * 2000}).raw
    vendor.on("/users/u1", Reply(whole, drip=0.01))
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        huma(vendor, timeout=(0.3, 0.3)).patch_user("u1", {"phone": "1"})
    assert time.monotonic() - begun < 5


def test_a_refused_connection_has_taken_no_effect() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = HumaClient("id", "secret", base_url=f"http://127.0.0.1:{port}", timeout=(0.5, 0.5))
    with pytest.raises(Unavailable) as caught:
        client.create_user({"givenName": "Ada"})
    assert not caught.value.may_have_taken_effect


def test_a_write_that_meets_a_closed_door_after_its_token_has_taken_no_effect(vendor: Vendor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    base, tokens = f"http://127.0.0.1:{port}/v2", vendor.url + "/connect/token"
    client = VismaClient("t", client_id="a", client_secret="b", base_url=base, token_url=tokens, timeout=(0.5, 0.5))
    with pytest.raises(Unavailable) as caught:
        client.create_employee(EMPLOYEE)
    assert not caught.value.may_have_taken_effect
    assert caught.value.path == "/employees/withPosition"


def test_an_unknown_host_has_taken_no_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    client = HumaClient("id", "secret", base_url="http://nowhere.invalid", timeout=(2, 2))
    with pytest.raises(Unavailable) as caught:
        client.create_user({"givenName": "Ada"})
    assert not caught.value.may_have_taken_effect


def test_a_write_that_cant_connect_is_tried_once(vendor: Vendor) -> None:
    """A port whose queue is full: connecting times out, each time it is tried."""
    with ExitStack() as sockets:
        full = sockets.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            filler = sockets.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        client = visma(vendor, base_url=f"http://127.0.0.1:{full.getsockname()[1]}/v2", timeout=(0.3, 0.3))
        client.token_info()
        begun = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            client.create_employee(EMPLOYEE)
        assert 0.3 <= time.monotonic() - begun < 0.6
        assert not caught.value.may_have_taken_effect
