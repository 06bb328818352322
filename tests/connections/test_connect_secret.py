"""`manage.py connect`: the secret comes from where no process list shows it, or as an argument."""

import io
import sys
from io import StringIO

import pytest
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
    """The one line of a refusal, in which no secret stands."""
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
    (tmp_path / "secret").write_text("")
    assert refusal("--huma-client-secret-file", str(tmp_path / "secret")).startswith("--huma-client-secret-file: ")
    monkeypatch.setenv("HUMA_CLIENT_SECRET", "too short")
    assert refusal().startswith("HUMA_CLIENT_SECRET: ")
