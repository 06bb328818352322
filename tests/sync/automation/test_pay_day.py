"""The pages show until when waiting changes must be approved, and what an owner is asked about automatic updates."""

from datetime import time, timedelta

import pytest
from django.utils import timezone, translation

from connections.models import AuditEntry, Connection
from sync.automation import switching
from sync.models import Change, Conflict, EmployeeLink, SyncRun
from sync.planning.payday import deadline_of
from sync.wizard import review
from sync.wording.payday import cutoff_text, pay_text
from sync.wording.sentences import nice_date
from tests.connections.companies import heard
from tests.sync.automation.test_automatic_page import SETTINGS
from tests.sync.browsing import at, words
from tests.sync.made_reads import day, in_huma, in_visma, read

pytestmark = pytest.mark.django_db
OLD = {"paymentType": "bank", "localBankAccount": "86011117947"}
NEW = {"paymentType": "bank", "localBankAccount": "12345678903"}
URGENT = (
    "Is it urgent, and nobody can approve? A payroll clerk can enter it in Visma as before; the difference "
    "then disappears."
)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def hold(fjordheim):
    """Something of somebody waits, for so long."""

    def one(field="bank_account", before=OLD, after=NEW, since=None):
        number = EmployeeLink.objects.count()
        link = EmployeeLink.objects.create(
            connection=fjordheim, huma_id=f"h{number}", visma_id=f"v{number}", linked_by="number", name="Kari Nordmann"
        )
        run = SyncRun.objects.create(
            connection=fjordheim, trigger="real-time", state="finished", confirmed_at=timezone.now()
        )
        return Change.objects.create(
            run=run, link=link, side="visma", field=field, name=link.name, before=before, after=after,
            state="held", reason="held_account", settled_at=since or timezone.now(),
        )  # fmt: skip

    return one


def paid_later(connection):
    """Salary is paid in two weeks or so; gives what the sentence says."""
    day = (timezone.localdate() + timedelta(days=14)).day
    Connection.objects.filter(pk=connection.pk).update(pay_day=day, cutoff_day=day)
    connection.refresh_from_db()
    found = deadline_of(connection, timezone.now())
    assert found
    return f"Approve by {cutoff_text(found.next.cutoff)} for the pay on {pay_text(found.next)};"


def missed_today(connection):
    """Salary is paid tomorrow, and its cut-off was at midnight."""
    today = timezone.localdate()
    facts = {"month_by_hand": f"{today:%Y-%m}", "pay_by_hand": today + timedelta(days=1), "cutoff_by_hand": today}
    Connection.objects.filter(pk=connection.pk).update(pay_day=1, cutoff_day=1, cutoff_at=time(0, 0), **facts)


def test_a_held_account_says_until_when_and_where_salary_goes_until_then(web, fjordheim, hold):
    said = paid_later(fjordheim)
    hold()
    text = words(web.get(at("held", fjordheim)))
    assert f"{said} until then salary goes to the old account." in text
    assert "Until it is approved, salary goes to the account that ends in 947." in text
    assert URGENT in text


def test_the_old_account_may_be_an_iban_or_none(web, fjordheim, hold):
    iban = {"paymentType": "bank", "internationalBankAccount": True, "internationalIban": "SE4550000000058398257466"}
    hold(before=iban)
    hold(before={"paymentType": "cash"})
    text = words(web.get(at("held", fjordheim)))
    assert "salary goes to the account that ends in 466." in text
    assert "Until it is approved, Visma has no account for this salary." in text
    assert URGENT not in text, "nothing is known of its pay day"


def test_what_is_no_account_says_what_payroll_keeps(web, fjordheim, hold):
    said = paid_later(fjordheim)
    hold("last_workday", {"date": None, "reason": None}, {"date": "2099-03-31", "reason": None})
    text = words(web.get(at("held", fjordheim)))
    assert f"{said} until then nothing is changed in Visma." in text
    assert "old account" not in text
    assert "paid already" not in text


def test_without_an_old_account_nothing_is_said_of_one(web, fjordheim, hold):
    missed_today(fjordheim)
    hold(before={"paymentType": "cash"}, since=timezone.now() - timedelta(days=3))
    text = words(web.get(at("held", fjordheim)))
    assert "has passed. If the change must be in that pay, a payroll clerk enters it in Visma." in text
    assert "Until it is approved, Visma has no account for this salary." in text


def test_after_the_cutoff_it_says_what_it_missed_and_what_next(web, fjordheim, hold):
    missed_today(fjordheim)
    hold(since=timezone.now() - timedelta(days=3))
    text = words(web.get(at("held", fjordheim)))
    assert "has passed: the salary paid on" in text
    assert "goes to the old account, unless a payroll clerk enters the new one in Visma first." in text
    assert "Approve by " in text


def test_a_date_within_a_paid_period_is_marked(web, fjordheim, hold):
    paid_later(fjordheim)
    long_ago, ahead = timezone.localdate() - timedelta(days=100), timezone.localdate() + timedelta(days=100)
    hold("last_workday", {"date": None}, {"date": long_ago.isoformat(), "reason": None})
    hold("first_workday", "2099-01-01", ahead.isoformat())
    text = words(web.get(at("held", fjordheim)))
    assert text.count("This date is in a period that has been paid already.") == 1


def test_confirm_marks_it_too(web, fjordheim, hr):
    paid_later(fjordheim)
    Connection.objects.update(default_end_reason="arbeidstakerHarSagtOppSelv")
    fjordheim.refresh_from_db()
    people = [("a", "Anna", "1", day(-60)), ("b", "Berit", "2", day(60))]
    read_ones = [in_huma(id_, given, "Ny", number, ends=ends) for id_, given, number, ends in people]
    run = read(fjordheim, *read_ones, *(in_visma(f"v{id_}", given, "Ny", number) for id_, given, number, _e in people))
    rows = Conflict.objects.filter(run=run, field="last_workday")
    assert review.decide(run, hr, rows.values_list("pk", flat=True), "huma").changed == 2
    text = words(web.get(at("confirm", fjordheim)))
    shown = text.count("This date is in a period that has been paid already.")
    assert shown == text.count(f"After: {nice_date(day(-60))}") > 0
    assert text.count(f"After: {nice_date(day(60))}") == shown


@pytest.mark.parametrize("kind", ["held", "attention", "start", "result"])
def test_every_page_on_which_it_waits_says_so(web, fjordheim, hold, kind):
    said = paid_later(fjordheim)
    run = hold().run
    addresses = {"start": "/admin/", "result": at("result", fjordheim, run.pk)}
    assert said in words(web.get(addresses.get(kind) or at(kind, fjordheim)))


class TestChangedAccountsAreAsked:
    @pytest.fixture
    def before(self, fjordheim):
        """A connection from before: accounts are written at once, which nobody had to choose."""
        Connection.objects.update(accounts="once", accounts_asks=True)
        fjordheim.refresh_from_db()
        return fjordheim

    LINE = "Changed bank accounts are sent at once. Keep that, or let them wait for approval."

    def test_until_an_owner_chose(self, web, before):
        assert self.LINE in words(web.get(at("attention", before)))
        refused = words(web.post(at("automatic", before), {**SETTINGS, "accounts": "", "schedule": "daily"}))
        assert "Choose whether changed bank accounts wait, or are sent at once." in refused
        assert self.LINE in words(web.get(at("attention", before)))

    @pytest.mark.parametrize("choice", ["once", "look"])
    def test_either_choice_ends_it(self, web, before, choice):
        web.post(at("automatic", before), {**SETTINGS, "accounts": choice})
        before.refresh_from_db()
        assert (before.accounts, before.accounts_asks) == (choice, False)
        assert self.LINE not in words(web.get(at("attention", before)))
        assert AuditEntry.objects.filter(who="hr", action__in=("accounts.chosen", "settings.changed")).count() == 1
        expected = "Chose what happens to changed bank accounts" if choice == "once" else "Changed the settings"
        assert expected in words(web.get(at("connection", before)))

    def test_other_settings_choose_nothing(self, before, hr):
        switching.change(before, hr, {"schedule": "hours"})
        assert before.accounts_asks

    def test_the_form_has_nothing_chosen(self, web, before):
        page = web.get(at("automatic", before)).content.decode()
        assert 'name="accounts" value="once"' in page
        assert not [line for line in page.split("<input") if 'name="accounts"' in line and "checked" in line]

    def test_a_new_connection_is_not_asked(self, web, fjordheim):
        assert fjordheim.accounts == "look"
        assert self.LINE not in words(web.get(at("attention", fjordheim)))


class TestSomebodyHears:
    SENTENCE = "Automatic updates need a payroll clerk who is told about changed bank accounts"
    ASKS = "Automatic updates are on, but nobody in payroll is told: no address is confirmed."

    @pytest.fixture
    def first(self, fjordheim):
        return SyncRun.objects.create(connection=fjordheim, state="finished", started_by="hr", confirmed_by="hr")

    @pytest.mark.parametrize("named", [[], ["pay@example.com"]], ids=["nobody", "not confirmed"])
    def test_without_it_cannot_be_turned_on(self, web, fjordheim, first, named):
        Connection.objects.update(payroll_contacts=named)
        page = web.get(at("automatic", fjordheim))
        assert self.SENTENCE in words(page)
        assert 'value="on"' not in page.content.decode()
        said = words(web.post(at("automatic_switch", fjordheim), {"to": "on"}, follow=True))
        assert self.SENTENCE in said
        fjordheim.refresh_from_db()
        assert not fjordheim.automatic

    def test_the_first_result_asks_all_the_same(self, web, fjordheim, first):
        assert "Turn on automatic updates" in words(web.get(at("result", fjordheim, first.pk)))

    def test_where_they_are_on_already_they_stay_on_and_one_is_asked_for(self, web, fjordheim):
        Connection.objects.update(automatic=True)
        assert f"{at('connection_settings', fjordheim)}#payroll" in web.get(at("attention", fjordheim)).content.decode()
        Connection.objects.update(payroll_contacts=["pay@example.com"])
        page = web.get(at("attention", fjordheim))
        assert self.ASKS in words(page)
        assert f"{at('connection', fjordheim)}#payroll" in page.content.decode()
        heard(fjordheim)
        assert self.ASKS not in words(web.get(at("attention", fjordheim)))
        Connection.objects.update(payroll_contacts=["other@example.com"])
        assert self.ASKS in words(web.get(at("attention", fjordheim)))
        fjordheim.refresh_from_db()
        assert fjordheim.automatic

    def test_where_they_are_off_nobody_is_asked_for(self, web, fjordheim):
        assert self.ASKS not in words(web.get(at("attention", fjordheim)))
