"""The digest, through a real mail server: one email a person and working day, only when there is something."""

import threading
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.utils import timezone

from connections.models import Installation
from sync.analysis.notices import tell
from sync.attention import digest
from sync.core.calendar.workdays import is_working_day
from sync.mail import letters, outbox
from sync.models import Change, Conflict, EmployeeLink, Letter, SyncRun
from tests.connections.companies import company, heard

pytestmark = pytest.mark.django_db
OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def made(hr):
    return heard(company(hr, name="Fjordheim AS", automatic=True))


def at(day, hour=7, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=OSLO)


def working_days():
    """Working days from tomorrow on, so that what a test makes now was there before each of them."""
    day = timezone.localdate()
    while True:
        day += timedelta(days=1)
        if is_working_day(day):
            yield day


@pytest.fixture
def days():
    return working_days()


def a_run(connection, trigger="scheduled", state="finished", **more):
    now = timezone.now()
    return SyncRun.objects.create(
        connection=connection, trigger=trigger, state=state, finished_at=now, read_at=now, **more
    )


def linked(connection, name="Kari Nordmann"):
    number = EmployeeLink.objects.count()
    return EmployeeLink.objects.create(
        connection=connection, huma_id=f"h{number}", visma_id=f"v{number}", linked_by="number", name=name
    )


def differs(run, link, field="phone", prints=("a", "b"), **more):
    return Conflict.objects.create(
        run=run, link=link, field=field, kind="value", huma_fingerprint=prints[0], visma_fingerprint=prints[1], **more
    )


def changed(run, field, name="Kari Nordmann", **more):
    facts = {"state": "done", "side": "visma", "settled_at": timezone.now()}
    return Change.objects.create(
        run=run, field=field, name=name, before="12345678903", after="22334455", **facts | more
    )


def sent(smtp):
    """Send the digests; returns the new emails by address."""
    smtp.messages.clear()
    for letter in outbox.due():
        assert letters.send(letter)
    return {message["To"]: message for message in smtp.messages}


def said(message, kind="plain"):
    return message.get_body((kind,)).get_content().replace("\r\n", "\n")


def test_an_owner_is_told_what_waits_and_where(made, days, smtp):
    run = a_run(made)
    differs(run, linked(made), values={"huma": "12345678903"})
    differs(run, linked(made))
    tell(made, "new_person", "n", name="Nina Ny")
    assert digest.write_due(at(next(days))) == 1
    email = sent(smtp)["hr@example.com"]
    assert email["Subject"] == "Fjordheim AS: 3 things need your attention"
    for kind in ("plain", "html"):
        text = said(email, kind)
        assert "2 differences are waiting for you." in text
        assert "1 person is new in Huma." in text
        assert f"http://testserver/admin/connections/{made.code}/attention/" in text
        assert "Nina" not in text
        assert "12345678903" not in text


def test_who_has_nothing_gets_nothing(made, days, smtp):
    a_run(made)
    assert digest.write_due(at(next(days))) == 0
    assert sent(smtp) == {}


def test_payroll_is_told_whose_account_last_workday_or_name_changed(made, days, smtp):
    run, look = a_run(made), a_run(made, "real-time")
    changed(run, "bank_account")
    changed(look, "last_workday")
    changed(look, "bank_account")
    changed(a_run(made, "release"), "family_name", "Nina Ny")
    quiet_ones = ({"field": "phone"}, {"state": "nothing"}, {"state": "failed"}, {"side": "huma"}, {"action": "create"})
    for quiet in quiet_ones:
        changed(look, **{"field": "bank_account", "name": "Somebody Else", **quiet})
    changed(a_run(made, "manual"), "bank_account", "By Hand")
    assert digest.write_due(at(next(days))) == 1
    email = sent(smtp)["payroll@example.com"]
    assert email["Subject"] == "Fjordheim AS: details of 2 people changed"
    assert "- Kari Nordmann: Bank account, Last workday\n- Nina Ny: Family name\n" in said(email)
    for kind in ("plain", "html"):
        text = said(email, kind)
        for other in ("Somebody Else", "By Hand", "12345678903", "22334455", "/admin/", "http://"):
            assert other not in text


def test_a_change_is_told_once(made, days, smtp):
    changed(a_run(made, "real-time"), "bank_account")
    assert digest.write_due(at(next(days))) == 1
    assert digest.write_due(at(next(days))) == 0
    assert len(Letter.objects.all()) == 1


def test_it_is_one_email_over_all_connections(made, hr, days, smtp):
    other = heard(company(hr, name="Breidvik AS", tenant_id="2", automatic=True), "HR@example.com")
    tell(made, "new_person", "n", name="Nina Ny")
    tell(other, "new_person", "n", name="Nina Ny")
    changed(a_run(other, "real-time"), "bank_account")
    assert digest.write_due(at(next(days))) == 1
    [email] = sent(smtp).values()
    assert email["Subject"] == "2 connections: 2 things need your attention, details of 1 person changed"
    text = said(email)
    assert text.index("Breidvik AS") < text.index("Fjordheim AS") < text.index("Kari Nordmann: Bank account")


def test_owners_are_told_of_their_own_only(made, superuser, days, smtp):
    theirs = heard(company(superuser, name="Theirs AS", tenant_id="2", automatic=True))
    tell(theirs, "new_person", "n", name="Nina Ny")
    assert digest.write_due(at(next(days))) == 1
    assert list(sent(smtp)) == ["admin@example.com"]


@pytest.mark.parametrize("state", [{"automatic": False}, {"state": "disconnected"}])
def test_what_does_not_run_by_itself_writes_no_digest(made, days, smtp, state):
    tell(made, "new_person", "n", name="Nina Ny")
    type(made).objects.update(**state)
    assert digest.write_due(at(next(days))) == 0


def test_payroll_is_told_of_what_was_written_before_automatic_updates_were_turned_off(made, days, smtp):
    changed(a_run(made, "real-time"), "bank_account")
    type(made).objects.update(automatic=False)
    assert digest.write_due(at(next(days))) == 1
    assert list(sent(smtp)) == ["payroll@example.com"]


def test_an_owner_who_has_left_gets_none(made, hr, days):
    tell(made, "new_person", "n", name="Nina Ny")
    type(hr).objects.update(is_active=False)
    assert digest.write_due(at(next(days))) == 0


def test_a_pause_by_hand_is_no_reason(made, days):
    type(made).objects.update(state="paused", pause_reason="by_hand")
    assert digest.write_due(at(next(days))) == 0


class TestReminding:
    def test_nothing_new_is_not_told_again_before_a_week_has_passed(self, made, days):
        link = linked(made)
        differs(a_run(made), link)
        told = []
        for _day in range(12):
            day = next(days)
            if digest.write_due(at(day)):
                told.append(day)
            differs(self.night(made, day), link)  # the schedule sees the same every night
        assert len(told) in (2, 3)
        assert all((later - earlier).days >= 7 for earlier, later in pairwise(told))

    def night(self, made, day):
        run = a_run(made)
        SyncRun.objects.filter(pk=run.pk).update(read_at=at(day, 23))
        return run

    def test_something_new_is_told_the_next_day(self, made, days):
        first, second, third = next(days), next(days), next(days)
        link = linked(made)
        differs(a_run(made), link)
        assert digest.write_due(at(first)) == 1
        differs(self.night(made, first), link)
        assert digest.write_due(at(second)) == 0
        run = self.night(made, second)
        differs(run, link)
        differs(run, link, "email")
        assert digest.write_due(at(third)) == 1

    def test_a_value_that_moved_again_is_new(self, made, days):
        first, second = next(days), next(days)
        link = linked(made)
        differs(a_run(made), link)
        assert digest.write_due(at(first)) == 1
        differs(self.night(made, first), link, prints=("c", "b"))
        assert digest.write_due(at(second)) == 1

    def test_what_was_mailed_when_it_was_held_is_not_new(self, made, hr, days):
        first, second, third = next(days), next(days), next(days)
        tell(made, "new_person", "n", name="Nina Ny")
        assert digest.write_due(at(first)) == 1
        run = a_run(made, "real-time")
        changed(run, "bank_account", state="held", settled_at=at(first, 12))
        letters.write(Letter.Kind.HELD, f"held:{run.pk}", ["hr@example.com"], made, run=run.pk)
        Letter.objects.filter(kind="held").update(made_at=at(first, 12))
        assert digest.write_due(at(second)) == 0
        changed(a_run(made, "real-time"), "last_workday", state="held", settled_at=at(second, 12))
        assert digest.write_due(at(third)) == 1


class TestWhen:
    def test_not_before_the_time_and_once_a_day(self, made, days, settings):
        tell(made, "new_person", "n", name="Nina Ny")
        day = next(days)
        assert digest.write_due(at(day, 6, 59)) == 0
        assert digest.write_due(at(day, 7, 0)) == 1
        tell(made, "new_person", "m", name="Mona Ny")
        assert digest.write_due(at(day, 12)) == 0
        assert Letter.objects.count() == 1

    def test_after_a_morning_without_a_worker_it_comes_later_that_day(self, made, days):
        tell(made, "new_person", "n", name="Nina Ny")
        assert digest.write_due(at(next(days), 13)) == 1

    @pytest.mark.parametrize("day", ["2026-12-25", "2026-12-26", "2026-12-27", "2027-03-26", "2027-05-17"])
    def test_not_on_a_day_when_offices_are_closed(self, made, day):
        tell(made, "new_person", "n", name="Nina Ny")
        assert digest.write_due(at(datetime.fromisoformat(day), 12)) == 0
        assert not Installation.objects.filter(digest_at__isnull=False).exists()

    def test_what_changed_on_closed_days_and_without_a_worker_is_told_on_the_next(self, made, days, smtp):
        first, _missed, third = next(days), next(days), next(days)
        tell(made, "new_person", "n", name="Nina Ny")
        digest.write_due(at(first))
        changed(a_run(made, "real-time"), "bank_account", settled_at=at(first, 6, 59) + timedelta(seconds=30))
        changed(a_run(made, "real-time"), "last_workday", settled_at=at(first, 23))
        assert digest.write_due(at(third)) == 1
        assert "- Kari Nordmann: Bank account, Last workday" in said(sent(smtp)["payroll@example.com"])


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_it_once(made, days):
    for number in range(3):
        tell(made, "new_person", f"n{number}", name="Nina Ny")
    day, barrier, written = next(days), threading.Barrier(4), []

    def work():
        barrier.wait()
        try:
            written.append(digest.write_due(at(day)))
        finally:
            database.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(written) == [0, 0, 0, 1]
    assert Letter.objects.count() == 1
