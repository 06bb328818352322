"""The Visma stand-in lists, shows and guards its documents as visma-employee.md says."""

from collections.abc import Iterator
from typing import Any

import pytest

from connections.sandbox import READ_SCOPE, WRITE_SCOPE, Sandbox
from connections.sandbox.clock import today
from tests.connections.sandbox.callers import MEDIA_TYPE, VismaCaller


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(0) as running:
        yield running


@pytest.fixture
def visma(sandbox: Sandbox) -> Iterator[VismaCaller]:
    caller = VismaCaller(sandbox)
    yield caller
    caller.close()


@pytest.fixture
def employee_id(sandbox: Sandbox) -> str:
    id = sandbox.add_person().employee_id
    assert id
    return id


def everyone(visma: VismaCaller, **params: str) -> list[dict[str, Any]]:
    """All pages; every one asks the whole question again."""
    found: list[dict[str, Any]] = []
    asked = dict(params)
    while True:
        page = visma.get("/employees", asked).json()
        found += page["data"]
        if "nextToken" not in page["cursor"]:
            return found
        asked["cursor"] = page["cursor"]["nextToken"]


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"tenant_id": "00000000-0000-4000-8000-000000000000"}, "invalid_grant"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_get_a_token_error(visma: VismaCaller, form: dict[str, str], error: str) -> None:
    refused = visma.token(**form)
    assert (refused.status_code, refused.json()["error"]) == (400, error)


def test_a_tenant_that_has_not_authorised_can_be_told_otherwise(sandbox: Sandbox, visma: VismaCaller) -> None:
    sandbox.visma.tenants.clear()
    sandbox.visma.token_error = "unauthorized_client"
    assert visma.token().json()["error"] == "unauthorized_client"


def test_a_scope_that_is_not_activated_is_not_in_the_token(sandbox: Sandbox, employee_id: str) -> None:
    sandbox.visma.scopes = {READ_SCOPE}
    caller = VismaCaller(sandbox)
    assert caller.token().json()["scope"] == READ_SCOPE
    assert caller.get("/employees").status_code == 200
    assert caller.send("PUT", f"/employees/{employee_id}", {}).status_code == 403
    sandbox.visma.scopes = {WRITE_SCOPE}
    caller.session.headers["Authorization"] = f"Bearer {caller.token().json()['access_token']}"
    assert caller.get("/employees").status_code == 403
    caller.close()


def test_an_expired_token_is_refused(sandbox: Sandbox, visma: VismaCaller) -> None:
    sandbox.expire_tokens()
    assert visma.get("/employees").status_code == 401


def test_the_media_type_is_demanded_both_ways(visma: VismaCaller, employee_id: str) -> None:
    address = f"{visma.url}/employees/{employee_id}"
    body = visma.get(f"/employees/{employee_id}").text
    assert visma.session.get(address, headers={"Accept": "application/json"}, timeout=10).status_code == 406
    json_type = {"Content-Type": "application/json"}
    assert visma.session.put(address, data=body.encode(), headers=json_type, timeout=10).status_code == 415
    assert visma.get("/employees").headers["Content-Type"] == MEDIA_TYPE


def test_pages_hold_fifty_unless_asked_and_at_most_a_hundred() -> None:
    with Sandbox(250) as running:
        caller = VismaCaller(running)
        assert len(caller.get("/employees").json()["data"]) == 50
        assert len(caller.get("/employees", {"page-size": "100"}).json()["data"]) == 100
        assert caller.get("/employees", {"page-size": "101"}).status_code == 400
        found = everyone(caller, includeDrafts="true", **{"page-size": "30"})
        assert [one["id"] for one in found] == list(running.visma.employees)
        caller.close()


def test_a_cursor_demands_the_other_parameters_again() -> None:
    with Sandbox(80) as running:
        caller = VismaCaller(running)
        asked = {"page-size": "20", "includeDrafts": "true", "embed": "(positions)"}
        token = caller.get("/employees", asked).json()["cursor"]["nextToken"]
        assert caller.get("/employees", {**asked, "cursor": token}).status_code == 200
        assert caller.get("/employees", {"cursor": token}).status_code == 400
        assert caller.get("/employees", {**asked, "page-size": "30", "cursor": token}).status_code == 400
        assert caller.get("/employees", {"cursor": "nonsense"}).status_code == 400
        caller.close()


def test_drafts_are_listed_only_when_asked_for(sandbox: Sandbox, visma: VismaCaller) -> None:
    id = sandbox.add_person("draft").employee_id
    assert everyone(visma) == []
    assert [one["id"] for one in everyone(visma, includeDrafts="true")] == [id]


def test_only_active_leaves_out_who_has_no_position_today(sandbox: Sandbox, visma: VismaCaller) -> None:
    sandbox.add_person("former")
    current = sandbox.add_person().employee_id
    assert [one["id"] for one in everyone(visma, onlyActive="true")] == [current]
    assert len(everyone(visma)) == 2


def test_changed_since_means_after_that_day(visma: VismaCaller, employee_id: str) -> None:
    assert len(everyone(visma, fromLastChangedDate="2020-01-01")) == 1
    assert everyone(visma, fromLastChangedDate=today().isoformat()) == []
    assert visma.get("/employees", {"fromLastChangedDate": "yesterday"}).status_code == 400


def test_positions_can_be_embedded_and_fields_chosen(visma: VismaCaller, employee_id: str) -> None:
    (embedded,) = everyone(visma, embed="(positions)")
    assert embedded["_embedded"]["positions"] == visma.get(f"/employees/{employee_id}/positions").json()
    assert [set(one) for one in everyone(visma, fields="(id,lastChange)")] == [{"id", "lastChange"}]
    assert "_embedded" not in visma.get(f"/employees/{employee_id}").json()
    assert "_embedded" in visma.get(f"/employees/{employee_id}", {"embed": "(positions)"}).json()


def test_single_documents_carry_an_etag_that_changes_with_them(
    sandbox: Sandbox, visma: VismaCaller, employee_id: str
) -> None:
    path = f"/employees/{employee_id}"
    before = visma.get(path).headers["ETag"]
    assert visma.get(path).headers["ETag"] == before
    sandbox.visma.edit(employee_id, notes=[])
    assert visma.get(path).headers["ETag"] != before
    position = visma.get(f"{path}/positions").json()[0]["id"]
    assert visma.get(f"{path}/positions/{position}").headers["ETag"]


def test_a_stale_etag_is_refused_and_a_fresh_one_needs_no_quotes(
    sandbox: Sandbox, visma: VismaCaller, employee_id: str
) -> None:
    path = f"/employees/{employee_id}"
    read = visma.get(path)
    assert visma.send("PUT", path, read.json(), read.headers["ETag"].strip('"')).status_code == 202
    sandbox.wait_for_jobs()
    assert visma.send("PUT", path, read.json(), read.headers["ETag"]).status_code == 412


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"personNames": None}, "$.personNames"),
        ({"personIds": []}, "$.personIds"),
        ({"dateOfBirth": "1.1.1990"}, "$.dateOfBirth"),
        ({"address": {"cityName": "OSLO"}}, "$.address.countryCode"),
        ({"salaryPaymentMethod": None}, "$.salaryPaymentMethod"),
        ({"salaryPaymentMethod": {"paymentType": "gold"}}, "$.salaryPaymentMethod.paymentType"),
        ({"emails": [{"type": "business"}]}, "$.emails[0]"),
        ({"phones": "90000000"}, "$.phones"),
        ({"number": 7}, "$.number"),
        ({"_embedded": {"positions": []}}, "$._embedded"),
        ({"id": "00000000-0000-4000-8000-000000000000"}, "$.id"),
    ],
)
def test_a_malformed_document_is_refused_at_once_by_name(
    sandbox: Sandbox, visma: VismaCaller, employee_id: str, change: dict[str, Any], path: str
) -> None:
    read = visma.get(f"/employees/{employee_id}")
    body = {name: value for name, value in {**read.json(), **change}.items() if value is not None}
    refused = visma.send("PUT", f"/employees/{employee_id}", body, read.headers["ETag"])
    assert refused.status_code == 400
    assert path in [one["jsonPath"] for one in refused.json()["validationResults"]]


def test_a_sunset_is_announced(sandbox: Sandbox, visma: VismaCaller) -> None:
    sandbox.visma.sunset = "Sat, 31 Oct 2037 23:59:59 GMT"
    assert visma.get("/employees").headers["Sunset"] == sandbox.visma.sunset


def test_who_was_deleted_is_not_found(sandbox: Sandbox, visma: VismaCaller, employee_id: str) -> None:
    sandbox.visma.delete(employee_id)
    assert visma.get(f"/employees/{employee_id}").status_code == 404
    assert visma.get(f"/employees/{employee_id}/positions").status_code == 404
