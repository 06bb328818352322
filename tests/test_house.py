"""Rules of the house: settings, closed doors, headers, and the layout."""

import ast
import io
import logging
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client

from humavisma.log_format import WithoutTexts
from tests import fields_table

BASE = settings.BASE_DIR
CODE = [path for name in ("humavisma", "connections", "sync") for path in sorted((BASE / name).rglob("*.py"))]


def manage(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    base = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE,
        env={**base, "ENV_FILE": os.devnull, **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_secret_key_nothing_starts_and_one_line_says_why() -> None:
    refused = manage("check")
    assert refused.returncode == 2
    assert refused.stderr.startswith("SECRET_KEY is not set")
    assert len(refused.stderr.splitlines()) == 1


def test_a_developer_needs_no_secret_key() -> None:
    key = settings.FIELD_ENCRYPTION_KEY[0]
    checked = manage("check", DEBUG="true", FIELD_ENCRYPTION_KEY=key)
    assert (checked.returncode, "no issues" in checked.stdout or "W004" in checked.stderr) == (0, True)


def test_the_product_has_one_version() -> None:
    project = tomllib.loads((BASE / "pyproject.toml").read_text())["project"]
    assert project["version"] == settings.VERSION, "each connection is checked again after an upgrade, by this version"


def test_every_variable_is_in_the_example_and_no_other() -> None:
    source = (BASE / "humavisma" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source))
    example = (BASE / ".env.example").read_text()
    assert read == set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE))


def test_the_examples_defaults_are_the_real_ones() -> None:
    answer = manage("check", DEBUG="true", FIELD_ENCRYPTION_KEY=settings.FIELD_ENCRYPTION_KEY[0])
    assert answer.returncode == 0
    numbers = re.findall(r"^# ([A-Z_]+)=([\d.]+)$", (BASE / ".env.example").read_text(), re.MULTILINE)
    assert len(numbers) > 10
    source = (BASE / "humavisma" / "settings.py").read_text()
    for name, value in numbers:
        default = re.search(rf'"{name}", default=([\d.]+)', source)
        assert default, name
        assert float(default[1]) == float(value), name


def test_every_page_has_a_strict_policy(client: Client, db: None) -> None:
    answer = client.get("/admin/login/")
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"


def test_error_pages_have_it_too(settings: Any, hr: User, monkeypatch: Any) -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    monkeypatch.setattr("sync.attention.views.start.SEARCH_FROM", None)
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(hr)
    answers = [
        client.get("/admin/"),
        client.get("/nowhere"),
        client.post("/admin/logout/"),
        client.get("/admin/", headers={"host": "evil.example"}),
    ]
    assert [answer.status_code for answer in answers] == [500, 404, 403, 400]
    assert all("default-src 'none'" in answer["Content-Security-Policy"] for answer in answers)


def test_a_bug_is_logged_without_its_text() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(WithoutTexts("{message}", style="{"))
    try:
        int("secret"[:6])
    except ValueError:
        handler.handle(logging.makeLogRecord({"msg": "Broken", "exc_info": sys.exc_info()}))
    said = stream.getvalue()
    assert said.startswith("Broken\nValueError\n")
    assert "invalid literal" not in said
    everything: Any = settings.LOGGING
    assert everything["formatters"]["line"]["()"] == "humavisma.log_format.WithoutTexts"


def test_cookies_go_over_https_only_where_the_site_is_https() -> None:
    show = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.ALLOWED_HOSTS)"
    )
    secure = manage("shell", "--no-imports", "-c", show, SECRET_KEY="k", SITE_URL="https://h.example.com")
    plain = manage("shell", "--no-imports", "-c", show, SECRET_KEY="k", SITE_URL="http://localhost:8000")
    assert secure.stdout.strip() == "True True ['h.example.com']", secure.stderr
    assert plain.stdout.strip() == "False False ['localhost']", plain.stderr


def test_the_front_door_leads_to_the_admin(client: Client, db: None) -> None:
    assert client.get("/")["Location"] == "/admin/"


def test_pages_are_norwegian_until_english_is_chosen(client: Client, db: None) -> None:
    assert client.get("/admin/login/")["Content-Language"] == "nb"
    client.post("/i18n/setlang/", {"language": "en", "next": "/admin/"})
    assert client.get("/admin/login/")["Content-Language"] == "en"


def test_the_queues_own_pages_are_nobodys(client: Client, superuser: User) -> None:
    assert type(admin.site._wrapped).__name__ == "HumavismaAdminSite"  # type: ignore[attr-defined]
    assert not [model for model in admin.site._registry if model._meta.app_label == "django_q"]
    client.force_login(superuser)
    assert client.get("/admin/django_q/schedule/").status_code == 404


def test_health_says_when_no_worker_lives(client: Client, db: None) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"worker": False, "database": True})


def test_health_says_when_the_database_is_gone(client: Client, transactional_db: None) -> None:
    from sync.models import Heartbeat

    table = connection.ops.quote_name(Heartbeat._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    try:
        answer = client.get("/healthz")
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")
    assert (answer.status_code, answer.json()) == (503, {"worker": False, "database": False})


def test_the_database_is_set_up_as_measured(db: None) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            facts = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "busy_timeout")}
        assert facts == {"journal_mode": "wal", "busy_timeout": 20000}
        assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    else:
        assert connection.settings_dict["CONN_MAX_AGE"] == 60
        assert connection.settings_dict["CONN_HEALTH_CHECKS"] is True


def test_a_task_cannot_come_again_while_it_still_runs() -> None:
    queue = settings.Q_CLUSTER
    fetched_ahead = -(-(queue["queue_limit"] + 1) // queue["workers"])
    assert queue["retry"] > queue["timeout"] * (1 + fetched_ahead)
    assert queue["timeout"] > settings.SLICE_SECONDS * 10


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_connections_never_imports_sync() -> None:
    wrong = [
        str(path.relative_to(BASE))
        for path in CODE
        if path.is_relative_to(BASE / "connections") and any(name.split(".")[0] == "sync" for name in imports(path))
    ]
    assert wrong == []


def test_requests_is_imported_in_one_place() -> None:
    where = [str(path.relative_to(BASE)) for path in CODE if any(n.split(".")[0] == "requests" for n in imports(path))]
    assert where == ["connections/api/http.py"]


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    files = [*CODE, *sorted((BASE / "tests").rglob("*.py"))]
    long = {str(p.relative_to(BASE)): n for p in files if (n := len(p.read_text().splitlines())) > 300}
    assert {name for name in long if "/migrations/" not in name} == set()


def test_no_line_of_a_template_is_longer_than_of_the_code() -> None:
    files = [path for kind in ("*.html", "*.txt") for path in sorted((BASE / "templates").rglob(kind))]
    lines = [(path, number, line) for path in files for number, line in enumerate(path.read_text().splitlines(), 1)]
    assert [f"{path.relative_to(BASE)}:{number}" for path, number, line in lines if len(line) > 120] == []


def test_no_short_comment_of_a_template_has_two_lines() -> None:
    """Django would show such a comment as text of the page."""
    found = [path.name for path in (BASE / "templates").rglob("*.*") if re.search(r"{#[^}]*\n", path.read_text())]
    assert found == []


def test_the_docs_list_the_fields_of_the_registry() -> None:
    assert fields_table.parts()[1] == fields_table.table(), "python -m tests.fields_table writes it"


def test_the_apps_are_ours_and_no_other(settings: Any) -> None:
    assert {config.label for config in apps.get_app_configs()} == {
        *("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles", "runserver_nostatic"),
        *("django_htmx", "django_q", "connections", "sync"),
    }
