"""Huma's client against the stand-in, and against answers that the contract forbids."""

import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from connections.api.errors import BadCredentials, ContractBroken, Gone, Rejected, Unavailable
from connections.api.huma.client import CLEARABLE_USER, MAX_FILTER_IDS, HumaClient, may_be_about_the_email
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, ORGANIZATION_ID, Sandbox
from connections.sandbox.shifting import move_first_to_end, shift_once
from tests.connections.vendor import USER, Vendor, answer, huma


@pytest.fixture(scope="module")
def company() -> Iterator[Sandbox]:
    with Sandbox(employees=60) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def client(company: Sandbox) -> HumaClient:
    return HumaClient(HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, base_url=company.huma_url, timeout=(2, 5))


@pytest.fixture
def user_id(company: Sandbox) -> str:
    return next(id for id, user in company.huma.users.items() if user.positions and not user.locked | user.hidden)


def test_the_token_names_the_organisation(client: HumaClient) -> None:
    info = client.token_info()
    assert info.organization_id == ORGANIZATION_ID
    assert info.user_id


def test_swapped_credentials_are_refused(company: Sandbox) -> None:
    swapped = HumaClient(HUMA_CLIENT_SECRET, HUMA_CLIENT_ID, base_url=company.huma_url)
    with pytest.raises(BadCredentials) as caught:
        swapped.token_info()
    assert (caught.value.code, caught.value.application) == ("invalid_client", False)


def test_all_users_are_listed_page_by_page(company: Sandbox, client: HumaClient) -> None:
    first = client.list_users(0)
    second = client.list_users(len(first.items))
    assert first.total == len(company.huma.users)
    assert len(first.items) == 50
    assert {user["id"] for user in first.items + second.items} == set(company.huma.users)


def test_a_list_is_limited_to_groups(company: Sandbox, client: HumaClient) -> None:
    groups = {kind: [group["id"] for group in client.groups() if group["type"] == kind] for kind in ("company", "team")}
    found = client.list_users(0, groups={"company": groups["company"], "team": groups["team"][:1]})
    expected = {
        id
        for id, user in company.huma.users.items()
        if set(user.groups) & set(groups["company"]) and set(user.groups) & set(groups["team"][:1])
    }
    assert {user["id"] for user in found.items} == expected
    with pytest.raises(ValueError, match="25"):
        client.list_users(0, groups={"team": [str(uuid4()) for _ in range(MAX_FILTER_IDS + 1)]})


def test_groups_are_read_to_the_end(company: Sandbox, client: HumaClient) -> None:
    assert {group["id"] for group in client.groups()} == set(company.huma.groups)


def test_all_users_are_listed(company: Sandbox, client: HumaClient) -> None:
    assert {user["id"] for user in client.all_users()} == set(company.huma.users)


def test_all_users_of_a_list_that_moves_meanwhile_are_asked_for_again(client: HumaClient, company: Sandbox) -> None:
    order = list(company.huma.users)
    shift_once(company.huma, lambda: move_first_to_end(company.huma))
    with pytest.raises(Unavailable):
        client.all_users()
    assert list(company.huma.users) == [*order[1:], order[0]]
    assert {user["id"] for user in client.all_users()} == set(order)


def test_a_user_and_its_positions_are_read(company: Sandbox, client: HumaClient, user_id: str) -> None:
    user = client.user(user_id)
    assert user["givenName"]["value"] == company.huma.users[user_id].values["givenName"]
    positions = client.positions(user_id)
    assert {position["id"] for position in positions} == set(company.huma.users[user_id].positions)
    assert "value" in client.position(user_id, positions[0]["id"])["contractStartDate"]


def test_a_user_who_isnt_there_is_gone(client: HumaClient) -> None:
    for ask in (client.user, client.positions):
        with pytest.raises(Gone):
            ask(str(uuid4()))


def test_only_what_is_sent_changes(company: Sandbox, client: HumaClient, user_id: str) -> None:
    before = company.huma.users[user_id].values.copy()
    changed = client.patch_user(user_id, {"phone": "+4722334455"})
    assert changed["phone"]["value"] == "+4722334455"
    assert company.huma.users[user_id].values == {**before, "phone": "+4722334455"}


@pytest.mark.parametrize("name", sorted(CLEARABLE_USER))
def test_none_clears(company: Sandbox, client: HumaClient, user_id: str, name: str) -> None:
    assert client.patch_user(user_id, {name: None})[name].get("value") is None
    assert name not in company.huma.users[user_id].values


def test_a_position_is_written_and_its_end_cleared(client: HumaClient, user_id: str) -> None:
    position = client.positions(user_id)[-1]["id"]
    ended = client.patch_position(user_id, position, {"lastDayOfWork": "2031-06-30", "endReason": "employee_resigned"})
    assert (ended["lastDayOfWork"]["value"], ended["endReason"]["value"]) == ("2031-06-30", "employee_resigned")
    cleared = client.patch_position(user_id, position, {"lastDayOfWork": None, "endReason": None})
    assert cleared["lastDayOfWork"].get("value") is None
    assert cleared["endReason"].get("value") is None


def test_what_cant_be_emptied_is_never_sent(company: Sandbox, client: HumaClient, user_id: str) -> None:
    asked = len(company.journal)
    for body in ({"givenName": None}, {"email": None, "phone": None}):
        with pytest.raises(ValueError, match="cleared"):
            client.patch_user(user_id, body)
    with pytest.raises(ValueError, match="cleared"):
        client.patch_position(user_id, "p", {"firstDayOfWork": None})
    with pytest.raises(ValueError, match="cleared"):
        client.create_user({"givenName": "Ada", "phone": None})
    assert len(company.journal) == asked


def test_a_user_is_created_without_an_invitation(company: Sandbox, client: HumaClient) -> None:
    body = {"givenName": "Ny", "familyName": "Person", "email": "ny@example.no", "groups": []}
    created = client.create_user(body)
    assert company.huma.users[created["id"]].invited_at is None
    with pytest.raises(Rejected) as caught:
        client.create_user(body)
    assert may_be_about_the_email(caught.value)


def test_a_refusal_names_the_fields(client: HumaClient, user_id: str) -> None:
    with pytest.raises(Rejected) as caught:
        client.patch_user(user_id, {"nationality": "Norge"})
    (problem,) = caught.value.problems
    assert (problem.path, problem.code, problem.severity) == ("nationality", "field:invalid-format", "error")
    assert "nationality" in str(caught.value)
    assert not may_be_about_the_email(caught.value)


def test_no_number_of_random_faults_loses_a_user(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    with Sandbox(employees=30, faults=0.2, seed=3) as stormy:
        client = HumaClient(HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, base_url=stormy.huma_url, timeout=(2, 5))
        for _ in range(3):
            found = _patiently(lambda: client.list_users(0, 50))
            assert {user["id"] for user in found.items} == set(stormy.huma.users)


def _patiently(ask: Callable[[], Any]) -> Any:
    for _ in range(5):
        try:
            return ask()
        except Unavailable:
            continue
    raise AssertionError("never answered")


# Lists that don't add up


def pages(vendor: Vendor, total: int | None, count: int, size: int) -> None:
    """A list of ``count`` positions that claims ``total`` and gives at most ``size`` a page."""

    def page(seen: Any) -> Any:
        offset, limit = int(seen.query["offset"][0]), int(seen.query["limit"][0])
        items = [{"id": f"p{index}"} for index in range(count)][offset : offset + min(limit, size)]
        return answer(200, {"items": items} if total is None else {"items": items, "total": total})

    vendor.on("/users/u1/positions", page)


@pytest.mark.parametrize(
    ("total", "count", "size"), [(0, 0, 50), (120, 120, 50), (7, 7, 3), (None, 120, 50), (None, 0, 50)]
)
def test_all_pages_of_a_list_are_read(vendor: Vendor, total: int | None, count: int, size: int) -> None:
    pages(vendor, total, count, size)
    assert [found["id"] for found in huma(vendor).positions("u1")] == [f"p{index}" for index in range(count)]


@pytest.mark.parametrize(("total", "count"), [(3, 2), (120, 100), (1, 0), (2, 3)])
def test_a_list_that_doesnt_add_up_is_unavailable(vendor: Vendor, total: int, count: int) -> None:
    pages(vendor, total, count, 50)
    with pytest.raises(Unavailable):
        huma(vendor).positions("u1")


def test_the_same_position_twice_doesnt_add_up(vendor: Vendor) -> None:
    vendor.on("/users/u1/positions", answer(200, {"total": 2, "items": [{"id": "p1"}, {"id": "p1"}]}))
    with pytest.raises(Unavailable):
        huma(vendor).positions("u1")


# Wrong shapes


@pytest.mark.parametrize(
    ("body", "prop"),
    [
        ([], "page"),
        ({"total": 0}, "items"),
        ({"items": None}, "items"),
        ({"items": {}}, "items"),
        ({"items": ["u1"]}, "items[0]"),
        ({"items": [{"type": "user"}]}, "items[0].id"),
        ({"items": [{"id": 7}]}, "items[0].id"),
        ({"items": [{"id": "u1", "status": "active"}]}, "items[0].status"),
        ({"items": [{"id": "u1", "status": {"active": "yes"}}]}, "items[0].status.active"),
        ({"items": [], "total": "many"}, "total"),
        ({"items": [], "total": -1}, "total"),
        ({"items": [{"id": f"u{index}"} for index in range(51)]}, "items"),
    ],
)
def test_a_list_of_the_wrong_shape_names_the_property(vendor: Vendor, body: Any, prop: str) -> None:
    vendor.on("/users", answer(200, body))
    with pytest.raises(ContractBroken) as caught:
        huma(vendor).list_users(0)
    assert caught.value.prop == prop
    assert len(vendor.asked("/users")) == 1


@pytest.mark.parametrize(
    ("changes", "prop"),
    [
        ({"id": "u2"}, "id"),
        ({"id": None}, "id"),
        ({"givenName": "Ada"}, "givenName"),
        ({"phone": {"value": 22334455, "editable": True}}, "phone.value"),
        ({"phone": {"value": "1", "editable": "yes"}}, "phone.editable"),
        ({"bankAccount": {"value": "12345678903"}}, "bankAccount.value"),
        ({"bankAccount": {"value": {"number": 12345678903}}}, "bankAccount.value.number"),
        ({"homeAddress": {"value": {"line1": ["x"]}}}, "homeAddress.value.line1"),
        ({"email": {"value": "a@b.no", "requestedValue": 1}}, "email.requestedValue"),
        ({"currentPositions": {}}, "currentPositions"),
        ({"currentPositions": [{"contractStartDate": "1.2.2024"}]}, "currentPositions[0].contractStartDate"),
        ({"currentPositions": [{"status": "CURRENT"}]}, "currentPositions[0].id"),
        ({"currentPositions": [{"id": "p\u034f1"}]}, "currentPositions[0].id"),
        ({"status": {"active": 1}}, "status.active"),
        ({"Teams": {"value": [], "editable": True}}, "teams"),
    ],
)
def test_a_user_of_the_wrong_shape_names_the_property(vendor: Vendor, changes: dict[str, Any], prop: str) -> None:
    vendor.on("/users/u1", answer(200, {**USER, **changes}))
    client = huma(vendor)
    with pytest.raises(ContractBroken) as read:
        client.user("u1")
    assert (read.value.prop, read.value.may_have_taken_effect) == (prop, False)
    with pytest.raises(ContractBroken) as written:
        client.patch_user("u1", {"phone": "1"})
    assert (written.value.prop, written.value.may_have_taken_effect) == (prop, True)


@pytest.mark.parametrize(
    ("changes", "prop"),
    [
        ({"firstDayOfWork": "2024-01-01"}, "firstDayOfWork"),
        ({"firstDayOfWork": {"value": "2024-13-01"}}, "firstDayOfWork.value"),
        ({"lastDayOfWork": {"value": "20240101"}}, "lastDayOfWork.value"),
        ({"endReason": {"value": {}}}, "endReason.value"),
        ({"status": "PAST"}, "status"),
    ],
)
def test_a_position_of_the_wrong_shape_names_the_property(vendor: Vendor, changes: dict[str, Any], prop: str) -> None:
    vendor.on("/users/u1/positions/p1", answer(200, {"id": "p1", **changes}))
    with pytest.raises(ContractBroken) as caught:
        huma(vendor).position("u1", "p1")
    assert caught.value.prop == prop


def test_unknown_properties_pass_and_hidden_ones_stay_hidden(vendor: Vendor) -> None:
    shown = {"id": "U1", "phone": None, "email": {"editable": True}, "unheardOf": {"value": [1]}, "custom": None}
    vendor.on("/users/u1", answer(200, shown))
    assert huma(vendor).user("u1") == {
        "id": "U1",
        "email": {"editable": True},
        "unheardOf": {"value": [1]},
        "custom": None,
    }


def test_one_of_a_list_who_cannot_be_understood_is_odd_alone(vendor: Vendor) -> None:
    rows = [{"id": "u1"}, {"id": "u\u0000"}, {"id": "u3", "status": 5}, None]
    vendor.on("/users", answer(200, {"items": rows}))
    page = huma(vendor).list_users(0)
    assert [getattr(page.odd.get(one["id"]), "prop", "") for one in page.items] == ["", "id", "status", "answer"]
    assert [one["id"] for one in huma(vendor).all_users()] == ["u1", "u3"]
