"""`manage.py connect`: the secret comes from a file or a variable, hidden from process lists, or as an argument."""

import contextlib
import io
import os
import pty
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils.translation import override

from connections.models import Connection
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, TENANT_ID
from tests.connections.companies import OTHER_GUID

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_secret_around(monkeypatch):
    monkeypatch.delenv("HUMA_CLIENT_SECRET", raising=False)


def connect(*more: str) -> str:
    """Run the command; its last word."""
    given = ("--name", "Fjordheim AS", "--tenant-id", TENANT_ID, "--huma-client-id", HUMA_CLIENT_ID)
    out = StringIO()
    with override("en"):
        call_command("connect", *given, "--confirm-authority", *more, stdout=out)
    return out.getvalue().split()[-1]


def refusal(*more: str) -> str:
    """The one line of a refusal, which must not hold a secret."""
    with pytest.raises(CommandError) as refused:
        connect(*more)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert not {HUMA_CLIENT_SECRET, OTHER_GUID} & set(str(refused.value).split())
    assert not Connection.objects.exists()
    return str(refused.value)


def test_it_comes_from_the_environment(sandbox, monkeypatch):
    monkeypatch.setenv("HUMA_CLIENT_SECRET", HUMA_CLIENT_SECRET)
    assert connect() == Connection.objects.get().code


def test_it_comes_from_a_file(sandbox, tmp_path):
    (tmp_path / "secret").write_text(f"{HUMA_CLIENT_SECRET}\n")
    connect("--huma-client-secret-file", str(tmp_path / "secret"))
    assert Connection.objects.get().huma_client_secret == HUMA_CLIENT_SECRET


def test_it_comes_from_standard_input(sandbox, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{HUMA_CLIENT_SECRET}\n"))
    connect("--huma-client-secret-file", "-")
    assert Connection.objects.get().huma_client_secret == HUMA_CLIENT_SECRET


AS_WRITTEN = {
    "a line": b"%s\n",
    "a line of Windows": b"%s\r\n",
    "a mark of the encoding": b"\xef\xbb\xbf%s\r\n",
    "no line's end": b"%s",
    "lines around": b"\n  %s\t\n\n",
    "braces": b"{%s}\n",
}


@pytest.mark.parametrize("how", AS_WRITTEN)
def test_what_an_editor_puts_around_it_does_not_count(sandbox, tmp_path, monkeypatch, how):
    written = AS_WRITTEN[how] % HUMA_CLIENT_SECRET.encode()
    (tmp_path / "secret").write_bytes(written)
    connect("--huma-client-secret-file", str(tmp_path / "secret"))
    assert Connection.objects.get().huma_client_secret == HUMA_CLIENT_SECRET
    Connection.objects.all().delete()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written), encoding="utf-8"))
    connect("--huma-client-secret-file", "-")
    assert Connection.objects.get().huma_client_secret == HUMA_CLIENT_SECRET


def test_what_is_given_wins_over_the_environment(sandbox, monkeypatch, tmp_path):
    monkeypatch.setenv("HUMA_CLIENT_SECRET", OTHER_GUID)
    (tmp_path / "secret").write_text(HUMA_CLIENT_SECRET)
    connect("--huma-client-secret-file", str(tmp_path / "secret"))
    connect("--huma-client-secret", HUMA_CLIENT_SECRET)


def test_two_places_at_once_are_refused(sandbox, tmp_path):
    (tmp_path / "secret").write_text(HUMA_CLIENT_SECRET)
    both = ("--huma-client-secret", OTHER_GUID, "--huma-client-secret-file", str(tmp_path / "secret"))
    assert refusal(*both).startswith("Give --huma-client-secret or")


def test_no_place_at_all_is_refused(sandbox):
    assert refusal().startswith("Huma's Client secret is missing: set HUMA_CLIENT_SECRET")


def test_a_file_that_cannot_be_read_is_refused(sandbox, tmp_path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for file in ("binary", "nowhere", "."):
        assert refusal("--huma-client-secret-file", str(tmp_path / file)).endswith("can't be read.")


def test_what_has_not_the_shape_of_a_secret_is_named_by_its_place(sandbox, monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("too short")
    assert refusal("--huma-client-secret-file", str(tmp_path / "secret")).startswith("--huma-client-secret-file: ")
    monkeypatch.setenv("HUMA_CLIENT_SECRET", "too short")
    assert refusal().startswith("HUMA_CLIENT_SECRET: ")


def test_nothing_in_a_file_or_a_variable_is_no_secret(sandbox, monkeypatch, tmp_path):
    for nothing in ("", "\n", "\ufeff\r\n"):
        (tmp_path / "secret").write_text(nothing, encoding="utf-8")
        assert refusal("--huma-client-secret-file", str(tmp_path / "secret")).endswith("secret is empty.")
        monkeypatch.setattr(sys, "stdin", io.StringIO(nothing))
        assert refusal("--huma-client-secret-file", "-") == "--huma-client-secret-file: - is empty."
    monkeypatch.setenv("HUMA_CLIENT_SECRET", "")
    assert refusal().startswith("Huma's Client secret is missing")


def test_no_standard_input_is_said(sandbox, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    assert refusal("--huma-client-secret-file", "-").endswith("- can't be read.")


GIVEN = ("--name", "Fjordheim", "--tenant-id", TENANT_ID, "--huma-client-id", HUMA_CLIENT_ID, "--confirm-authority")


def command(*more: str) -> list[str]:
    return [sys.executable, "manage.py", "connect", *GIVEN, *more]


def shown_of(pid: int) -> str:
    """What a list of processes shows, once the process is its own."""
    while not (shown := Path(f"/proc/{pid}/cmdline").read_bytes().decode()):
        time.sleep(0.01)
    return shown


@pytest.mark.django_db(transaction=True)
def test_no_list_of_processes_shows_what_comes_by_standard_input(sandbox, process_env):
    with subprocess.Popen(
        command("--huma-client-secret-file", "-"),
        cwd=settings.BASE_DIR,
        env=process_env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin
        running.stdin.write(HUMA_CLIENT_SECRET)
        running.stdin.flush()
        assert HUMA_CLIENT_SECRET not in shown_of(running.pid)
        assert "--huma-client-secret-file" in shown_of(running.pid)
        out = running.communicate(timeout=60)[0]
    assert out.split()[-1] == Connection.objects.get().code


@pytest.mark.django_db(transaction=True)
def test_typed_at_a_terminal_it_is_not_shown(sandbox, process_env):
    terminal, theirs = pty.openpty()
    running = subprocess.Popen(
        command("--huma-client-secret-file", "-"),
        cwd=settings.BASE_DIR,
        env=process_env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, typed = b"", False
    with contextlib.suppress(OSError):  # Linux says so where the other end is gone
        while part := os.read(terminal, 1000):
            shown += part
            if not typed and b"Client secret: " in shown:
                os.write(terminal, f"{HUMA_CLIENT_SECRET}\n".encode())
                typed = True
    os.close(terminal)
    assert running.wait(60) == 0, shown
    assert HUMA_CLIENT_SECRET.encode() not in shown
    assert shown.split()[-1].decode() == Connection.objects.get().code
