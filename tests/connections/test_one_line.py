"""A mistake on the command line, or in the settings: one line on stderr, exit code 2, no traceback."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError

from connections.command_line import email_address
from connections.management.commands.connect import _chosen
from connections.pages.form_fields import EmailsField

ROOT = Path(__file__).resolve().parents[2]
KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
ID = "3c9a1b7e-6d52-4f18-a0c4-e7b8d9f01234"
COMMANDS = ("sync", "automatic", "webhook", "links")


def said(database: Path, *arguments: str | bytes, **settings: str) -> str:
    """The one line that the command said before it ended with exit code 2."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "humavisma.settings",
        "ENV_FILE": os.devnull,
        "DEBUG": "true",
        "SECRET_KEY": "x" * 60,
        "SITE_URL": "http://localhost",
        "FIELD_ENCRYPTION_KEY": KEY,
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "DATABASE_URL": f"sqlite:///{database}",
        **settings,
    }
    done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, b"", 1), done.stderr.decode()
    return done.stderr.decode()


@pytest.mark.parametrize("command", COMMANDS)
def test_an_argument_in_another_encoding_is_refused(tmp_path: Path, command: str) -> None:
    assert "UTF-8" in said(tmp_path / "db", command, b"Fj\xf8rd")


def test_a_name_in_another_encoding_is_refused(tmp_path: Path) -> None:
    access = [part for name in ("tenant-id", "huma-client-id", "huma-client-secret") for part in (f"--{name}", ID)]
    assert "UTF-8" in said(tmp_path / "db", "connect", *access, "--confirm-authority", "--name", b"Fj\xf8rd")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_without_its_tables_is_to_be_migrated(tmp_path: Path, command: str) -> None:
    assert "manage.py migrate" in said(tmp_path / "db", command, "x")


def test_a_database_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "DATABASE_URL" in said(tmp_path / "nowhere" / "db", "sync", "x")


@pytest.mark.parametrize("address", ["nonsense", "http://[::1", "http://a b", "http://x:99999", "ftp://x.example.com"])
def test_an_address_of_a_vendor_that_is_none_is_said(tmp_path: Path, address: str) -> None:
    assert "HUMA_API_URL" in said(tmp_path / "db", "sync", "x", HUMA_API_URL=address)


def test_a_malformed_key_is_said(tmp_path: Path) -> None:
    assert "FIELD_ENCRYPTION_KEY" in said(tmp_path / "db", "sync", "x", FIELD_ENCRYPTION_KEY="abc")


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        (("--huma-port", "99999"), "65535"),
        (("--visma-port", "-1"), "--visma-port"),
        (("--huma-port", "abc"), "65535"),
        (("--mode", "foo"), "--mode"),
        (("--faults", "2"), "0"),
    ],
)
def test_the_sandbox_says_what_it_does_not_take(tmp_path: Path, arguments: tuple[str, str], about: str) -> None:
    assert about in said(tmp_path / "db", "sandbox", *arguments)


@pytest.mark.parametrize("pasted", ["kari@x.no\u200b", "kari@x\u00ad.no", "kari@x.no\u202e", "\ufeffkari@x.no "])
def test_an_address_is_taken_without_what_cannot_be_seen_in_it(pasted: str) -> None:
    assert email_address("--payroll", pasted) == "kari@x.no"
    assert EmailsField().clean(f"{pasted}\nkari@x.no") == ["kari@x.no"]


@pytest.mark.parametrize("pasted", ["\u200b", "\u00ad \u2060"])
def test_what_cannot_be_seen_is_no_address(pasted: str) -> None:
    with pytest.raises(CommandError):
        email_address("--payroll", pasted)
    with pytest.raises(ValidationError):
        EmailsField().clean(pasted)


@pytest.mark.parametrize(
    "wrong", [{"name": "\u200b"}, {"huma_group": [""]}, {"huma_group": ["a b"]}, {"huma_group": [f"{ID}\u200bx"]}]
)
def test_a_name_and_groups_have_to_be_such(wrong: dict[str, object]) -> None:
    right: dict[str, Any] = {"name": "x", "notify": [], "payroll": [], "end_reason": None, "huma_group": []}
    with pytest.raises(CommandError):
        _chosen({**right, **wrong})


def test_a_name_is_taken_without_what_cannot_be_seen_in_it() -> None:
    given: dict[str, Any] = {"name": " Fjord\u200bheim\u00a0 AS\n", "notify": [], "payroll": [], "end_reason": None}
    assert _chosen({**given, "huma_group": [ID]}) == {"name": "Fjordheim AS", "huma_groups": [ID]}
