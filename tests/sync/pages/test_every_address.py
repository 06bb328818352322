"""Rules for every address that is about a connection, whichever page it is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import connections.urls
import sync.urls
from sync.models import SyncRun
from tests.sync.browsing import at, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.both]

PATTERNS = [p for p in (*connections.urls.urlpatterns, *sync.urls.urlpatterns) if "code" in p.pattern.converters]
ADDRESSES = [(str(p.name), tuple(p.pattern.converters)) for p in PATTERNS]
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


def each_address(run: SyncRun, visit: Callable[[str], Any]) -> dict[str, Any]:
    """What ``visit`` found at each address, by its name; what it did is taken back before the next."""
    found: dict[str, Any] = {}
    for name, parts in ADDRESSES:
        with transaction.atomic():
            found[name] = visit(filled(run, name, parts))
            transaction.set_rollback(True)
    return found


def test_it_is_there_for_its_owner(web, run, sandbox):
    found = each_address(run, lambda address: web.get(address).status_code)
    assert set(found.values()) <= {200, 302, 405}, found


def test_it_is_not_there_for_another(run, other):
    client = signed_in(other)
    found = each_address(run, lambda address: {client.get(address).status_code, client.post(address).status_code})
    assert [name for name, statuses in found.items() if statuses not in ({404}, {404, 405})] == []


def test_nobody_else_gets_past_signing_in(run):
    nobody, no_staff = Client(), Client()
    no_staff.force_login(User.objects.create_user("member"))
    for client in (nobody, no_staff):
        answers = each_address(run, client.post)
        assert {name: one.status_code for name, one in answers.items() if one.status_code not in (302, 405)} == {}
        led = {one["Location"] for one in answers.values() if one.status_code == 302}
        assert [where for where in led if not where.startswith("/admin/login/?next=/admin/connections/")] == []


def test_nothing_is_taken_from_another_site(run, hr):
    client = Client(enforce_csrf_checks=True)
    client.force_login(hr)
    found = each_address(run, lambda address: client.post(address).status_code)
    assert set(found.values()) <= {403, 405}, found


def test_looking_changes_nothing_but_who_looked(web, run, sandbox):
    def writes(address: str) -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            web.get(address)
        ours = ("sync_", "connections_", "django_q")
        looks = ('INSERT INTO "connections_auditentry"', 'INSERT INTO "sync_auditedperson"')
        wrote = [q["sql"] for q in asked.captured_queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
        assert len(asked) <= 200
        wrote = [sql for sql in wrote if not sql.startswith(looks)]
        return [sql for sql in wrote if any(f'"{table}' in sql for table in ours)]

    assert {name: wrote for name, wrote in each_address(run, writes).items() if wrote} == {}


@pytest.mark.parametrize("typed", ["", "0", "-1", "x", "²", "1" * 30, "1" * 5000])
def test_what_is_no_rows_number_is_nobodys(web, run, typed):
    for name, parameter in ROW_NUMBERS.items():
        data: dict[str, Any] = {parameter: typed, "choice": "huma", "to": "visma"}
        if name == "review_matches_decide":
            data["choice"] = "link"
        assert web.post(at(name, run.connection), data).status_code in (302, 404)
    for name in ("review", "create", "people", "history"):
        assert web.get(at(name, run.connection), {"page": typed, "link": typed}).status_code == 200
