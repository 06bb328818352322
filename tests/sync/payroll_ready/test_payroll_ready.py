"""Ready for payroll: the page, the email on the morning of the cut-off, the file and the start page say the same."""

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from connections.models import AuditEntry, Connection
from sync.attention import reminders as owners_reminders
from sync.core.calendar.payday import reminders
from sync.mail import letters, outbox
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, HumaEvent, Letter, SyncRun
from sync.payroll_ready import emails
from sync.wording.payday import cutoff_text
from sync.wording.payroll_ready import day_and_month
from tests.connections.companies import company, heard
from tests.sync.browsing import at, signed_in, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read
from tests.sync.paying import SEVEN, paid, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_day")]
OLD, NEW = "86011117947", "12345678903"
MINUTE = timedelta(minutes=1)


def account(number):
    return {"paymentType": "bank", "localBankAccount": number, "localBankCountryCode": "NO"}


def pair(number, name="Kari"):
    """One employee with an account, in both systems."""
    email, given = f"p{number}@x.no", f"{name}{chr(96 + number)}"
    bank = wrap({"type": "national", "number": OLD, "country": "NO"})
    return (
        in_huma(f"h{number}", given, "Nordmann", str(number), email, bankAccount=bank),
        in_visma(f"v{number}", given, "Nordmann", str(number), email, salaryPaymentMethod=account(OLD)),
    )


def checked(connection, *people, **more):
    """A finished sync that has read these people just now, and found nothing else to do."""
    run = read(connection, *(record for both in people for record in both), started_by="hr")
    now = timezone.now()
    Conflict.objects.filter(run=run).delete()
    SyncRun.objects.filter(pk=run.pk).update(**{"state": "finished", "read_at": now, "finished_at": now, **more})
    run.refresh_from_db()
    return run


def changed(connection, field="bank_account", state="done", person="h1", run=None, **more):
    """A change of a person's field in Visma, decided by the HR admin."""
    run = run or SyncRun.objects.create(
        connection=connection, state="finished", trigger="real-time", rule_by="hr", rule_at=timezone.now()
    )
    link = EmployeeLink.objects.get(connection=connection, huma_id=person)
    facts = {"name": link.name, "number": link.number, "field": field, "state": state, "settled_at": timezone.now()}
    values = {"before": account(OLD), "after": account(NEW)}
    return Change.objects.create(run=run, link=link, side="visma", **(facts | values | more))


@pytest.fixture
def made(hr):
    return heard(company(hr))


@pytest.fixture
def web(hr):
    return signed_in(hr)


def shown(web, made, language="en"):
    return words(web.get(at("payroll_ready", made), headers={"accept-language": language}))


class TestThePage:
    def test_ready_with_what_changed_and_by_whom(self, made, web):
        period = paid(made)
        checked(made, pair(1), pair(2))
        changed(made)
        changed(made, "family_name", person="h2", before="Nordmann", after="Hansen")
        changed(made, "phone", before="+4722334455", after="+4799887766")
        page = shown(web, made)
        day = day_and_month(period.pay)
        assert f"Ready for payroll {day}: 2 of 2 employees agree, 2 changes, nothing waits" in page
        assert "Nothing waits" in page
        assert "Karia Nordmann" in page
        assert "Before: •••• •• ••947 After: •••• •• ••903" in page
        assert "Hansen" in page
        assert "Automatic updates, turned on by hr" in page
        assert OLD not in page
        assert "99887766" not in page
        with override("nb"):
            norsk = f"Klar for lønn {day_and_month(period.pay)}: 2 av 2 ansatte er like i begge systemene, 2 endringer, ingenting venter"
        assert norsk in shown(web, made, "nb")

    def test_not_ready_names_what_waits_and_where_it_is_dealt_with(self, made, web):
        paid(made)
        run = checked(made, pair(1), pair(2), pair(3))
        changed(made, state="held", reason="held_account")
        changed(made, state="held", person="h2", reason="held_account")
        changed(made, "phone", state="held", person="h3", reason="held_many")
        changed(made, "email", state="unknown", person="h3", run=run)
        link = EmployeeLink.objects.get(huma_id="h3")
        Conflict.objects.create(
            run=run, link=link, field="last_workday", kind="value", blocked_to_visma="no_end_reason"
        )
        made.notices.create(
            kind="deactivated", key="h1", link=EmployeeLink.objects.get(huma_id="h1"), name="Karia Nordmann"
        )
        page = shown(web, made)
        assert "NOT ready: 2 bank accounts wait for approval and 4 more things" in page
        assert "IKKE klar: 2 kontonumre venter på godkjenning og 4 ting til" in shown(web, made, "nb")
        for text in (
            "1 change isn't certain", "1 end reason is missing", "1 change waits for approval",
            "1 person is deactivated, gone or has another position",
        ):  # fmt: skip
            assert text in page, text
        source = web.get(at("payroll_ready", made)).content.decode()
        for name in ("held", "sync_users", "attention"):
            assert f'href="{at(name, made)}"' in source
        assert at("result", made, run.pk) in source
        assert at("person", made, "huma", "h2") in source

    def test_people_without_an_account_drafts_and_people_whom_visma_lacks(self, made, web):
        nobody = (
            in_huma("h5", "Uten", "Konto", "5", "u@x.no"),
            in_visma("v5", "Uten", "Konto", "5", "u@x.no", salaryPaymentMethod={"paymentType": "cash"}),
        )
        draft = (
            in_huma("h6", "Nye", "Nordmann", "6", "ny@x.no"),
            in_visma("v6", "Nye", "Nordmann", "6", "ny@x.no", isDraft=True),
        )
        run = checked(made, pair(1), nobody, draft, (in_huma("h7", "Bare", "Huma", "7", "b@x.no"),))
        changed(made, "", person="h6", action="create", run=run, before=None, after=None)
        page = shown(web, made)
        assert "1 new employee has no bank account" in page
        assert "Uten Konto" in page
        assert "1 draft in Visma isn't complete" in page
        assert "Missing in Visma:" in page
        assert "1 person isn't in Visma" in page
        assert "Bare Huma" in page
        assert "Added to Visma as a draft" in page
        EmployeeLink.objects.filter(huma_id="h5").update(linked_at=timezone.now() - timedelta(days=60))
        assert "has no bank account" not in shown(web, made)
        EmployeeSnapshot.objects.filter(run=run, vendor_id="v6").delete()
        assert "Added after the last full read" in shown(web, made)

    def test_without_a_pay_day_it_shows_thirty_days_and_says_how_to_set_one(self, made, web):
        checked(made, pair(1))
        changed(made, settled_at=timezone.now() - timedelta(days=29))
        changed(made, settled_at=timezone.now() - timedelta(days=31))
        page = shown(web, made)
        assert "Ready for payroll: 1 of 1 employee agrees, 1 change, nothing waits" in page
        assert "The pay day isn't set, so this shows the last 30 days" in page
        assert "Set the pay day" in page

    def test_what_cannot_be_relied_on_is_not_ready(self, made, web):
        assert "NOT ready: the two systems have never been compared" in shown(web, made)
        run = checked(made, pair(1))
        HumaEvent.objects.create(connection=made, state="noted", huma_ids=["h1"], topic="users", body_hash="x")
        assert "NOT ready: something changed in Huma after the systems were last compared" in shown(web, made)
        HumaEvent.objects.all().delete()
        SyncRun.objects.filter(pk=run.pk).update(read_at=timezone.now() - timedelta(days=8))
        assert "NOT ready: the two systems haven't been compared for too long" in shown(web, made)
        SyncRun.objects.create(connection=made, state="failed", failure="read_failed_huma", finished_at=timezone.now())
        assert "NOT ready: the last sync failed" in shown(web, made)
        made.state, made.pause_reason = "paused", "by_hand"
        made.save()
        assert "NOT ready: the connection is paused" in shown(web, made)

    def test_blanked_values_keep_an_accounts_last_digits(self, made, web):
        checked(made, pair(1))
        one = changed(made)
        Change.objects.update(before=None, after=None)
        SyncRun.objects.filter(pk=one.run.pk).update(values_blanked_at=timezone.now())
        assert "The values are no longer kept." in shown(web, made)


class TestTheEmail:
    @pytest.fixture(autouse=True)
    def english(self, settings):
        settings.LANGUAGE_CODE = "en"
        settings.DIGEST_TIME = SEVEN

    @staticmethod
    def sent(smtp):
        smtp.messages.clear()
        for letter in outbox.due():
            assert letters.send(letter)
        found = {message["To"]: message for message in smtp.messages}
        assert len(found) == len(smtp.messages)
        return found

    def test_on_the_morning_of_the_cutoff_once_and_in_place_of_the_reminder(self, made, hr, smtp):
        made.payroll_contacts = ["payroll@example.com", "hr@example.com", "new@example.com"]
        made.payroll_recipients.create(address="hr@example.com", confirmed_at=timezone.now())
        made.owners.add(User.objects.create_user("boss", "boss@example.com", is_staff=True))
        period = paid(made)
        first, last = reminders(period, SEVEN)
        checked(made, pair(1), pair(2))
        changed(made, state="held", reason="held_account")
        changed(made, "family_name", person="h2", before="Nordmann", after="Hansen")
        assert (emails.write_due(first), owners_reminders.write_due(first)) == (0, 2)
        self.sent(smtp)
        assert emails.write_due(last - MINUTE) == 0
        assert (emails.write_due(last), owners_reminders.write_due(last)) == (3, 1)
        assert (emails.write_due(last + MINUTE), owners_reminders.write_due(last + MINUTE)) == (0, 0)
        found = self.sent(smtp)
        assert set(found) == {"payroll@example.com", "hr@example.com", "new@example.com", "boss@example.com"}
        assert found["boss@example.com"]["Subject"] == "Fjordheim AS: 1 change is waiting for approval"
        email = found["payroll@example.com"]
        assert email["Subject"] == "Fjordheim AS: NOT ready: 1 bank account waits for approval"
        text = " ".join(said(email).split())
        for part in (
            "Don't run payroll before the list below is settled.", f"The cut-off is {cutoff_text(period.cutoff)}.",
            "boss (boss@example.com)", "Karia Nordmann: Bank account",
            "Until they are approved, salary goes to the old account.",
            "Names (1) - Karib Nordmann: Family name", "2 of 2 employees agree.",
            "Both systems were last read completely", at("payroll_ready", made),
        ):  # fmt: skip
            assert part in text, part
        for message in found.values():
            for kind in ("plain", "html"):
                body = message.get_body((kind,)).get_content().replace(made.code, "")
                assert not [secret for secret in (OLD, NEW, "947", "903", "Hansen") if secret in body]
        unconfirmed = said(found["new@example.com"])
        assert "Karia" not in unconfirmed
        assert "1 bank account waits for approval" in unconfirmed
        assert "Names are sent once this address is confirmed" in unconfirmed

    def test_ready_says_that_payroll_can_be_run(self, made, smtp):
        period = paid(made)
        checked(made, pair(1))
        emails.write_due(reminders(period, SEVEN)[1])
        [email] = self.sent(smtp).values()
        day = day_and_month(period.pay)
        assert email["Subject"] == (
            f"Fjordheim AS: Ready for payroll {day}: 1 of 1 employee agrees, no changes, nothing waits"
        )
        assert "Payroll can be run today." in said(email)

    def test_no_email_without_a_pay_day_a_recipient_or_a_connection(self, made, smtp):
        period = paid(made)
        last = reminders(period, SEVEN)[1]
        assert emails.write_due(period.cutoff) == 0
        states: tuple[dict[str, Any], ...] = (
            {"payroll_contacts": []},
            {"state": "disconnected"},
            {"state": "waiting"},
            {"pay_day": None},
        )
        for state in states:
            before = Connection.objects.values(*state).get()
            Connection.objects.update(**state)
            assert emails.write_due(last) == 0, state
            Connection.objects.update(**before)
        assert emails.write_due(last) == 1
        Connection.objects.update(payroll_contacts=[])
        assert self.sent(smtp) == {}
        assert Letter.objects.get().state == "sent"


def cells(content):
    """The texts of each sheet of a workbook, by the sheet's name."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        names = re.findall(r'<sheet name="([^"]+)"', file.read("xl/workbook.xml").decode())
        return {
            name: " | ".join(re.findall(r"<(?:t|v)[^>]*>([^<]*)<", file.read(f"xl/worksheets/sheet{n}.xml").decode()))
            for n, name in enumerate(names, 1)
        }


def test_the_workbook_has_what_the_page_has(made, web):
    paid(made)
    checked(made, pair(1), pair(2))
    changed(made)
    changed(made, state="held", person="h2", reason="held_account", name="=cmd()")
    answer = web.post(at("payroll_ready_download", made))
    found = cells(b"".join(answer.streaming_content))
    assert list(found) == ["About this file", "Summary", "Changes", "Waits"]
    assert "Fjordheim AS" in found["About this file"]
    assert "hr" in found["About this file"]
    assert "Since the pay of" in found["About this file"]
    assert "NOT ready: 1 bank account waits for approval" in found["Summary"]
    assert "Karia Nordmann" in found["Changes"]
    assert "•••• •• ••903" in found["Changes"]
    assert "1 bank account waits for approval" in found["Waits"]
    assert OLD not in str(found)
    assert NEW not in str(found)
    assert AuditEntry.objects.filter(action="payroll_ready.exported", connection=made).count() == 1
    assert web.get(at("payroll_ready_download", made)).status_code == 405


class TestTheStartPage:
    def test_each_connection_has_its_line(self, made, web):
        checked(made, pair(1))
        assert "Ready for payroll: 1 of 1 employee agrees, no changes, nothing waits" in words(web.get("/admin/"))

    def test_from_ten_on_it_is_a_table_by_pay_day_with_as_few_statements_for_many(self, made, hr, web):
        period = paid(made)
        checked(made, pair(1))
        changed(made, state="held", reason="held_account")
        for number in range(9):
            company(hr, name=f"Company {number}", tenant_id=str(number))
        day = (period.pay - timedelta(days=3)).day
        Connection.objects.filter(name="Company 8").update(pay_day=day, cutoff_day=day)
        with CaptureQueriesContext(database) as few:
            page = words(web.get("/admin/"))
        table = page[page.index("Company Pay day") :]
        assert table.index("Company 8") < table.index("Fjordheim AS") < table.index("Company 0")
        assert "NOT ready 1 bank account waits for approval" in table
        for number in range(10, 30):
            other = company(hr, name=f"Company {number}", tenant_id=str(number), pay_day=20, cutoff_day=15)
            SyncRun.objects.create(connection=other, state="finished", read_at=timezone.now())
        with CaptureQueriesContext(database) as many:
            page = words(web.get("/admin/"))
        assert len(many) <= len(few) + 2
        after = re.search(r'href="\?after=([^"&]+)', web.get("/admin/").content.decode())
        assert after
        assert "Company 7" in words(web.get(f"/admin/?after={after[1]}"))


def test_nobody_else_sees_it(made, other):
    client: Client = signed_in(other)
    assert client.get(at("payroll_ready", made)).status_code == 404
    assert client.post(at("payroll_ready_download", made)).status_code == 404
