"""A list of Visma's is followed exactly to its end; an odd job in one doesn't hide the others."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from connections.api.errors import ContractBroken, TooMuch
from tests.connections.vendor import Reply, Vendor, answer, visma

DAY = date(2026, 11, 1)
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def employee(id_: str) -> dict[str, Any]:
    return {"id": id_, "_embedded": {"positions": []}}


def job(id_: str, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "status": "InProgress",
        "created": AT.isoformat(),
        "action": "Update",
        "artifactId": "e1",
        **more,
    }


def leading_on(vendor: Vendor, path: str, data: Any) -> None:
    """A list whose cursor never ends; ``data`` gives what is on a page."""
    numbers = count()

    def reply(_seen: Any) -> Reply:
        number = next(numbers)
        return answer(200, {"data": data(number), "cursor": {"nextToken": f"c{number}"}})

    vendor.on(path, reply)


@pytest.mark.parametrize(
    ("data", "what", "most"),
    [
        (lambda page: [employee(f"e{page}-{at}") for at in range(10)], "people", 6),
        (lambda page: [employee(f"e{page}")], "pages", 40),
        (lambda page: [employee(f"e{at}") for at in range(10)], "pages", 22),
        (lambda page: [], "pages", 21),
    ],
)
def test_the_changed_are_read_within_limits(vendor: Vendor, settings: Any, data: Any, what: str, most: int) -> None:
    settings.LIST_MAX_PEOPLE, settings.LIST_MAX_PAGES = 50, 40
    leading_on(vendor, "/v2/employees", data)
    with pytest.raises(TooMuch) as caught:
        for _page in visma(vendor).employees_since(DAY):
            pass
    assert (caught.value.what, caught.value.path) == (what, "/employees")
    assert len(vendor.asked("/v2/employees")) == most


def test_nobody_reads_on_after_what_was_looked_for(vendor: Vendor) -> None:
    leading_on(vendor, "/v2/employees", lambda page: [employee(f"e{page}")])
    assert [one["id"] for one in next(visma(vendor).employees_since(DAY)).items] == ["e0"]
    assert len(vendor.asked("/v2/employees")) == 1


def test_a_list_of_jobs_that_repeats_itself_ends(vendor: Vendor) -> None:
    leading_on(vendor, "/v2/employees/jobs", lambda page: [job("j1")])
    with pytest.raises(TooMuch):
        visma(vendor).jobs(AT)
    assert len(vendor.asked("/v2/employees/jobs")) < 30


def test_only_the_list_of_everybody_must_begin_with_somebody_who_can_be_understood(vendor: Vendor) -> None:
    vendor.on("/v2/employees", answer(200, {"data": [{"id": "e1", "number": 5}]}))
    with pytest.raises(ContractBroken):
        visma(vendor).list_employees(None)
    assert visma(vendor).list_employees(None, DAY).odd.keys() == {"e1"}


def listed(vendor: Vendor, *jobs: Any) -> list[tuple[Any, ...]]:
    vendor.on("/v2/employees/jobs", answer(200, {"data": list(jobs)}))
    found = visma(vendor).jobs(AT - timedelta(hours=1))
    return [(one.action, one.artifact_id, one.finished, one.is_odd) for one in found]


@pytest.mark.parametrize(
    ("odd", "action", "artifact"),
    [
        (7, "", None),
        ({"status": "Unheard"}, "", None),
        (job("j2", status=None), "Update", "e1"),
        (job("j2", created="yesterday"), "Update", "e1"),
        (job("j2", artifactId=5), "Update", None),
        (job("j2", artifactId="\ud83d", action=[]), "", None),
        (job("", status="Succeeded"), "Update", "e1"),
    ],
)
def test_an_odd_job_in_a_list_is_one_that_has_not_finished(
    vendor: Vendor, odd: Any, action: str, artifact: Any
) -> None:
    assert listed(vendor, odd, job("j1")) == [(action, artifact, False, True), ("Update", "e1", False, False)]


def test_an_odd_job_below_an_old_one_is_as_old(vendor: Vendor) -> None:
    old = job("j1", created=(AT - timedelta(hours=2)).isoformat())
    assert listed(vendor, old, {"id": "j2", "status": "Unheard"}) == []


def test_a_page_that_begins_with_an_odd_job_does_not_lead_through_all_of_them(vendor: Vendor) -> None:
    old = job("j1", created=(AT - timedelta(hours=2)).isoformat())
    leading_on(vendor, "/v2/employees/jobs", lambda page: [{"id": f"o{page}"}, {**old, "id": f"j{page}"}])
    assert [one.is_odd for one in visma(vendor).jobs(AT)] == [True]
    assert len(vendor.asked("/v2/employees/jobs")) == 1


@pytest.mark.parametrize("text", ["\ud83d", "a\u0000"])
def test_what_cant_be_sent_is_not_sent(vendor: Vendor, text: str) -> None:
    vendor.on("/v2/employees", answer(200, {"data": [employee("e1")], "cursor": {"nextToken": text}}))
    for ask in (
        lambda: visma(vendor).list_employees(None),
        lambda: visma(vendor).list_employees(text),
        lambda: visma(vendor).employee(text),
        lambda: visma(vendor).put_employee("e1", {}, text),
    ):
        with pytest.raises(ContractBroken):
            ask()
    assert [one.path for one in vendor.seen if one.path.startswith("/v2")] == ["/v2/employees"]


def test_an_etag_that_cant_be_kept_and_sent_back_is_none(vendor: Vendor) -> None:
    vendor.on("/v2/employees/e1", answer(200, {"id": "e1"}, ETag='"a\0b"'))
    with pytest.raises(ContractBroken) as caught:
        visma(vendor).employee("e1")
    assert caught.value.prop == "ETag"
