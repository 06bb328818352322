"""The takeover of a company: somebody knows its Tenant ID, and has a Huma organisation with the same names in it.

Source: design, A run 1 and Roles.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail

from connections.connect import connecting, disconnecting
from connections.models import Connection, Pairing
from connections.pairing import reservations
from connections.releases import answering, expected_pairings
from connections.sandbox import HUMA_CLIENT_SECRET
from sync.models import EmployeeSnapshot, SyncRun
from tests.connections.companies import company
from tests.sync import bell, driving
from tests.sync.companies import Companies, OneCompany
from tests.sync.release.attacking import Attacker, audit_of, texts_of, told
from tests.sync.release.conftest import request_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both(settings: Any, superuser: User) -> Iterator[tuple[OneCompany, OneCompany]]:
    """A company, and an invented Huma organisation with the same names, numbers and email addresses in it."""
    victim, copy = OneCompany(9, 1), OneCompany(9, 1)
    for index, (id_, employee) in enumerate(list(victim.visma.employees.items())):
        victim.visma.edit(
            id_,
            salaryPaymentMethod={"paymentType": "cash"},
            phones=[{"type": "business", "number": f"+47913{index:05}"}],
            address={**employee.body.get("address", {}), "streetName": f"Hemmelig gate {index}"},
        )
    victim.add_person("only_visma_former")
    victim.before = victim.state()
    companies = Companies(victim, copy)
    with companies:
        for name, value in {**companies.settings(), "JOB_WAIT_FIRST_SECONDS": 0.05}.items():
            setattr(settings, name, value)
        yield victim, copy


@pytest.fixture
def victim(both: Any) -> OneCompany:
    return both[0]


@pytest.fixture
def attacker(both: Any) -> Attacker:
    user = User.objects.create_user("mallory", "mallory@example.com", "x", is_staff=True)
    return Attacker(user, both[1])


@pytest.fixture
def elsewhere(hr: User) -> Connection:
    """Another company's connection, so that this isn't an installation for one."""
    return company(hr, name="Another AS")


def connect_as_owner(victim: OneCompany, owner: User) -> Connection:
    """The company's own connection."""
    access = connecting.Access(victim.tenant_id, victim.key, HUMA_CLIENT_SECRET)
    return connecting.connect(owner, access, {"name": "Hemmelig Holding AS"}, owner)


def is_untouched(victim: OneCompany) -> bool:
    """Nobody wrote anything there."""
    return victim.state() == victim.before


def test_where_no_release_is_needed_the_attack_tells_everything(settings, victim, attacker, elsewhere):
    """So that the tests below can fail."""
    settings.CONNECT_NEEDS_RELEASE = "never"
    made = attacker.connect(victim.tenant_id)
    assert made
    attacker.try_everything(made)
    assert "Hemmelig gate 1" in told(victim, attacker, attacker.everything)


def test_before_the_companys_own_connect_nothing_is_told(victim, attacker, elsewhere):
    made = attacker.connect(victim.tenant_id)
    assert made
    assert made.state == "waiting"
    attacker.try_everything(made)
    assert told(victim, attacker, attacker.everything) == set()
    assert is_untouched(victim)
    assert not SyncRun.objects.exclude(state="failed").exists()
    assert not EmployeeSnapshot.objects.exists()


def test_after_its_disconnect_the_company_stays_reserved(victim, attacker, elsewhere, hr):
    own = connect_as_owner(victim, hr)
    answering.release(request_of(own).pk, User.objects.get(username="admin"))
    own.refresh_from_db()
    driving.apply(driving.read(own, hr), hr)
    before = victim.before = victim.state()
    disconnecting.disconnect(own, hr)
    assert attacker.connect(victim.tenant_id) is None
    attacker.try_everything(own)
    assert [one for one in attacker.everything.splitlines() if own.name in one] == []
    assert told(victim, attacker, attacker.everything) == set()
    assert victim.state() == before


def test_after_it_was_freed_the_next_organisation_waits(victim, attacker, elsewhere, hr, superuser):
    own = connect_as_owner(victim, hr)
    answering.release(request_of(own).pk, superuser)
    own.refresh_from_db()
    disconnecting.disconnect(own, hr)
    reservations.free(Pairing.objects.get(tenant_id=victim.tenant_id).pk, superuser)
    made = attacker.connect(victim.tenant_id)
    assert made
    assert made.state == "waiting"
    attacker.try_everything(made)
    assert told(victim, attacker, attacker.everything) == set()


def test_whom_one_expected_before_it_was_freed_waits_all_the_same(victim, attacker, elsewhere, hr, superuser):
    own = connect_as_owner(victim, hr)
    answering.release(request_of(own).pk, superuser)
    expected_pairings.expect(superuser, [(victim.tenant_id, attacker.user)])
    own.refresh_from_db()
    disconnecting.disconnect(own, hr)
    reservations.free(Pairing.objects.get(tenant_id=victim.tenant_id).pk, superuser)
    made = attacker.connect(victim.tenant_id)
    assert made
    assert made.state == "waiting"


def test_a_released_company_of_ones_own_opens_no_other(victim, attacker, elsewhere, superuser):
    """The attacker's key is known and released, for their own company."""
    own = attacker.connect(attacker.own.tenant_id)
    assert own
    answering.release(request_of(own).pk, superuser)
    made = attacker.connect(victim.tenant_id, reuse=own.code)
    assert made
    assert (made.state, made.huma_organization_id) == ("waiting", own.huma_organization_id)
    attacker.try_everything(made)
    assert told(victim, attacker, attacker.everything) == set()


def test_a_refused_attacker_gets_no_further_the_second_time(victim, attacker, elsewhere, superuser):
    made = attacker.connect(victim.tenant_id)
    assert made
    answering.refuse(request_of(made).pk, superuser, "Nobody there knows of it.")
    made.refresh_from_db()
    assert (made.state, made.huma_client_secret) == ("disconnected", "")
    attacker.try_everything(made)
    again = attacker.connect(victim.tenant_id)
    assert again == made, "who comes back finds what they had"
    again.refresh_from_db()
    assert again.state == "waiting"
    attacker.try_everything(again)
    assert told(victim, attacker, attacker.everything) == set()
    assert audit_of(made).count("connection.not_released") == 1


def test_an_open_page_of_the_superuser_releases_nothing_else(victim, attacker, elsewhere, superuser):
    """What was seen is what is released: not what the attacker put in its place meanwhile."""
    made = attacker.connect(victim.tenant_id)
    assert made
    seen = request_of(made)
    disconnecting.disconnect(made, attacker.user)
    attacker.connect(victim.tenant_id)
    with pytest.raises(answering.Answered):
        answering.release(seen.pk, superuser)
    made.refresh_from_db()
    assert made.state == "waiting"


def test_the_companys_own_people_are_told_nothing_of_the_attacker(victim, attacker, elsewhere, hr, client):
    """They are refused, and the superusers know of the connection that waits; refused, it is in nobody's way."""
    made = attacker.connect(victim.tenant_id)
    with pytest.raises(connecting.NotConnected) as refused:
        connect_as_owner(victim, hr)
    assert [one.code for one in refused.value.troubles] == ["tenant_taken"]
    answering.refuse(request_of(made).pk, User.objects.get(username="admin"), "No.")
    assert connect_as_owner(victim, hr).state == "waiting", "a Tenant ID that was never released is reserved for nobody"


def test_what_the_superuser_is_told_holds_no_value(victim, attacker, elsewhere, superuser):
    made = attacker.connect(victim.tenant_id)
    assert made
    bell.until_quiet()
    attacker.web.force_login(superuser)
    page = attacker.web.get(f"/admin/connections/{made.code}/release/").content.decode()
    mails = "".join(text for one in mail.outbox for text in texts_of(one))
    assert told(victim, attacker, page + mails) == set()
    assert superuser.email in [address for one in mail.outbox for address in one.to]
