"""Every answer of the Huma stand-in matches the vendor's own description."""

from collections.abc import Iterator

import pytest

from connections.sandbox import Sandbox
from tests.connections.huma_description import Description, description
from tests.connections.sandbox.callers import HumaCaller

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def described() -> Description:
    return description()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(60, keep_answers=True) as running:
        running.huma.email_needs_confirmation = True
        yield running


@pytest.fixture
def huma(sandbox: Sandbox) -> Iterator[HumaCaller]:
    sandbox.faults.clear()
    sandbox.journal.clear()
    caller = HumaCaller(sandbox)
    yield caller
    caller.close()


def problems(sandbox: Sandbox, described: Description) -> list[str]:
    return [
        f"{one.method} {one.path} {one.status}: {problem}"
        for one in sandbox.journal
        for problem in described.answer_problems(one)
    ]


def test_everybody_is_shown_as_described(sandbox: Sandbox, huma: HumaCaller, described: Description) -> None:
    for offset in (0, 50):
        huma.get("/users", limit=50, offset=offset)
    for user in sandbox.huma.users.values():
        assert huma.get(f"/users/{user.id}").status_code == 200
        huma.get(f"/users/{user.id}/positions")
        for position in user.positions:
            assert huma.get(f"/users/{user.id}/positions/{position}").status_code == 200
    huma.get("/groups", limit=25)
    assert {one.status for one in sandbox.journal} == {200}
    assert problems(sandbox, described) == []


def test_requests_of_every_kind_are_described(sandbox: Sandbox, huma: HumaCaller, described: Description) -> None:
    groups = list(sandbox.huma.groups)
    huma.get("/users", company=groups[0], isActive="true", search="a", orderDirection="DESC", id=["me"])
    huma.get("/groups", type=["company", "team"], limit=10, offset=0)
    assert [one for request in sandbox.journal for one in described.request_problems(request)] == []


def test_what_is_written_is_shown_as_described(sandbox: Sandbox, huma: HumaCaller, described: Description) -> None:
    person = sandbox.add_person()
    user, position = f"/users/{person.user_id}", next(iter(sandbox.huma.users[str(person.user_id)].positions))
    address = {"line1": "A 1", "line2": "", "line3": "", "postalCode": "0150", "city": "OSLO", "country": "NO"}
    for account in (
        {"type": "national", "number": "12345678903", "country": "NO"},
        {"type": "international", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX"},
        None,
    ):
        assert huma.patch(user, {"bankAccount": account}).status_code == 200
    assert huma.patch(user, {"homeAddress": address, "email": "new@fjordheim.example"}).status_code == 200
    assert huma.patch(user, {"homeAddress": None, "phone": None, "employmentId": None}).status_code == 200
    days = {"lastDayOfWork": "2040-01-01", "endReason": "other"}
    assert huma.patch(f"{user}/positions/{position}", days).status_code == 200
    new = {"givenName": "A", "familyName": "B", "email": "a.b@fjordheim.example", "groups": [], "invite": False}
    assert huma.post("/users", new).status_code == 200
    assert problems(sandbox, described) == []
    assert [one for request in sandbox.journal for one in described.request_problems(request)] == []


def test_refusals_are_shown_as_described(sandbox: Sandbox, huma: HumaCaller, described: Description) -> None:
    user = next(iter(sandbox.huma.users))
    statuses = [
        huma.token(client_secret=NOBODY).status_code,
        huma.token(grant_type="password").status_code,
        huma.get("/users", limit=51).status_code,
        huma.get("/users", company="no-uuid").status_code,
        huma.get(f"/users/{NOBODY}").status_code,
        huma.get(f"/users/{user}/positions/{NOBODY}").status_code,
        huma.patch(f"/users/{user}", {"unheardOf": 1}).status_code,
        huma.post("/users", {"givenName": "A"}).status_code,
    ]
    sandbox.expire_tokens()
    statuses.append(huma.get("/users").status_code)
    assert statuses == [401, 400, 400, 400, 404, 404, 400, 400, 401]
    assert problems(sandbox, described) == []


def test_faults_that_have_a_listed_status_are_shown_as_described(
    sandbox: Sandbox, huma: HumaCaller, described: Description
) -> None:
    user = next(iter(sandbox.huma.users))
    for kind in ("401", "404", "500"):
        for method, path in (("GET", "/users"), ("GET", f"/users/{user}"), ("PATCH", f"/users/{user}")):
            sandbox.faults.script("huma", method, "/users", kind)
            status = huma.patch(path, {}).status_code if method == "PATCH" else huma.get(path).status_code
            assert status == int(kind)
    assert problems(sandbox, described) == []


def test_the_check_itself_notices_a_wrong_answer(sandbox: Sandbox, huma: HumaCaller, described: Description) -> None:
    sandbox.faults.rewrite("huma", "GET", "/users$", lambda page: {**page, "items": [{"id": "me"}]})
    huma.get("/users")
    assert problems(sandbox, described)


def test_the_check_itself_notices_a_wrong_request(sandbox: Sandbox, huma: HumaCaller, described: Description) -> None:
    user = next(iter(sandbox.huma.users))
    huma.get("/users", pageSize=5)
    huma.patch(f"/users/{user}", {"givenName": None})
    huma.patch(f"/users/{user}", {"mobile": "1"})
    asked = sandbox.journal.of("huma", path="/users")
    assert all(described.request_problems(one) for one in asked), [one.path for one in asked]
