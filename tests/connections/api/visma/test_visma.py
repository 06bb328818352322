"""Visma's client against the stand-in: reading, whole documents, jobs."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from connections.api.errors import BadCredentials, Gone, Rejected, Stale, Unavailable
from connections.api.visma.client import MEDIA_TYPE, VismaClient
from connections.api.visma.documents import Job
from connections.sandbox import READ_SCOPE, TENANT_ID, VISMA_CLIENT_ID, VISMA_CLIENT_SECRET, WRITE_SCOPE, Sandbox


@pytest.fixture(scope="module")
def company() -> Iterator[Sandbox]:
    with Sandbox(employees=130) as sandbox:
        yield sandbox


def client_of(sandbox: Sandbox, **settings: Any) -> VismaClient:
    own = {
        "tenant_id": TENANT_ID,
        "client_id": VISMA_CLIENT_ID,
        "client_secret": VISMA_CLIENT_SECRET,
        "base_url": sandbox.visma_url,
        "token_url": sandbox.visma_token_url,
        "timeout": (2.0, 5.0),
    }
    return VismaClient(**{**own, **settings})


@pytest.fixture(scope="module")
def client(company: Sandbox) -> VismaClient:
    return client_of(company)


@pytest.fixture
def employee_id(company: Sandbox) -> str:
    return next(id for id, one in company.visma.employees.items() if one.positions and not one.is_draft)


def finished(client: VismaClient, address: str) -> Job:
    for _ in range(200):
        job = client.job(address)
        if job.finished:
            return job
        time.sleep(0.02)
    raise AssertionError("the job never ended")


# Access


def test_the_token_may_read_and_write(client: VismaClient) -> None:
    assert set(client.token_info().scopes) == {READ_SCOPE, WRITE_SCOPE}


@pytest.mark.parametrize(
    ("settings", "code", "application"),
    [
        ({"tenant_id": str(uuid4())}, "invalid_grant", False),
        ({"client_secret": "wrong"}, "invalid_client", True),
    ],
)
def test_refused_credentials_say_whose_they_are(
    company: Sandbox, settings: dict[str, str], code: str, application: bool
) -> None:
    with pytest.raises(BadCredentials) as caught:
        client_of(company, **settings).token_info()
    assert (caught.value.code, caught.value.application) == (code, application)


@pytest.mark.parametrize(("scope", "missing"), [(READ_SCOPE, "write"), (WRITE_SCOPE, "read")])
def test_a_tenant_that_activated_half_is_told_which(scope: str, missing: str) -> None:
    with Sandbox(employees=1) as sandbox:
        sandbox.visma.scopes = {scope}
        client = client_of(sandbox)
        for ask in (client.token_info, lambda: client.list_employees(None)):
            with pytest.raises(BadCredentials) as caught:
                ask()
            assert caught.value.code == f"missing_scope:{missing}"
        assert not sandbox.journal.of("visma", path="/employees")


# Reading


def test_all_employees_are_listed_with_drafts_and_positions(company: Sandbox, client: VismaClient) -> None:
    found: list[dict[str, Any]] = []
    cursor: str | None = None
    pages = 0
    while pages == 0 or cursor is not None:
        page = client.list_employees(cursor)
        found, cursor, pages = found + page.items, page.cursor, pages + 1
    assert pages > 1
    assert {employee["id"] for employee in found} == set(company.visma.employees)
    for employee in found:
        embedded = {position["id"] for position in employee["_embedded"]["positions"]}
        assert embedded == set(company.visma.employees[employee["id"]].positions)


def test_the_ids_of_all_employees_are_listed_and_nothing_else(company: Sandbox, client: VismaClient) -> None:
    first = client.list_employee_ids(None)
    second = client.list_employee_ids(first.cursor)
    assert second.cursor is None
    assert [employee.keys() for employee in first.items] == [{"id"}] * 100
    assert {employee["id"] for employee in first.items + second.items} == set(company.visma.employees)


def test_employees_changed_since_a_day_are_listed(client: VismaClient) -> None:
    assert client.list_employees(None, date.today() + timedelta(days=2)).items == []
    assert client.list_employees(None, date(2000, 1, 1)).items


def test_positions_that_were_not_embedded_are_read(company: Sandbox, client: VismaClient) -> None:
    def without(page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "data": [{k: v for k, v in one.items() if k != "_embedded"} for one in page["data"][:3]]}

    company.faults.rewrite("visma", "GET", "/v2/employees$", without)
    for employee in client.list_employees(None).items:
        embedded = {position["id"] for position in employee["_embedded"]["positions"]}
        assert embedded == set(company.visma.employees[employee["id"]].positions)


def test_a_whole_document_is_read_with_its_etag(company: Sandbox, client: VismaClient, employee_id: str) -> None:
    document = client.employee(employee_id)
    assert document.body == company.visma.employees[employee_id].body
    assert document.etag == company.visma.employees[employee_id].etag
    (position, *_) = client.positions(employee_id)
    whole = client.position(employee_id, position["id"])
    assert whole.body == company.visma.employees[employee_id].positions[position["id"]].body


def test_who_isnt_there_is_gone(client: VismaClient, employee_id: str) -> None:
    nobody = str(uuid4())
    for ask in (
        lambda: client.employee(nobody),
        lambda: client.positions(nobody),
        lambda: client.position(employee_id, nobody),
        lambda: client.job(f"/v2/employees/jobs/{nobody}"),
        lambda: client.put_employee(nobody, {}, '"1"'),
    ):
        with pytest.raises(Gone):
            ask()


# Writing


def test_a_whole_document_is_written_and_nothing_else_changes(
    company: Sandbox, client: VismaClient, employee_id: str
) -> None:
    company.visma.employees[employee_id].body["unheardOf"] = {"share": 0.1, "list": [None, "å", 10**20]}
    before = company.state()
    document = client.employee(employee_id)
    document.body["emails"] = [{"type": "business", "address": "ny@example.no"}]
    job = finished(client, client.put_employee(employee_id, document.body, document.etag))
    assert (job.status, job.action, job.artifact_type) == ("Succeeded", "Update", "Employee")
    assert job.artifact_id == employee_id
    assert abs(job.created - datetime.now(UTC)) < timedelta(minutes=1)
    sent = company.journal.of("visma", "PUT")[-1]
    assert sent.headers is not None
    assert sent.headers["If-Match"] == document.etag
    assert sent.content_type == sent.headers["Accept"] == MEDIA_TYPE
    company.visma.employees[employee_id].body["lastChange"] = document.body["lastChange"]
    assert company.visma.employees[employee_id].body == document.body
    assert _without(company.state(), employee_id) == _without(before, employee_id)


def _without(state: Any, employee_id: str) -> Any:
    if isinstance(state, dict):
        return {key: _without(value, employee_id) for key, value in state.items() if key != employee_id}
    return state


def test_a_stale_etag_is_refused(client: VismaClient, employee_id: str) -> None:
    old = client.employee(employee_id)
    finished(client, client.put_employee(employee_id, old.body, old.etag))
    with pytest.raises(Stale):
        client.put_employee(employee_id, old.body, old.etag)


def test_a_position_is_written(client: VismaClient, employee_id: str) -> None:
    position = client.positions(employee_id)[0]["id"]
    document = client.position(employee_id, position)
    address = client.put_position(employee_id, position, document.body, document.etag)
    job = finished(client, address)
    assert (job.status, job.artifact_type, job.artifact_id) == ("Succeeded", "Position", position)
    assert job.id in {one.id for one in client.position_jobs(employee_id)}


def test_a_document_that_was_read_with_embed_is_never_written(company: Sandbox, client: VismaClient) -> None:
    listed = client.list_employees(None).items[0]
    asked = len(company.journal.writes())
    with pytest.raises(ValueError, match="embed"):
        client.put_employee(listed["id"], listed, '"1"')
    assert len(company.journal.writes()) == asked


def test_a_draft_is_created(company: Sandbox, client: VismaClient) -> None:
    body = {
        "isDraft": True,
        "number": "90001",
        "personNames": [{"firstName": "Ny", "lastName": "Person"}],
        "externalIds": [{"key": "huma", "value": str(uuid4())}],
    }
    job = finished(client, client.create_employee(body))
    assert (job.status, job.action) == ("Succeeded", "Create")
    assert job.artifact_id is not None
    assert company.visma.employees[job.artifact_id].body["externalIds"] == body["externalIds"]


def test_a_malformed_document_is_rejected_by_property(client: VismaClient, employee_id: str) -> None:
    document = client.employee(employee_id)
    with pytest.raises(Rejected) as caught:
        client.put_employee(employee_id, {**document.body, "dateOfBirth": "hemmelig"}, document.etag)
    assert any("dateOfBirth" in problem.path for problem in caught.value.problems)
    assert "dateOfBirth" in str(caught.value)
    assert "hemmelig" not in str(caught.value)


def test_a_failed_job_says_why(company: Sandbox, client: VismaClient, employee_id: str) -> None:
    company.faults.script("visma", "PUT", employee_id, "job-fails")
    document = client.employee(employee_id)
    job = finished(client, client.put_employee(employee_id, document.body, document.etag))
    assert job.status == "Failed"
    assert [problem.severity for problem in job.problems if problem.words]


def test_a_job_with_a_warning_succeeds_and_names_the_part(
    company: Sandbox, client: VismaClient, employee_id: str
) -> None:
    company.faults.script("visma", "PUT", employee_id, "job-warns:emails")
    document = client.employee(employee_id)
    job = finished(client, client.put_employee(employee_id, document.body, document.etag))
    assert job.status == "Succeeded"
    assert any(problem.severity == "warning" and "emails" in problem.path for problem in job.problems)


def test_jobs_are_listed_since_a_moment(company: Sandbox, client: VismaClient, employee_id: str) -> None:
    document = client.employee(employee_id)
    early = finished(client, client.put_employee(employee_id, document.body, document.etag))
    time.sleep(0.01)
    since = datetime.now(UTC)
    document = client.employee(employee_id)
    late = finished(client, client.put_employee(employee_id, document.body, document.etag))
    assert [job.id for job in client.jobs(since)] == [late.id]
    assert {early.id, late.id} <= {job.id for job in client.jobs(None)}


def test_an_absolute_job_address_of_the_same_host_is_followed(
    company: Sandbox, client: VismaClient, employee_id: str
) -> None:
    company.visma.absolute_locations = True
    try:
        document = client.employee(employee_id)
        address = client.put_employee(employee_id, document.body, document.etag)
    finally:
        company.visma.absolute_locations = False
    assert address.startswith(company.visma_url)
    assert finished(client, address).status == "Succeeded"


def test_revoked_tokens_are_renewed(company: Sandbox, client: VismaClient, employee_id: str) -> None:
    client.employee(employee_id)
    company.expire_tokens()
    assert client.employee(employee_id).body["id"] == employee_id


def test_no_number_of_random_faults_shortens_a_list(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    with Sandbox(employees=120, faults=0.15, seed=5) as stormy:
        client = client_of(stormy, patience=3.0)
        found: dict[str, Any] = {}
        cursor: str | None = None
        for _ in range(30):
            try:
                page = client.list_employees(cursor)
            except Unavailable as error:
                time.sleep(min(error.retry_after or 0, 2))
                continue
            found |= {employee["id"]: employee for employee in page.items}
            cursor = page.cursor
            if cursor is None:
                break
        assert set(found) == set(stormy.visma.employees)
