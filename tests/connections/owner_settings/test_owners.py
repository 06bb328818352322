"""Who sees and runs a connection."""

import pytest

from connections.models import AuditEntry
from tests.connections.companies import company, text_of

pytestmark = pytest.mark.django_db


def add(site, connection, who):
    return site.post(f"/admin/connections/{connection.code}/owners/add/", {"who": who}, follow=True)


def remove(site, connection, owner):
    return site.post(f"/admin/connections/{connection.code}/owners/{owner.pk}/remove/", follow=True)


@pytest.mark.parametrize("who", ["other", "OTHER@example.com"])
def test_an_owner_lets_a_colleague_in(site, hr, other_hr, who):
    connection = company(hr)
    assert "Added as an owner: other" in text_of(add(site, connection, who))
    assert other_hr in connection.owners.all()
    assert AuditEntry.objects.get().detail == {"owner": "other"}


def test_somebody_who_cannot_sign_in_is_not_added(site, hr, django_user_model):
    django_user_model.objects.create_user("visitor")
    connection = company(hr)
    said = text_of(add(site, connection, "visitor"))
    assert "No user here has that username or email." in said
    assert 'value="visitor"' in said
    assert connection.owners.count() == 1


def test_an_owner_takes_nobody_out(site, hr, other_hr):
    connection = company(hr, other_hr)
    assert remove(site, connection, other_hr).status_code == 403
    assert connection.owners.count() == 2


def test_a_superuser_takes_somebody_out(site, hr, other_hr, superuser):
    connection = company(hr, other_hr)
    site.force_login(superuser)
    assert "No longer an owner: other" in text_of(remove(site, connection, other_hr))
    assert list(connection.owners.all()) == [hr]


def test_the_last_owner_stays(site, hr, superuser):
    connection = company(hr)
    site.force_login(superuser)
    assert "A connection needs an owner." in text_of(remove(site, connection, hr))
    assert list(connection.owners.all()) == [hr]
