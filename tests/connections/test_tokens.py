"""Tokens: one for all threads, renewed before they expire and once when refused."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connections.errors import BadCredentials, ContractBroken, Unavailable
from tests.connections.vendor import USER, Reply, Seen, Vendor, answer, huma, token, visma


def test_one_token_serves_all_threads(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(200, USER))
    client = huma(vendor)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.user("u1"), range(40)))
    assert len(vendor.asked("/auth/oauth/token")) == 1


def test_a_token_is_renewed_before_it_expires(vendor: Vendor) -> None:
    vendor.on("/auth/oauth/token", lambda seen: token(expires_in=1))
    vendor.on("/users/u1", answer(200, USER))
    client = huma(vendor)
    client.user("u1")
    client.user("u1")
    assert len(vendor.asked("/auth/oauth/token")) == 1
    time.sleep(0.92)
    client.user("u1")
    assert len(vendor.asked("/auth/oauth/token")) == 2


def test_a_refused_token_is_renewed_once_for_all_threads(vendor: Vendor) -> None:
    old: list[str] = []
    together = threading.Barrier(4)

    def guarded(seen: Seen) -> Reply:
        return answer(401, {"error": "invalid_token"}) if seen.headers["authorization"] in old else answer(200, USER)

    vendor.on("/users/u1", guarded)
    client = huma(vendor)
    client.user("u1")
    old.append(vendor.asked("/users/u1")[0].headers["authorization"])

    def ask(_: int) -> str:
        together.wait()
        return str(client.user("u1")["id"])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == ["u1"] * 4
    assert len(vendor.asked("/auth/oauth/token")) == 2


def test_a_write_with_a_refused_token_is_sent_again_with_a_new_one(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(401, {"error": "invalid_token"}), answer(200, USER))
    assert huma(vendor).patch_user("u1", {"phone": "1"})["id"] == "u1"
    first, second = vendor.asked("/users/u1", "PATCH")
    assert first.body == second.body
    assert first.headers["authorization"] != second.headers["authorization"]


def test_a_new_token_that_is_refused_means_bad_credentials(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(401, {"error": "invalid_token"}))
    with pytest.raises(BadCredentials) as caught:
        huma(vendor).user("u1")
    assert (caught.value.code, caught.value.application) == ("unauthorized", False)
    assert len(vendor.asked("/users/u1")) == 4, "with four tokens"


def test_new_tokens_that_are_over_when_they_arrive_are_no_bad_credentials(vendor: Vendor) -> None:
    too_late = answer(401, {"error": "invalid_token"})
    vendor.on("/users/u1", too_late, too_late, too_late, answer(200, USER))
    assert huma(vendor).user("u1")["id"] == "u1"
    assert len(vendor.asked("/auth/oauth/token")) == 4


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"error": "invalid_client", "error_description": "x"}, "invalid_client"),
        (400, {"error": "invalid_grant"}, "invalid_grant"),
        (400, {"error": "unauthorized_client"}, "unauthorized_client"),
        (400, {"error": "something new s3cret"}, "unauthorized"),
        (400, {"errorCode": "field:invalid-format", "fields": ["client_id"]}, "unauthorized"),
        (401, None, "unauthorized"),
        (403, None, "forbidden"),
        (400, ["s3cret"], "unauthorized"),
    ],
)
def test_refused_huma_credentials_are_the_connections(vendor: Vendor, status: int, body: Any, code: str) -> None:
    vendor.on("/auth/oauth/token", answer(status, body))
    with pytest.raises(BadCredentials) as caught:
        huma(vendor).token_info()
    assert (caught.value.code, caught.value.application) == (code, False)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("code", ["invalid_client", "invalid_grant", "invalid_scope", "unauthorized_client"])
def test_only_vismas_invalid_client_is_the_installations(vendor: Vendor, code: str) -> None:
    vendor.on("/connect/token", answer(400, {"error": code}))
    with pytest.raises(BadCredentials) as caught:
        visma(vendor).token_info()
    assert (caught.value.code, caught.value.application) == (code, code == "invalid_client")


@pytest.mark.parametrize(
    ("changes", "prop"),
    [
        ({"access_token": None}, "access_token"),
        ({"access_token": ""}, "access_token"),
        ({"access_token": "a\r\nX-Evil: 1"}, "access_token"),
        ({"access_token": "å"}, "access_token"),
        ({"expires_in": "3600"}, "expires_in"),
        ({"expires_in": -1}, "expires_in"),
        ({"expires_in": True}, "expires_in"),
        ({"token_type": "mac"}, "token_type"),
        ({"organizationId": 7}, "organizationId"),
    ],
)
def test_a_token_answer_of_the_wrong_shape_breaks_the_contract(
    vendor: Vendor, changes: dict[str, Any], prop: str
) -> None:
    vendor.on("/auth/oauth/token", token(**changes))
    with pytest.raises(ContractBroken) as caught:
        huma(vendor).create_user({"givenName": "Ada"})
    assert (caught.value.prop, caught.value.may_have_taken_effect) == (prop, False)


@pytest.mark.parametrize("reply", [answer(500), Reply(close=True), answer(200, raw=b"<html>"), Reply(reset=True)])
def test_trouble_with_the_token_is_no_effect_and_a_get_asks_again(vendor: Vendor, reply: Reply) -> None:
    vendor.on("/auth/oauth/token", reply, reply, token())
    vendor.on("/users/u1", answer(200, USER))
    client = huma(vendor)
    with pytest.raises(Unavailable) as caught:
        client.patch_user("u1", {"phone": "1"})
    assert not caught.value.may_have_taken_effect
    assert client.user("u1")["id"] == "u1"
