"""On the page a person edits a phone in "Huma", registers a webhook, and sees what changed; nobody else can."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import requests

from connections.sandbox import Sandbox, signed
from tests.connections.sandbox.test_webhooks import Receiver


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(employees=12) as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    there = Receiver()
    yield there
    there.server.stop()


@pytest.fixture
def user(sandbox: Sandbox) -> str:
    """Somebody who is on both sides, and the same there."""
    return str(sandbox.people["equal"][0].user_id)


def send(sandbox: Sandbox, path: str, **fields: str) -> requests.Response:
    """A form as the browser sends it, and the answer to it alone."""
    return requests.post(sandbox.huma_url + path, data=fields, timeout=10, allow_redirects=False)


def edit(sandbox: Sandbox, user: str, phone: str, **more: str) -> requests.Response:
    return send(sandbox, "/edit", **{"user": user, "phone": phone, "find": "", "page": "1", **more})


def page(sandbox: Sandbox, **params: str) -> str:
    return requests.get(sandbox.huma_url, params=params, timeout=10).text


def test_a_phone_is_edited_and_nothing_else(sandbox: Sandbox, user: str) -> None:
    expected = sandbox.state()
    expected["huma"][user]["phone"] = "+47 900 00 001"
    answer = edit(sandbox, user, " +47 900 00 001 ", find="a b", page="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/?find=a+b&page=1#p-{user}")
    assert sandbox.state() == expected
    assert edit(sandbox, user, "").status_code == 303
    assert "phone" not in sandbox.huma.users[user].values


def test_the_form_stands_where_the_phone_was(sandbox: Sandbox, user: str) -> None:
    phone = sandbox.huma.users[user].values["phone"]
    assert f"edit={user}" in page(sandbox)
    assert "<form" in page(sandbox, edit=user).split(f'id="p-{user}"')[1].split("</section>")[0]
    assert f'value="{phone}"' in page(sandbox, edit=user)
    assert 'action="/edit"' not in page(sandbox, edit="nobody")


def test_a_change_is_marked_on_both_sides_with_how_long_it_took(sandbox: Sandbox, user: str) -> None:
    name = sandbox.huma.users[user].values["givenName"]
    assert "changed" not in page(sandbox).split("<section", 1)[1]
    edit(sandbox, user, "+4790000001")
    shown = page(sandbox)
    assert f"{name} " in shown.split('id="news"')[1].split("</div>")[0]
    assert "Visma still has another value" in shown
    assert shown.count('class="fresh"') == 1
    employee = str(sandbox.people["equal"][0].employee_id)
    sandbox.visma.edit(employee, phones=[{"type": "business", "number": "+4790000001"}])
    shown = page(sandbox)
    assert shown.count('class="fresh"') == 2
    assert "s after Huma" in shown
    assert "s later." in shown
    edit(sandbox, user, "+4790000002")
    assert page(sandbox).count('class="fresh"') == 1


def test_a_webhook_is_registered_by_the_form_and_removed(sandbox: Sandbox, receiver: Receiver, user: str) -> None:
    assert '<details class="panel" id="webhook" open>' in page(sandbox)
    answer = send(sandbox, "/webhooks", url=f" {receiver.url}\n", secret=" geheim ", token="")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/#webhook")
    receiver.answers = [200, 401]
    for phone in ("+4790000001", "+4790000002"):
        edit(sandbox, user, phone)
    assert sandbox.wait_for_webhooks()
    request = receiver.requests[0]
    assert request.headers["huma-hmac-sha256"] == signed(request.get_data(), "geheim")["huma-hmac-sha256"]
    shown = page(sandbox)
    assert receiver.url in shown
    assert "<td>200</td>" in shown
    assert "401: another signing key or token is expected" in shown
    assert "geheim" not in shown
    assert send(sandbox, "/webhooks/remove", url=receiver.url).status_code == 303
    assert not sandbox.webhooks


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/edit", {"user": "nobody", "phone": "1", "find": "", "page": "1"}, 404),
        ("/edit", {"user": "nobody", "phone": "1" * 256, "find": "", "page": "1"}, 400),
        ("/edit", {"user": "nobody", "phone": "1\n2", "find": "", "page": "1"}, 400),
        ("/edit", {"user": "nobody", "phone": "1"}, 400),
        ("/edit", {"user": "nobody", "phone": "1", "find": "", "page": "1", "email": "a@b.example"}, 400),
        ("/webhooks", {"url": "ftp://a.example/", "secret": "", "token": ""}, 400),
        ("/webhooks", {"url": "http://a.example/"}, 400),
    ],
)
def test_what_is_wrong_is_refused_in_a_sentence(
    sandbox: Sandbox, path: str, fields: dict[str, str], status: int
) -> None:
    before = sandbox.state()
    answer = send(sandbox, path, **fields)
    assert (answer.status_code, "Not done" in answer.text) == (status, True)
    assert (sandbox.state(), len(sandbox.webhooks)) == (before, 0)


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Host": "evil.example"}])
def test_another_website_cannot_send_the_forms(sandbox: Sandbox, user: str, headers: dict[str, str]) -> None:
    before = sandbox.state()
    body = urlencode({"user": user, "phone": "+4790000001", "find": "", "page": "1"})
    form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    answer = requests.post(f"{sandbox.huma_url}/edit", data=body, headers=form, timeout=10)
    assert answer.status_code == 403
    assert requests.get(f"{sandbox.huma_url}/edit", timeout=10).status_code == 405
    assert sandbox.state() == before


def test_the_page_itself_can_send_them_on_both_addresses(sandbox: Sandbox, user: str) -> None:
    for address in (sandbox.huma_url, sandbox.visma_url.removesuffix("/v2")):
        fields = {"user": user, "phone": "+4790000001", "find": "", "page": "1"}
        answer = requests.post(f"{address}/edit", data=fields, headers={"Origin": address}, timeout=10)
        assert answer.status_code == 200
    assert sandbox.journal.writes() == []
