"""For whom a connection works: the rule in memory and the one in queries say the same of everybody."""

import pytest

from sync.analysis.pilot_scope import alone_inside, linked_inside, linked_outside, links_in_pilots, pilot_scope
from sync.models import EmployeeLink, EmployeeSnapshot, PilotMember
from sync.wizard.review import HEADINGS, headings
from tests.connections.companies import company
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def made(hr):
    """Three linked people, one alone on each side; the first is a member by link, the second by id, and one alone."""
    connection = company(hr)
    people = [
        one
        for at in "abc"
        for one in (
            in_huma(f"h-{at}", f"Kari{at}", "Nordmann", at, f"{at}@x.no"),
            in_visma(f"v-{at}", f"Kari{at}", "Nordmann", at, f"{at}@x.no"),
        )
    ]
    alone = in_huma("h-x", "Nina", "Ny", "8", "nina@x.no"), in_visma("v-y", "Vera", "Visma", "9", "vera@x.no")
    read(connection, *people, *alone)
    first = EmployeeLink.objects.get(huma_id="h-a")
    for member in ({"link": first}, {"side": "visma", "vendor_id": "v-b"}, {"side": "huma", "vendor_id": "h-x"}):
        PilotMember.objects.create(connection=connection, by="hr", **member)
    return connection


def on(connection, is_on=True):
    connection.pilot = is_on
    connection.save()


def test_without_a_group_it_works_for_everyone(made):
    scope = pilot_scope(made.pk)
    assert all(scope.includes_link(link) for link in EmployeeLink.objects.all())
    assert scope.includes_person("visma", "v-y")
    assert EmployeeSnapshot.objects.filter(alone_inside(made)).count() == 8
    assert not EmployeeSnapshot.objects.filter(linked_outside(made)).exists()
    assert headings(made) is HEADINGS


def test_with_one_it_works_for_its_members_only_in_memory_and_in_queries(made):
    on(made)
    scope = pilot_scope(made.pk)
    inside = {link.huma_id for link in EmployeeLink.objects.all() if scope.includes_link(link)}
    assert inside == set(links_in_pilots().values_list("huma_id", flat=True)) == {"h-a", "h-b"}
    linked = EmployeeSnapshot.objects.exclude(link=None)
    assert set(linked.filter(linked_inside(made)).values_list("link__huma_id", flat=True)) == {"h-a", "h-b"}
    assert set(linked.filter(linked_outside(made)).values_list("link__huma_id", flat=True)) == {"h-c"}
    alone = EmployeeSnapshot.objects.filter(link=None)
    found = set(alone.filter(alone_inside(made)).values_list("vendor_id", flat=True))
    assert found == {one.vendor_id for one in alone if scope.includes_person(one.side, one.vendor_id)} == {"h-x"}


def test_an_id_of_one_side_is_nobody_on_the_other_and_in_no_other_connection(made, hr):
    on(made)
    assert not pilot_scope(made.pk).includes_person("visma", "h-x")
    other = company(hr, tenant_id="8a2f2c1e-0000-4000-8000-000000000001")
    on(other)
    assert not pilot_scope(other.pk).includes_person("huma", "h-x")
    assert not any(pilot_scope(other.pk).includes_link(link) for link in EmployeeLink.objects.all())


def test_a_deleted_link_leaves_a_row_that_matches_nobody(made):
    on(made)
    EmployeeLink.objects.get(huma_id="h-a").delete()
    assert set(links_in_pilots().values_list("huma_id", flat=True)) == {"h-b"}
    assert PilotMember.objects.filter(connection=made).count() == 3


def test_an_empty_group_works_for_nobody(made):
    on(made)
    PilotMember.objects.all().delete()
    scope = pilot_scope(made.pk)
    assert not any(scope.includes_link(link) for link in EmployeeLink.objects.all())
    assert not EmployeeSnapshot.objects.filter(linked_inside(made)).exists()
    assert not EmployeeSnapshot.objects.filter(alone_inside(made)).exists()
