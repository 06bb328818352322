"""Sessions, redirects, statuses, and what never gets into texts: against a server that answers as a test wants."""

import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connections.api.errors import BadCredentials, ContractBroken, Gone, Rejected, Stale, VendorError
from connections.api.huma.client import HumaClient
from tests.connections.vendor import EMPLOYEE, USER, Vendor, answer, huma, visma


def test_a_thread_keeps_its_connection(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(200, USER))
    client = huma(vendor)
    for _ in range(5):
        client.user("u1")
    assert vendor.sockets == 1


def test_each_thread_has_its_own_connection(vendor: Vendor) -> None:
    together = threading.Barrier(3)
    vendor.on("/users/u1", answer(200, USER))
    client = huma(vendor)
    client.token_info()

    def twice(_: int) -> None:
        together.wait()
        client.user("u1")
        client.user("u1")

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(twice, range(3)))
    assert len({seen.connection for seen in vendor.asked("/users/u1")}) == 3


def test_a_connection_that_the_server_closed_is_opened_again(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(200, USER, close=True))
    client = huma(vendor)
    client.user("u1")
    time.sleep(0.05)
    assert client.user("u1")["id"] == "u1"


def test_a_closed_client_can_still_be_used(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(200, USER))
    client = huma(vendor)
    client.user("u1")
    client.close()
    assert client.user("u1")["id"] == "u1"


def test_a_forked_process_opens_its_own_connection(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(200, USER))
    client = huma(vendor)
    client.user("u1")
    child = os.fork()
    if child == 0:
        try:
            os._exit(client.user("u1")["id"] != "u1")
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    client.user("u1")
    assert [seen.connection for seen in vendor.asked("/users/u1")] == [1, 2, 1]


def test_cookies_are_not_kept(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(200, USER, Set_Cookie="sticky=1; Path=/"))
    client = huma(vendor)
    client.user("u1")
    client.user("u1")
    assert "cookie" not in vendor.asked("/users/u1")[1].headers


def test_credentials_of_the_machine_are_not_sent(
    vendor: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    vendor.on("/users/u1", answer(200, USER))
    huma(vendor).user("u1")
    assert "authorization" not in vendor.asked("/auth/oauth/token")[0].headers
    assert vendor.asked("/users/u1")[0].headers["authorization"].startswith("Bearer t-")


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    vendor.on("/users/u1", answer(200, USER))
    assert huma(vendor).user("u1")["id"] == "u1"


def test_a_proxy_of_the_environment_is_used_for_a_vendor(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", vendor.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    client = HumaClient("id", "secret", base_url="http://vendor.invalid", timeout=(1, 1))
    assert client.token_info().organization_id == "org-1"
    assert vendor.seen[0].target == "http://vendor.invalid/auth/oauth/token"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 300])
@pytest.mark.parametrize("location", ["/elsewhere", "http://[broken", "https://example.no/", "\xff\xfe"])
def test_a_redirect_is_not_followed(vendor: Vendor, status: int, location: str) -> None:
    vendor.on("/users/u1", answer(status, Location=location))
    with pytest.raises(ContractBroken) as caught:
        huma(vendor).user("u1")
    assert caught.value.prop == "redirect"
    assert not vendor.asked("/elsewhere")


def test_a_redirected_token_request_takes_its_secret_nowhere(vendor: Vendor) -> None:
    vendor.on("/auth/oauth/token", answer(307, Location="/elsewhere"))
    with pytest.raises(ContractBroken):
        huma(vendor).token_info()
    assert not vendor.asked("/elsewhere")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Rejected), (404, Gone), (409, Rejected), (410, Gone), (412, Stale), (413, Rejected), (422, Rejected)],
)
def test_a_refusal_names_what_happens_next(vendor: Vendor, status: int, kind: type[Rejected]) -> None:
    vendor.on("/v2/employees/e1", answer(status, {"message": "no"}))
    client = visma(vendor)
    for ask in (lambda: client.employee("e1"), lambda: client.put_employee("e1", EMPLOYEE, '"1"')):
        with pytest.raises(Rejected) as caught:
            ask()
        assert type(caught.value) is kind
        assert caught.value.status == status


def test_403_means_that_the_credentials_may_not(vendor: Vendor) -> None:
    vendor.on("/v2/employees/e1", answer(403))
    with pytest.raises(BadCredentials) as caught:
        visma(vendor).employee("e1")
    assert caught.value.code == "forbidden"


@pytest.mark.parametrize("status", [404, 410, 405, 406, 415, 418])
def test_a_list_that_isnt_there_is_never_an_absent_person(vendor: Vendor, status: int) -> None:
    vendor.on("/v2/employees", answer(status, {"message": "no"}))
    with pytest.raises(ContractBroken):
        visma(vendor).list_employees(None)


def test_neither_logs_nor_errors_hold_values(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "Hemmelig12345"
    words = {
        "errorCode": "x",
        "errorMessage": f"{secret} is wrong",
        "fields": [f"$.emails[?(@.a=='{secret}')]", "email"],
    }
    vendor.on("/users", answer(500, raw=secret.encode()))
    vendor.on(f"/users/{secret}", answer(400, words))
    vendor.on("/users/u1", answer(200, raw=f'{{"id": "{secret}'.encode()))
    client = huma(vendor)
    caught: list[VendorError] = []
    for ask in (
        client.all_users,
        lambda: client.user(secret),
        lambda: client.patch_user(secret, {"phone": secret}),
        lambda: client.patch_user("u1", {"phone": secret}),
    ):
        with pytest.raises(VendorError) as error:
            ask()
        caught.append(error.value)
    assert secret not in caplog.text
    assert "GET /users/{user} 400" in caplog.text
    for one in caught:
        assert secret not in str(one) + repr(one)
        assert one.__cause__ is None
        assert one.__context__ is None or secret not in repr(one.__context__)
    assert isinstance(caught[1], Rejected)
    assert secret not in repr(caught[1].problems)
    assert "email" in str(caught[1])


def test_an_id_stays_one_segment_of_the_path(vendor: Vendor) -> None:
    vendor.on("/users/a%2Fb%3Fc%20%C3%A5", answer(200, {**USER, "id": "a/b?c å"}))
    assert huma(vendor).user("a/b?c å")["id"] == "a/b?c å"


@pytest.mark.parametrize("id", ["", ".", ".."])
def test_an_id_that_would_climb_the_path_is_not_sent(vendor: Vendor, id: str) -> None:
    with pytest.raises(ContractBroken):
        huma(vendor).user(id)
    assert all(seen.path.endswith("/token") for seen in vendor.seen)


def test_a_sunset_is_kept_and_told_once(vendor: Vendor, caplog: pytest.LogCaptureFixture) -> None:
    sunset = "Sat, 31 Oct 2026 23:59:59 GMT"
    vendor.on("/v2/employees/e1", answer(200, EMPLOYEE, ETag='"1"', Sunset=sunset))
    client = visma(vendor)
    assert client.sunset is None
    client.employee("e1")
    client.employee("e1")
    assert client.sunset == sunset
    assert [record.levelname for record in caplog.records if "will end" in record.message] == ["WARNING"]
