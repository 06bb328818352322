"""What an undo leaves alone because something else depends on it by now."""

import pytest

from sync.core.fields.end_reasons import END_REASONS
from sync.models import EmployeeLink
from sync.runs import undoing
from tests.sync.writing.conftest import NUMBER, Company, outcomes
from tests.sync.writing.states import changes
from tests.sync.writing.test_undo import undo

pytestmark = pytest.mark.writes


def test_a_day_that_the_contract_may_have_given_is_not_put_back(company: Company) -> None:
    """As a workday it would hide from payroll that the contract was extended."""
    person = company.add()
    both = company.sandbox
    both.huma.edit_position(person.user_id, lastDayOfWork=None, contractEndDate="2037-06-30", endReason="other")
    at, reason = company.visma_position(person), next(iter(END_REASONS))
    both.visma.edit_position(person.employee_id, at, activeEnd="2037-03-31", positionEndReason=[reason])
    run = company.read()
    company.decide(run, "visma", person, "last_workday")
    run = company.apply(run)
    assert outcomes(run) == {"last_workday": "done"}
    assert [one.reason and one.reason.code for one in undoing.judged_of(run)] == ["undo_contract"]


def test_somebody_elses_number_is_not_put_back_and_of_two_entries_none_is_taken_away(company: Company) -> None:
    person, other = company.add(), company.add()
    number = company.in_visma(person)["number"]
    company.clerk(person, number="V771")
    run = company.sync("visma", person)
    assert outcomes(run) == {"employment_id": "done"}
    assert [one.reason for one in undoing.judged_of(run)] == [None]
    EmployeeLink.objects.filter(visma_id=other.employee_id).update(number=number)
    assert [one.reason and one.reason.code for one in undoing.judged_of(run)] == ["undo_taken"]

    company.clerk(other, phones=[])
    company.huma(other, phone=NUMBER)
    run = company.sync("huma", other)
    assert outcomes(run) == {"phone": "done"}
    company.clerk(other, phones=[*company.in_visma(other)["phones"], {"type": "business", "number": "+4799887766"}])
    edited = company.sandbox.state()
    assert outcomes(undo(company, run)) == {"phone": "moved moved"}
    assert changes(edited, company.sandbox.state()) == {}
