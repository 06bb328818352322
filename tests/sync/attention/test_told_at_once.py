"""Emails about what waits are sent at once, through a real mail server; more than three an hour become one."""

import threading
from datetime import timedelta

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from sync.mail import letters, outbox
from sync.models import Change, Letter
from sync.planning.held_letters import tell_at_once
from sync.wording.payday import cutoff_text, pay_text
from tests.connections.companies import company
from tests.sync.bell import until_quiet
from tests.sync.paying import SEVEN, holds, paid, said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"
    settings.DIGEST_TIME = SEVEN


@pytest.fixture
def fjordheim(hr):
    return company(hr, name="Fjordheim AS")


class TestAtOnce:
    @pytest.fixture
    def told(self, fjordheim):
        def one(connection=fjordheim):
            change = holds(connection)
            tell_at_once(change.run, 1, 1)
            return change

        return one

    def kept(self):
        return list(Letter.objects.filter(kind="held").order_by("pk"))

    def test_three_within_an_hour_are_three_and_more_are_one(self, told, smtp):
        for _ in range(3):
            told()
        assert len(self.send(smtp)) == 3
        for _ in range(4):
            told()
        *_three, collected = self.kept()
        assert len(self.kept()) == 4
        assert len(collected.params["runs"]) == 4
        assert collected.next_at == self.kept()[0].made_at + timedelta(hours=1)
        assert self.send(smtp) == [], "it waits for what may still come"
        Letter.objects.filter(pk=collected.pk).update(next_at=timezone.now())
        assert [message["Subject"] for message in self.send(smtp)] == [
            "Fjordheim AS: 4 changes are waiting for approval"
        ]
        told()
        assert len(self.kept()) == 5, "what comes after it was sent is said again"

    def send(self, smtp):
        smtp.messages.clear()
        for letter in outbox.due():
            assert letters.send(letter)
        return list(smtp.messages)

    def test_an_hour_later_it_is_said_at_once_again(self, told, smtp):
        for _ in range(3):
            told()
        Letter.objects.update(made_at=timezone.now() - timedelta(minutes=61))
        told()
        assert self.kept()[-1].params["changes"] == 1
        assert len(self.send(smtp)) == 4

    def test_it_counts_over_all_connections_of_a_person(self, told, hr, smtp):
        other = company(hr, name="Breidvik AS", tenant_id="2")
        for connection in (None, other, None, other, None):
            told(connection) if connection else told()
        assert len(self.kept()) == 4
        Letter.objects.filter(params__has_key="runs").update(next_at=timezone.now())
        subjects = [message["Subject"] for message in self.send(smtp)]
        assert subjects[-1] == "2 connections: 2 changes are waiting for approval"

    def test_what_is_answered_before_it_goes_out_is_not_in_it(self, told, smtp):
        changes = [told() for _ in range(5)]
        Change.objects.filter(pk__in=[one.pk for one in changes[3:]]).update(answer="dropped")
        Letter.objects.filter(params__has_key="runs").update(next_at=timezone.now())
        assert len(self.send(smtp)) == 3

    def test_it_says_until_when(self, fjordheim, told, smtp):
        period = paid(fjordheim)
        told()
        text = said(self.send(smtp)[0])
        assert f"Approve by {cutoff_text(period.cutoff)} for the pay on {pay_text(period)}; until then" in text


@pytest.mark.django_db(transaction=True)
def test_two_runs_that_hold_at_once_are_one_collected_email(fjordheim, smtp):
    for _ in range(3):
        with transaction.atomic():
            tell_at_once(holds(fjordheim).run, 1, 1)
    runs = [holds(fjordheim).run for _ in range(4)]
    barrier = threading.Barrier(4)

    def work(run):
        barrier.wait()
        try:
            with transaction.atomic():
                tell_at_once(run, 1, 1)
        finally:
            database.close()

    workers = [threading.Thread(target=work, args=(run,)) for run in runs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    (collected,) = Letter.objects.filter(params__has_key="runs")
    assert collected.params["runs"] == sorted(run.pk for run in runs)
    until_quiet()
    assert len(smtp.messages) == 3
