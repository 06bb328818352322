"""The emails of a run, through a real mail server on loopback."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection, PayrollRecipient
from sync.mail import letters, outbox
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, Letter, SyncRun
from sync.runs import result_email
from tests.connections.companies import company, heard
from tests.sync.made_reads import in_huma, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def run(hr, smtp):
    """A finished run: two updated, one failed, one moved, one uncertain, one new Visma draft."""
    connection = heard(company(hr, name="Fjordheim AS", recipients=["boss@example.com"]))
    made = read(connection, in_huma("new", "Nina", "Nå", "10", "nina@x.no"))
    link = EmployeeLink.objects.create(connection=connection, huma_id="h", visma_id="v", linked_by="number")
    for name, field, state, reason in (
        ("Berit Begge", "phone", "done", ""),
        ("Egil Epost", "email", "nothing", ""),
        ("Frode Før", "bank_account", "failed", "rejected"),
        ("Gro Gul", "address", "moved", "moved"),
        ("Hans Holm", "phone", "unknown", "unknown_outcome"),
    ):
        change(made, name=name, field=field, state=state, reason=reason, side="visma", link=link)
    new = EmployeeSnapshot.objects.get(vendor_id="new")
    change(made, name="Nina Nå", action="create", state="done", side="visma", snapshot=new)
    Conflict.objects.create(run=made, link=link, field="phone", kind="value")
    SyncRun.objects.filter(pk=made.pk).update(
        state="finished", started_by="hr", confirmed_by="hr", finished_at=timezone.now()
    )
    made.refresh_from_db()
    return made


def change(run, **facts):
    return Change.objects.create(
        run=run, before="12345678903", after="22334455", vendor_words="12345678903 is bad", **facts
    )


def body(message, kind="plain"):
    return message.get_body((kind,)).get_content()


def test_the_runner_and_the_recipients_get_one_email(run, smtp):
    assert result_email.send_result(run)
    result = smtp.messages[0]
    assert result["To"] == "hr@example.com, boss@example.com"
    assert result["Subject"] == "Fjordheim AS: 2 updated, 1 not done, 1 not certain"
    letter = Letter.objects.get(kind="result")
    assert result["Message-ID"] == letter.message_id
    assert letter.state == "sent"
    assert letter.sent_at


def test_the_counts_add_up(run, smtp):
    result_email.send_result(run)
    text = body(smtp.messages[0])
    assert "Planned: 6" in text
    counted = [
        int(line.rpartition(":")[2]) for line in text.splitlines() if line.startswith("  ") and line[-1].isdigit()
    ]
    assert sum(counted[:6]) == 6
    assert "1 person was added to Visma.net Payroll" in text
    assert "1 difference is still open, and you are asked again next time." in text


def test_it_says_who_failed_and_why_and_where_to_look(run, smtp):
    result_email.send_result(run)
    for kind in ("plain", "html"):
        said = body(smtp.messages[0], kind)
        assert "Frode Før" in said
        assert "Bank account: Not done" in said
        assert "Gro Gul" in said
        assert "Hans Holm" in said
        assert "Berit" not in said
        assert f"http://testserver/admin/connections/{run.connection.code}/result/{run.pk}/" in said


def test_no_email_holds_a_value_or_the_vendors_words(run, smtp):
    result_email.send_result(run)
    for message in smtp.messages:
        whole = message["Subject"] + body(message) + body(message, "html")
        for secret in ("12345678903", "22334455", "is bad", "nina@x.no"):
            assert secret not in whole


def test_payroll_is_told_about_new_drafts_without_a_login(run, smtp):
    result_email.send_result(run)
    payroll = smtp.messages[1]
    assert payroll["To"] == "payroll@example.com"
    assert payroll["Subject"] == "Fjordheim AS: 1 new draft in Visma.net Payroll"
    assert payroll["Message-ID"] != smtp.messages[0]["Message-ID"]
    said = body(payroll)
    assert "Nina Nå" in said
    assert "Not in Huma: Phone, Bank account, Address" in said
    assert "Don't create them again" in said
    assert "/admin/" not in said + body(payroll, "html")


def test_payroll_hears_nothing_when_nobody_was_added(run, smtp):
    Change.objects.filter(action="create").update(state="failed")
    result_email.send_result(run)
    assert [m["To"] for m in smtp.messages] == ["hr@example.com, boss@example.com"]


def test_a_mail_server_that_is_away_is_tried_again_with_the_same_message_id(run, smtp):
    smtp.refusing = True
    assert not result_email.send_result(run)
    letter = Letter.objects.get(kind="result")
    assert (letter.state, letter.tries) == ("waiting", 1)
    assert not outbox.due().exists()
    assert not result_email.send_result(run)  # not before the pause is over
    assert Letter.objects.get(kind="result").tries == 1
    Letter.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    smtp.refusing = False
    assert result_email.send_result(run)
    assert smtp.messages[0]["Message-ID"] == letter.message_id


def test_the_pauses_grow_until_it_is_given_up(run, smtp, settings):
    settings.EMAIL_PORT = 9  # nobody listens
    pauses = []
    for _try in range(outbox.TRIES + 1):
        Letter.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        assert not result_email.send_result(run)
        letter = Letter.objects.get(kind="result")
        if letter.next_at:
            pauses.append(round((letter.next_at - timezone.now()).total_seconds() / 60))
    assert pauses == sorted(pauses)
    assert len(pauses) == outbox.TRIES
    assert letter.state == "failed"
    assert not outbox.due().exists()


def test_what_went_out_is_not_sent_again(run, smtp):
    assert result_email.send_result(run)
    assert not result_email.send_result(run)
    assert len(smtp.messages) == 2


def test_a_result_that_is_out_waits_for_payroll_only(run, smtp):
    result_email.ask_for(run)
    Letter.objects.filter(kind=Letter.Kind.RESULT).update(state="sent")  # the server took the first, then went away
    assert result_email.send_result(run)
    assert [m["To"] for m in smtp.messages] == ["payroll@example.com"]


def test_each_in_payroll_gets_an_email_of_their_own(run, smtp):
    Connection.objects.update(payroll_contacts=["payroll@example.com", "other@example.com"])
    run.refresh_from_db()
    assert result_email.send_result(run)
    assert sorted(m["To"] for m in smtp.messages[1:]) == ["other@example.com", "payroll@example.com"]


def test_who_is_no_recipient_any_more_hears_nothing(run, smtp):
    result_email.ask_for(run)
    Connection.objects.update(payroll_contacts=[])
    assert result_email.send_result(run)
    assert [m["To"] for m in smtp.messages] == ["hr@example.com, boss@example.com"]


def test_a_run_that_is_deleted_is_told_to_nobody(run, smtp):
    result_email.ask_for(run)
    SyncRun.objects.all().delete()
    for letter in outbox.due():
        assert letters.send(letter)
    assert smtp.messages == []


def test_an_address_that_is_not_confirmed_is_not_told_who(run, smtp):
    named = sent_to_payroll(run, smtp)
    assert "Nina Nå" in named
    PayrollRecipient.objects.update(confirmed_at=None)
    Letter.objects.update(state="waiting", next_at=timezone.now(), tries=0)
    counted = sent_to_payroll(run, smtp)
    assert "1 person. Names are sent once this address is confirmed" in counted
    assert "Open Employees in Visma.net Payroll." in counted
    assert "Nina" not in counted


def sent_to_payroll(run, smtp):
    """What payroll gets about the run, in both of its forms."""
    smtp.messages.clear()
    assert result_email.send_result(run)
    (message,) = [one for one in smtp.messages if one["To"] == "payroll@example.com"]
    return "".join(message.get_body((kind,)).get_content() for kind in ("plain", "html"))


def test_two_workers_send_it_once(run, smtp):
    result_email.ask_for(run)
    mine, theirs = list(outbox.due()), list(outbox.due())
    assert all(letters.send(letter) for letter in mine)
    assert not any(letters.send(letter) for letter in theirs)
    assert len(smtp.messages) == 2


def test_a_worker_that_died_while_sending_leaves_it_due_again(run, smtp):
    result_email.ask_for(run)
    Letter.objects.update(tries=1, next_at=timezone.now() + outbox.CLAIM)
    assert not outbox.due().exists()
    Letter.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    assert outbox.due().count() == 2


def test_without_anybody_to_tell_nothing_waits(run, smtp):
    Connection.objects.update(recipients=[], payroll_contacts=[])
    SyncRun.objects.update(started_by="command", confirmed_by="command")
    made = SyncRun.objects.select_related("connection").get(pk=run.pk)
    assert not result_email.send_result(made)
    assert result_email.result_of(made) is None
    assert smtp.messages == []


def test_who_has_left_gets_no_email(run, smtp, hr):
    hr.is_active = False
    hr.save()
    result_email.send_result(run)
    assert smtp.messages[0]["To"] == "boss@example.com"


def test_a_name_cannot_add_lines_to_the_subject(run, smtp):
    Connection.objects.update(name="Fjord\nBcc: evil@example.com")
    made = SyncRun.objects.select_related("connection").get(pk=run.pk)
    result_email.send_result(made)
    assert smtp.messages[0]["Subject"].startswith("Fjord Bcc: evil@example.com: 2 updated")
    assert smtp.messages[0]["Bcc"] is None


def test_norwegian_is_the_language_unless_told_otherwise(run, smtp, settings):
    settings.LANGUAGE_CODE = "nb"
    result_email.send_result(run)
    assert '<html lang="nb">' in body(smtp.messages[0], "html")
