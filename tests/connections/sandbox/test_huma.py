"""The Huma stand-in refuses, stores and shows as huma.md and huma-openapi.yaml say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from connections.sandbox import Sandbox
from connections.sandbox.clock import today
from tests.connections.sandbox.callers import HumaCaller

NATIONAL = {"type": "national", "number": "12345678903", "country": "NO"}
ADDRESS = {"line1": "A 1", "line2": "", "line3": "", "postalCode": "0150", "city": "OSLO", "country": "NO"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(0) as running:
        yield running


@pytest.fixture
def huma(sandbox: Sandbox) -> Iterator[HumaCaller]:
    caller = HumaCaller(sandbox)
    yield caller
    caller.close()


@pytest.fixture
def user_id(sandbox: Sandbox) -> str:
    id = sandbox.add_person().user_id
    assert id
    return id


def shown(huma: HumaCaller, user_id: str) -> dict[str, Any]:
    body: dict[str, Any] = huma.get(f"/users/{user_id}").json()
    return body


def position_of(sandbox: Sandbox, user_id: str) -> str:
    return next(iter(sandbox.huma.users[user_id].positions))


def test_a_token_is_given_for_a_form_and_for_json(sandbox: Sandbox, huma: HumaCaller) -> None:
    form = {"grant_type": "client_credentials"}
    form |= {"client_id": sandbox.HUMA_CLIENT_ID, "client_secret": sandbox.HUMA_CLIENT_SECRET}
    as_json = huma.session.post(huma.url + "/auth/oauth/token", json=form, timeout=10)
    assert huma.token().status_code == as_json.status_code == 200
    assert as_json.json()["organizationId"] == sandbox.huma.organization_id


def test_swapped_credentials_get_no_token(sandbox: Sandbox, huma: HumaCaller) -> None:
    swapped = huma.token(client_id=sandbox.HUMA_CLIENT_SECRET, client_secret=sandbox.HUMA_CLIENT_ID)
    assert (swapped.status_code, swapped.json()["error"]) == (401, "invalid_client")


def test_a_token_expires() -> None:
    with Sandbox(0, token_seconds=0) as running:
        caller = HumaCaller(running)
        assert caller.get("/users").status_code == 401
        caller.close()


def test_pages_hold_at_most_fifty_and_say_the_total() -> None:
    with Sandbox(80) as running:
        caller = HumaCaller(running)
        total = len(running.huma.users)
        first, rest = caller.get("/users", limit=50).json(), caller.get("/users", limit=50, offset=50).json()
        assert (first["total"], len(first["items"]), len(rest["items"])) == (total, 50, total - 50)
        assert len({one["id"] for one in first["items"] + rest["items"]}) == total
        assert len(caller.get("/users").json()["items"]) == 25
        assert caller.get("/users", limit=51).status_code == 400
        caller.close()


def test_filters_are_applied() -> None:
    with Sandbox(50) as running:
        caller = HumaCaller(running)

        def found(**params: Any) -> set[str]:
            return {one["id"] for one in caller.get("/users", limit=50, **params).json()["items"]}

        groups, users = list(running.huma.groups), running.huma.users
        assert found(isActive="false") == {one.id for one in users.values() if not one.active} != set()
        for kind, group in (("company", groups[0]), ("location", groups[2]), ("team", groups[5])):
            assert found(**{kind: group}) == {one.id for one in users.values() if group in one.groups} != set()
        assert found(company=groups[:2]) == set(users)
        one = next(iter(users.values()))
        assert one.id in found(search=one.values["familyName"].upper())
        assert found(id=one.id) == {one.id}
        caller.close()


def test_a_summary_has_no_account_address_or_employment_id(huma: HumaCaller, user_id: str) -> None:
    summary = huma.get("/users").json()["items"][0]
    assert not {"bankAccount", "homeAddress", "employmentId"} & summary.keys()


def test_an_unset_value_has_a_wrapper_without_value(sandbox: Sandbox, huma: HumaCaller, user_id: str) -> None:
    sandbox.huma.edit(user_id, phone=None)
    assert shown(huma, user_id)["phone"] == {"editable": True}


def test_what_the_key_may_not_see_has_no_wrapper_and_can_not_be_written(
    sandbox: Sandbox, huma: HumaCaller, user_id: str
) -> None:
    sandbox.huma.hide(user_id, "bankAccount")
    assert "bankAccount" not in shown(huma, user_id)
    assert huma.patch(f"/users/{user_id}", {"bankAccount": NATIONAL}).status_code == 400


def test_what_is_not_editable_is_refused_and_nothing_else_is_written(
    sandbox: Sandbox, huma: HumaCaller, user_id: str
) -> None:
    sandbox.huma.lock_fields(user_id, "phone")
    before = sandbox.state()
    refused = huma.patch(f"/users/{user_id}", {"phone": "1", "givenName": "Ny"})
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "field:not-editable")
    assert shown(huma, user_id)["phone"]["editable"] is False
    assert sandbox.state() == before


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"mobile": "1"}, ["mobile"]),
        ({"phone": 4722334455}, ["phone"]),
        ({"phone": "1" * 256}, ["phone"]),
        ({"givenName": ""}, ["givenName"]),
        ({"givenName": None}, ["givenName"]),
        ({"email": "not an address"}, ["email"]),
        ({"birthDate": "1.1.2000"}, ["birthDate"]),
        ({"homeAddress": {name: ADDRESS[name] for name in ADDRESS if name != "line3"}}, ["homeAddress.line3"]),
        ({"homeAddress": {**ADDRESS, "country": "Norge"}}, ["homeAddress.country"]),
        ({"homeAddress": {**ADDRESS, "line4": ""}}, ["homeAddress.line4"]),
        ({"bankAccount": {"type": "national", "number": "1"}}, ["bankAccount.country"]),
        ({"bankAccount": {"type": "international", "iban": "DE1"}}, ["bankAccount.bic"]),
        ({"bankAccount": {**NATIONAL, "code": "NATIONAL"}}, ["bankAccount.code"]),
        ({"bankAccount": {"number": "1", "country": "NO"}}, ["bankAccount.type"]),
        ({"civilStatus": "Complicated"}, ["civilStatus"]),
    ],
)
def test_a_malformed_property_is_refused_by_name(
    sandbox: Sandbox, huma: HumaCaller, user_id: str, body: dict[str, Any], fields: list[str]
) -> None:
    before = sandbox.state()
    refused = huma.patch(f"/users/{user_id}", body)
    assert (refused.status_code, refused.json()["fields"]) == (400, fields)
    assert sandbox.state() == before


def test_an_email_that_somebody_has_is_refused_whatever_its_case(
    sandbox: Sandbox, huma: HumaCaller, user_id: str
) -> None:
    other = sandbox.huma.users[str(sandbox.add_person().user_id)].values["email"].upper()
    patched = huma.patch(f"/users/{user_id}", {"email": other})
    created = huma.post("/users", {"givenName": "A", "familyName": "B", "email": other, "groups": []})
    for refused in (patched, created):
        assert (refused.status_code, refused.json()["errorCode"]) == (400, "user:email-already-exists")


def test_a_new_email_can_wait_for_its_confirmation(sandbox: Sandbox, huma: HumaCaller, user_id: str) -> None:
    before = shown(huma, user_id)["email"]["value"]
    sandbox.huma.email_needs_confirmation = True
    answer = huma.patch(f"/users/{user_id}", {"email": "ny@fjordheim.example"}).json()
    assert answer["email"] == {"value": before, "editable": True, "requestedValue": "ny@fjordheim.example"}
    sandbox.huma.confirm_email(user_id)
    assert shown(huma, user_id)["email"] == {"value": "ny@fjordheim.example", "editable": True}


def test_null_clears_what_can_be_cleared(huma: HumaCaller, user_id: str) -> None:
    cleared = {"phone": None, "homeAddress": None, "bankAccount": None, "employmentId": None}
    answer = huma.patch(f"/users/{user_id}", cleared).json()
    assert [answer[name] for name in cleared] == [{"editable": True}] * 4


def test_only_what_was_sent_is_changed(sandbox: Sandbox, huma: HumaCaller, user_id: str) -> None:
    expected = sandbox.state()
    expected["huma"][user_id]["phone"] = "+4722334455"
    assert huma.patch(f"/users/{user_id}", {"phone": "+4722334455"}).status_code == 200
    assert sandbox.state() == expected


def test_a_positions_status_comes_from_its_contract(sandbox: Sandbox, huma: HumaCaller, user_id: str) -> None:
    position = position_of(sandbox, user_id)
    yesterday, tomorrow = ((today() + timedelta(days=days)).isoformat() for days in (-1, 1))
    for end, status in ((yesterday, "ENDED"), (today().isoformat(), "CURRENT"), (None, "CURRENT")):
        huma.patch(f"/users/{user_id}/positions/{position}", {"contractEndDate": end})
        assert huma.get(f"/users/{user_id}/positions/{position}").json()["status"] == status
        assert len(shown(huma, user_id)["currentPositions"]) == (status == "CURRENT")
    sandbox.huma.edit_position(user_id, position, contractStartDate=tomorrow)
    assert huma.get(f"/users/{user_id}/positions").json()["items"][0]["status"] == "UPCOMING"


def test_a_positions_last_day_and_reason_can_be_set_and_cleared(
    sandbox: Sandbox, huma: HumaCaller, user_id: str
) -> None:
    path = f"/users/{user_id}/positions/{position_of(sandbox, user_id)}"
    before = huma.get(path).json()
    changes = {"lastDayOfWork": "2040-06-15", "endReason": "employee_resigned"}
    answer = huma.patch(path, changes).json()
    assert {name: answer[name]["value"] for name in changes} == changes
    assert huma.patch(path, dict.fromkeys(changes)).json() == before


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"lastDayOfWork": "1999-01-01"}, ["lastDayOfWork"]),
        ({"endReason": "bored"}, ["endReason"]),
        ({"contractStartDate": None}, ["contractStartDate"]),
        ({"percentage": 101}, ["percentage"]),
        ({"title": "Boss"}, ["title"]),
    ],
)
def test_a_wrong_position_is_refused_by_name(
    sandbox: Sandbox, huma: HumaCaller, user_id: str, body: dict[str, Any], fields: list[str]
) -> None:
    refused = huma.patch(f"/users/{user_id}/positions/{position_of(sandbox, user_id)}", body)
    assert (refused.status_code, refused.json()["fields"]) == (400, fields)


def test_a_new_user_has_what_was_sent_and_nothing_more(sandbox: Sandbox, huma: HumaCaller) -> None:
    group = next(iter(sandbox.huma.groups))
    new = {"givenName": "Ny", "familyName": "Person", "email": "ny@fjordheim.example", "groups": [group]}
    created = huma.post("/users", new).json()
    assert sandbox.huma.state()[created["id"]] == {
        "givenName": "Ny",
        "familyName": "Person",
        "email": "ny@fjordheim.example",
        "type": "user",
        "active": True,
        "requestedEmail": None,
        "invited": False,
        "groups": [group],
        "positions": {},
    }


def test_a_new_user_needs_groups_that_exist(huma: HumaCaller) -> None:
    new = {"givenName": "Ny", "familyName": "Person", "email": "ny@fjordheim.example"}
    assert huma.post("/users", new).json()["fields"] == ["groups"]
    unknown = huma.post("/users", {**new, "groups": ["00000000-0000-4000-8000-000000000000"]})
    assert (unknown.status_code, unknown.json()["fields"]) == (400, ["groups"])


def test_who_was_deleted_is_not_found(sandbox: Sandbox, huma: HumaCaller, user_id: str) -> None:
    sandbox.huma.delete(user_id)
    assert huma.get(f"/users/{user_id}").status_code == 404
    assert huma.get("/users").json()["total"] == 0


def test_who_was_deactivated_is_shown_so(sandbox: Sandbox, huma: HumaCaller, user_id: str) -> None:
    sandbox.huma.deactivate(user_id)
    assert shown(huma, user_id)["status"]["active"] is False
    assert huma.get("/users", isActive="true").json()["total"] == 0


def test_a_wrong_method_or_address_is_refused(huma: HumaCaller, user_id: str) -> None:
    assert huma.session.delete(f"{huma.url}/users/{user_id}", timeout=10).status_code == 405
    assert huma.get("/nothing").status_code == 404
    assert huma.get("/users/no-uuid").status_code == 400


def test_a_supervisor_is_shown_with_how_many_they_lead(sandbox: Sandbox, huma: HumaCaller, user_id: str) -> None:
    boss = str(sandbox.add_person().user_id)
    assert shown(huma, boss)["subordinatesCount"] == 0
    answer = huma.patch(f"/users/{user_id}", {"supervisor": boss}).json()
    assert answer["supervisor"]["value"]["id"] == boss
    assert shown(huma, boss)["subordinatesCount"] == 1
    unknown = {"supervisor": "00000000-0000-4000-8000-000000000000"}
    assert huma.patch(f"/users/{user_id}", unknown).status_code == 400
