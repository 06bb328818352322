"""The test email: who gets it, and that its link ticks the item once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from connections.models import AuditEntry
from sync import tasks
from sync.mail import outbox
from sync.models import Letter, MailCheck
from sync.readiness.mail_check import LINK_DAYS, link
from sync.readiness.shown import readiness
from tests.connections.companies import company
from tests.sync.browsing import at, signed_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(hr, smtp, settings):
    settings.LANGUAGE_CODE = "en"
    return company(hr)


def state(connection):
    with translation.override("en"):
        item = next(one for one in readiness(connection)[connection.pk].items if one.code == "test_mail")
    return item.is_done, item.sentence


def send(connection, user):
    return signed_in(user).post(at("mail_check_send", connection), follow=True)


def link_in(message):
    text = message.get_body(("plain",)).get_content()
    (path,) = set(re.findall(r"http://testserver(/test-mail/[^\s/]+/)", text))
    return path


def test_whoever_asks_gets_it_and_their_click_ticks_the_item(made, hr, smtp):
    assert f"A test email to {hr.email} is on its way." in words(send(made, hr))
    assert state(made) == (False, f"A test email to {hr.email} is on its way.")
    tasks.letters()
    (message,) = smtp.messages
    assert message["To"] == hr.email
    assert message["Subject"].startswith("Fjordheim AS: test email")
    assert f"A test email was sent to {hr.email}." in state(made)[1]

    nobody = Client(headers={"accept-language": "en"})
    address = link_in(message)
    assert "Did the test email arrive?" in words(nobody.get(address))
    assert state(made)[0] is False, "a mail scanner that opens the link doesn't tick it"
    assert "The email has arrived" in words(nobody.post(address))
    assert state(made) == (True, f"{hr.email} got the test email, and the link in it was clicked.")
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"mail.sent", "mail.arrived"}


def test_the_link_works_once(made, hr):
    send(made, hr)
    address = link(MailCheck.objects.get())
    web = Client(headers={"accept-language": "en"})
    assert web.post(address).status_code == 200
    for answer in (web.get(address), web.post(address)):
        assert answer.status_code == 404
        assert "This link doesn't work any more" in words(answer)
    assert AuditEntry.objects.filter(action="mail.arrived").count() == 1


def test_the_link_expires(made, hr, monkeypatch):
    send(made, hr)
    with monkeypatch.context() as patched:
        patched.setattr("time.time", lambda: (timezone.now() - timedelta(days=LINK_DAYS, hours=1)).timestamp())
        old = link(MailCheck.objects.get())
    assert Client().get(old).status_code == 404
    assert Client().post(old).status_code == 404
    assert state(made)[0] is False


def test_a_new_email_voids_the_link_of_the_one_before(made, hr, smtp):
    send(made, hr)
    old = link(MailCheck.objects.get())
    MailCheck.objects.update(sent_at=timezone.now() - timedelta(minutes=2))
    send(made, hr)
    assert Client().get(old).status_code == 404
    tasks.letters()
    (message,) = smtp.messages
    assert Client().get(link_in(message)).status_code == 200


def test_a_second_click_within_a_minute_sends_no_second_email(made, hr):
    send(made, hr)
    send(made, hr)
    assert Letter.objects.filter(kind="test").count() == 1


def test_each_owner_gets_their_own(made, hr, superuser):
    send(made, hr)
    send(made, superuser)
    assert MailCheck.objects.get().address == superuser.email


@pytest.mark.parametrize("token", ["x", "x:y:z", "a" * 500])
def test_a_made_up_link_is_nobodys(made, token):
    assert Client().get(f"/test-mail/{token}/").status_code == 404


def test_without_an_address_of_ones_own_nothing_is_sent(made, hr):
    hr.email = ""
    hr.save()
    assert "Your account has no email address." in words(send(made, hr))
    assert not MailCheck.objects.exists()


def test_a_disconnected_connection_sends_none_and_its_links_are_dead(made, hr, smtp):
    send(made, hr)
    address = link(MailCheck.objects.get())
    made.state = "disconnected"
    made.save()
    send(made, hr)
    assert Letter.objects.filter(kind="test").count() == 1
    assert Client().post(address).status_code == 404
    tasks.letters()
    assert smtp.messages == []


def test_what_the_mail_server_does_not_take_is_said(made, hr, smtp):
    send(made, hr)
    smtp.refusing = True
    tasks.letters()
    assert f"A test email to {hr.email} is on its way." in state(made)[1]
    Letter.objects.update(tries=outbox.TRIES, next_at=timezone.now())
    tasks.letters()
    assert "The mail server didn't accept the test email" in state(made)[1]


def test_the_link_and_the_letter_hold_no_address(made, hr):
    send(made, hr)
    assert hr.email not in link(MailCheck.objects.get())
    assert hr.email not in str(Letter.objects.get().params)
