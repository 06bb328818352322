"""People who are easily confused, in whole runs: nobody's account is written to another person's record."""

import pytest

from sync.analysis.links import candidates
from sync.models import EmployeeLink, PossibleMatch
from tests.sync import driving
from tests.sync.writing.conftest import Company, outcomes

BORN = "1990-05-17"


def payroll(company: Company, given: str, family: str, number: str, email: str = "", born: str = "") -> str:
    """Somebody whom payroll has entered; gives the id in Visma."""
    body = {
        "number": number,
        "personNames": [{"firstName": given, "lastName": family, "activeStart": "2020-01-01"}],
        "emails": [{"type": "business", "address": email}] if email else [],
        **({"dateOfBirth": born} if born else {}),
    }
    position = {"activeStart": "2020-01-01", "typeOfPosition": "ordinary"}
    return company.sandbox.visma.add_employee(body, [position])


def test_sisters_whose_numbers_are_crossed_keep_their_accounts(company: Company) -> None:
    sisters = [company.add(), company.add()]
    numbers = [company.in_visma(one)["number"] for one in sisters]
    for one, given, number in zip(sisters, ("Kari", "Anna"), reversed(numbers), strict=True):
        company.huma(one, givenName=given, familyName="Berg", employmentId=number)
        company.clerk(one, personNames=[{"firstName": given, "lastName": "Berg", "activeStart": "2020-01-01"}])
        company.clerk(one, externalIds=[])
        company.sandbox.huma.hide(one.user_id, "birthDate")
        company.sandbox.huma.edit_position(one.user_id, contractStartDate="2020-01-01", firstDayOfWork="2020-01-01")
        company.sandbox.visma.edit_position(one.employee_id, activeStart="2020-01-01")
    before = [company.in_visma(one)["salaryPaymentMethod"] for one in sisters]
    driving.sync(company.connection, "--conflicts", "huma", "--confirm-large")
    company.sandbox.wait_for_jobs()
    assert [company.in_visma(one)["salaryPaymentMethod"] for one in sisters] == before


@pytest.mark.parametrize("born", ["", BORN])
def test_a_familys_email_does_not_make_a_brother_or_father_of_somebody(company: Company, born: str) -> None:
    """The one's user comes with the family's email, which the other has in Visma, after both systems were read."""
    given, other = ("Ole", "Per") if born else ("Jan", "Jan")
    right = payroll(company, given, "Berg", "601", born=born)
    wrong = payroll(company, other, "Berg", "602", "berg@example.com", born)
    run = company.read()
    company.create(run, "huma")
    values = {"givenName": given, "familyName": "Berg", "email": "berg@example.com", "employmentId": "601"}
    user = company.sandbox.huma.add_user({**values, **({"birthDate": born} if born else {})})
    company.apply(run)
    assert outcomes(run)["create"] == "failed create_email_taken"
    assert not EmployeeLink.objects.filter(huma_id=user, visma_id=wrong).exists()
    company.read()
    assert EmployeeLink.objects.get(huma_id=user).visma_id == right


def test_who_may_be_somebody_is_not_created_also_where_others_are_shown_before_them(company: Company) -> None:
    for n in range(4):
        values = {"givenName": "Kari", "familyName": "Nordmann", "email": f"k{n}@example.com", "birthDate": BORN}
        position = {"contractStartDate": "2020-01-01", "contractType": "Permanent"}
        company.sandbox.huma.add_user({**values, "employmentId": f"70{n}"}, [position])
    payroll(company, "Kari", "Nordmann", "801", born=BORN)
    run = company.read()
    assert PossibleMatch.objects.filter(run=run).count() == 3
    assert not candidates.possible(run, "visma").filter(name="Kari Nordmann").exists()
    blocked = candidates.offered(run, "visma").filter(name="Kari Nordmann").values_list("create_blocked", flat=True)
    assert sorted(blocked) == ["create_more_matches", *["create_open_match"] * 3]
