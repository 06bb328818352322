"""Tokens: one for all threads, renewed before they expire and once when refused."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from connections.api.errors import BadCredentials, ContractBroken, Unavailable
from connections.api.tokens import read_token
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


def test_each_new_token_of_vismas_that_is_refused_may_be_for_the_wrong_tenant(vendor: Vendor) -> None:
    vendor.on("/v2/employees", answer(401))
    with pytest.raises(BadCredentials) as caught:
        visma(vendor).list_employees(None)
    assert (caught.value.code, caught.value.application) == ("wrong_tenant", False)


def test_an_old_token_of_vismas_that_is_refused_is_renewed_once(vendor: Vendor) -> None:
    vendor.on("/v2/employees", answer(200, {"data": []}), answer(401), answer(200, {"data": []}))
    client = visma(vendor)
    for _ in range(2):
        assert client.list_employees(None).items == []
    assert len(vendor.asked("/connect/token")) == 2


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
        ({"token_type": "mac"}, "token_type"),
        ({"token_type": 1}, "token_type"),
        ({"organizationId": "o" * 37}, "organizationId"),
    ],
)
def test_a_token_answer_of_the_wrong_shape_breaks_the_contract(
    vendor: Vendor, changes: dict[str, Any], prop: str
) -> None:
    vendor.on("/auth/oauth/token", token(**changes))
    with pytest.raises(ContractBroken) as caught:
        huma(vendor).create_user({"givenName": "Ada"})
    assert (caught.value.prop, caught.value.may_have_taken_effect) == (prop, False)


HUGE = 10**400
ABOUT_AN_HOUR = ("3600", " 3600 ", "3600.0", 3600.0, 3599.5, Decimal("3600"))
NOT_UNDERSTOOD: tuple[Any, ...] = (None, "", "an hour", 0, "0", -1, True, [], {}, HUGE, "1e400", "NaN")


@pytest.mark.parametrize("said", ABOUT_AN_HOUR)
def test_a_lifetime_is_understood_however_it_is_written(said: Any) -> None:
    assert 3500 < read_token({"access_token": "t", "expires_in": said}, asked_at=0).renew_at < 3600


@pytest.mark.parametrize("said", NOT_UNDERSTOOD)
def test_a_lifetime_that_says_nothing_is_taken_for_ten_minutes(said: Any) -> None:
    usual = read_token({"access_token": "t"}, asked_at=0).renew_at
    assert read_token({"access_token": "t", "expires_in": said}, asked_at=0).renew_at == usual
    assert 500 < usual < 600


@pytest.mark.parametrize("said", [10**9, "1e12", 10**300])
def test_no_token_is_used_for_longer_than_a_day(said: Any) -> None:
    assert 23 * 3600 < read_token({"access_token": "t", "expires_in": said}, asked_at=0).renew_at < 24 * 3600


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "BEARER", " Bearer ", "", None])
def test_the_type_of_a_token_is_read_in_any_case(kind: Any) -> None:
    assert read_token({"access_token": "t", "token_type": kind}, asked_at=0).value == "t"


READ_AND_WRITE = ("visma_net_employee:employees:read", "visma_net_employee:employees:write")


@pytest.mark.parametrize("said", [" ".join(READ_AND_WRITE), list(READ_AND_WRITE), None, "", 7, {}])
def test_scopes_may_be_a_text_or_a_list_or_missing(vendor: Vendor, said: Any) -> None:
    vendor.on("/connect/token", token(scope=said))
    assert visma(vendor).token_info().scopes in (READ_AND_WRITE, ())


@pytest.mark.parametrize(
    ("changes", "organisation"),
    [({"organizationId": 7}, "7"), ({"userId": 8, "scope": 9, "more": {"than": ["we", "know"]}}, "org-1")],
)
def test_what_only_helps_may_be_of_another_type(vendor: Vendor, changes: dict[str, Any], organisation: str) -> None:
    vendor.on("/auth/oauth/token", token(**changes, expires_in="3600"))
    vendor.on("/users/u1", answer(200, USER))
    client = huma(vendor)
    assert client.token_info().organization_id == organisation
    assert client.user("u1")["id"] == "u1"
    assert len(vendor.asked("/auth/oauth/token")) == 1, "and it is used as long as it says"


@pytest.mark.parametrize("reply", [answer(500), Reply(close=True), answer(200, raw=b"<html>"), Reply(reset=True)])
def test_trouble_with_the_token_is_no_effect_and_a_get_asks_again(vendor: Vendor, reply: Reply) -> None:
    vendor.on("/auth/oauth/token", reply, reply, token())
    vendor.on("/users/u1", answer(200, USER))
    client = huma(vendor)
    with pytest.raises(Unavailable) as caught:
        client.patch_user("u1", {"phone": "1"})
    assert not caught.value.may_have_taken_effect
    assert client.user("u1")["id"] == "u1"
