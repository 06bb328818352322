"""Writes of one document: one request with all of its Changes, and nothing else in it changed."""

from datetime import timedelta

import pytest

from connections.sandbox.clock import today
from tests.sync.writing.conftest import Company, outcomes
from tests.sync.writing.states import ABSENT, flat, news

DAY, DAY_AFTER = "2099-06-30", "2099-07-01"
HOME = {"line1": "Nyveien 7", "line2": "", "line3": "", "postalCode": "2999", "city": "NYBY", "country": "NO"}


def test_all_fields_of_one_employee_are_one_put(company: Company) -> None:
    person = company.add()
    account = {"type": "national", "number": "55807302158", "country": "NO"}
    family = company.sandbox.huma.users[person.user_id].values["familyName"]
    company.huma(person, givenName="Ny", familyName=f"{family} Helt", email="ny@x.example", phone="+4722334455")
    company.huma(person, employmentId="H77", bankAccount=account, homeAddress=HOME)
    company.sandbox.huma.edit_position(
        person.user_id, firstDayOfWork="2020-02-03", lastDayOfWork=DAY, endReason="other"
    )
    before = company.sandbox.state()
    # Matching needs the link: it is made by the Huma id in Visma when number and email both differ.
    company.clerk(person, externalIds=[{"key": "huma", "value": person.user_id}])
    company.sandbox.journal.clear()
    run = company.sync("huma", person)
    assert set(outcomes(run).values()) == {"done"}
    assert len(outcomes(run)) == 9
    writes = [(one.method, "positions" in one.path) for one in company.sandbox.journal.writes()]
    assert sorted(writes) == [("PUT", False), ("PUT", True)]
    found = news(before, company.sandbox.state())["visma"]
    assert {path.partition("[")[0].partition(".")[0] for path in found} == {
        *("personNames", "emails", "phones", "number", "salaryPaymentMethod", "address", "positions", "externalIds")
    }
    assert not company.open(person)


def test_a_put_carries_the_etag_and_every_property_that_was_read(company: Company) -> None:
    person = company.add()
    company.huma(person, phone="+4722334455")
    document = company.in_visma(person)
    etag = company.sandbox.visma.employees[person.employee_id].etag
    company.sync("huma", person)
    (put,) = company.sandbox.journal.writes("visma")
    assert put.headers
    assert put.headers["If-Match"] == etag
    assert flat(put.body).keys() == flat(document).keys()
    assert "_embedded" not in put.body


@pytest.mark.usefixtures("one_day")
def test_a_new_name_is_a_new_entry_that_takes_over_the_end(company: Company) -> None:
    person = company.add()
    entry = {**company.in_visma(person)["personNames"][0], "activeEnd": DAY}
    later = {"firstName": "Senere", "lastName": "Navn", "activeStart": DAY_AFTER}
    company.clerk(person, personNames=[entry, later])
    company.huma(person, givenName="Ny", familyName="Helt")
    before = company.sandbox.state()
    company.sync("huma", person)
    assert company.in_visma(person)["personNames"] == [
        {**entry, "activeEnd": (today() - timedelta(days=1)).isoformat()},
        {**entry, "firstName": "Ny", "lastName": "Helt", "activeStart": today().isoformat()},
        later,
    ]
    found = news(before, company.sandbox.state())
    assert found.keys() == {"visma"}
    assert all(path.startswith("personNames") for path in found["visma"])
    assert len(company.sandbox.journal.writes()) == 1


def test_a_name_of_a_draft_is_corrected_in_place(company: Company) -> None:
    person = company.add("draft")
    company.huma(person, familyName="Helt")
    before = company.sandbox.state()
    company.sync("huma", person, "family_name")
    assert news(before, company.sandbox.state()) == {"visma": {"personNames[0].lastName": "Helt"}}


@pytest.mark.usefixtures("one_day")
def test_a_name_that_began_today_is_corrected_in_place(company: Company) -> None:
    person = company.add()
    entry = company.in_visma(person)["personNames"][0]
    company.clerk(person, personNames=[{**entry, "activeStart": today().isoformat()}])
    company.huma(person, familyName="Helt")
    before = company.sandbox.state()
    company.sync("huma", person)
    assert news(before, company.sandbox.state()) == {"visma": {"personNames[0].lastName": "Helt"}}


@pytest.mark.parametrize("address", [{"countryCode": "NO"}, {"streetName": "A 1", "zipCode": "1", "cityName": "B"}])
def test_further_address_lines_in_huma_are_kept(company: Company, address: dict[str, str]) -> None:
    person = company.add()
    company.huma(person, homeAddress={**HOME, "line2": "c/o Nabo", "line3": "Oppgang B"})
    company.clerk(person, address={"countryCode": "NO", "unheardOf": 1, **address})
    before = company.sandbox.state()
    company.sync("visma", person, "address")
    found = news(before, company.sandbox.state())
    assert found.keys() == {"huma"}
    assert not {path for path in found["huma"] if "line2" in path or "line3" in path}
    assert company.sandbox.state()["huma"][person.user_id]["homeAddress"]["line3"] == "Oppgang B"


def test_an_account_keeps_what_we_have_never_heard_of(company: Company) -> None:
    person = company.add("account_international_agrees")
    company.huma(person, bankAccount={"type": "national", "number": "55807302158", "country": "NO"})
    before = company.sandbox.state()
    company.sync("huma", person)
    assert news(before, company.sandbox.state()) == {
        "visma": {
            "salaryPaymentMethod.internationalBankAccount": False,
            "salaryPaymentMethod.localBankAccount": "55807302158",
            "salaryPaymentMethod.internationalIban": ABSENT,
            "salaryPaymentMethod.internationalBankSwift": ABSENT,
            "salaryPaymentMethod.internationalBankCountry": ABSENT,
            "salaryPaymentMethod.internationalRemittanceCountry": ABSENT,
        }
    }
    assert company.in_visma(person)["salaryPaymentMethod"]["feeCarriedBy"] == "employer"


def test_emptying_the_last_workday_in_huma_clears_both_in_visma(company: Company) -> None:
    person = company.add("end_reason")
    company.sandbox.huma.edit_position(person.user_id, lastDayOfWork=None, endReason=None)
    before = company.sandbox.state()
    company.sync("huma", person, "last_workday")
    assert news(before, company.sandbox.state()) == {
        "visma": {
            "positions[0].activeEnd": ABSENT,
            "positions[0].positionEndReason[0]": ABSENT,
            "positions[0].positionEndReason": [],
        }
    }


def test_a_definite_end_reason_of_visma_replaces_another_one_in_huma(company: Company) -> None:
    person = company.add("end_reason")
    before = company.sandbox.state()
    company.sync("visma", person, "last_workday")
    assert news(before, company.sandbox.state()) == {
        "huma": {"positions[0].endReason": "temporary_contract_or_position_ended"}
    }
    assert not company.open(person)


def test_one_person_can_be_written_on_both_sides(company: Company) -> None:
    person = company.add()
    company.huma(person, phone="+4722334455", givenName="Ny")
    before = company.sandbox.state()
    run = company.read()
    company.decide(run, "huma", person, "phone")
    company.decide(run, "visma", person, "given_name")
    company.apply(run)
    found = news(before, company.sandbox.state())
    assert found["visma"] == {"phones[0].number": "+4722334455"}
    assert found["huma"].keys() == {"givenName"}
    assert not company.open(person)


def test_what_nobody_decided_is_not_written(company: Company) -> None:
    person = company.add()
    company.huma(person, phone="+4722334455", givenName="Ny", employmentId="H77")
    before = company.sandbox.state()
    company.sync("huma", person, "given_name")
    assert {path.partition("[")[0] for path in news(before, company.sandbox.state())["visma"]} == {"personNames"}
    assert company.open(person) == {"phone", "employment_id"}


def test_patches_carry_only_what_changes(company: Company) -> None:
    person = company.add()
    company.phone(person, "+4722334455")
    company.clerk(person, number="V77")
    company.sync("visma", person)
    (patch,) = company.sandbox.journal.writes("huma")
    assert patch.body == {"phone": "+4722334455", "employmentId": "V77"}
