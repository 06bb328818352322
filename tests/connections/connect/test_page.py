"""The Connect page, against both vendors on loopback."""

import pytest
from django.test import Client

from connections.models import AuditEntry, Connection
from connections.sandbox import (
    CUSTOMER_TENANT_ID,
    HUMA_CLIENT_ID,
    HUMA_CLIENT_SECRET,
    READ_SCOPE,
    TENANT_ID,
    WRITE_SCOPE,
)
from tests.connections.companies import OTHER_GUID, company, text_of, typed

URL = "/admin/connections/connect/"
pytestmark = pytest.mark.django_db


def test_it_says_what_to_click_on_both_sides(site, settings):
    settings.VISMA_APP_NAME = "Huma til lønn"
    said = text_of(site.get(URL))
    assert "find and open <strong>Huma til lønn</strong>" in said
    assert "Make sure both 'Read employees' and 'Write employees' are activated" in said
    assert "System settings → Open API" in said
    assert "Nothing has been sent" in said


def test_it_lists_every_supported_field_with_its_rule(site):
    from sync.core.fields import FIELDS

    said = text_of(site.get(URL))
    assert all(field.label in said and field.rule in said for field in FIELDS)


def test_it_has_a_text_for_the_colleague_who_has_the_access(site):
    said = text_of(site.get(URL))
    assert "I don't have this access" in said
    assert "copy the Tenant ID and send it to me" in said
    assert "Client secret, the secret in a safe way" in said


def test_it_connects_and_shows_the_connection(site, hr, sandbox):
    before = sandbox.state()
    response = site.post(URL, typed(), follow=True)
    connection = Connection.objects.get()
    assert response.redirect_chain == [(f"/admin/connections/{connection.code}/", 302)]
    assert "Huma and Visma.net Payroll both answer; nothing has been sent." in text_of(response)
    assert list(connection.owners.all()) == [hr]
    assert connection.huma_organization_id == sandbox.huma.organization_id
    assert connection.recipients == ["hr@example.com", "boss@example.com"]
    assert connection.default_end_reason == "arbeidstakerHarSagtOppSelv"
    assert connection.authority_confirmed_by == "hr"
    assert connection.authority_confirmed_at is not None
    assert AuditEntry.objects.get().action == "connection.made"
    assert sandbox.state() == before


def test_it_reads_from_both_sides_before_it_stores(site, sandbox):
    site.post(URL, typed())
    asked = {(one.side, one.method, one.path) for one in sandbox.journal}
    assert ("huma", "GET", "/users") in asked
    assert ("visma", "GET", "/v2/employees") in asked


def test_a_tenant_id_is_taken_however_it_was_copied(site, sandbox):
    site.post(URL, typed(tenant_id="  {" + TENANT_ID.upper() + "} "))
    assert Connection.objects.get().tenant_id == TENANT_ID


def test_a_tenant_id_of_the_wrong_shape_is_said_without_asking_anybody(site, sandbox):
    said = text_of(site.post(URL, typed(tenant_id="3c9a1b7e-6d52-4f18")))
    assert "A Tenant ID has 32 digits and letters a–f" in said
    assert 'value="3c9a1b7e-6d52-4f18"' in said
    assert len(list(sandbox.journal)) == 0


def test_the_customers_tenant_id_is_told_from_the_companys(site, sandbox):
    said = text_of(site.post(URL, typed(tenant_id=CUSTOMER_TENANT_ID)))
    assert "Visma.net lets humavisma in with this Tenant ID, but refuses everything" in said
    customers, scopes = (
        said.index("This is the customer's Tenant ID, not the company's"),
        said.index("are activated, and click"),
    )
    assert customers < said.index("Visma Admin → Company → Edit → Configuration → Tenant id") < scopes
    assert "Huma answers as it should." in said
    assert not Connection.objects.exists()


def test_a_wrong_tenant_id_names_the_causes_in_order(site, sandbox):
    said = text_of(site.post(URL, typed(tenant_id=OTHER_GUID)))
    assert "Visma.net gives humavisma no access to the company with this Tenant ID." in said
    authorise, company = said.index("isn't authorised in this company yet"), said.index("belongs to another company")
    assert authorise < company
    assert "Huma answers as it should." in said
    assert not Connection.objects.exists()


def test_nothing_typed_is_lost_and_the_secret_is_never_shown(site, sandbox):
    said = text_of(site.post(URL, typed(tenant_id=OTHER_GUID)))
    assert f'value="{OTHER_GUID}"' in said
    assert f'value="{HUMA_CLIENT_ID}"' in said
    assert 'value="Fjordheim AS"' in said
    assert "boss@example.com" in said
    assert "The Client secret is stored too, but isn't shown" in said
    assert HUMA_CLIENT_SECRET not in said


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        ({READ_SCOPE}, "'Write employees' isn't activated for humavisma."),
        ({WRITE_SCOPE}, "'Read employees' isn't activated for humavisma."),
        (set(), "'Read employees' and 'Write employees' aren't activated for humavisma."),
    ],
)
def test_a_missing_scope_is_named(site, sandbox, left, sentence):
    sandbox.visma.scopes = left
    said = text_of(site.post(URL, typed()))
    assert sentence in said
    assert "and click Integrate" in said
    assert not Connection.objects.exists()


def test_credentials_that_have_changed_places_are_recognised(site, sandbox):
    swapped = typed(huma_client_id=HUMA_CLIENT_SECRET, huma_client_secret=HUMA_CLIENT_ID)
    said = text_of(site.post(URL, swapped))
    assert "Client ID and Client secret were in each other's field." in said
    assert f'value="{HUMA_CLIENT_ID}"' in said
    assert HUMA_CLIENT_SECRET not in said
    assert not Connection.objects.exists()


def test_a_mistyped_secret_is_said_with_its_causes(site, sandbox):
    said = text_of(site.post(URL, typed(huma_client_secret=OTHER_GUID)))
    assert "Huma doesn't accept this Client ID and Client secret." in said
    assert "Copy both again" in said
    assert OTHER_GUID not in said


def test_both_sides_are_said_at_once(site, sandbox):
    said = text_of(site.post(URL, typed(huma_client_secret=OTHER_GUID, tenant_id=TENANT_ID[:-1] + "0")))
    assert "Huma doesn't accept this" in said
    assert "Visma.net gives humavisma no access" in said


def test_the_installations_own_credentials_are_the_administrators(site, sandbox, settings):
    settings.VISMA_CLIENT_SECRET = "wrong"
    said = text_of(site.post(URL, typed()))
    assert "doesn't accept the installation's Visma key" in said
    assert "Tell your administrator" in said


@pytest.mark.parametrize(
    ("side", "path", "kind", "sentence"),
    [
        ("visma", "token", "503", "Visma doesn't answer. "),
        ("huma", "token", "reset", "Huma doesn't answer."),
        ("huma", "/users", "not-json", "Huma doesn't answer."),
        ("visma", "/employees", "403", "Visma.net lets humavisma in, but doesn't let it fetch the employees."),
        ("huma", "/users", "403", "Huma accepts the API key, but doesn't let it fetch people."),
    ],
)
def test_a_vendor_in_trouble_stores_nothing(site, sandbox, side, path, kind, sentence):
    sandbox.faults.script(side, "*", path, kind, times=9)
    assert sentence.strip() in text_of(site.post(URL, typed()))
    assert not Connection.objects.exists()


def test_a_vendor_that_answers_nonsense_is_named_with_the_property(site, sandbox):
    sandbox.faults.rewrite("huma", "GET", "/users", lambda body: {"total": 3, "items": "none"}, times=9)
    said = text_of(site.post(URL, typed()))
    assert "Huma gave an answer that we don't understand (items)." in said
    assert not Connection.objects.exists()


def test_a_slow_vendor_is_not_waited_for_for_ever(site, sandbox, settings):
    settings.CONNECT_PATIENCE_SECONDS = 0.3
    sandbox.faults.script("visma", "*", "token", "slow:2", times=9)
    said = text_of(site.post(URL, typed()))
    assert "Visma takes too long to answer." in said
    assert "Nothing was stored." in said


def test_it_requires_the_authority(site, sandbox):
    said = text_of(site.post(URL, typed(authority="")))
    assert "Confirm that you have the authority" in said
    assert not Connection.objects.exists()


def test_a_wrong_email_address_is_named(site, sandbox):
    assert "“boss@” isn't an email address." in text_of(site.post(URL, typed(recipients="boss@")))


def test_a_tenant_that_a_colleague_connected_is_refused_without_saying_whose(site, other_hr, sandbox):
    company(other_hr, name="Secret Name AS")
    said = text_of(site.post(URL, typed()))
    assert "This Tenant ID is already connected." in said
    assert "Secret Name AS" not in said
    assert len(list(sandbox.journal)) == 0


def test_a_tenant_of_ones_own_leads_to_its_connection(site, hr, sandbox):
    mine = company(hr, name="Mine AS")
    said = text_of(site.post(URL, typed()))
    assert "It is your connection" in said
    assert f"/admin/connections/{mine.code}/" in said


def test_another_company_uses_the_same_access_to_huma(site, hr, sandbox):
    first = company(hr)
    sandbox.visma.tenants.add(OTHER_GUID)
    said = text_of(site.get(f"{URL}?reuse={first.code}"))
    assert "The API key of <strong>Fjordheim AS</strong> is used for this company too" in said
    site.post(URL, {**typed(tenant_id=OTHER_GUID, name="Datter AS"), "reuse": first.code})
    second = Connection.objects.get(name="Datter AS")
    assert second.huma_organization_id == first.huma_organization_id
    assert second.huma_client_secret == first.huma_client_secret


def test_the_access_of_somebody_elses_connection_is_not_to_be_used(site, other_hr, sandbox):
    theirs = company(other_hr)
    assert site.get(f"{URL}?reuse={theirs.code}").status_code == 404
    assert site.post(URL, {**typed(), "reuse": theirs.code}).status_code == 404


def test_it_requires_login(client: Client, db):
    assert client.get(URL).headers["Location"] == f"/admin/login/?next={URL}"


def test_it_requires_staff(client: Client, django_user_model):
    client.force_login(django_user_model.objects.create_user("visitor"))
    assert client.get(URL).status_code == 302
