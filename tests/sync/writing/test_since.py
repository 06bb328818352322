"""Fields that became hidden, locked or unknown after they were shown, and what the next run asks again."""

from sync.models import SyncRun
from tests.sync.writing.conftest import Company, outcomes
from tests.sync.writing.states import news

NUMBER = "+4722334455"


def test_a_field_that_is_hidden_since_is_not_taken_for_empty(company: Company) -> None:
    person = company.add()
    company.clerk(person, salaryPaymentMethod={"paymentType": "cash", "internationalBankAccount": False})
    run = company.read()
    company.decide(run, "visma", person, "bank_account")
    company.sandbox.huma.hide(person.user_id, "bankAccount")
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run) == {"bank_account": "failed not_editable"}
    assert news(before, company.sandbox.state()) == {}


def test_a_payment_type_that_we_do_not_know_is_not_taken_for_cash(company: Company) -> None:
    person = company.add()
    company.huma(person, bankAccount=None)
    run = company.read()
    company.decide(run, "huma", person, "bank_account")
    document = company.in_visma(person)["salaryPaymentMethod"]
    company.clerk(person, salaryPaymentMethod={**document, "paymentType": "cheque"})
    before = company.sandbox.state()
    company.apply(run)
    assert outcomes(run) == {"bank_account": "moved moved"}
    assert news(before, company.sandbox.state()) == {}


def test_a_field_that_is_locked_since_fails_and_the_others_are_written(company: Company) -> None:
    person = company.add()
    company.huma(person, phone=NUMBER, employmentId="H77")
    run = company.read()
    company.decide(run, "visma", person)
    company.sandbox.huma.lock_fields(person.user_id, "phone")
    company.apply(run)
    assert outcomes(run) == {"phone": "failed not_editable", "employment_id": "done"}


def test_what_failed_or_moved_is_a_difference_again_and_what_was_done_is_settled(company: Company) -> None:
    person = company.add()
    company.open()
    company.huma(person, phone=NUMBER, employmentId="H77", email="ny@x.example")
    run = company.read()
    baseline = dict(company.link(person).baseline)
    company.decide(run, "huma", person)
    company.phone(person, "+4733445566")
    company.sandbox.visma.edit(company.add().employee_id, number="H77")
    company.apply(run)
    assert outcomes(run) == {"phone": "moved moved", "employment_id": "failed number_kept", "email": "done"}
    after = company.link(person).baseline
    assert {name for name in after if after[name] != baseline.get(name)} == {"email"}
    assert SyncRun.objects.get(pk=run.pk).state == "finished"
    assert company.open(person) == {"phone", "employment_id"}
