"""No employee's value is ever in clear in the database, in a log, a task, a session or an address."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from sync import runner
from sync.models import Change, Conflict, EmployeeSnapshot, SyncRun
from sync.runs import lifecycle
from sync.wizard import creation, review
from sync.wizard.retry import retry_failed
from sync.wizard.review import ReviewFilter
from tests.sync.driving import apply, connection, read, running

pytestmark = pytest.mark.django_db(transaction=True)

NAMED = {  # columns that hold a person's name or number on purpose
    ("sync_employeesnapshot", "name"),
    ("sync_employeesnapshot", "number"),
    ("sync_employeelink", "name"),
    ("sync_employeelink", "number"),
    ("sync_historyentry", "name"),
    ("sync_historyentry", "number"),
    ("sync_change", "name"),
    ("sync_change", "number"),
    ("sync_leftout", "name"),
    ("sync_notice", "name"),
    ("sync_notice", "number"),
}


@pytest.fixture
def sandbox(settings):
    settings.UNAVAILABLE_MINUTES = 0.005
    with running(settings, 50) as found:
        yield found


def texts(value: Any) -> Iterator[str]:
    """All texts within a document."""
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def values_of(sandbox: Any) -> set[str]:
    """The values that must not be found, names and numbers included, if they are long enough to be recognised."""
    found: set[str] = set()
    for user in sandbox.huma.users.values():
        if user.type == "user":
            found |= set(texts({k: v for k, v in user.values.items() if k not in ("supervisor", "code")}))
    keep = ("personNames", "emails", "phones", "address", "salaryPaymentMethod", "personIds", "number")
    for employee in sandbox.visma.employees.values():
        found |= set(texts({k: v for k, v in employee.body.items() if k in keep}))
    common = ("national", "international", "business", "private", "NATIONAL", "INTERNATIONAL")
    return {text for text in found if len(text) >= 6 and text not in common and not text.startswith(("20", "19"))}


def clear_text() -> Iterator[tuple[str, str, str]]:
    """Every cell of every table, as the database has it: (table, column, text)."""
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, cell in zip(columns, row, strict=True):
                    yield table, column, cell if isinstance(cell, str) else json.dumps(cell, default=str)


def whole_story(sandbox: Any, hr: Any) -> None:
    """A run with failures and creations, its retry, a run that was read only, and one by the command."""
    made = connection(sandbox, hr, recipients=["boss@example.com"], payroll_contacts=["pay@example.com"])
    run = read(made, hr)
    for field in ("phone", "address"):
        review.decide_bulk(run, hr, ReviewFilter(field=field, show="all"), "never")
    review.decide_bulk(run, hr, ReviewFilter(), "huma")
    for side in ("huma", "visma"):
        creation.choose_all(run, hr, side, True)
    sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=6)
    sandbox.faults.script("huma", "POST", "/users$", "409", times=1)
    failed = apply(run, hr)
    assert Change.objects.filter(run=failed, state="failed").exclude(vendor_words="").exists()
    apply(retry_failed(failed, hr), hr)
    read(made, hr)
    call_command("sync", made.code, "--json", "--conflicts", "suggested", "--confirm-large", stdout=io.StringIO())


def test_no_value_is_in_clear_in_any_table(sandbox, hr, smtp):
    secrets = values_of(sandbox)
    assert len(secrets) > 200
    whole_story(sandbox, hr)
    secrets |= values_of(sandbox)
    assert Conflict.objects.exclude(values=None).exists()
    assert EmployeeSnapshot.objects.exclude(payload=None).exists()
    leaks = {
        (table, column)
        for table, column, cell in clear_text()
        if (table, column) not in NAMED
        for secret in secrets
        if secret in cell
    }
    assert leaks == set()


def test_of_a_document_nothing_but_the_supported_fields_is_stored_even_encrypted(sandbox, hr):
    run = read(connection(sandbox, hr), hr)
    beyond: set[str] = set()
    keep = ("personNames", "emails", "phones", "address", "salaryPaymentMethod", "number", "externalIds", "id")
    for employee in sandbox.visma.employees.values():
        rest = {k: v for k, v in employee.body.items() if k not in (*keep, "lastChange", "tenantId")}
        beyond |= {text for text in texts(rest) if len(text) >= 8 and not text.startswith(("20", "19"))}
    beyond |= {user.values["birthDate"] for user in sandbox.huma.users.values() if "birthDate" in user.values}
    assert len(beyond) > 20
    for payload in EmployeeSnapshot.objects.filter(run=run).values_list("payload", flat=True):
        stored = json.dumps(payload)
        assert not [text for text in beyond if text in stored]


def test_no_value_is_in_a_log_line(sandbox, hr, smtp, caplog):
    secrets = values_of(sandbox)
    audit = logging.getLogger("humavisma.audit")  # its lines go past the other handlers
    audit.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.DEBUG):
            whole_story(sandbox, hr)
    finally:
        audit.removeHandler(caplog.handler)
    secrets |= values_of(sandbox)
    audited = {json.loads(r.getMessage())["action"] for r in caplog.records if r.name == audit.name}
    assert {"run.started", "differences.decided", "create.chosen", "run.finished"} <= audited
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith(("django.db", "mail.log", "aiosmtpd"))]
    assert ours
    assert not [line for line in ours for secret in secrets if secret in line]


def test_tasks_carry_a_primary_key_and_nothing_else(sandbox, hr):
    run = runner.drive(lifecycle.start(connection(sandbox, hr), hr))
    review.decide_bulk(run, hr, ReviewFilter(), "huma")
    apply(run, hr)
    tasks = [SignedPackage.loads(row.payload) for row in OrmQ.objects.all()]
    assert tasks
    assert {(task["func"], tuple(task["args"])) for task in tasks} == {
        ("sync.tasks.advance", (run.pk,)),
        ("sync.tasks.attend", (run.connection_id,)),
        ("sync.tasks.letters", ()),
    }
    assert not [task["kwargs"] for task in tasks if task["kwargs"]]


def test_searches_leave_no_trace_in_sessions_or_addresses(sandbox, hr):
    run = read(connection(sandbox, hr), hr)
    browser = Client()
    browser.force_login(hr)
    person = Conflict.objects.filter(run=run)[0].link
    for name in ("review", "people"):
        page = reverse(f"admin:{name}", args=[run.connection.code])
        response = browser.post(page, {"search": person.name}, follow=True)
        assert response.status_code == 200
        assert all(person.name.split()[0] not in url for url, _status in response.redirect_chain)
    for session in Session.objects.all():
        assert person.name not in json.dumps(session.get_decoded())


def test_every_model_with_values_keeps_them_encrypted():
    for model in (Conflict, Change, EmployeeSnapshot):
        for field in model._meta.get_fields():
            if field.name in ("values", "before", "after", "payload", "vendor_words", "comment"):
                assert "Encrypted" in type(field).__name__
    assert apps.get_model("sync", "SyncRun") is SyncRun
