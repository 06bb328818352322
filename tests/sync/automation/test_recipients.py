"""Recipients of payroll notices confirm their address by a click; before that no name is sent to it."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from connections.connect.disconnecting import disconnect
from connections.models import AuditEntry, Connection, PayrollRecipient
from connections.owner_settings import recipients
from connections.owner_settings.changing import change_settings
from sync import tasks
from sync.attention import digest
from sync.mail import letters, outbox
from sync.models import Change, Letter, SyncRun
from tests.connections.companies import company, text_of
from tests.sync.browsing import at, signed_in

pytestmark = pytest.mark.django_db
LINK = re.compile(r"http://testserver(/payroll/[^\s/]+/)")


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def fjordheim(hr):
    return company(hr, name="Fjordheim AS")


@pytest.fixture
def anybody():
    """A browser without a login, which holds to the protection against forged posts."""
    return Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)


def name(connection, *addresses, confirmed=False):
    change_settings(connection, "hr", {"payroll_contacts": list(addresses)}, confirmed)


def sent(smtp):
    """The new emails by address."""
    smtp.messages.clear()
    for letter in outbox.due():
        assert letters.send(letter)
    return {message["To"]: message for message in smtp.messages}


def body(message):
    return message.get_body(("plain",)).get_content().replace("\r\n", "\n")


def link(message):
    (path,) = set(LINK.findall(body(message)))
    return path


def press(browser, path):
    """Open the page and click its button."""
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(path).content.decode())
    assert token
    return browser.post(path, {"csrfmiddlewaretoken": token[1]})


def is_confirmed(connection):
    return recipients.confirmed(Connection.objects.get(pk=connection.pk))


class TestTheClick:
    def test_who_is_added_is_asked_once_and_confirms_by_a_click(self, fjordheim, anybody, smtp):
        name(fjordheim, "Pay@example.com")
        message = sent(smtp)["pay@example.com"]
        assert message["Subject"] == "Fjordheim AS: confirm your address"
        tasks.tick()
        assert len(smtp.messages) == 1
        path = link(message)
        assert "pay@" not in path.lower()
        shown = text_of(anybody.get(path))
        assert "Should payroll notices be sent to this address?" in shown
        assert "Pay@example.com".lower() in shown
        assert is_confirmed(fjordheim) == []
        assert "The address is confirmed" in text_of(press(anybody, path))
        assert is_confirmed(fjordheim) == ["Pay@example.com"]
        assert AuditEntry.objects.get(action="recipient.confirmed").connection == fjordheim

    def test_a_scanner_that_opens_the_link_confirms_nothing(self, fjordheim, anybody, smtp):
        name(fjordheim, "pay@example.com")
        path = link(sent(smtp)["pay@example.com"])
        for _ in range(3):
            assert anybody.get(path).status_code == 200
            assert anybody.head(path).status_code == 200
        assert anybody.post(path).status_code == 403, "a post from elsewhere"
        assert is_confirmed(fjordheim) == []

    def test_a_second_click_says_the_same(self, fjordheim, anybody, smtp):
        name(fjordheim, "pay@example.com")
        path = link(sent(smtp)["pay@example.com"])
        press(anybody, path)
        assert "The address is confirmed" in text_of(anybody.get(path))
        assert AuditEntry.objects.filter(action="recipient.confirmed").count() == 1

    @pytest.mark.parametrize("again", [False, True], ids=["removed", "removed and added again"])
    def test_the_link_of_a_removed_address_is_dead(self, fjordheim, anybody, smtp, again):
        name(fjordheim, "pay@example.com")
        path = link(sent(smtp)["pay@example.com"])
        name(fjordheim)
        if again:
            name(fjordheim, "pay@example.com")
        assert self.is_dead(anybody, path)
        assert is_confirmed(fjordheim) == []

    def test_a_link_that_is_too_old_is_dead(self, fjordheim, anybody, smtp, monkeypatch):
        name(fjordheim, "pay@example.com")
        path = link(sent(smtp)["pay@example.com"])
        monkeypatch.setattr(recipients, "LINK_DAYS", -1)
        assert self.is_dead(anybody, path)

    def test_a_made_up_link_is_dead(self, fjordheim, anybody, smtp):
        name(fjordheim, "pay@example.com")
        path = link(sent(smtp)["pay@example.com"])
        for other in ("/payroll/x/", f"{path[:-2]}/", f"{path[:-1]}0/", f"/payroll/{'x' * 5000}/"):
            assert self.is_dead(anybody, other)

    def test_the_link_into_a_disconnected_connection_is_dead(self, fjordheim, hr, anybody, smtp):
        name(fjordheim, "pay@example.com")
        path = link(sent(smtp)["pay@example.com"])
        disconnect(fjordheim, hr)
        assert self.is_dead(anybody, path)

    def is_dead(self, browser, path):
        page = browser.get(path)
        return page.status_code == 404 and "This link doesn't work any more" in text_of(page)

    def test_the_link_can_be_sent_again(self, fjordheim, web, anybody, smtp):
        name(fjordheim, "pay@example.com")
        sent(smtp)
        row = fjordheim.payroll_recipients.get()
        again = f"/admin/connections/{fjordheim.code}/recipients/{row.pk}/again/"
        web.post(again)
        assert sent(smtp) == {}, "it was sent a moment ago"
        PayrollRecipient.objects.update(asked_at=timezone.now() - timedelta(minutes=2))
        web.post(again)
        assert "The link is on its way." in text_of(web.post(again, follow=True))
        press(anybody, link(sent(smtp)["pay@example.com"]))
        assert is_confirmed(fjordheim) == ["pay@example.com"]
        assert "Nothing was sent" in text_of(web.post(again, follow=True))
        assert sent(smtp) == {}

    def test_only_an_owner_has_it_sent_again(self, fjordheim, superuser, other):
        name(fjordheim, "pay@example.com")
        row = fjordheim.payroll_recipients.get()
        again = f"/admin/connections/{fjordheim.code}/recipients/{row.pk}/again/"
        assert signed_in(other).post(again).status_code == 404
        theirs = company(superuser, tenant_id="2")
        assert signed_in(superuser).post(again.replace(fjordheim.code, theirs.code)).status_code == 302
        assert Letter.objects.filter(kind="confirm").count() == 1

    def test_one_that_is_confirmed_stays_so_whatever_else_changes(self, fjordheim, smtp):
        name(fjordheim, "pay@example.com", confirmed=True)
        name(fjordheim, "PAY@example.com", "other@example.com")
        assert is_confirmed(fjordheim) == ["PAY@example.com"]
        assert set(sent(smtp)) == {"other@example.com"}


@pytest.fixture
def web(hr):
    return signed_in(hr)


@pytest.fixture
def other(db, django_user_model):
    return django_user_model.objects.create_user("other", "other@example.com", is_staff=True)


class TestCommands:
    def test_whom_automatic_names_counts_as_confirmed(self, fjordheim, smtp):
        name(fjordheim, "pay@example.com")
        sent(smtp)
        assert is_confirmed(fjordheim) == []
        call_command("automatic", fjordheim.code, "--payroll", "pay@example.com")
        assert is_confirmed(fjordheim) == ["pay@example.com"]
        assert sent(smtp) == {}

    def test_whom_connect_names_counts_as_confirmed(self, sandbox, smtp):
        options = ["--name", "Fjordheim AS", "--tenant-id", sandbox.TENANT_ID, "--confirm-authority"]
        keys = ["--huma-client-id", sandbox.HUMA_CLIENT_ID, "--huma-client-secret", sandbox.HUMA_CLIENT_SECRET]
        call_command("connect", *options, *keys, "--payroll", "pay@example.com")
        assert is_confirmed(Connection.objects.get()) == ["pay@example.com"]
        call_command("connect", *options, *keys, "--payroll", "new@example.com")
        assert is_confirmed(Connection.objects.get()) == ["new@example.com"]
        assert sent(smtp) == {}


class TestFromBefore:
    @pytest.fixture
    def before(self, fjordheim):
        """As the upgrade leaves it: nobody has been asked."""
        Connection.objects.update(payroll_contacts=["pay@example.com"])
        PayrollRecipient.objects.create(connection=fjordheim, address="pay@example.com")
        fjordheim.refresh_from_db()
        return fjordheim

    def test_they_are_asked_once(self, before, smtp):
        tasks.tick()
        assert set(sent(smtp)) == {"pay@example.com"}
        tasks.tick()
        assert sent(smtp) == {}

    def test_asked_and_killed_before_that_was_noted_it_is_the_same_email(self, before, smtp):
        tasks.tick()
        PayrollRecipient.objects.update(asked=0, asked_at=None)
        tasks.tick()
        assert Letter.objects.filter(kind="confirm").count() == 1
        assert PayrollRecipient.objects.get().asked == 1

    def test_of_a_disconnected_connection_nobody_is_asked(self, before):
        Connection.objects.update(state="disconnected")
        tasks.tick()
        assert not Letter.objects.exists()

    def test_the_digest_counts_and_names_nobody(self, before, smtp):
        run = SyncRun.objects.create(connection=before, trigger="real-time", state="finished")
        at_ = timezone.now() - timedelta(hours=1)
        for who, field in (("Kari", "last_workday"), ("Kari", "family_name"), ("Ola Ny", "given_name")):
            Change.objects.create(run=run, field=field, name=who, state="done", side="visma", settled_at=at_)
        (found,) = digest.digests(timezone.now() - timedelta(days=1), timezone.now(), timezone.localdate())
        assert digest._write(found, timezone.localdate())
        message = sent(smtp)["pay@example.com"]
        assert message["Subject"] == "Fjordheim AS: details of 2 people changed"
        for kind in ("plain", "html"):
            text = message.get_body((kind,)).get_content()
            assert "2 people. Names are sent once this address is confirmed" in text
            assert "Kari" not in text


class TestPages:
    def test_the_connections_page_says_who_has_not_confirmed(self, fjordheim, web, smtp):
        name(fjordheim, "pay@example.com", confirmed=True)
        name(fjordheim, "pay@example.com", "new@example.com")
        page = text_of(web.get(at("connection", fjordheim)))
        assert page.count("not confirmed yet") == 1
        assert "Send the link again" in page
        assert "Emails to an address that isn't confirmed say how many, but name nobody." in page

    def test_added_on_the_settings_page_they_are_asked(self, fjordheim, web, smtp, sandbox):
        from tests.connections.owner_settings.test_settings import sent as typed

        web.post(at("connection_settings", fjordheim), typed(payroll_contacts="pay@example.com\nlonn@example.com"))
        assert set(sent(smtp)) == {"pay@example.com", "lonn@example.com"}
        web.post(at("connection_settings", fjordheim), typed(payroll_contacts="pay@example.com\nlonn@example.com"))
        assert sent(smtp) == {}

    def test_added_when_connecting_they_are_asked(self, web, smtp, sandbox):
        from tests.connections.companies import typed

        web.post("/admin/connections/connect/", typed())
        assert set(sent(smtp)) == {"payroll@example.com"}


class TestAccountsAreTold:
    """An account that an email told of at once isn't in the digest, too; one from before the upgrade is."""

    @pytest.mark.parametrize("told", [True, False])
    def test_no_account_is_told_twice_and_none_is_lost(self, fjordheim, told):
        name(fjordheim, "pay@example.com", confirmed=True)
        run = SyncRun.objects.create(connection=fjordheim, trigger="real-time", state="finished")
        at_ = timezone.now() - timedelta(hours=1)
        for field in ("bank_account", "last_workday"):
            Change.objects.create(run=run, field=field, name="Kari", state="done", side="visma", settled_at=at_)
        if told:
            letters.write(Letter.Kind.ACCOUNTS, "a", ["pay@example.com"], fjordheim, run=run.pk)
        (found,) = digest.digests(timezone.now() - timedelta(days=1), timezone.now(), timezone.localdate())
        fields = Change.objects.filter(pk__in=found.changed[fjordheim.pk]).values_list("field", flat=True)
        assert set(fields) == ({"last_workday"} if told else {"bank_account", "last_workday"})
