"""Who needs a release, who may give it, and which pairings stay reserved afterwards."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.db.migrations.executor import MigrationExecutor

from connections.connect import connecting, disconnecting
from connections.models import AuditEntry, Connection, Pairing
from connections.pairing import release_requests, reservations
from connections.pauses import pausing
from connections.releases import answering
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, TENANT_ID
from tests.connections.companies import OTHER_GUID, company, text_of, typed

URL = "/admin/connections/connect/"
OTHER_ORGANISATION = "99999999-2222-4333-8444-555555555555"
ACCESS = connecting.Access(TENANT_ID, HUMA_CLIENT_ID, HUMA_CLIENT_SECRET)
pytestmark = pytest.mark.django_db


@pytest.fixture
def another(other_hr):
    """Another company's connection."""
    return company(other_hr, name="Another AS", tenant_id=OTHER_GUID)


def connect(user, **chosen):
    return connecting.connect(user, ACCESS, {"name": "Fjordheim AS", **chosen}, user)


def pairing_of(made):
    return Pairing.objects.get(tenant_id=made.tenant_id, huma_organization_id=made.huma_organization_id)


def released(user, superuser):
    """A connection that a superuser has released."""
    made = connect(user)
    answering.release(made.release_requests.get().pk, superuser)
    made.refresh_from_db()
    return made


class TestWhenItIsNeeded:
    def test_an_installations_first_connection_needs_none(self, sandbox, hr):
        made = connect(hr)
        assert made.state == "active"
        assert pairing_of(made).released_how == "not_needed"

    def test_another_companys_does(self, sandbox, hr, another):
        made = connect(hr)
        assert made.state == "waiting"
        assert pairing_of(made).released_how == ""

    @pytest.mark.parametrize("ended", ["disconnected", "deleted"])
    def test_so_it_does_where_there_was_another_one(self, sandbox, hr, another, ended):
        disconnecting.disconnect(another, hr)
        if ended == "deleted":
            another.delete()
        assert connect(hr).state == "waiting"

    def test_a_superusers_does_not(self, sandbox, superuser, another):
        assert connect(superuser).state == "active"

    def test_always_means_everybody(self, sandbox, superuser, settings):
        settings.CONNECT_NEEDS_RELEASE = "always"
        assert connect(superuser).state == "waiting"

    def test_never_means_nobody(self, sandbox, hr, another, settings):
        settings.CONNECT_NEEDS_RELEASE = "never"
        assert connect(hr).state == "active"

    def test_a_word_that_is_not_known_stops_the_installation(self, settings):
        settings.CONNECT_NEEDS_RELEASE = "sometimes"
        assert "connections.E010" in [error.id for error in run_checks()]

    def test_a_word_that_is_not_known_lets_nobody_in(self, sandbox, hr, another, settings):
        settings.CONNECT_NEEDS_RELEASE = "Never"
        assert connect(hr).state == "waiting"

    def test_one_by_command_counts_as_released(self, sandbox, hr, another, capsys):
        arguments = [f"--tenant-id={TENANT_ID}", f"--huma-client-id={HUMA_CLIENT_ID}", "--confirm-authority"]
        arguments += [f"--huma-client-secret={HUMA_CLIENT_SECRET}", "--name=Fjordheim AS", "--owner=hr"]
        call_command("connect", *arguments)
        made = Connection.objects.get(tenant_id=TENANT_ID)
        assert (made.state, pairing_of(made).released_how) == ("active", "command")

    def test_the_command_releases_what_waits(self, sandbox, hr, another):
        made = connect(hr)
        arguments = [f"--tenant-id={TENANT_ID}", f"--huma-client-id={HUMA_CLIENT_ID}", "--confirm-authority"]
        call_command("connect", *arguments, f"--huma-client-secret={HUMA_CLIENT_SECRET}", "--name=Fjordheim AS")
        made.refresh_from_db()
        assert (made.state, release_requests.open_request(made)) == ("active", None)
        assert pairing_of(made).released_by == "manage.py connect"

    def test_renewed_credentials_of_the_same_pair_need_no_other(self, sandbox, hr, superuser, another):
        made = released(hr, superuser)
        connecting.renew(made, hr, HUMA_CLIENT_ID, HUMA_CLIENT_SECRET)
        assert made.state == "active"

    def test_renewed_credentials_release_nothing(self, sandbox, hr, another):
        made = connect(hr)
        connecting.renew(made, hr, HUMA_CLIENT_ID, HUMA_CLIENT_SECRET)
        connecting.check(made, hr)
        assert made.state == "waiting"

    def test_a_pause_and_its_end_release_nothing(self, sandbox, hr, another):
        made = connect(hr)
        pausing.pause(made, hr)
        assert made.state == "waiting"
        pausing.resume(made, hr)
        assert made.state == "waiting"


class TestTheAnswer:
    def test_a_release_is_a_superusers(self, sandbox, hr, superuser, another):
        request = connect(hr).release_requests.get()
        with pytest.raises(PermissionDenied):
            answering.release(request.pk, hr)
        with pytest.raises(PermissionDenied):
            answering.refuse(request.pk, hr, "No.")
        assert Connection.objects.get(tenant_id=TENANT_ID).state == "waiting"

    def test_it_is_kept_who_released_what_when(self, sandbox, hr, superuser, another):
        made = released(hr, superuser)
        pairing = pairing_of(made)
        assert (pairing.released_how, pairing.released_by) == ("by_hand", "admin")
        assert pairing.released_at is not None
        assert AuditEntry.objects.filter(action="connection.released", who="admin", connection=made).exists()

    def test_the_second_answer_comes_too_late(self, sandbox, hr, superuser, another):
        made = connect(hr)
        request = made.release_requests.get()
        answering.release(request.pk, superuser)
        with pytest.raises(answering.Answered):
            answering.refuse(request.pk, superuser, "No.")
        made.refresh_from_db()
        assert made.state == "active"

    def test_a_refusal_ends_the_connection_and_its_credentials(self, sandbox, hr, superuser, another):
        made = connect(hr)
        answering.refuse(made.release_requests.get().pk, superuser, "They know of nothing.")
        made.refresh_from_db()
        assert (made.state, made.huma_client_id, made.huma_client_secret) == ("disconnected", "", "")
        assert not reservations.reserved().exists()

    def test_a_disconnect_withdraws_the_question(self, sandbox, hr, another):
        made = connect(hr)
        disconnecting.disconnect(made, hr)
        assert made.release_requests.get().answer == "withdrawn"


class TestReserved:
    @pytest.fixture
    def mine(self, sandbox, hr, superuser, another):
        made = released(hr, superuser)
        disconnecting.disconnect(made, hr)
        return made

    def test_another_organisation_is_refused_as_if_it_were_connected(self, mine, site, other_hr, sandbox):
        sandbox.huma.organization_id = OTHER_ORGANISATION
        site.force_login(other_hr)
        refused = text_of(site.post(URL, typed()))
        assert "This Tenant ID is already connected." in refused
        assert mine.name not in refused.replace('value="Fjordheim AS"', "")
        assert Connection.objects.count() == 2
        sandbox.huma.organization_id = mine.huma_organization_id
        connecting.renew(mine, other_hr, HUMA_CLIENT_ID, HUMA_CLIENT_SECRET)
        sandbox.huma.organization_id = OTHER_ORGANISATION
        taken = text_of(site.post(URL, typed()))
        assert "This Tenant ID is already connected." in taken

    def test_so_it_is_once_the_connection_was_deleted(self, mine, other_hr, sandbox):
        mine.delete()
        sandbox.huma.organization_id = OTHER_ORGANISATION
        with pytest.raises(connecting.NotConnected) as refused:
            connect(other_hr)
        assert [one.code for one in refused.value.troubles] == ["tenant_taken"]

    def test_a_superuser_is_told_and_led_to_where_it_is_freed(self, mine, site, superuser, sandbox):
        sandbox.huma.organization_id = OTHER_ORGANISATION
        site.force_login(superuser)
        said = text_of(site.post(URL, typed()))
        assert "This Tenant ID is reserved for the Huma organisation that it was connected to." in said
        assert 'href="/admin/connections/pairings/">Open Approvals' in said

    def test_the_command_says_so_in_one_line(self, mine, sandbox):
        sandbox.huma.organization_id = OTHER_ORGANISATION
        arguments = [f"--tenant-id={TENANT_ID}", f"--huma-client-id={HUMA_CLIENT_ID}", "--confirm-authority"]
        with pytest.raises(CommandError) as refused:
            call_command("connect", *arguments, f"--huma-client-secret={HUMA_CLIENT_SECRET}", "--name=X")
        assert refused.value.returncode == 2
        assert "reserve" in str(refused.value)

    def test_the_same_organisation_comes_back_without_a_release(self, mine, hr):
        connecting.renew(mine, hr, HUMA_CLIENT_ID, HUMA_CLIENT_SECRET)
        assert mine.state == "active"
        disconnecting.disconnect(mine, hr)
        assert connect(hr) == mine
        assert Connection.objects.get(pk=mine.pk).state == "active"

    def test_so_it_does_with_another_admin(self, mine, other_hr):
        assert connect(other_hr).state == "active"

    def test_freed_it_is_anybodys_who_is_released(self, mine, hr, superuser, sandbox):
        pairing = reservations.reserved().get()
        assert reservations.free(pairing.pk, superuser)
        assert not reservations.free(pairing.pk, superuser)
        assert AuditEntry.objects.filter(action="tenant.freed", connection=mine, who="admin").exists()
        sandbox.huma.organization_id = OTHER_ORGANISATION
        theirs = connect(hr)
        assert (theirs.state, theirs.huma_organization_id) == ("waiting", OTHER_ORGANISATION)

    def test_freed_the_former_organisation_needs_a_release_too(self, mine, hr, superuser):
        reservations.free(reservations.reserved().get().pk, superuser)
        connecting.renew(mine, hr, HUMA_CLIENT_ID, HUMA_CLIENT_SECRET)
        assert mine.state == "waiting"

    def test_what_is_connected_cannot_be_freed(self, sandbox, hr, superuser, another):
        released(hr, superuser)
        with pytest.raises(reservations.StillConnected):
            reservations.free(Pairing.objects.get(tenant_id=TENANT_ID).pk, superuser)

    def test_freeing_is_a_superusers(self, mine, hr):
        with pytest.raises(PermissionDenied):
            reservations.free(reservations.reserved().get().pk, hr)


@pytest.mark.django_db(transaction=True)
def test_connections_of_before_count_as_released_and_keep_their_tenants(transactional_db):
    executor = MigrationExecutor(database)
    latest = executor.loader.graph.leaf_nodes()
    migration = next(name for app, name in executor.loader.graph.nodes if app == "connections" and "releases" in name)
    before = executor.loader.get_migration("connections", migration).dependencies[0]
    others = [node for node in latest if node[0] not in ("connections", "sync")]
    executor.migrate([before, *others])
    old = executor.loader.project_state([before]).apps.get_model("connections", "Connection")
    facts = [("1", "a", "active"), ("2", "b", "paused"), ("3", "c", "disconnected"), ("3", "d", "disconnected")]
    for tenant, organisation, state in [*facts, ("1", "e", "disconnected")]:
        old.objects.create(
            name="X", code=organisation, tenant_id=tenant, huma_organization_id=organisation, state=state
        )
    executor = MigrationExecutor(database)
    executor.migrate(latest)
    found = Pairing.objects.values_list("tenant_id", "huma_organization_id", "released_how")
    assert {(tenant, organisation): how for tenant, organisation, how in found} == {
        ("1", "a"): "before",
        ("1", "e"): "",
        ("2", "b"): "before",
        ("3", "c"): "",
        ("3", "d"): "before",
    }
    assert [one.huma_organization_id for one in reservations.reserved()] == ["d"]
