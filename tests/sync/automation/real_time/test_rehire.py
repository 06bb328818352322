"""Payroll creates a new employee for a rehire: nothing is written to the old record."""

from datetime import timedelta

import pytest

from connections.sandbox.clock import today
from sync.analysis.links import candidates, relooking
from sync.models import Change, Conflict, EmployeeLink, PassedPerson
from sync.runs.who_is_who import link_instead
from sync.situation.what_waits import Kind, attention, situation
from sync.wizard import review
from tests.sync import bell
from tests.sync.hearing import NEW, phone, tell

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNT = {"type": "national", "number": "55807302158", "country": "NO"}


def days(ahead):
    return (today() + timedelta(days=ahead)).isoformat()


@pytest.fixture
def rehire(fjordheim, anna):
    """Anna's employment in Visma has ended. Huma has a new position, number and account, and payroll a new record."""
    visma, huma = fjordheim.sandbox.visma, fjordheim.sandbox.huma
    old = fjordheim.in_visma(anna)
    visma.end(anna.employee_id, days(-200))
    position = next(iter(huma.users[anna.user_id].positions))
    ended = {"contractEndDate": days(-200), "lastDayOfWork": days(-200), "endReason": "employee_resigned"}
    huma.edit_position(anna.user_id, position, **ended)
    huma.add_position(anna.user_id, {"contractStartDate": days(-3), "contractType": "Permanent"})
    huma.edit(anna.user_id, employmentId="9001", bankAccount=ACCOUNT, phone=NEW)
    body = {key: value for key, value in old.items() if key not in ("id", "externalIds", "positions", "lastChange")}
    method = {"paymentType": "bank", "internationalBankAccount": False, "localBankAccount": ACCOUNT["number"]}
    body |= {"number": "9001", "salaryPaymentMethod": method}
    return visma.add_employee(body, [{"activeStart": days(-3), "typeOfPosition": "ordinary"}])


def waits(connection):
    return [one.kind for one in attention(situation([connection]))]


def test_real_time_writes_nothing_and_says_who_agrees_better(fjordheim, anna, rehire):
    before = fjordheim.sandbox.state()
    tell(fjordheim, anna)
    bell.until_quiet()
    assert fjordheim.sandbox.journal.writes() == []
    assert fjordheim.sandbox.state() == before
    link = fjordheim.link(anna)
    assert (link.state, link.doubt) == ("linked", f"instead:{rehire}")
    assert Kind.LINKS in waits(fjordheim.connection)


def test_the_others_are_written_as_ever(fjordheim, anna, berit, rehire):
    fjordheim.huma(berit, phone=NEW)
    tell(fjordheim, anna, berit)
    bell.until_quiet()
    assert phone(fjordheim, berit) == NEW
    assert not Change.objects.filter(link=fjordheim.link(anna)).exists()


@pytest.mark.parametrize("odd", [{"number": 17}, {"phones": "none"}, {"_embedded": {"positions": [{"id": ""}]}}])
def test_a_new_record_that_cant_be_understood_keeps_writes_from_the_old_one_too(fjordheim, anna, berit, rehire, odd):
    before = fjordheim.sandbox.state()["visma"][anna.employee_id]
    fjordheim.sandbox.oddities.put("visma", rehire, "row", lambda row: {**row, **odd})
    fjordheim.huma(berit, phone=NEW)
    tell(fjordheim, anna, berit)
    bell.until_quiet()
    assert fjordheim.sandbox.state()["visma"][anna.employee_id] == before
    assert phone(fjordheim, berit) == NEW
    assert list(PassedPerson.objects.values_list("vendor_id", "reason")) == [(anna.employee_id, "passed_rehire")]


def test_a_whole_run_says_so_too_and_choices_for_many_leave_them_alone(fjordheim, anna, rehire):
    run = fjordheim.read()
    assert fjordheim.link(anna).doubt == f"instead:{rehire}"
    decided = review.decide_bulk(run, fjordheim.user, review.ReviewFilter(show="all"), "huma", allow_clearing=True)
    assert decided.skipped["doubted"] >= 2
    assert not Conflict.objects.filter(run=run, link=fjordheim.link(anna)).exclude(decision="").exists()
    account = Conflict.objects.get(run=run, link=fjordheim.link(anna), field="bank_account")
    assert review.decide(run, fjordheim.user, [account.pk], "huma").changed == 1


def test_linked_anew_both_agree_and_updates_go_on(fjordheim, anna, rehire):
    fjordheim.read()
    made = link_instead(fjordheim.link(anna), fjordheim.user)
    assert (made.huma_id, made.visma_id, made.doubt) == (anna.user_id, rehire, "")
    assert fjordheim.link(anna).state == "different"
    run = fjordheim.read()
    assert not Conflict.objects.filter(run=run, link=made, field__in=("bank_account", "employment_id")).exists()
    fjordheim.apply(run)
    fjordheim.huma(anna, phone="+4798765477")
    tell(fjordheim, anna)
    bell.until_quiet()
    phones = fjordheim.sandbox.visma.employees[rehire].body["phones"]
    assert "+4798765477" in [one["number"] for one in phones]


def test_still_right_lets_updates_go_on_and_does_not_ask_again(fjordheim, anna, rehire):
    tell(fjordheim, anna)
    bell.until_quiet()
    assert relooking.still_right(fjordheim.connection, fjordheim.user, [fjordheim.link(anna).pk]) == 1
    tell(fjordheim, anna)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW
    fjordheim.read()
    assert fjordheim.link(anna).doubt == ""


def test_a_date_of_birth_that_has_come_to_differ_stops_the_person_until_it_is_right_again(fjordheim, anna):
    fjordheim.clerk(anna, dateOfBirth="1955-02-03")
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert fjordheim.sandbox.journal.writes() == []
    assert fjordheim.link(anna).doubt == "birth"
    born = fjordheim.sandbox.huma.users[anna.user_id].values["birthDate"]
    fjordheim.clerk(anna, dateOfBirth=born)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert fjordheim.link(anna).doubt == ""
    assert phone(fjordheim, anna) == NEW


def test_another_name_only_asks(fjordheim, anna):
    fjordheim.huma(anna, givenName="Helt", familyName="Annerledes", phone=NEW)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW
    assert fjordheim.link(anna).doubt == "names"
    fjordheim.read()
    assert fjordheim.link(anna).doubt == "", "the names agree again"


def test_a_date_of_birth_that_huma_hides_now_does_not_end_the_doubt(fjordheim, anna):
    fjordheim.huma(anna, birthDate="1955-01-01")
    tell(fjordheim, anna)
    bell.until_quiet()
    fjordheim.sandbox.huma.hide(anna.user_id, "birthDate")
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert fjordheim.link(anna).doubt == "birth"
    assert fjordheim.sandbox.journal.writes() == []


def test_a_rehire_whom_payroll_entered_with_less_is_noticed(fjordheim, anna, rehire):
    fjordheim.sandbox.visma.edit(rehire, emails=[], phones=[])
    tell(fjordheim, anna)
    bell.until_quiet()
    assert fjordheim.link(anna).doubt == f"instead:{rehire}"
    assert fjordheim.sandbox.journal.writes() == []


def test_the_new_record_is_not_added_to_huma_as_another_person(fjordheim, anna, rehire):
    fjordheim.sandbox.visma.edit(rehire, number="9002", emails=[{"type": "business", "address": "new@x.example"}])
    run = fjordheim.read()
    (blocked,) = candidates.offered(run, "huma").filter(vendor_id=rehire).values_list("create_blocked", flat=True)
    assert blocked == "create_second_record"


def test_a_link_of_before_is_stopped_by_a_rehire_too_and_stays_stopped(fjordheim, anna, rehire):
    EmployeeLink.objects.update(known=None)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert fjordheim.link(anna).doubt == f"instead:{rehire}"
    fjordheim.read()
    assert fjordheim.link(anna).doubt == f"instead:{rehire}"
    assert fjordheim.sandbox.journal.writes() == []
