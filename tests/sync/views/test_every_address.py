"""What holds for every address of ours that is about a connection, whichever page it is."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

import connections.urls
import sync.urls
from sync.models import SyncRun
from tests.sync.views.conftest import at, signed_in

pytestmark = pytest.mark.django_db

PATTERNS = [p for p in (*connections.urls.urlpatterns, *sync.urls.urlpatterns) if "code" in p.pattern.converters]
ADDRESSES = [(p.name, tuple(p.pattern.converters)) for p in PATTERNS]
each_address = pytest.mark.parametrize(("name", "parts"), ADDRESSES, ids=[name for name, _parts in ADDRESSES])
ROW_NUMBERS = {
    "attention_done": "notice",
    "review_decide": "conflict",
    "review_person": "link",
    "review_matches_decide": "match",
    "create_never": "person",
    "create_take_back": "left_out",
}


def filled(run: SyncRun, name: str, parts: tuple[str, ...]) -> str:
    """The address with what belongs into it: the connection's code, the run's number, a person of it."""
    owner = run.connection.owners.get().pk
    values = {
        "code": run.connection.code,
        "pk": owner if "owner" in name else run.pk,
        "side": "huma",
        "vendor_id": "kari",
    }
    return reverse(f"admin:{name}", kwargs={part: values[part] for part in parts})


@each_address
def test_it_is_there_for_its_owner(web, run, sandbox, name, parts):
    assert web.get(filled(run, name, parts)).status_code in (200, 302, 405)


@each_address
def test_it_is_not_there_for_another(run, other, name, parts):
    address = filled(run, name, parts)
    assert {signed_in(other).get(address).status_code, signed_in(other).post(address).status_code} in (
        {404},
        {404, 405},
    )


@each_address
def test_nobody_else_gets_past_signing_in(run, name, parts):
    nobody, no_staff = Client(), Client()
    no_staff.force_login(User.objects.create_user("member"))
    for client in (nobody, no_staff):
        response = client.post(filled(run, name, parts))
        assert response.status_code in (302, 405)
        assert response.status_code == 405 or response["Location"].startswith("/admin/login/?next=/admin/connections/")


@each_address
def test_nothing_is_taken_from_another_site(run, hr, name, parts):
    client = Client(enforce_csrf_checks=True)
    client.force_login(hr)
    assert client.post(filled(run, name, parts)).status_code in (403, 405)


@each_address
def test_looking_changes_nothing(web, run, sandbox, name, parts, django_assert_max_num_queries):
    with django_assert_max_num_queries(200) as asked:
        web.get(filled(run, name, parts))
    ours = ("sync_", "connections_", "django_q")
    wrote = [q["sql"] for q in asked.captured_queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert [sql for sql in wrote if any(f'"{table}' in sql for table in ours)] == []


@pytest.mark.parametrize("typed", ["", "0", "-1", "x", "²", "1" * 30, "1" * 5000])
def test_what_is_no_rows_number_is_nobodys(web, run, typed):
    for name, parameter in ROW_NUMBERS.items():
        data: dict[str, Any] = {parameter: typed, "choice": "huma", "to": "visma"}
        if name == "review_matches_decide":
            data["choice"] = "link"
        assert web.post(at(name, run.connection), data).status_code in (302, 404)
    for name in ("review", "create", "people", "history"):
        assert web.get(at(name, run.connection), {"page": typed, "link": typed}).status_code == 200
