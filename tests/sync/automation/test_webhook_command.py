"""`manage.py webhook`: shows what to enter in Huma, and replaces the signing key."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils.translation import override

from connections import sandbox as vendors
from connections.connect.disconnecting import disconnect
from connections.models import AuditEntry, Connection
from sync.models import HumaEvent
from tests.connections.companies import company
from tests.sync.browsing import at, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def fjordheim(hr):
    return company(hr)


def webhook(code: str, *options: str) -> list[str]:
    """The words that the command prints."""
    out = StringIO()
    call_command("webhook", code, *options, stdout=out)
    return out.getvalue().split()


def refusal(code: str, *options: str) -> str:
    """The one line of a refusal; it ends with exit code 2, and nothing was changed."""
    before = list(Connection.objects.values_list("webhook_secret_old", "webhook_secret_old_until"))
    with override("en"), pytest.raises(CommandError) as refused:
        call_command("webhook", code, *options)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert list(Connection.objects.values_list("webhook_secret_old", "webhook_secret_old_until")) == before
    return str(refused.value)


def sent(address: str, secret: str) -> int:
    """How a request of Huma's is answered that was signed with that secret."""
    body = b'{"topic": "users-update", "users": [{"id": "1"}]}'
    headers = vendors.signed(body, secret, topic="users-update")
    path = address.removeprefix("http://testserver")
    return Client().post(path, body, content_type="application/json", headers=headers).status_code


def test_it_prints_the_address_and_the_secret_as_the_last_word(fjordheim, hr):
    address, secret = webhook(fjordheim.code)
    assert sent(address, secret) == 200
    assert HumaEvent.objects.get().verified_by == "secret"
    page = signed_in(hr).get(at("webhook", fjordheim)).content.decode()
    assert address in page
    assert secret in page
    assert not AuditEntry.objects.exists()


def test_another_secret_is_made_and_the_old_one_stays_valid_for_a_while(fjordheim):
    address, old = webhook(fjordheim.code)
    address, new = webhook(fjordheim.code, "--rotate")
    assert new != old
    assert [sent(address, old), sent(address, new)] == [200, 200]
    assert sorted(HumaEvent.objects.values_list("verified_by", flat=True)) == ["old_secret", "secret"]
    assert list(AuditEntry.objects.values_list("who", "action")) == [("manage.py webhook", "webhook.rotated")]
    assert webhook(fjordheim.code)[-1] == new


def test_a_disconnected_connection_is_refused(fjordheim, hr):
    disconnect(fjordheim, hr)
    for options in ((), ("--rotate",)):
        assert refusal(fjordheim.code, *options).startswith("The connection is disconnected.")


def test_a_code_that_is_nobodys_is_refused(fjordheim):
    assert refusal("nothing") == "There is no connection with the code nothing."


def test_without_an_address_of_our_own_there_is_none_to_enter(fjordheim, settings):
    settings.SITE_URL = ""
    assert refusal(fjordheim.code, "--rotate").startswith("SITE_URL isn't set")
