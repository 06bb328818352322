"""The Visma stand-in does what it accepted a moment later, in a job, or fails. Source: visma-employee.md, Writing."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connections.sandbox import Sandbox
from tests.connections.sandbox.callers import VismaCaller

GERMAN = {
    "paymentType": "bank",
    "internationalBankAccount": True,
    "internationalIban": "DE89370400440532013000",
    "internationalBankSwift": "COBADEFFXXX",
    "internationalBankCountry": "DE",
    "internationalRemittanceCountry": "DE",
}


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


@pytest.fixture
def path(employee_id: str) -> str:
    return f"/employees/{employee_id}"


@pytest.fixture
def position_path(sandbox: Sandbox, employee_id: str) -> str:
    return f"/employees/{employee_id}/positions/{next(iter(sandbox.visma.employees[employee_id].positions))}"


def errors(job: dict[str, Any]) -> list[str]:
    assert job["status"] == "Failed"
    return [one["jsonPath"] for one in job["validationResults"] if one["severity"] == "Error"]


def test_a_job_goes_from_not_started_to_succeeded_whether_or_not_anyone_looks(
    sandbox: Sandbox, visma: VismaCaller, employee_id: str, path: str
) -> None:
    sandbox.faults.script("visma", "PUT", path, "job-slow:3")
    before, read = sandbox.state(), visma.get(path)
    accepted = visma.send("PUT", path, {**read.json(), "notes": []}, read.headers["ETag"])
    assert sandbox.state() == before
    address = visma.host + accepted.headers["Location"]
    seen = [visma.session.get(address, timeout=10).json()["status"]]
    while seen[-1] == "NotStarted":
        time.sleep(0.1)
        seen.append(visma.session.get(address, timeout=10).json()["status"])
    assert (seen[0], seen[-1]) == ("NotStarted", "InProgress")
    assert sandbox.wait_for_jobs()
    before["visma"][employee_id]["notes"] = []
    assert sandbox.state() == before
    job = visma.session.get(address, timeout=10).json()
    assert (job["status"], job["statusCode"], job["action"], job["artifactType"]) == (
        "Succeeded",
        4,
        "Update",
        "Employee",
    )
    assert job["artifactId"] == employee_id


def test_a_document_written_back_as_it_was_read_changes_nothing(
    sandbox: Sandbox, visma: VismaCaller, path: str, position_path: str
) -> None:
    before = sandbox.state()
    for one in (path, position_path):
        assert visma.put(one)["status"] == "Succeeded"
    assert sandbox.state() == before


def test_what_is_left_out_is_deleted_and_what_is_unknown_is_kept(
    sandbox: Sandbox, visma: VismaCaller, employee_id: str, path: str
) -> None:
    expected = sandbox.state()
    visma.put(path, unions=None, neverHeardOf={"a": [1.5, None, "å"]})
    del expected["visma"][employee_id]["unions"]
    expected["visma"][employee_id]["neverHeardOf"] = {"a": [1.5, None, "å"]}
    assert sandbox.state() == expected


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"number": "1234567890123"}, "$.number"),
        ({"number": None}, "$.number"),
        ({"salaryPaymentMethod": {"paymentType": "bank", "localBankAccount": "12345678901"}}, None),
        ({"salaryPaymentMethod": {"paymentType": "bank", "localBankAccount": "1234.56.78903"}}, None),
        ({"salaryPaymentMethod": {**GERMAN, "internationalIban": "DE00370400440532013000"}}, "internationalIban"),
        ({"salaryPaymentMethod": {**GERMAN, "internationalBankSwift": ""}}, "internationalBankSwift"),
        ({"salaryPaymentMethod": {**GERMAN, "internationalBankCountry": ""}}, "internationalBankCountry"),
        ({"personNames": [{"firstName": " ", "lastName": "B"}]}, "$.personNames[0].firstName"),
        (
            {"personNames": [{"firstName": "A", "lastName": "B"}, {"firstName": "A", "lastName": "C"}]},
            "$.personNames",
        ),
    ],
)
def test_a_job_refuses_a_wrong_value_and_changes_nothing(
    sandbox: Sandbox, visma: VismaCaller, path: str, change: dict[str, Any], where: str | None
) -> None:
    before = sandbox.state()
    (found,) = errors(visma.put(path, **change))
    assert found.endswith(where or "$.salaryPaymentMethod.localBankAccount")
    assert sandbox.state() == before


def test_a_number_that_somebody_has_is_refused(sandbox: Sandbox, visma: VismaCaller, path: str) -> None:
    other = sandbox.visma.employees[str(sandbox.add_person().employee_id)].body["number"]
    job = visma.put(path, number=other)
    assert (errors(job), job["validationResults"][0]["value"]) == (["$.number"], other)


def test_an_international_account_is_accepted(visma: VismaCaller, path: str) -> None:
    assert visma.put(path, salaryPaymentMethod=GERMAN)["status"] == "Succeeded"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"activeEnd": "2040-06-30"}, "$.positionEndReason"),
        ({"activeEnd": "2040-06-30", "positionEndReason": ["bored"]}, "$.positionEndReason"),
        ({"positionEndReason": ["arbeidstakerHarSagtOppSelv"]}, "$.positionEndReason"),
        ({"activeEnd": "1999-06-30", "positionEndReason": ["arbeidstakerHarSagtOppSelv"]}, "$.activeEnd"),
    ],
)
def test_an_end_needs_its_reason_and_a_reason_its_end(
    visma: VismaCaller, position_path: str, change: dict[str, Any], where: str
) -> None:
    assert errors(visma.put(position_path, **change)) == [where]


def test_a_position_can_end_and_run_on_again(
    sandbox: Sandbox, visma: VismaCaller, position_path: str, employee_id: str
) -> None:
    before, etag = sandbox.state(), visma.get(f"/employees/{employee_id}").headers["ETag"]
    job = visma.put(position_path, activeEnd="2040-06-30", positionEndReason=["arbeidstakerHarSagtOppSelv"])
    assert (job["status"], job["artifactType"]) == ("Succeeded", "Position")
    assert visma.put(position_path, activeEnd=None, positionEndReason=[])["status"] == "Succeeded"
    assert sandbox.state() == before
    assert visma.get(f"/employees/{employee_id}").headers["ETag"] == etag


def test_a_document_that_changes_between_acceptance_and_job_is_left_alone(
    sandbox: Sandbox, visma: VismaCaller, employee_id: str, path: str
) -> None:
    sandbox.faults.script("visma", "PUT", path, "job-slow:0.2")
    read = visma.get(path)
    accepted = visma.send("PUT", path, {**read.json(), "notes": []}, read.headers["ETag"])
    sandbox.visma.edit(employee_id, setOfAccount={"id": 2})
    assert errors(visma.job(accepted)) == ["$"]
    assert visma.get(path).json()["setOfAccount"] == {"id": 2}


def test_a_draft_may_lack_what_is_mandatory(sandbox: Sandbox, visma: VismaCaller) -> None:
    names = [{"firstName": "Ny", "lastName": "Person"}]
    body = {"isDraft": True, "personNames": names, "externalIds": [{"key": "huma", "value": "x"}]}
    accepted = visma.send("POST", "/employees/withPosition", body)
    assert sandbox.visma.employees == {}
    job = visma.job(accepted)
    assert (job["status"], job["action"]) == ("Succeeded", "Create")
    (created,) = sandbox.visma.employees.values()
    assert created.body.items() >= {**body, "id": job["artifactId"]}.items()
    assert created.body["number"]


def test_a_creation_without_draft_needs_everything(visma: VismaCaller) -> None:
    refused = visma.send("POST", "/employees/withPosition", {"positions": [{}]})
    missing = {one["jsonPath"] for one in refused.json()["validationResults"]}
    assert refused.status_code == 400
    assert missing >= {
        "$.personNames",
        "$.address.countryCode",
        "$.positions[0].taxUnitIds",
        "$.positions[0].activeStart",
    }


def test_a_whole_employee_can_be_created_with_its_position(sandbox: Sandbox, visma: VismaCaller, path: str) -> None:
    own = ("id", "tenantId", "lastChange", "number", "employeeId")
    body = {name: value for name, value in visma.get(path).json().items() if name not in own}
    positions = visma.get(path + "/positions").json()
    body["positions"] = [{name: value for name, value in one.items() if name not in own} for one in positions]
    job = visma.job(visma.send("POST", "/employees/withPosition", body))
    assert job["status"] == "Succeeded"
    created = sandbox.visma.employees[job["artifactId"]]
    assert len(created.positions) == 1
    assert "positions" not in created.body
    assert created.body["number"] not in ("", None, visma.get(path).json()["number"])


def test_a_creation_with_a_number_that_somebody_has_fails_and_creates_nobody(
    sandbox: Sandbox, visma: VismaCaller, path: str
) -> None:
    number = visma.get(path).json()["number"]
    job = visma.job(visma.send("POST", "/employees/withPosition", {"isDraft": True, "number": number}))
    assert (errors(job), job["artifactId"]) == (["$.number"], None)
    assert len(sandbox.visma.employees) == 1


def test_jobs_are_listed_newest_first_and_apart_for_positions(
    visma: VismaCaller, employee_id: str, path: str, position_path: str
) -> None:
    first, second = visma.put(path), visma.put(path)
    of_position = visma.put(position_path)
    assert [one["id"] for one in visma.get("/employees/jobs").json()["data"]] == [second["id"], first["id"]]
    page = visma.get("/employees/jobs", {"page-size": "1"}).json()
    rest = visma.get("/employees/jobs", {"page-size": "1", "cursor": page["cursor"]["nextToken"]}).json()
    assert [one["id"] for one in page["data"] + rest["data"]] == [second["id"], first["id"]]
    assert [one["id"] for one in visma.get(path + "/positions/jobs").json()["data"]] == [of_position["id"]]
    assert visma.get(f"/employees/jobs/{of_position['id']}").status_code == 404


def test_a_job_can_be_made_to_fail(sandbox: Sandbox, visma: VismaCaller, path: str) -> None:
    sandbox.faults.script("visma", "PUT", path, "job-fails")
    before = sandbox.state()
    assert errors(visma.put(path, notes=[])) == ["$"]
    assert sandbox.state() == before
    assert visma.put(path, notes=[])["status"] == "Succeeded"


def test_a_job_can_be_made_to_leave_a_part_unperformed(
    sandbox: Sandbox, visma: VismaCaller, employee_id: str, path: str
) -> None:
    sandbox.faults.script("visma", "PUT", path, "job-warns:phones")
    expected = sandbox.state()
    job = visma.put(path, phones=[], notes=[])
    assert job["status"] == "Succeeded"
    assert [(one["jsonPath"], one["severity"]) for one in job["validationResults"]] == [("$.phones", "Warning")]
    expected["visma"][employee_id]["notes"] = []
    assert sandbox.state() == expected


def test_a_jobs_address_can_be_absolute(sandbox: Sandbox, visma: VismaCaller, path: str) -> None:
    sandbox.visma.absolute_locations = True
    read = visma.get(path)
    address = visma.send("PUT", path, read.json(), read.headers["ETag"]).headers["Location"]
    assert address.startswith(sandbox.visma_url + "/employees/jobs/")


def test_a_job_that_was_accepted_before_a_stop_runs_after_it(
    sandbox: Sandbox, visma: VismaCaller, employee_id: str, path: str
) -> None:
    sandbox.faults.script("visma", "PUT", path, "job-slow:0.2")
    read = visma.get(path)
    accepted = visma.send("PUT", path, {**read.json(), "notes": []}, read.headers["ETag"])
    with sandbox.away():
        pass
    assert visma.job(accepted)["status"] == "Succeeded"
    assert sandbox.visma.employees[employee_id].body["notes"] == []


def test_an_answer_can_be_lost_while_the_job_is_still_to_run(
    sandbox: Sandbox, visma: VismaCaller, employee_id: str, path: str
) -> None:
    sandbox.faults.script("visma", "PUT", path, "lost+job-slow:0.2")
    read = visma.get(path)
    with pytest.raises(requests.ConnectionError):
        visma.send("PUT", path, {**read.json(), "notes": []}, read.headers["ETag"])
    (job,) = visma.get("/employees/jobs").json()["data"]
    assert (job["status"], job["artifactId"]) == ("NotStarted", employee_id)
    assert sandbox.visma.employees[employee_id].body["notes"] != []
    assert sandbox.wait_for_jobs()
    assert sandbox.visma.employees[employee_id].body["notes"] == []
