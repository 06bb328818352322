"""A mark in an address must be a row of the same connection: another one would show where its names are sorted."""

import pytest

from sync.models import EmployeeLink, EmployeeSnapshot
from sync.pages.paging import by_pk
from tests.connections.companies import company
from tests.sync.browsing import at
from tests.sync.walking import disagreeing, everybody, names, one_sided

pytestmark = pytest.mark.django_db


@pytest.fixture
def theirs(other):
    return company(other, tenant_id="2", name="Another company")


@pytest.mark.parametrize("where", ["after", "before", "at"])
def test_another_companys_person_is_no_place_in_review(web, fjordheim, theirs, where):
    disagreeing(fjordheim, 60)
    disagreeing(theirs, 60)
    link = EmployeeLink.objects.get(connection=theirs, name__startswith="Person040")
    shown = web.get(f"{at('review', fjordheim)}?{where}={link.pk}")
    assert names(shown) == everybody(60)[:25]


@pytest.mark.parametrize("where", ["after", "before", "at"])
def test_another_companys_person_is_no_place_on_create(web, fjordheim, theirs, where):
    one_sided(fjordheim, 60)
    one_sided(theirs, 60)
    person = EmployeeSnapshot.objects.get(run__connection=theirs, name__startswith="Person040")
    address = f"{at('create', fjordheim)}?to=visma&group=main&{where}={person.pk}"
    assert names(web.get(address)) == names(web.get(at("create", fjordheim)))


@pytest.mark.parametrize("model", [EmployeeLink, EmployeeSnapshot])
def test_an_order_knows_only_the_rows_that_it_is_among(fjordheim, theirs, model):
    disagreeing(fjordheim, 2)
    disagreeing(theirs, 2)
    mine = {"run__connection": fjordheim} if model is EmployeeSnapshot else {"connection": fjordheim}
    order = by_pk(model.objects.filter(**mine), ("name", "pk"))
    assert all(order.key(str(row.pk)) for row in model.objects.filter(**mine))
    assert not any(order.key(str(row.pk)) for row in model.objects.exclude(**mine))
