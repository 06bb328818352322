"""Visma gives a token and refuses it at once: the Tenant ID may be the customer's, or the scopes aren't activated."""

import re

import pytest
from django.utils import translation

from connections import sandbox as vendors
from sync.wording.sentences import sentence
from tests.sync.automation.pauses.access import now, time_to_try, visma_accepts, visma_refuses
from tests.sync.bell import a_minute
from tests.sync.driving import read

pytestmark = pytest.mark.django_db(transaction=True)
WHERE = "Visma Admin → Company → Edit → Configuration → Tenant id"


def lets_in_and_refuses(fjordheim):
    """As Visma does for a customer's Tenant ID, and where the scopes were deactivated."""
    visma_refuses(fjordheim)
    fjordheim.sandbox.visma.customers.add(vendors.TENANT_ID)


def test_a_run_fails_with_both_causes_and_the_connection_is_paused_with_them(fjordheim, client, smtp):
    lets_in_and_refuses(fjordheim)
    run = read(fjordheim.connection, fjordheim.user)
    assert (run.state, run.failure) == ("failed", "credentials_visma_tenant")
    assert now(fjordheim) == ("paused", "credentials_visma_tenant")
    a_minute()
    with translation.override("en"):
        said = sentence(run.failure, run.failure_params)
    assert WHERE in said
    assert "'Write employees'" in said
    client.force_login(fjordheim.user)
    page = client.get(f"/admin/connections/{fjordheim.connection.code}/", headers={"accept-language": "en"})
    assert WHERE in page.content.decode()
    mail = next(one for one in smtp.messages if "paused" in one["Subject"] or "pause" in one["Subject"])
    assert re.search(r"Visma\s+Admin\s+→\s+Company\s+→", mail.get_body(("plain",)).get_content())


def test_it_goes_on_when_visma_accepts_the_tokens(fjordheim):
    lets_in_and_refuses(fjordheim)
    read(fjordheim.connection, fjordheim.user)
    time_to_try(fjordheim)
    assert now(fjordheim) == ("paused", "credentials_visma_tenant")
    fjordheim.sandbox.visma.customers.clear()
    time_to_try(fjordheim)
    assert now(fjordheim) == ("paused", "credentials_visma"), "now it isn't authorised at all"
    visma_accepts(fjordheim)
    time_to_try(fjordheim)
    assert now(fjordheim) == ("active", "")
