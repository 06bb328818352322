"""A side that spells a written value in its own way: settled silently, not asked, and not sent back."""

from typing import Any

import pytest

from sync.models import EmployeeLink
from tests.sync.writing.conftest import Company, Person, outcomes, people
from tests.sync.writing.states import news

EMPLOYEE = "/v2/employees/[0-9a-f-]+$"


def home(town: str) -> dict[str, str]:
    """An address in Huma."""
    return {"line1": "Nyveien 7", "line2": "", "line3": "", "postalCode": "5003", "city": town, "country": "NO"}


def there(town: str) -> dict[str, str]:
    """The same in Visma."""
    return {"streetName": "Nyveien 7", "zipCode": "5003", "cityName": town, "countryCode": "NO"}


def moved_to(company: Company, town: str, by: str = "huma") -> Person:
    """Somebody who moved, and whose new address the other side hasn't got yet."""
    person = company.add()
    assert not company.open(person)
    if by == "huma":
        company.huma(person, homeAddress=home(town))
    else:
        company.clerk(person, address=there(town))
    return person


def town_in(company: Company, person: Person, side: str) -> Any:
    if side == "visma":
        return company.in_visma(person)["address"]["cityName"]
    return company.sandbox.huma.users[person.user_id].values["homeAddress"]["city"]


@pytest.fixture(autouse=True)
def capitals(company: Company) -> None:
    company.sandbox.visma.respells = company.sandbox.huma.respells = True


def assert_nothing_asks(company: Company, person: Person) -> None:
    """Neither now nor the next time, and not among what was left as it is either."""
    before = company.sandbox.state()
    for _again in range(2):
        run = company.read()
        assert not run.conflicts.filter(link=company.link(person)).exists()
        company.apply(run)
    assert company.sandbox.state() == before


@pytest.mark.parametrize(("choice", "side"), [("huma", "visma"), ("visma", "huma")])
def test_a_town_in_capitals_is_the_vendor_s_own_way(company: Company, choice: str, side: str) -> None:
    person = moved_to(company, "Bergen", by=choice)
    assert outcomes(company.sync(choice, person)) == {"address": "done"}
    assert town_in(company, person, side) == "BERGEN"
    assert_nothing_asks(company, person)


def test_the_next_change_in_huma_goes_on_to_visma(company: Company) -> None:
    person = moved_to(company, "Bergen")
    company.sync("huma", person)
    company.huma(person, homeAddress=home("Sandnes"))
    run = company.read()
    assert [one.why for one in run.conflicts.filter(link=company.link(person))] == ["huma_moved"]
    company.decide(run, "huma", person)
    company.apply(run)
    assert town_in(company, person, "visma") == "SANDNES"
    assert_nothing_asks(company, person)


def test_another_town_that_the_clerk_enters_is_asked(company: Company) -> None:
    person = moved_to(company, "Bergen")
    company.sync("huma", person)
    company.clerk(person, address=there("Os"))
    run = company.read()
    assert [(one.why, one.suggestion) for one in run.conflicts.filter(link=company.link(person))] == [
        ("visma_moved", "visma")
    ]


def test_a_spelling_that_the_clerk_enters_later_is_asked(company: Company) -> None:
    person = moved_to(company, "Bergen")
    company.sync("huma", person)
    assert_nothing_asks(company, person)
    company.clerk(person, address=there("bergen"))
    assert company.open(person) == {"address"}


def test_a_spelling_that_was_chosen_is_written_once(company: Company) -> None:
    person = moved_to(company, "Bergen", by="visma")
    company.huma(person, homeAddress=home("BERGEN"))
    run = company.read()
    assert [one.kind for one in run.conflicts.filter(link=company.link(person))] == ["spelling"]
    company.decide(run, "visma", person)
    assert outcomes(company.apply(run)) == {"address": "done"}
    assert_nothing_asks(company, person)


@pytest.mark.parametrize("kind", ["lost", "cut", "lost+job-slow:0.5", "job-warns:phones"])
def test_what_is_looked_for_is_found_in_capitals(company: Company, kind: str) -> None:
    person = moved_to(company, "Bergen")
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, kind)
    before = company.sandbox.state()
    assert outcomes(company.sync("huma", person)) == {"address": "done"}
    assert news(before, company.sandbox.state())["visma"]["address.cityName"] == "BERGEN"
    assert len(company.sandbox.journal.writes()) == 1
    assert_nothing_asks(company, person)


def test_what_was_not_performed_is_not_taken_for_a_spelling(company: Company) -> None:
    """Only the spelling was to change, and it is as it was: that is no vendor's way, for it warned."""
    company.sandbox.visma.respells = False
    person = moved_to(company, "Bergen")
    company.clerk(person, address=there("BERGEN"))
    company.sandbox.faults.script("visma", "PUT", EMPLOYEE, "job-warns:address")
    run = company.read()
    company.decide(run, "huma", person)
    assert outcomes(company.apply(run)) == {"address": "failed not_performed"}
    assert company.open(person) == {"address"}


@pytest.mark.parametrize("kind", ["lost", "cut"])
def test_an_answer_of_huma_s_that_is_lost_is_found_in_capitals(company: Company, kind: str) -> None:
    person = moved_to(company, "Bergen", by="visma")
    company.sandbox.faults.script("huma", "PATCH", "/users/", kind)
    assert outcomes(company.sync("visma", person)) == {"address": "done"}
    assert len(company.sandbox.journal.writes()) == 1
    assert_nothing_asks(company, person)


@pytest.mark.parametrize(("way", "side"), [("only_huma", "visma"), ("only_visma", "huma")])
def test_who_is_created_in_capitals_asks_nothing(company: Company, way: str, side: str) -> None:
    person = company.add(way)
    if side == "visma":
        company.huma(person, homeAddress=home("Bergen"))
    else:
        company.clerk(person, address=there("Bergen"))
    run = company.read()
    company.create(run, side)
    company.apply(run)
    assert set(outcomes(run).values()) == {"done"}
    link = EmployeeLink.objects.filter(linked_by="created").get()
    added = Person(link.huma_id, link.visma_id)
    assert town_in(company, added, side) == "BERGEN"
    assert_nothing_asks(company, added)


def test_a_whole_company_is_settled_at_its_next_read(company: Company) -> None:
    for person in people(company, 3):
        company.huma(person, homeAddress=home("Mo i Rana"))
    run = company.read()
    company.decide(run, "huma")
    company.apply(run)
    assert not company.open()
    assert not company.open()
