"""The emails of a run, through a real mail server on loopback."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connections.models import Connection, PayrollRecipient
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, SyncRun
from sync.runs import result_mail
from tests.connections.companies import company, heard
from tests.sync.reading import in_huma, read

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
    assert result_mail.send_result(run)
    result = smtp.messages[0]
    assert result["To"] == "hr@example.com, boss@example.com"
    assert result["Subject"] == "Fjordheim AS: 2 updated, 1 not done, 1 not certain"
    assert result["Message-ID"] == run.message_id
    assert run.mail_state == "sent"
    assert run.mailed_at


def test_the_counts_add_up(run, smtp):
    result_mail.send_result(run)
    text = body(smtp.messages[0])
    assert "Planned: 6" in text
    counted = [
        int(line.rpartition(":")[2]) for line in text.splitlines() if line.startswith("  ") and line[-1].isdigit()
    ]
    assert sum(counted[:6]) == 6
    assert "1 person was added to Visma.net Payroll" in text
    assert "1 difference isn't decided." in text


def test_it_says_who_failed_and_why_and_where_to_look(run, smtp):
    result_mail.send_result(run)
    for kind in ("plain", "html"):
        said = body(smtp.messages[0], kind)
        assert "Frode Før" in said
        assert "Bank account: Not done" in said
        assert "Gro Gul" in said
        assert "Hans Holm" in said
        assert "Berit" not in said
        assert f"http://testserver/admin/connections/{run.connection.code}/result/{run.pk}/" in said


def test_no_email_holds_a_value_or_the_vendors_words(run, smtp):
    result_mail.send_result(run)
    for message in smtp.messages:
        whole = message["Subject"] + body(message) + body(message, "html")
        for secret in ("12345678903", "22334455", "is bad", "nina@x.no"):
            assert secret not in whole


def test_payroll_is_told_about_new_drafts_without_a_login(run, smtp):
    result_mail.send_result(run)
    payroll = smtp.messages[1]
    assert payroll["To"] == "payroll@example.com"
    assert payroll["Subject"] == "Fjordheim AS: 1 new draft in Visma.net Payroll"
    assert payroll["Message-ID"] != smtp.messages[0]["Message-ID"]
    said = body(payroll)
    assert "Nina Nå" in said
    assert "Not in Huma: Phone, Bank account, Address" in said
    assert "Don't create them anew" in said
    assert "/admin/" not in said + body(payroll, "html")


def test_payroll_hears_nothing_when_nobody_was_added(run, smtp):
    Change.objects.filter(action="create").update(state="failed")
    result_mail.send_result(run)
    assert [m["To"] for m in smtp.messages] == ["hr@example.com, boss@example.com"]


def test_a_mail_server_that_is_away_is_tried_again_with_the_same_message_id(run, smtp):
    smtp.refusing = True
    assert not result_mail.send_result(run)
    assert run.mail_state == "waiting"
    first = run.message_id
    assert not result_mail.due().exists()
    assert not result_mail.send_result(run)  # not before the pause is over
    assert run.mail_tries == 1
    SyncRun.objects.update(mail_next=timezone.now() - timedelta(seconds=1))
    smtp.refusing = False
    [again] = result_mail.due()
    assert result_mail.send_result(again)
    assert smtp.messages[0]["Message-ID"] == first


def test_the_pauses_grow_until_it_is_given_up(run, smtp, settings):
    settings.EMAIL_PORT = 9  # nobody listens
    pauses = []
    for _try in range(len(result_mail.PAUSES) + 1):
        SyncRun.objects.update(mail_next=timezone.now() - timedelta(seconds=1))
        run.refresh_from_db()
        assert not result_mail.send_result(run)
        if run.mail_next:
            pauses.append(round((run.mail_next - timezone.now()).total_seconds() / 60))
    assert pauses == sorted(pauses)
    assert len(pauses) == len(result_mail.PAUSES)
    assert run.mail_state == "failed"
    assert not result_mail.due().exists()


def test_what_went_out_is_not_sent_again(run, smtp):
    result_mail.send_result(run)
    assert not result_mail.send_result(run)
    assert len(smtp.messages) == 2


def test_a_result_that_is_out_waits_for_payroll_only(run, smtp):
    result_mail.ask_for(run)
    SyncRun.objects.update(mailed_at=timezone.now())  # the server took the first, then went away
    assert result_mail.send_result(run)
    assert [m["To"] for m in smtp.messages] == ["payroll@example.com"]


def test_an_address_that_is_not_confirmed_is_not_told_who(run, smtp):
    named = sent_to_payroll(run, smtp)
    assert "Nina Nå" in named
    PayrollRecipient.objects.update(confirmed_at=None)
    SyncRun.objects.update(mail_state="waiting", mail_next=timezone.now(), mail_tries=0)
    run.refresh_from_db()
    counted = sent_to_payroll(run, smtp)
    assert "1 person. Names are sent once this address is confirmed" in counted
    assert "Open Employees in Visma.net Payroll." in counted
    assert "Nina" not in counted


def sent_to_payroll(run, smtp):
    """What payroll gets about the run, in both of its forms."""
    smtp.messages.clear()
    assert result_mail.send_result(run)
    (message,) = [one for one in smtp.messages if one["To"] == "payroll@example.com"]
    return "".join(message.get_body((kind,)).get_content() for kind in ("plain", "html"))


def test_two_workers_send_it_once(run, smtp):
    result_mail.ask_for(run)
    other = SyncRun.objects.get(pk=run.pk)
    assert result_mail.send_result(run)
    assert not result_mail.send_result(other)
    assert len(smtp.messages) == 2


def test_a_worker_that_died_while_sending_leaves_it_due_again(run, smtp):
    result_mail.ask_for(run)
    SyncRun.objects.update(mail_tries=1, mail_next=timezone.now() + result_mail.CLAIM)
    assert not result_mail.due().exists()
    SyncRun.objects.update(mail_next=timezone.now() - timedelta(seconds=1))
    assert result_mail.due().get().pk == run.pk


def test_without_anybody_to_tell_nothing_waits(run, smtp):
    Connection.objects.update(recipients=[], payroll_contacts=[])
    SyncRun.objects.update(started_by="command", confirmed_by="command")
    made = SyncRun.objects.select_related("connection").get(pk=run.pk)
    assert not result_mail.send_result(made)
    assert made.mail_state == ""
    assert smtp.messages == []


def test_who_has_left_gets_no_email(run, smtp, hr):
    hr.is_active = False
    hr.save()
    result_mail.send_result(run)
    assert smtp.messages[0]["To"] == "boss@example.com"


def test_a_name_cannot_add_lines_to_the_subject(run, smtp):
    Connection.objects.update(name="Fjord\nBcc: evil@example.com")
    made = SyncRun.objects.select_related("connection").get(pk=run.pk)
    result_mail.send_result(made)
    assert smtp.messages[0]["Subject"].startswith("Fjord Bcc: evil@example.com: 2 updated")
    assert smtp.messages[0]["Bcc"] is None


def test_norwegian_is_the_language_unless_told_otherwise(run, smtp, settings):
    settings.LANGUAGE_CODE = "nb"
    result_mail.send_result(run)
    assert '<html lang="nb">' in body(smtp.messages[0], "html")
