"""Answers of Visma that the contract forbids: each raises an error with the property, none is an empty list."""

from typing import Any

import pytest

from connections.api.errors import ContractBroken, Problem, Rejected
from tests.connections.vendor import EMPLOYEE, Seen, Vendor, answer, visma

JOB = {"id": "j1", "status": "InProgress", "action": "Update", "created": "2026-03-01T12:00:00.1234567Z"}


@pytest.mark.parametrize(
    ("body", "prop"),
    [
        ([], "page"),
        ({"cursor": {}}, "data"),
        ({"data": None}, "data"),
        ({"data": {}}, "data"),
        ({"data": [None]}, "data[0]"),
        ({"data": [{"number": "7"}]}, "data[0].id"),
        ({"data": [{"id": "e1", "_embedded": {"positions": [{}]}}]}, "data[0]._embedded.positions.id"),
        ({"data": [{"id": "e1", "_embedded": []}]}, "data[0]._embedded"),
        ({"data": [], "cursor": "next"}, "cursor"),
        ({"data": [], "cursor": {"nextToken": 5}}, "cursor.nextToken"),
        ({"data": [], "cursor": {"nextToken": "same"}}, "cursor.nextToken"),
    ],
)
def test_a_list_of_the_wrong_shape_names_the_property(vendor: Vendor, body: Any, prop: str) -> None:
    vendor.on("/v2/employees", answer(200, body))
    with pytest.raises(ContractBroken) as caught:
        visma(vendor).list_employees("same" if prop == "cursor.nextToken" else None)
    assert caught.value.prop == prop


@pytest.mark.parametrize("cursor", [None, {}, {"nextToken": None}, {"nextToken": ""}])
def test_no_next_token_means_the_last_page(vendor: Vendor, cursor: Any) -> None:
    vendor.on("/v2/employees", answer(200, {"data": [], "cursor": cursor}))
    page = visma(vendor).list_employees(None)
    assert (page.items, page.cursor) == ([], None)


def test_the_next_page_repeats_the_whole_question(vendor: Vendor) -> None:
    vendor.on("/v2/employees", answer(200, {"data": [], "cursor": {"nextToken": "a+b/c="}}))
    client = visma(vendor)
    client.list_employees(client.list_employees(None).cursor + "2")  # type: ignore[operator]
    first, second = (seen.query for seen in vendor.asked("/v2/employees"))
    assert second == {**first, "cursor": ["a+b/c=2"]}
    assert first["embed"] == ["(positions)"]
    assert first["includeDrafts"] == ["true"]


@pytest.mark.parametrize(
    ("changes", "prop"),
    [
        ({"id": "e2"}, "id"),
        ({"number": 7}, "number"),
        ({"isDraft": "no"}, "isDraft"),
        ({"personNames": {}}, "personNames"),
        ({"personNames": [{"firstName": 1}]}, "personNames[0].firstName"),
        ({"personNames": [{"activeStart": "01.01.2024"}]}, "personNames[0].activeStart"),
        ({"emails": ["a@b.no"]}, "emails[0]"),
        ({"phones": [{"number": 22334455}]}, "phones[0].number"),
        ({"address": "Storgata 1"}, "address"),
        ({"emails": [{"type": "busi\u200bness", "address": 5}]}, "emails[0].address"),
        ({"salaryPaymentMethod": {"paymentType": 1}}, "salaryPaymentMethod.paymentType"),
        ({"salaryPaymentMethod": {"paymentType": "Ba\ufe0fnk"}}, "salaryPaymentMethod.localBankAccount"),
        ({"externalIds": {"huma": "x"}}, "externalIds"),
    ],
)
def test_an_employee_of_the_wrong_shape_names_the_property(vendor: Vendor, changes: dict[str, Any], prop: str) -> None:
    vendor.on("/v2/employees/e1", answer(200, {**EMPLOYEE, **changes}, ETag='"1"'))
    with pytest.raises(ContractBroken) as caught:
        visma(vendor).employee("e1")
    assert caught.value.prop == prop


def test_a_document_without_an_etag_cant_be_guarded(vendor: Vendor) -> None:
    vendor.on("/v2/employees/e1", answer(200, EMPLOYEE))
    with pytest.raises(ContractBroken) as caught:
        visma(vendor).employee("e1")
    assert caught.value.prop == "ETag"


@pytest.mark.parametrize(
    ("changes", "prop"),
    [
        ({"activeStart": "2024-02-30"}, "activeStart"),
        ({"positionEndReason": "arbeidstakerHarSagtOppSelv"}, "positionEndReason"),
        ({"positionEndReason": [1]}, "positionEndReason"),
        ({"partTimeFactors": [100]}, "partTimeFactors[0]"),
        ({"partTimeFactors": [{"value": 10**400}]}, "partTimeFactors[0].value"),
    ],
)
def test_a_position_of_the_wrong_shape_names_the_property(vendor: Vendor, changes: dict[str, Any], prop: str) -> None:
    vendor.on("/v2/employees/e1/positions/p1", answer(200, {"id": "p1", **changes}, ETag='"1"'))
    with pytest.raises(ContractBroken) as caught:
        visma(vendor).position("e1", "p1")
    assert caught.value.prop == prop


def test_positions_may_be_a_plain_list(vendor: Vendor) -> None:
    vendor.on("/v2/employees/e1/positions", answer(200, [{"id": "p1"}]))
    assert visma(vendor).positions("e1") == [{"id": "p1"}]


def test_a_list_that_never_ends_is_not_followed_for_ever(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connections.api.visma.client.MAX_PAGES", 5)

    def on(seen: Seen) -> Any:
        return answer(200, {"data": [], "cursor": {"nextToken": str(len(vendor.seen))}})

    vendor.on("/v2/employees/e1/positions", on)
    with pytest.raises(ContractBroken):
        visma(vendor).positions("e1")


# Jobs


@pytest.mark.parametrize(
    ("changes", "prop"),
    [
        ({"id": ""}, "id"),
        ({"status": "Done"}, "status"),
        ({"status": 4}, "status"),
        ({"status": None}, "status"),
        ({"created": None}, "created"),
        ({"created": "yesterday"}, "created"),
        ({"validationResults": {}}, "validationResults"),
        ({"artifactId": 4}, "artifactId"),
    ],
)
def test_a_job_of_the_wrong_shape_names_the_property(vendor: Vendor, changes: dict[str, Any], prop: str) -> None:
    vendor.on("/v2/employees/jobs/j1", answer(200, {**JOB, **changes}))
    client = visma(vendor)
    with pytest.raises(ContractBroken) as caught:
        client.job("/v2/employees/jobs/j1")
    assert caught.value.prop == prop
    vendor.on("/v2/employees/jobs", answer(200, {"data": [{**JOB, **changes}]}))
    assert [(job.is_odd, job.finished) for job in client.jobs(None)] == [(True, False)], "in a list it is only odd"


def test_a_failed_job_without_results_has_its_message(vendor: Vendor) -> None:
    warning = {"message": "slow", "severity": "Warning", "value": "hemmelig"}
    failed = {**JOB, "status": "Failed", "message": "It failed", "validationResults": [warning]}
    vendor.on("/v2/employees/jobs/j1", answer(200, failed))
    job = visma(vendor).job("/v2/employees/jobs/j1")
    assert job.finished
    assert job.problems == (Problem("", "", "slow", "warning"), Problem("", "", "It failed", "error"))


@pytest.mark.parametrize("status", [200, 201, 204, 202])
def test_an_accepted_write_without_a_job_may_have_taken_effect(vendor: Vendor, status: int) -> None:
    headers: dict[str, Any] = {} if status == 202 else {"Location": "/v2/employees/jobs/j1"}
    vendor.on("/v2/employees/e1", answer(status, **headers))
    with pytest.raises(ContractBroken) as caught:
        visma(vendor).put_employee("e1", EMPLOYEE, '"1"')
    assert (caught.value.prop, caught.value.may_have_taken_effect) == ("Location", True)


FOREIGN = [
    "http://example.no/v2/employees/jobs/j1",
    "https://127.0.0.1:{port}/v2/employees/jobs/j1",
    "http://127.0.0.1/v2/employees/jobs/j1",
    "http://localhost:{port}/v2/employees/jobs/j1",
    "http://127.0.0.1:{port}@example.no/v2/employees/jobs/j1",
    "http://me@127.0.0.1:{port}/v2/employees/jobs/j1",
    "http://127.0.0.1:{port}\\@example.no/v2/employees/jobs/j1",
    "//example.no/v2/employees/jobs/j1",
    "/\\example.no/jobs/j1",
    "http:///jobs/j1",
    "http://127.0.0.1:99999/jobs/j1",
    "http://[broken/jobs/j1",
    "javascript:alert(1)",
    "jobs/j1",
    "/v2/employees/jobs/j 1",
]


@pytest.mark.parametrize("foreign", FOREIGN)
def test_an_address_of_another_host_is_never_asked(vendor: Vendor, foreign: str) -> None:
    address = foreign.format(port=vendor.port)
    vendor.on("/v2/employees/e1", answer(202, Location=address))
    client = visma(vendor)
    with pytest.raises(ContractBroken) as caught:
        client.put_employee("e1", EMPLOYEE, '"1"')
    assert (caught.value.prop, caught.value.may_have_taken_effect) == ("Location", True)
    asked = len(vendor.seen)
    with pytest.raises(ContractBroken):
        client.job(address)
    assert len(vendor.seen) == asked


@pytest.mark.parametrize(
    "address", ["/v2/employees/jobs/j1", "/employees/jobs/j1", "http://127.0.0.1:{port}/v2/employees/jobs/j1"]
)
def test_an_address_of_the_configured_host_is_asked(vendor: Vendor, address: str) -> None:
    vendor.on("/v2/employees/jobs/j1", answer(200, JOB))
    assert visma(vendor).job(address.format(port=vendor.port)).created.microsecond == 123456


# Refusals


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        (
            {"validationResults": [{"message": "m", "messageCode": "c", "jsonPath": "$.number", "value": "v"}]},
            (Problem("$.number", "c", "m"),),
        ),
        ({"errors": {"number": ["too", "long"]}, "title": "t"}, (Problem("number", "", "too long"),)),
        ({"errors": [{"message": "m", "jsonPath": "$.emails"}]}, (Problem("$.emails", "", "m"),)),
        ({"message": "m"}, (Problem("", "", "m"),)),
        ({"validationResults": [None]}, ()),
        ({}, ()),
        ([], ()),
        ("m", ()),
    ],
)
def test_a_refusals_words_are_read_in_any_form(vendor: Vendor, body: Any, problems: tuple[Problem, ...]) -> None:
    vendor.on("/v2/employees/e1", answer(400, body))
    with pytest.raises(Rejected) as caught:
        visma(vendor).put_employee("e1", EMPLOYEE, '"1"')
    assert caught.value.problems == problems


def test_one_of_a_list_who_cannot_be_understood_is_odd_alone(vendor: Vendor) -> None:
    good = {"id": "e1", "_embedded": {"positions": []}}
    rows = [good, {"id": "e2", "number": 7}, {"id": None, "number": "8"}, "nobody", {**good, "id": "x" * 65}]
    vendor.on("/v2/employees", answer(200, {"data": rows}))
    page = visma(vendor).list_employees(None)
    wrong = [str(getattr(page.odd.get(one["id"]), "prop", "")) for one in page.items]
    assert wrong == ["", "number", "id", "answer", "id"]
    assert len({one["id"] for one in page.items}) == len(rows)
    assert page.items[2]["number"] == "8"
    vendor.on("/v2/employees", answer(200, {"data": rows[2:]}))
    assert len(visma(vendor).list_employees("later").odd) == 3, "the last page may have nobody else"


@pytest.mark.parametrize("status", [403, 404, 409])
def test_one_whose_positions_cannot_be_read_is_odd_alone(vendor: Vendor, status: int) -> None:
    vendor.on("/v2/employees", answer(200, {"data": [{"id": "e1"}, {"id": "e2"}]}))
    vendor.on("/v2/employees/e1/positions", answer(status, {}))
    vendor.on("/v2/employees/e2/positions", answer(200, [{"id": "p2"}]))
    page = visma(vendor).list_employees(None)
    assert list(page.odd) == ["e1"]
    assert page.items[1]["_embedded"] == {"positions": [{"id": "p2"}]}
