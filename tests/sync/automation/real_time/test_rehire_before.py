"""Payroll creates a new employee for a rehire, a full read sees both records, and then Huma reports the return."""

from datetime import timedelta

import pytest

from connections.sandbox.clock import today
from sync import runner
from sync.analysis.links import candidates
from sync.automation import answering_held
from sync.models import Change, SyncRun
from sync.runs import lifecycle
from sync.situation.what_waits import Kind, attention, situation
from tests.sync import bell, hearing
from tests.sync.hearing import NEW, NEWER, phone, tell

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNT = {"type": "national", "number": "55807302158", "country": "NO"}
PAID_TO = {"paymentType": "bank", "internationalBankAccount": False, "localBankAccount": ACCOUNT["number"]}


def days(ahead):
    return (today() + timedelta(days=ahead)).isoformat()


def made_anew(company, person, *, starts=-12, **changes):
    """The id of the record that payroll created again ten days ago; the old one has ended."""
    visma = company.sandbox.visma
    old = company.in_visma(person)
    visma.end(person.employee_id, days(-200))
    body = {key: value for key, value in old.items() if key not in ("id", "externalIds", "positions", "lastChange")}
    body |= {"number": "9001", "salaryPaymentMethod": PAID_TO, **changes}
    body = {key: value for key, value in body.items() if value is not None}
    new = visma.add_employee(body, [{"activeStart": days(starts), "typeOfPosition": "ordinary"}])
    for one in (visma.employees[new], *visma.employees[new].positions.values()):
        one.body["lastChange"] = f"{days(-10)}T08:00:00Z"
    return new


def back_in_huma(company, person, **values):
    """HR gives the user a new position, a new phone, and what else is named."""
    huma = company.sandbox.huma
    ended = {"contractEndDate": days(-200), "lastDayOfWork": days(-200), "endReason": "employee_resigned"}
    huma.edit_position(person.user_id, next(iter(huma.users[person.user_id].positions)), **ended)
    huma.add_position(person.user_id, {"contractStartDate": days(-12), "contractType": "Permanent"})
    huma.edit(person.user_id, phone=NEW, **values)


def a_complete_read_that_asks_nothing(company, person):
    lifecycle.cancel(company.read(), company.user)
    assert company.link(person).doubt == ""
    company.sandbox.journal.clear()


def told(company, *people):
    tell(company, *people)
    bell.until_quiet()


def is_asked(company, person, new):
    """Nothing was written, and Attention has both records."""
    assert company.sandbox.journal.writes() == []
    assert company.link(person).doubt == f"instead:{new}"
    assert not Change.objects.filter(link=company.link(person)).exists()
    assert Kind.LINKS in [one.kind for one in attention(situation([company.connection]))]
    return True


LESS: dict[str, object] = {"emails": [], "phones": [], "dateOfBirth": None}
"""What payroll doesn't know yet: only the name tells until Huma says more."""


@pytest.mark.parametrize("starts", [-12, 30])
@pytest.mark.parametrize("values", [{"employmentId": "9001", "bankAccount": ACCOUNT}, {"bankAccount": ACCOUNT}])
def test_a_record_that_the_last_complete_read_saw_is_found(fjordheim, anna, values, starts):
    new = made_anew(fjordheim, anna, starts=starts, **LESS)
    a_complete_read_that_asks_nothing(fjordheim, anna)
    back_in_huma(fjordheim, anna, **values)
    told(fjordheim, anna)
    assert is_asked(fjordheim, anna, new)


def test_no_account_is_written_to_the_old_record_where_accounts_do_not_wait(settings, hr):
    with hearing.company(settings, hr, accounts="once") as (fjordheim, anna, _berit):
        new = made_anew(fjordheim, anna, **LESS)
        a_complete_read_that_asks_nothing(fjordheim, anna)
        before = fjordheim.sandbox.state()
        back_in_huma(fjordheim, anna, employmentId="9001", bankAccount=ACCOUNT)
        told(fjordheim, anna)
        assert is_asked(fjordheim, anna, new)
        assert fjordheim.sandbox.state()["visma"] == before["visma"]


def test_an_approved_account_does_not_reach_the_old_record(fjordheim, anna):
    fjordheim.huma(anna, bankAccount=ACCOUNT)
    told(fjordheim, anna)
    (waiting,) = Change.objects.filter(link=fjordheim.link(anna), state=Change.State.HELD)
    new = made_anew(fjordheim, anna, **LESS)
    back_in_huma(fjordheim, anna)
    fjordheim.sandbox.journal.clear()
    approved = answering_held.approve(fjordheim.connection, fjordheim.user, [waiting.pk]).run
    assert approved is not None
    runner.drive(approved)
    bell.until_quiet()
    assert fjordheim.sandbox.journal.writes() == []
    assert fjordheim.link(anna).doubt == f"instead:{new}"


def test_the_same_name_and_date_of_birth_are_enough_to_ask_though_the_old_number_stays(fjordheim, anna):
    new = made_anew(fjordheim, anna, emails=[], phones=[])
    back_in_huma(fjordheim, anna)
    told(fjordheim, anna)
    assert is_asked(fjordheim, anna, new)
    fjordheim.sandbox.visma.edit(new, emails=[{"type": "business", "address": "new@x.example"}])
    run = fjordheim.read()
    assert fjordheim.link(anna).doubt == f"instead:{new}"
    (blocked,) = candidates.offered(run, "huma").filter(vendor_id=new).values_list("create_blocked", flat=True)
    assert blocked == "create_second_record"


@pytest.mark.parametrize("more", [{"starts": 30}, {"isDraft": True}])
def test_a_complete_read_asks_about_one_who_begins_later_and_about_a_draft(fjordheim, anna, more):
    new = made_anew(fjordheim, anna, emails=[], phones=[], **more)
    fjordheim.read()
    assert fjordheim.link(anna).doubt == f"instead:{new}"


def test_a_namesake_of_another_birth_and_a_son_with_the_same_phone_ask_nothing(fjordheim, anna):
    names = fjordheim.in_visma(anna)["personNames"]
    son = [{**names[-1], "firstName": "Oskar"}]
    made_anew(fjordheim, anna, dateOfBirth="2001-02-03", emails=[], phones=[])
    made_anew(fjordheim, anna, dateOfBirth="2001-02-03", emails=[], personNames=son, number="9002")
    back_in_huma(fjordheim, anna)
    told(fjordheim, anna)
    assert fjordheim.link(anna).doubt == ""
    assert phone(fjordheim, anna) == NEW
    fjordheim.read()
    assert fjordheim.link(anna).doubt == ""


def test_who_was_called_another_person_is_not_asked_about(fjordheim, anna):
    new = made_anew(fjordheim, anna, emails=[], phones=[])
    fjordheim.connection.links.create(huma_id=anna.user_id, visma_id=new, state="different", linked_by="person")
    back_in_huma(fjordheim, anna)
    told(fjordheim, anna)
    assert (fjordheim.link(anna).doubt, phone(fjordheim, anna)) == ("", NEW)
    fjordheim.read()
    assert fjordheim.link(anna).doubt == ""


def test_everybody_is_asked_for_once_and_only_where_somebody_may_be_back(fjordheim, anna, berit):
    def lists():
        return [one for one in fjordheim.sandbox.journal.of("visma") if one.path.endswith("/employees")]

    fjordheim.huma(berit, phone=NEW)
    fjordheim.sandbox.journal.clear()
    told(fjordheim, berit)
    assert (phone(fjordheim, berit), lists()) == (NEW, [])
    made_anew(fjordheim, anna, **LESS)
    back_in_huma(fjordheim, anna, bankAccount=ACCOUNT)
    fjordheim.huma(berit, phone=NEWER)
    fjordheim.sandbox.journal.clear()
    tell(fjordheim, anna, berit)
    runner.drive(hearing.begin(fjordheim))
    assert len(lists()) == 1
    assert phone(fjordheim, berit) == NEWER
    assert SyncRun.objects.filter(trigger=SyncRun.Trigger.REAL_TIME).exists()
