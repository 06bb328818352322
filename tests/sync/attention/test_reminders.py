"""Reminders on the mornings before the cut-off, through a real mail server: each is sent once."""

import threading
from datetime import datetime, time, timedelta

import pytest
from django.db import connection as database
from django.utils import timezone

from connections.models import Connection
from sync.attention import reminders as service
from sync.core.calendar.payday import reminders
from sync.mail import letters, outbox
from sync.models import Change, Letter
from sync.wording.payday import cutoff_text, pay_text
from tests.connections.companies import company
from tests.sync.paying import OSLO, SEVEN, following, holds, paid, said

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    settings.DIGEST_TIME = SEVEN


@pytest.fixture
def fjordheim(hr):
    return company(hr, name="Fjordheim AS")


def sent(smtp):
    """Send what is due; returns the new emails by address."""
    smtp.messages.clear()
    for letter in outbox.due():
        assert letters.send(letter)
    found = {message["To"]: message for message in smtp.messages}
    assert len(found) == len(smtp.messages)
    return found


class TestOnTheMornings:
    def test_two_working_days_before_and_on_its_own_morning(self, fjordheim, superuser, smtp):
        period = paid(fjordheim)
        first, last = reminders(period, SEVEN)
        holds(fjordheim)
        assert service.write_due(first - MINUTE) == 0
        assert service.write_due(first) == 1
        assert service.write_due(first + timedelta(hours=3)) == 0
        assert set(sent(smtp)) == {"hr@example.com"}
        assert service.write_due(last - MINUTE) == 0
        assert service.write_due(last) == 2
        assert service.write_due(last + MINUTE) == 0
        assert set(sent(smtp)) == {"hr@example.com", "admin@example.com"}

    def test_it_says_until_when_and_never_a_value(self, fjordheim, superuser, smtp):
        period = paid(fjordheim)
        holds(fjordheim)
        service.write_due(reminders(period, SEVEN)[1])
        found = sent(smtp)
        email = found["hr@example.com"]
        assert email["Subject"] == "Fjordheim AS: 1 change is waiting for approval"
        text = said(email)
        by, pay = cutoff_text(period.cutoff), pay_text(period)
        assert f"Approve by {by} for the pay on {pay}; until then salary goes to the old account." in text
        assert "Is it urgent, and nobody can approve? A payroll clerk can enter it in Visma as before" in text
        assert f"http://testserver/admin/connections/{fjordheim.code}/held/" in text
        assert "administrator" not in text
        assert "You get this as an administrator" in said(found["admin@example.com"])
        for message in found.values():
            for kind in ("plain", "html"):
                shown = message.get_body((kind,)).get_content().replace(fjordheim.code, "")
                assert not [secret for secret in ("86011117947", "947", "Frode", "Før") if secret in shown]

    def test_a_morning_without_a_worker_is_made_up_for_until_the_cutoff(self, fjordheim, smtp):
        period = paid(fjordheim)
        holds(fjordheim)
        first, last = reminders(period, SEVEN)
        assert service.write_due(first + timedelta(hours=5)) == 1
        assert service.write_due(period.cutoff - MINUTE) == 1
        assert service.write_due(period.cutoff) == 0
        assert last < period.cutoff

    def test_killed_in_the_middle_it_writes_all_of_them_later(self, fjordheim, superuser, monkeypatch):
        last = reminders(paid(fjordheim), SEVEN)[1]
        holds(fjordheim)
        write = letters.write
        written: list[bool] = []

        def dies(*args, **more):
            if written:
                raise SystemExit
            written.append(write(*args, **more))
            return written[-1]

        monkeypatch.setattr(letters, "write", dies)
        with pytest.raises(SystemExit):
            service.write_due(last)
        assert not Letter.objects.exists()
        monkeypatch.setattr(letters, "write", write)
        assert service.write_due(last) == 2

    def test_what_came_after_the_morning_was_said_when_it_came(self, fjordheim):
        period = paid(fjordheim)
        first, last = reminders(period, SEVEN)
        holds(fjordheim, at=first + MINUTE)
        assert service.write_due(first + timedelta(hours=1)) == 0
        assert service.write_due(last) == 1

    def test_what_is_answered_is_not_mailed(self, fjordheim, smtp):
        period = paid(fjordheim)
        change = holds(fjordheim)
        first, last = reminders(period, SEVEN)
        service.write_due(first)
        Change.objects.filter(pk=change.pk).update(answer="released")
        assert sent(smtp) == {}
        assert service.write_due(last) == 0

    def test_one_email_a_person_over_all_connections(self, fjordheim, hr, smtp):
        other = company(hr, name="Breidvik AS", tenant_id="2")
        period = paid(fjordheim)
        paid(other)
        holds(fjordheim)
        holds(other, "phone", reason="held_many")
        assert service.write_due(reminders(period, SEVEN)[0]) == 1
        email = sent(smtp)["hr@example.com"]
        assert email["Subject"] == "2 connections: 2 changes are waiting for approval"
        text = said(email)
        assert text.index("Breidvik AS: 1 change.") < text.index("Fjordheim AS: 1 change.")
        assert "until then nothing is changed in Visma." in text
        assert "until then salary goes to the old account." in text

    def test_each_owner_hears_of_their_own(self, fjordheim, superuser, smtp):
        theirs = company(superuser, name="Theirs AS", tenant_id="2")
        period = paid(fjordheim)
        paid(theirs)
        holds(fjordheim)
        holds(theirs)
        assert service.write_due(reminders(period, SEVEN)[0]) == 2
        found = sent(smtp)
        assert "Theirs" not in str(found["hr@example.com"])
        assert found["admin@example.com"]["Subject"].startswith("Theirs AS:")

    @pytest.mark.parametrize("state", [{"pay_day": None}, {"cutoff_day": None}, {"state": "disconnected"}])
    def test_without_a_pay_day_there_is_nothing_to_remind_of(self, fjordheim, state):
        period = paid(fjordheim)
        holds(fjordheim)
        Connection.objects.update(**state)
        for at in reminders(period, SEVEN):
            assert service.write_due(at) == 0

    def test_who_has_left_gets_none(self, fjordheim, hr):
        period = paid(fjordheim)
        holds(fjordheim)
        type(hr).objects.update(is_active=False)
        assert service.write_due(reminders(period, SEVEN)[0]) == 0

    def test_a_pay_day_that_is_set_that_morning_counts_for_it(self, fjordheim, hr, smtp):
        period = paid(fjordheim)
        first = reminders(period, SEVEN)[0]
        other = company(hr, name="Breidvik AS", tenant_id="2")
        holds(fjordheim)
        holds(other)
        assert service.write_due(first) == 1
        sent(smtp)
        paid(other)
        assert service.write_due(first + MINUTE) == 1
        assert sent(smtp)["hr@example.com"]["Subject"].startswith("Breidvik AS:")

    def test_sent_late_it_says_that_the_cutoff_has_passed(self, fjordheim, smtp, settings):
        now = timezone.now()
        fjordheim.month_by_hand = f"{now.astimezone(OSLO):%Y-%m}"
        today = now.astimezone(OSLO).date()
        fjordheim.pay_day = fjordheim.cutoff_day = 1
        fjordheim.pay_by_hand, fjordheim.cutoff_by_hand = today + timedelta(days=1), today
        fjordheim.cutoff_at = time(0, 0)
        fjordheim.save()
        holds(fjordheim, at=now - timedelta(days=2))
        letters.write(Letter.Kind.REMINDER, "late", ["hr@example.com"], fjordheim, of={str(fjordheim.pk): "then"})
        text = said(sent(smtp)["hr@example.com"])
        assert "00:00 has passed: the salary paid on" in text
        assert "goes to the old account, unless a payroll clerk enters the new one in Visma first." in text
        assert "Approve by " in text


def test_the_sentence_is_the_designs():
    """Source: design, Pay day."""
    period = following(Connection(pay_day=20, cutoff_day=18), datetime(2026, 11, 10, tzinfo=OSLO))
    assert (cutoff_text(period.cutoff), pay_text(period)) == ("Wednesday 18 November 12:00", "the 20th")


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_each_once(fjordheim, superuser):
    period = paid(fjordheim)
    holds(fjordheim)
    at, barrier, written = reminders(period, SEVEN)[1], threading.Barrier(4), []

    def work():
        barrier.wait()
        try:
            written.append(service.write_due(at))
        finally:
            database.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(written) == Letter.objects.filter(kind="reminder").count() == 2
