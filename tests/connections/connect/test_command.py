"""`manage.py connect`: arguments, output and exit codes."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from connections.models import Connection
from connections.sandbox import CUSTOMER_TENANT_ID, HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, TENANT_ID
from tests.connections.companies import OTHER_GUID, company

pytestmark = pytest.mark.django_db


def connect(*more: str, **other: str) -> str:
    """Run the command with the stand-ins' credentials and give its last word."""
    given = {"--tenant-id": TENANT_ID, "--huma-client-id": HUMA_CLIENT_ID, "--huma-client-secret": HUMA_CLIENT_SECRET}
    given |= {"--" + name.replace("_", "-"): value for name, value in other.items()}
    arguments = [part for pair in given.items() for part in pair]
    out = StringIO()
    with override("en"):
        call_command("connect", "--name", "Fjordheim AS", "--confirm-authority", *arguments, *more, stdout=out)
    return out.getvalue().split()[-1]


def refusal(*more: str, **other: str) -> str:
    """The one line of a refusal; it ends with exit code 2."""
    with pytest.raises(CommandError) as refused:
        connect(*more, **other)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_it_prints_the_code_as_the_last_word(sandbox):
    assert connect() == Connection.objects.get().code


def test_it_takes_all_its_arguments(sandbox, hr):
    connect(
        *("--owner", "hr", "--notify", "a@example.com", "--notify", "b@example.com"),
        *("--end-reason", "byttetLoenssystemEllerRegnskapsfoerer", "--huma-group", "g1", "--huma-group", "g2"),
    )
    connection = Connection.objects.get()
    assert list(connection.owners.all()) == [hr]
    assert connection.recipients == ["a@example.com", "b@example.com"]
    assert connection.default_end_reason == "byttetLoenssystemEllerRegnskapsfoerer"
    assert connection.huma_groups == ["g1", "g2"]


def test_the_customers_tenant_id_is_told_from_the_companys_in_one_line(sandbox):
    said = refusal(tenant_id=CUSTOMER_TENANT_ID)
    assert "This is the customer's Tenant ID, not the company's" in said
    assert "Visma Admin → Company → Edit → Configuration → Tenant id" in said
    assert "'Read employees' and 'Write employees'" in said
    assert not Connection.objects.exists()


def test_the_same_pair_again_renews_the_credentials(sandbox):
    first = connect()
    sandbox.huma.api_keys = {OTHER_GUID: HUMA_CLIENT_SECRET}
    assert connect(huma_client_id=OTHER_GUID) == first
    assert Connection.objects.get().huma_client_id == OTHER_GUID


def test_renewing_keeps_the_settings_that_are_not_given(sandbox):
    connect("--notify", "a@example.com")
    connect()
    assert Connection.objects.get().recipients == ["a@example.com"]


def test_another_organisation_does_not_get_a_connected_tenant(sandbox):
    connect()
    sandbox.huma.organization_id = OTHER_GUID
    assert refusal().startswith("This Tenant ID is already connected.")


def test_a_pair_that_was_disconnected_is_taken_up_again(sandbox, hr):
    old = company(hr, state="disconnected", huma_client_id="", huma_client_secret="")
    assert connect() == old.code
    old.refresh_from_db()
    assert old.state == "active"
    assert old.huma_client_secret == HUMA_CLIENT_SECRET


def test_the_authority_must_be_confirmed(sandbox):
    with pytest.raises(CommandError) as refused, override("en"):
        call_command(
            *("connect", "--name", "X", "--tenant-id", TENANT_ID, "--huma-client-id", HUMA_CLIENT_ID),
            *("--huma-client-secret", HUMA_CLIENT_SECRET),
        )
    assert refused.value.returncode == 2
    assert "--confirm-authority" in str(refused.value)
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--owner", "nobody"], "--owner: no user who can sign in is called “nobody”."),
        (["--end-reason", "sluttet"], "--end-reason takes one of: arbeidstakerHarSagtOppSelv,"),
        (["--notify", "boss@"], "--notify: “boss@” isn't an email address."),
        (["--tenant-id", "123"], "--tenant-id: A Tenant ID has 32 digits"),
        (["--tenant-id", OTHER_GUID], "Visma.net gives humavisma no access"),
        (["--huma-client-secret", OTHER_GUID], "Huma doesn't accept this Client ID and Client secret."),
    ],
)
def test_a_mistake_is_one_clear_line(sandbox, more: Any, sentence):
    assert refusal(*more).startswith(sentence)
    assert not Connection.objects.exists()


def test_an_owner_who_cannot_sign_in_is_refused(sandbox, django_user_model):
    django_user_model.objects.create_user("visitor")
    assert "Add the user first, as staff" in refusal("--owner", "visitor")


def test_who_gets_payrolls_notices_is_set_too(sandbox):
    connect("--payroll", "a@example.com", "--payroll", "b@example.com")
    connect()
    assert Connection.objects.get().payroll_contacts == ["a@example.com", "b@example.com"]
    assert refusal("--payroll", "boss@") == "--payroll: “boss@” isn't an email address."
