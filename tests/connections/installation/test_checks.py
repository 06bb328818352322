"""The installation's checks: each problem is reported with what to do, and a serious one stops the start."""

import os
import subprocess
import sys
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, run_checks
from django.db import connection
from django.test import override_settings

from connections.installation.starting import require_sound_installation
from connections.models import Connection


@pytest.fixture(autouse=True)
def mail(settings: Any) -> None:
    """Mail that goes somewhere, as in production."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def said(database: bool = False, deploy: bool = False) -> dict[str, CheckMessage]:
    """Our checks' messages by their id."""
    messages = run_checks(databases=["default"] if database else None, include_deployment_checks=deploy)
    return {message.id: message for message in messages if message.id and message.id.startswith("connections.")}


def test_a_sound_installation_has_nothing_to_say(db: None) -> None:
    assert said(database=True, deploy=True) == {}


def test_a_missing_key_is_an_error_with_a_hint(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEY = []
    message = said()["connections.E001"]
    assert message.is_serious()
    assert "generate_key" in (message.hint or "")


def test_the_hint_makes_a_key_that_works(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEY = []
    command = (said()["connections.E001"].hint or "").split("'")[1]
    made = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    settings.FIELD_ENCRYPTION_KEY = [made.stdout.strip()]
    assert said() == {}


def test_a_malformed_key_is_an_error_that_does_not_show_it(settings: Any) -> None:
    settings.FIELD_ENCRYPTION_KEY = ["not-a-key"]
    assert "not-a-key" not in str(said()["connections.E001"])


@pytest.mark.django_db
def test_a_key_that_cannot_read_what_is_stored_is_an_error(settings: Any) -> None:
    Connection.objects.create(name="Fjord", huma_client_secret="secret")
    settings.FIELD_ENCRYPTION_KEY = [Fernet.generate_key().decode()]
    message = said(database=True)["connections.E002"]
    assert message.is_serious()
    assert "connections.Connection." in message.msg


@pytest.mark.django_db
def test_an_older_key_behind_the_new_one_still_reads(settings: Any) -> None:
    Connection.objects.create(name="Fjord", huma_client_secret="secret")
    settings.FIELD_ENCRYPTION_KEY = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEY]
    assert said(database=True) == {}


@pytest.mark.django_db(transaction=True)
def test_migrations_that_are_missing_are_an_error() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, app, name, applied FROM django_migrations WHERE app = 'sync'")
        rows = cursor.fetchall()
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sync'")
    try:
        message = said(database=True, deploy=True)["connections.E004"]
        assert "manage.py migrate" in (message.hint or "")
        with pytest.raises(SystemExit):
            require_sound_installation()
    finally:
        with connection.cursor() as cursor:
            cursor.executemany("INSERT INTO django_migrations (id, app, name, applied) VALUES (%s, %s, %s, %s)", rows)


@pytest.mark.parametrize("backend", ["console", "dummy", "locmem"])
def test_mail_that_nobody_gets_is_a_warning(settings: Any, backend: str) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    assert "EMAIL_URL" in (said()["connections.W001"].hint or "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ["connections.W002"]),
        ("humavisma.example.com", ["connections.W002"]),
        ("http://humavisma.example.com", ["connections.W003"]),
        ("https://humavisma.example.com", []),
        ("http://127.0.0.1:8000", []),
    ],
)
def test_the_sites_address_is_needed_and_https(settings: Any, url: str, expected: list[str]) -> None:
    settings.SITE_URL = url
    assert list(said()) == expected


def test_missing_credentials_at_visma_are_a_warning(settings: Any) -> None:
    settings.VISMA_CLIENT_SECRET = ""
    assert list(said()) == ["connections.W004"]


@pytest.mark.parametrize("name", ["SYNC_CONCURRENCY", "HUMA_REQUESTS_PER_SECOND", "VISMA_REQUESTS_PER_SECOND"])
@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_with_which_nothing_would_be_sent_is_an_error(settings: Any, name: str, speed: float) -> None:
    setattr(settings, name, speed)
    assert name in said()["connections.E011"].msg


def test_a_developers_machine_is_not_bothered_with_mail_and_address() -> None:
    console = "django.core.mail.backends.console.EmailBackend"
    with override_settings(DEBUG=True, SITE_URL="", EMAIL_BACKEND=console):
        assert said() == {}


@pytest.mark.django_db
def test_starting_writes_each_sentence_and_ends(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.FIELD_ENCRYPTION_KEY = []
    settings.VISMA_CLIENT_ID = ""
    with pytest.raises(SystemExit) as ended:
        require_sound_installation()
    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert any("FIELD_ENCRYPTION_KEY" in line for line in lines)
    assert any("VISMA_CLIENT_ID" in line for line in lines)


def test_the_web_does_not_start_on_a_database_without_tables(tmp_path: Any) -> None:
    env = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"}
    env.update(DJANGO_SETTINGS_MODULE="humavisma.settings", DJANGO_ALLOW_ASYNC_UNSAFE="")
    web = subprocess.run(
        [sys.executable, "-c", "import humavisma.wsgi"],
        cwd=django_settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert web.returncode == 3
    assert "manage.py migrate" in web.stderr
    assert "Traceback" not in web.stderr
