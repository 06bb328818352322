"""Changed bank accounts wait by default, first ones don't; payroll hears at once of what was written. Never a value."""

import pytest

from connections.models import Connection, PayrollRecipient
from connections.owner_settings.recipients import keep
from sync.automation import answering_held
from sync.models import Change, Letter
from tests.sync.bell import until_quiet
from tests.sync.driving import difference
from tests.sync.scheduling import company, people, scheduled, turn_on
from tests.sync.telling import account, accounts, approve, everybody, new_account, new_phone, told, totals, waits

pytestmark = pytest.mark.django_db(transaction=True)
CASH = {"paymentType": "cash"}


@pytest.fixture
def fjordheim(settings, hr, smtp):
    """Anna has an account in both systems, Berit and Cato have none; payroll is told of automatic changes."""
    settings.LANGUAGE_CODE = "en"
    with company(settings, hr) as found:
        found.connection.name = "Fjordheim AS"
        found.connection.save()
        people(found, 3)
        for person in (berit(found), cato(found)):
            without_account(found, person)
        turn_on(found)
        found.connection.refresh_from_db()
        until_quiet()
        smtp.messages.clear()
        yield found


def anna(found):
    return everybody(found)[0]


def berit(found):
    return everybody(found)[1]


def cato(found):
    return everybody(found)[2]


def without_account(found, person):
    found.huma(person, bankAccount=None)
    found.clerk(person, salaryPaymentMethod=CASH)


def mailed(smtp):
    """What has come since the last time, by address."""
    until_quiet()
    found = {message["To"]: whole(message) for message in smtp.messages}
    assert len(found) == len(smtp.messages)
    smtp.messages.clear()
    return found


def whole(message):
    parts = [message.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html")]
    return "\n".join([message["Subject"], *parts])


def name(found, person):
    return found.link(person).name


def test_a_changed_account_waits_and_its_owner_is_told(fjordheim, smtp):
    old, (new,) = account(fjordheim, anna(fjordheim)), accounts(1)
    new_account(fjordheim, anna(fjordheim), new)
    assert totals(told(fjordheim, anna(fjordheim))) == {"held": 1}
    assert account(fjordheim, anna(fjordheim)) == old
    mail = mailed(smtp)
    assert set(mail) == {"hr@example.com"}
    assert mail["hr@example.com"].startswith("Fjordheim AS: 1 change is waiting for approval\n")
    assert "Until they are approved, salary goes to the old accounts." in mail["hr@example.com"]
    nothing_of_it(mail, name(fjordheim, anna(fjordheim)), new, old, old[-3:])


def test_a_schedule_lets_it_wait_too(fjordheim):
    new_account(fjordheim, anna(fjordheim), accounts(1)[0])
    number = new_phone(fjordheim, anna(fjordheim), 1)
    assert totals(scheduled(fjordheim)) == {"done": 1, "held": 1}
    assert number
    assert [one.field for one in waits(fjordheim.connection)] == ["bank_account"]


def test_a_first_account_is_written_and_payroll_is_told_at_once(fjordheim, smtp):
    (new,) = accounts(1)
    new_account(fjordheim, berit(fjordheim), new)
    assert totals(told(fjordheim, berit(fjordheim))) == {"done": 1}
    assert account(fjordheim, berit(fjordheim)) == new
    mail = mailed(smtp)
    assert set(mail) == {"payroll@example.com"}
    said = mail["payroll@example.com"]
    assert said.startswith("Fjordheim AS: 1 bank account changed\n")
    assert f"- {name(fjordheim, berit(fjordheim))}: Bank account (the first one; it was empty before)" in said
    nothing_of_it(mail, new, new[-3:])


def test_the_next_one_is_no_first_account_any_more(fjordheim):
    first, second = accounts(2)
    new_account(fjordheim, berit(fjordheim), first)
    told(fjordheim, berit(fjordheim))
    new_account(fjordheim, berit(fjordheim), second)
    assert totals(told(fjordheim, berit(fjordheim))) == {"held": 1}
    assert account(fjordheim, berit(fjordheim)) == first


def test_one_that_was_never_settled_is_no_first_account(fjordheim):
    link = fjordheim.link(berit(fjordheim))
    link.seen["bank_account"] = link.baseline.pop("bank_account")
    link.save()
    new_account(fjordheim, berit(fjordheim), accounts(1)[0])
    assert totals(told(fjordheim, berit(fjordheim))) == {"held": 1}


def test_one_that_payroll_has_entered_meanwhile_is_not_replaced(fjordheim):
    Connection.objects.update(both_moved="huma")
    own, payrolls = accounts(2)
    fjordheim.clerk(berit(fjordheim), salaryPaymentMethod={"paymentType": "bank", "localBankAccount": payrolls})
    new_account(fjordheim, berit(fjordheim), own)
    run = told(fjordheim, berit(fjordheim))
    assert difference(run, berit(fjordheim).user_id, "bank_account").why == "both_moved"
    assert totals(run) == {"held": 1}
    assert account(fjordheim, berit(fjordheim)) == payrolls


def test_an_approved_one_is_written_and_payroll_is_told(fjordheim, smtp):
    (new,) = accounts(1)
    new_account(fjordheim, anna(fjordheim), new)
    told(fjordheim, anna(fjordheim))
    mailed(smtp)
    approve(fjordheim, waits(fjordheim.connection))
    assert account(fjordheim, anna(fjordheim)) == new
    said = mailed(smtp)["payroll@example.com"]
    assert f"- {name(fjordheim, anna(fjordheim))}: Bank account\n" in said


def test_it_is_one_email_a_run_and_person(fjordheim, smtp):
    Connection.objects.update(accounts="once")
    keep_recipients(fjordheim, "payroll@example.com", "lonn@example.com", confirmed=True)
    some = (anna(fjordheim), berit(fjordheim), cato(fjordheim))
    for person, number in zip(some, accounts(3), strict=True):
        new_account(fjordheim, person, number)
    assert totals(told(fjordheim, *some)) == {"done": 3}
    mail = mailed(smtp)
    assert set(mail) == {"payroll@example.com", "lonn@example.com"}
    for said in mail.values():
        assert said.startswith("Fjordheim AS: 3 bank accounts changed\n")
        assert all(f"- {name(fjordheim, person)}: Bank account" in said for person in some)


def test_an_address_that_is_not_confirmed_is_told_how_many_and_not_who(fjordheim, smtp):
    keep_recipients(fjordheim, "payroll@example.com", "new@example.com")
    mailed(smtp)
    new_account(fjordheim, berit(fjordheim), accounts(1)[0])
    told(fjordheim, berit(fjordheim))
    mail = mailed(smtp)
    assert name(fjordheim, berit(fjordheim)) in mail["payroll@example.com"]
    assert "1 bank account came from Huma" in mail["new@example.com"]
    assert "Names are sent once this address is confirmed." in mail["new@example.com"]
    assert "http://testserver/payroll/" in mail["new@example.com"]
    nothing_of_it({"": mail["new@example.com"]}, *name(fjordheim, berit(fjordheim)).split())


def test_who_is_removed_meanwhile_is_told_nothing(fjordheim, smtp):
    new_account(fjordheim, berit(fjordheim), accounts(1)[0])
    told(fjordheim, berit(fjordheim))
    keep_recipients(fjordheim, "other@example.com", confirmed=True)
    assert mailed(smtp) == {}
    assert Letter.objects.get(kind="accounts").state == "sent"


def test_what_a_person_sends_by_hand_is_not_told(fjordheim, smtp):
    new_account(fjordheim, anna(fjordheim), accounts(1)[0])
    fjordheim.sync("huma", anna(fjordheim), "bank_account")
    assert Change.objects.filter(field="bank_account", state="done").exists()
    assert "payroll@example.com" not in mailed(smtp)


def test_rejected_it_stays_with_the_old_account(fjordheim):
    old = account(fjordheim, anna(fjordheim))
    new_account(fjordheim, anna(fjordheim), accounts(1)[0])
    told(fjordheim, anna(fjordheim))
    answering_held.reject(fjordheim.connection, fjordheim.user, [one.pk for one in waits(fjordheim.connection)])
    assert totals(told(fjordheim, anna(fjordheim))) == {}
    assert account(fjordheim, anna(fjordheim)) == old


def keep_recipients(found, *addresses, confirmed=False):
    found.connection.refresh_from_db()
    found.connection.payroll_contacts = list(addresses)
    found.connection.save()
    keep(found.connection, "hr", confirmed)
    assert PayrollRecipient.objects.count() == len(addresses)


def nothing_of_it(mail, *secrets):
    for said in mail.values():
        for secret in secrets:
            assert secret not in said.replace(Connection.objects.get().code, "")


def test_what_was_approved_and_written_once_waits_when_it_comes_again(fjordheim):
    """Somebody who was deceived has approved it, it was taken back, and the profile is hijacked once more."""
    old, (new,) = account(fjordheim, anna(fjordheim)), accounts(1)
    for number in (new, old):
        new_account(fjordheim, anna(fjordheim), number)
        told(fjordheim, anna(fjordheim))
        approve(fjordheim, waits(fjordheim.connection))
        assert account(fjordheim, anna(fjordheim)) == number
    new_account(fjordheim, anna(fjordheim), new)
    assert totals(told(fjordheim, anna(fjordheim))) == {"held": 1}
    assert account(fjordheim, anna(fjordheim)) == old
