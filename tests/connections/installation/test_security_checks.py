"""Settings with which neither web nor worker nor `migrate` starts, each with a sentence that says what to do."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from connections.api.loopback import is_loopback
from humavisma.demo.environment import Demo

GOOD = "k3y-" * 13


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def errors() -> dict[str | None, str]:
    return {one.id: f"{one.msg} {one.hint}" for one in run_checks() if one.is_serious()}


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("k", "too short"),
        ("k3y-" * 12 + "k", "has 49 characters, and needs 50"),
        ("ab" * 40, "hardly any different characters"),
        ("django-insecure-" + GOOD, "developer's machine"),
        ("insecure-only-for-development-" + "0" * 32, "developer's machine"),
    ],
)
def test_a_key_that_can_be_guessed_is_refused_and_not_shown(settings: Any, key: str, why: str) -> None:
    settings.SECRET_KEY = key
    said = errors()["connections.E006"]
    assert why in said
    assert "token_urlsafe" in said
    assert len(key) == 1 or key not in said


def test_a_developers_own_key_is_enough_for_a_developer(settings: Any) -> None:
    settings.SECRET_KEY, settings.DEBUG, settings.SITE_URL = "insecure-only-for-development-" + "0" * 32, True, ""
    assert errors() == {}


def test_the_hint_and_the_demo_make_good_keys(settings: Any, tmp_path: Any) -> None:
    settings.SECRET_KEY = "short"
    command = errors()["connections.E006"].split("'")[1]
    made = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    for key in (made.stdout.strip(), Demo(tmp_path).environment()["SECRET_KEY"]):
        settings.SECRET_KEY = key
        assert errors() == {}


@pytest.mark.parametrize(("site", "refused"), [("https://h.example.com", True), ("http://localhost:8000", False)])
def test_debug_is_refused_where_people_come(settings: Any, site: str, refused: bool) -> None:
    settings.DEBUG, settings.SITE_URL = True, site
    assert ("connections.E007" in errors()) is refused
    settings.DEBUG = False
    assert errors() == {}


@pytest.mark.parametrize("hosts", [["*"], ["h.example.com", "*"], [" * "]])
def test_every_host_is_refused(settings: Any, hosts: list[str]) -> None:
    settings.ALLOWED_HOSTS = hosts
    assert "ALLOWED_HOSTS is *" in errors()["connections.E008"]


def test_named_hosts_are_not(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["h.example.com", ".example.com", "127.0.0.1"]
    assert errors() == {}


@pytest.mark.parametrize("name", ["HUMA_API_URL", "VISMA_API_URL", "VISMA_TOKEN_URL"])
@pytest.mark.parametrize(
    "address",
    [
        "http://openapi.humahr.com",
        "HTTP://openapi.humahr.com",
        "http://localhost.evil.com",
        "http://127.0.0.1@evil.com",
        "http://localhost@evil.com/",
        "http://127.0.0.1.evil.com",
        "http://evil.com#@127.0.0.1",
        "http://evil.com\\@127.0.0.1",
        "http://10.0.0.1:8801",
        "http://[fe80::1]",
        "http://0.0.0.0:8801",
        "http://xn--lcalhost-54a.com",
        "http://ⓛocalhost.com",
    ],
)
def test_a_vendor_over_plain_http_is_refused(settings: Any, name: str, address: str) -> None:
    setattr(settings, name, address)
    assert errors().keys() & {"connections.E005", "connections.E009"}, address
    assert "evil" not in str(errors())


@pytest.mark.parametrize(
    "address",
    [
        "https://openapi.humahr.com",
        "http://localhost:8801",
        "http://LOCALHOST",
        "http://127.0.0.1:8801/v2",
        "http://127.8.9.10",
        "http://[::1]:8802",
        "http://[::ffff:127.0.0.1]",
    ],
)
def test_https_and_this_machine_are_not(settings: Any, address: str) -> None:
    settings.HUMA_API_URL = address
    assert errors() == {}


@given(st.text(alphabet="localhst127.0:e[]@%-", max_size=20))
def test_this_machine_has_few_names(host: str) -> None:
    if is_loopback(host):
        assert host in ("localhost", "[::1]", "::1") or host.strip("[]").lstrip(":").count(".") == 3 or "::1" in host


WRONG = {
    "SECRET_KEY": "too-short",
    "ALLOWED_HOSTS": "*",
    "HUMA_API_URL": "http://localhost.evil.com",
}


@pytest.mark.parametrize(
    "command",
    [("migrate",), ("worker",), ("web", "--bind", "127.0.0.1:0"), ("runserver", "--noreload", "0"), ("wsgi",)],
)
def test_nothing_starts_and_each_is_said(tmp_path: Any, command: tuple[str, ...]) -> None:
    env = {**os.environ, **WRONG, "DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite3", "LANG": "C.UTF-8"}
    env["DJANGO_SETTINGS_MODULE"] = "humavisma.settings"
    program = ["-c", "import humavisma.wsgi"] if command == ("wsgi",) else ["manage.py", *command]
    started = subprocess.run(
        [sys.executable, *program],
        cwd=django_settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert started.returncode != 0
    assert all(name in started.stderr for name in WRONG), started.stderr
    assert "too-short" not in started.stderr
    assert "Traceback" not in started.stderr
    if command == ("migrate",):
        with sqlite3.connect(tmp_path / "new.sqlite3") as database:
            assert database.execute("SELECT * FROM sqlite_master").fetchall() == []
        database.close()
