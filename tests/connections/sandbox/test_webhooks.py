"""The Huma stand-in sends events to registered addresses: signed, in order, and without leftovers."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.wrappers import Request as HttpRequest

from connections.sandbox import Sandbox, signed
from connections.sandbox.server import Answer, LoopbackServer
from tests.connections.sandbox.callers import HumaCaller

UUID = "11111111-2222-4333-8444-555555555555"


class Receiver:
    """A web address of ours: remembers what comes, and answers with the statuses that wait, then with 200."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []
        self.answers: list[int] = []
        self.hold = threading.Event()
        self.hold.set()
        self.reached = threading.Event()
        self.server = LoopbackServer(0, self._respond)
        self.url = f"{self.server.url}/webhooks/huma/abc/"

    def _respond(self, http: HttpRequest) -> Answer:
        http.get_data()
        self.requests.append(http)
        self.reached.set()
        self.hold.wait(30)
        return Answer(self.answers.pop(0) if self.answers else 200)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The bodies that came."""
        return [json.loads(one.get_data()) for one in self.requests]

    @property
    def topics(self) -> list[str]:
        """The headers' topics; each is its body's as well."""
        topics = [one.headers["huma-topic"] for one in self.requests]
        assert topics == [event["topic"] for event in self.events]
        return topics


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    there = Receiver()
    yield there
    there.hold.set()
    there.server.stop()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(employees=3) as running:
        yield running


@pytest.fixture
def user(sandbox: Sandbox) -> str:
    """Somebody who is in Huma."""
    return str(sandbox.people["equal"][0].user_id)


def senders() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "sandbox-webhook"]


def test_an_edit_is_told_with_id_email_and_what_changed(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    sandbox.register_webhook(receiver.url)
    sandbox.huma.edit(user, phone="+4790000001", employmentId=None)
    assert sandbox.wait_for_webhooks()
    email = sandbox.huma.users[user].values["email"]
    told = {"id": user, "email": email, "phone": "+4790000001", "employmentId": None}
    assert receiver.events == [{"topic": "users-update", "users": [told]}]
    (request,) = receiver.requests
    assert (request.method, request.path, request.mimetype) == ("POST", "/webhooks/huma/abc/", "application/json")
    assert not {"Authorization", "huma-hmac-sha256"} & set(request.headers.keys())


def test_what_changes_nothing_is_not_told(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    sandbox.register_webhook(receiver.url)
    sandbox.huma.edit(user, phone=sandbox.huma.users[user].values["phone"])
    sandbox.huma.activate(user)
    assert sandbox.wait_for_webhooks()
    assert receiver.requests == []


def test_secret_and_token_sign_the_very_bytes(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    sandbox.register_webhook(receiver.url, secret="geheim", token="t0k3n")
    sandbox.huma.edit(user, familyName="Ærlig")
    assert sandbox.wait_for_webhooks()
    (request,) = receiver.requests
    assert request.headers["Authorization"] == "Bearer t0k3n"
    expected = hmac.new(b"geheim", request.get_data(), hashlib.sha256).hexdigest()
    assert request.headers["huma-hmac-sha256"] == expected


def test_a_signature_may_be_base64() -> None:
    body = b'{"topic": "users-delete"}'
    headers = signed(body, "geheim", base64=True, topic="users-delete")
    assert base64.b64decode(headers["huma-hmac-sha256"]) == hmac.digest(b"geheim", body, "sha256")
    assert headers["huma-topic"] == "users-delete"
    assert "huma-hmac-sha256" not in signed(body, "")


def test_every_kind_of_change_is_told_in_order(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    sandbox.register_webhook(receiver.url)
    new = sandbox.huma.add_user({"givenName": "A", "familyName": "B", "email": "a.b@fjordheim.example"}, [{}])
    sandbox.huma.edit_position(user, lastDayOfWork="2040-01-01")
    sandbox.huma.deactivate(user)
    sandbox.huma.delete_position(new, next(iter(sandbox.huma.users[new].positions)))
    sandbox.huma.delete(new)
    assert sandbox.wait_for_webhooks()
    assert receiver.topics == ["users-create", "users-update", "users-update", "users-update", "users-delete"]
    users = [event["users"][0] for event in receiver.events]
    assert [one["id"] for one in users] == [new, user, user, new, new]
    assert users[1]["lastDayOfWork"] == "2040-01-01"
    assert users[2]["status"] == {"active": False}
    assert users[4] == {"id": new, "email": "a.b@fjordheim.example"}


def test_our_own_writes_come_back_as_events(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    sandbox.register_webhook(receiver.url)
    huma = HumaCaller(sandbox)
    position = next(iter(sandbox.huma.users[user].positions))
    new = {"givenName": "A", "familyName": "B", "email": "a.b@fjordheim.example", "groups": []}
    answers = [
        huma.patch(f"/users/{user}", {"phone": "+4790000002"}),
        huma.patch(f"/users/{user}/positions/{position}", {"lastDayOfWork": "2040-01-01"}),
        huma.post("/users", new),
        huma.patch(f"/users/{user}", {"phone": 7}),
    ]
    huma.close()
    assert [one.status_code for one in answers] == [200, 200, 200, 400]
    assert sandbox.wait_for_webhooks()
    assert receiver.topics == ["users-update", "users-update", "users-create"]
    assert receiver.events[2]["users"][0]["id"] == answers[2].json()["id"]


def test_a_slow_address_holds_nobody_up(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    webhook = sandbox.register_webhook(receiver.url)
    receiver.hold.clear()
    for last in range(20):
        sandbox.huma.edit(user, phone=f"+47900000{last:02}")
    assert receiver.reached.wait(30)
    huma = HumaCaller(sandbox)
    assert huma.get(f"/users/{user}").json()["phone"]["value"] == "+4790000019"
    huma.close()
    assert not webhook.sent
    receiver.hold.set()
    assert sandbox.wait_for_webhooks(30)
    phones = [event["users"][0]["phone"] for event in receiver.events]
    assert phones == [f"+47900000{last:02}" for last in range(20)]


def test_a_fault_is_tried_again_and_a_refusal_is_not(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    webhook = sandbox.register_webhook(receiver.url)
    receiver.answers = [503, 429, 200, 401]
    sandbox.huma.edit(user, phone="+4790000001")
    sandbox.huma.edit(user, phone="+4790000002")
    assert sandbox.wait_for_webhooks(30)
    assert [(one.status, one.tries, one.ids) for one in webhook.sent] == [(200, 3, [user]), (401, 1, [user])]


def test_an_address_where_nobody_is_is_given_up(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    webhook = sandbox.register_webhook(receiver.url)
    receiver.server.stop()
    sandbox.huma.edit(user, phone="+4790000001")
    assert sandbox.wait_for_webhooks(30)
    assert [(one.status, one.tries) for one in webhook.sent] == [(0, 4)]


def test_each_address_has_its_own_queue_and_secret(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    sandbox.register_webhook(receiver.url, secret="old")
    sandbox.register_webhook(receiver.url, secret="new")
    sandbox.register_webhook("http://127.0.0.1:1/", secret="other")
    sandbox.huma.edit(user, phone="+4790000001")
    assert sandbox.webhooks[receiver.url].wait_idle(30)
    (request,) = receiver.requests
    assert request.headers["huma-hmac-sha256"] == signed(request.get_data(), "new")["huma-hmac-sha256"]
    sandbox.webhooks.remove("http://127.0.0.1:1/")
    assert list(sandbox.webhooks) == [receiver.url]


def test_nothing_is_left_behind_and_what_waited_goes_out_after_the_next_start(receiver: Receiver) -> None:
    sandbox = Sandbox(employees=1)
    user = str(sandbox.people["equal"][0].user_id)
    sandbox.register_webhook(receiver.url)
    receiver.hold.clear()
    with sandbox:
        sandbox.huma.edit(user, phone="+4790000001")
        assert receiver.reached.wait(30)
    assert senders() == []
    receiver.hold.set()
    receiver.requests.clear()
    with sandbox:
        assert sandbox.wait_for_webhooks(30)
    assert len(receiver.requests) == 1
    assert senders() == []


def test_a_test_may_send_what_huma_would_not(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    sandbox.register_webhook(receiver.url, secret="geheim")
    assert sandbox.send_event("users-export", [user, UUID]) == [200]
    email = sandbox.huma.users[user].values["email"]
    users = [{"id": user, "email": email}, {"id": UUID, "email": ""}]
    assert receiver.events == [{"topic": "users-export", "users": users}]
    receiver.answers = [401]
    assert sandbox.send_event("users-update", [], b"{", secret="forged", base64=True) == [401]
    request = receiver.requests[1]
    assert request.get_data() == b"{"
    assert request.headers["huma-hmac-sha256"] == signed(b"{", "forged", base64=True)["huma-hmac-sha256"]


@pytest.mark.parametrize("wrong", ["", "ftp://a.example/", "/webhooks/", "http://", "http://a b/", "http://a:99999/"])
def test_an_address_that_is_none_is_refused(sandbox: Sandbox, wrong: str) -> None:
    with pytest.raises(ValueError):
        sandbox.register_webhook(wrong)
    assert not sandbox.webhooks
