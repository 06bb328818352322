"""`manage.py automatic`: the same as the page by arguments, with the same refusals."""

import json
import os
import subprocess
import sys
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.utils.translation import override

from connections.connect.disconnecting import disconnect
from connections.models import AuditEntry, Connection
from connections.pauses.pausing import pause
from sync.automation import switching
from sync.models import HumaEvent, SyncRun
from tests.connections.companies import company, heard

pytestmark = pytest.mark.django_db

AS_MADE = {
    "automatic": False,
    "schedule": "off",
    "accounts": "look",
    "both_moved": "ask",
    "payroll": ["payroll@example.com"],
    "by": "",
}


@pytest.fixture
def fresh(hr):
    return company(hr)


@pytest.fixture
def fjordheim(fresh):
    """A connection whose first run has finished, with a recipient of payroll notices."""
    SyncRun.objects.create(connection=fresh, state="finished", started_by="hr")
    return heard(fresh)


def automatic(connection: Connection, *options: str) -> dict[str, Any]:
    """What the command prints."""
    out = StringIO()
    call_command("automatic", connection.code, *options, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def refusal(code: str, *options: str) -> str:
    """The one line of a refusal; it ends with exit code 2, and nothing was changed."""
    before = list(Connection.objects.values())
    with override("en"), pytest.raises(CommandError) as refused:
        call_command("automatic", code, *options)
    assert refused.value.returncode == 2
    assert "\n" not in str(refused.value)
    assert list(Connection.objects.values()) == before
    assert not AuditEntry.objects.filter(action__in=("automatic.on", "settings.changed")).exists()
    return str(refused.value)


def said(action: str) -> list[tuple[str, dict[str, Any]]]:
    """Who left such an entry in the audit, and its details."""
    return list(AuditEntry.objects.filter(action=action).order_by("pk").values_list("who", "detail"))


def test_without_more_it_says_what_is_so_and_changes_nothing(fjordheim):
    before = Connection.objects.values().get()
    assert automatic(fjordheim) == AS_MADE
    assert Connection.objects.values().get() == before
    assert not AuditEntry.objects.exists()


def test_it_turns_on_and_off(fjordheim):
    assert automatic(fjordheim, "on") == {**AS_MADE, "automatic": True, "by": "manage.py automatic"}
    event = HumaEvent.objects.create(connection=fjordheim, topic="users-update", body_hash="1", verified_by="secret")
    assert automatic(fjordheim, "off") == AS_MADE
    event.refresh_from_db()
    assert event.state == "noted", "what waited isn't answered any more, as on the page"
    assert [said("automatic.on"), said("automatic.off")] == [[("manage.py automatic", {})]] * 2


def test_turned_on_twice_it_stays_in_the_first_name(fjordheim, hr, superuser):
    automatic(fjordheim, "on", "--by", "hr")
    assert automatic(fjordheim, "on", "--by", "admin")["by"] == "hr"
    assert len(said("automatic.on")) == 1


def test_everything_is_set_at_once_and_printed_as_it_was_given(fjordheim, hr):
    given = ("--schedule", "daily:05:30", "--accounts", "once", "--both-moved", "huma", "--by", "hr")
    payroll = ("--payroll", "a@example.com", "--payroll", "b@example.com", "--payroll", "a@example.com")
    found = automatic(fjordheim, "on", *given, *payroll)
    assert found == {
        "automatic": True,
        "schedule": "daily:05:30",
        "accounts": "once",
        "both_moved": "huma",
        "payroll": ["a@example.com", "b@example.com"],
        "by": "hr",
    }
    assert automatic(fjordheim) == found
    assert {who for who, _detail in said("settings.changed")} == {"hr"}
    settings_of_both = {name for _who, detail in said("settings.changed") for name in detail}
    assert settings_of_both == {"schedule", "schedule_time", "accounts", "both_moved", "payroll_contacts"}
    fjordheim.refresh_from_db()
    assert fjordheim.schedule_next is not None


@pytest.mark.parametrize("schedule", ["off", "hours:1", "hours:168", "daily:00:00", "daily:23:59"])
def test_a_schedule_reads_back_as_it_was_given(fjordheim, schedule):
    assert automatic(fjordheim, "--schedule", schedule)["schedule"] == schedule


@pytest.mark.parametrize(
    "schedule",
    [
        *("hours", "hours:", "hours:0", "hours:169", "hours:-1", "hours:x", "hours:1.5", "off:1", "often"),
        *("daily", "daily:", "daily:24:00", "daily:5:30", "daily:05:60", "daily:0530", "daily:05:30:00", ":", ""),
    ],
)
def test_a_schedule_that_is_none_is_refused(fjordheim, schedule):
    said = refusal(fjordheim.code, "on", "--schedule", schedule)
    assert said == "--schedule takes off, hours:N (1 to 168) or daily:HH:MM."


def test_what_is_not_named_stays(fjordheim):
    automatic(fjordheim, "on", "--schedule", "hours:6", "--accounts", "look", "--payroll", "a@example.com")
    found = automatic(fjordheim, "--both-moved", "huma")
    assert (found["schedule"], found["accounts"], found["payroll"]) == ("hours:6", "look", ["a@example.com"])
    assert found["automatic"] is True


def test_before_a_first_run_it_is_refused_with_the_pages_words(fresh):
    with override("en"):
        expected = switching.refusal(fresh)
    assert refusal(fresh.code, "on", "--accounts", "look") == expected
    assert "for the first time" in expected


def test_where_nobody_hears_it_is_refused_with_the_pages_words(fresh):
    SyncRun.objects.create(connection=fresh, state="finished", started_by="hr")
    assert refusal(fresh.code, "on", "--accounts", "once") == switching_says(fresh)
    found = automatic(fresh, "on", "--payroll", "a@example.com")
    assert (found["automatic"], found["payroll"]) == (True, ["a@example.com"])


def switching_says(connection: Connection) -> str:
    """Why it can't be turned on, as the page has it."""
    with override("en"):
        said = switching.refusal(connection)
    assert "need a payroll clerk who is told" in said
    return said


@pytest.mark.parametrize("choice", ["once", "look"])
def test_naming_what_accounts_do_answers_whether_they_stay_so(fjordheim, choice):
    Connection.objects.update(accounts="once", accounts_asks=True)
    automatic(fjordheim, "--both-moved", "huma")
    assert Connection.objects.get().accounts_asks, "nobody has said anything about accounts"
    assert automatic(fjordheim, "--accounts", choice)["accounts"] == choice
    assert not Connection.objects.get().accounts_asks


def test_a_paused_connection_is_refused(fjordheim, hr):
    pause(fjordheim, hr)
    assert refusal(fjordheim.code, "on").startswith("The connection is paused.")


def test_a_disconnected_one_is_refused(fjordheim, hr):
    disconnect(fjordheim, hr)
    for options in ((), ("on",), ("--accounts", "look")):
        assert refusal(fjordheim.code, *options).startswith("The connection is disconnected.")


def test_a_code_that_is_nobodys_is_refused(fjordheim):
    assert refusal("nothing") == "There is no connection with the code nothing."


def test_in_whose_name_must_be_an_owner_or_a_superuser(fjordheim, hr, superuser, django_user_model):
    django_user_model.objects.create_user("other", is_staff=True)
    django_user_model.objects.create_user("gone", is_staff=True, is_superuser=True, is_active=False)
    assert "neither an owner of the connection nor an administrator" in refusal(fjordheim.code, "on", "--by", "other")
    for nobody in ("nobody", "gone", ""):
        assert "no user who can sign in" in refusal(fjordheim.code, "on", "--by", nobody)
    assert automatic(fjordheim, "on", "--by", "admin")["by"] == "admin"


def test_a_recipient_must_have_an_address(fjordheim):
    assert refusal(fjordheim.code, "--payroll", "boss@") == "--payroll: “boss@” isn't an email address."


@pytest.mark.parametrize("given", [["often"], ["--accounts", "never"], ["--both-moved", "visma"], ["--four-eyes", "x"]])
@pytest.mark.django_db(transaction=True)
def test_a_mistake_is_one_line_without_a_traceback(fjordheim, process_env, given):
    ended = run(process_env, fjordheim.code, *given)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.django_db(transaction=True)
def test_as_a_process_of_its_own_it_prints_one_object(fjordheim, process_env, tmp_path):
    collected = tmp_path / "audit.log"
    ended = run({**process_env, "AUDIT_LOG": str(collected)}, fjordheim.code, "on", "--schedule", "hours:4")
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = [json.loads(line)["action"] for line in collected.read_text().splitlines()]
    assert sorted(lines) == ["automatic.on", "settings.changed"]
    assert json.loads(ended.stdout)["schedule"] == "hours:4"
    assert run(process_env, fjordheim.code, "off").stderr == "", "and nothing on the terminal without a file"
    refused = run(process_env, "nothing", "on")
    assert (refused.returncode, refused.stdout, len(refused.stderr.splitlines())) == (2, "", 1)


def run(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a process of its own."""
    command = [sys.executable, "manage.py", "automatic", *arguments]
    return subprocess.run(
        command, cwd=project.BASE_DIR, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
