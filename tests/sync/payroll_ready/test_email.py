"""The email on the morning of the cut-off, through a real mail server: can payroll be run today?"""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from connections.models import Connection
from sync.attention import reminders as owners_reminders
from sync.core.calendar.payday import reminders
from sync.mail import letters, outbox
from sync.models import Letter
from sync.payroll_ready import emails
from sync.wording.payday import cutoff_text
from sync.wording.payroll_ready import day_and_month
from tests.connections.companies import company, heard
from tests.sync.browsing import at
from tests.sync.paying import SEVEN, paid, said
from tests.sync.payroll_ready.test_payroll_ready import NEW, OLD, changed, checked, pair

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_day")]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def made(hr):
    return heard(company(hr))


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
            "Don't run payroll before the list below is dealt with.", f"The cut-off is {cutoff_text(period.cutoff)}.",
            "boss (boss@example.com)", "Karia Nordmann: Bank account",
            "until then salary goes to the old account.",
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
