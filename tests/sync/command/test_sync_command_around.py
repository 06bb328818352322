"""`manage.py sync` beside other runs, and as a process of its own."""

import json
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from connections.models import Connection
from sync import runner
from sync.models import Conflict, Letter, SyncRun
from sync.runs import lifecycle
from sync.wizard import confirm, review
from tests.sync.command.test_sync_command import KEYS
from tests.sync.driving import connection, read, running, sync

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_that_is_open_in_the_wizard_is_left_alone(settings, hr):
    with running(settings, 8) as sandbox:
        made = connection(sandbox, hr)
        open_run = read(made, hr)
        _code, found = sync(made)
        assert found["run"] != open_run.pk
        open_run.refresh_from_db()
        assert open_run.state == "review"
        assert Conflict.objects.filter(run=open_run).exclude(values=None).exists()


def test_an_interrupted_run_is_finished_and_mailed_first(settings, hr, smtp):
    with running(settings, 50) as sandbox:
        made = connection(sandbox, hr, recipients=["boss@example.com"])
        run = read(made, hr)
        review.decide_bulk(run, hr, review.ReviewFilter(show="all"), "huma")
        shown = confirm.build(run)
        confirm.confirm(run, hr, shown.fingerprint, str(shown.people))
        runner.advance(run.pk, 0.05)
        run.refresh_from_db()
        assert run.state == "applying"
        code, found = sync(made)
        run.refresh_from_db()
        assert run.state == "finished"
        assert Letter.objects.get(key=f"result:{run.pk}").state == "sent"
        assert found["resumed"] == run.pk != found["run"]
        assert list(found) == [*KEYS, "resumed"]
        assert found["changes"]["planned"] == 0
        assert code == 0


def test_a_dry_run_leaves_an_interrupted_run_alone(settings, hr):
    with running(settings, 8) as sandbox:
        made = connection(sandbox, hr)
        run = SyncRun.objects.create(connection=made, state="applying")
        _code, found = sync(made, "--dry-run")
        assert "resumed" not in found
        run.refresh_from_db()
        assert run.state == "applying"


def test_an_abandoned_command_is_cleared_away(settings, hr):
    with running(settings, 8) as sandbox:
        made = connection(sandbox, hr)
        old = read(made, hr)
        SyncRun.objects.filter(pk=old.pk).update(trigger="command", touched_at="2020-01-01T00:00:00Z")
        sync(made)
        old.refresh_from_db()
        assert old.state == "cancelled"


@pytest.mark.parametrize("state", ["disconnected", "unknown"])
def test_an_unknown_connection_is_one_sentence(settings, hr, state):
    with running(settings, 8) as sandbox:
        made = connection(sandbox, hr)
        lifecycle.start(made, hr)
        Connection.objects.filter(pk=made.pk).update(state="disconnected")
        code = made.code if state == "disconnected" else "nope"
        with pytest.raises(CommandError) as refused:
            call_command("sync", code)
        assert refused.value.returncode == 2
        assert "\n" not in str(refused.value)
        assert sandbox.journal == []


def test_a_paused_connection_is_left_alone(settings, hr):
    with running(settings, 8) as sandbox:
        made = connection(sandbox, hr, state="paused")
        with pytest.raises(CommandError):
            call_command("sync", made.code)
        assert not SyncRun.objects.exists()
        assert sandbox.journal == []


def test_two_commands_at_once_write_once(settings, hr, process_env):
    with running(settings, 30) as sandbox:
        made = connection(sandbox, hr)
        args = (made.code, "--json", "--conflicts", "huma", "--confirm-large")
        both = [run_process(from_settings(process_env, settings), *args) for _ in range(2)]
        ended = [one.communicate(timeout=60) for one in both]
        assert {one.returncode for one in both} <= {0, 1, 2}
        found = [json.loads(out) for out, _err in ended]
        puts = [one.path for one in sandbox.journal.writes("visma") if one.status == 202]
        assert len(puts) == len(set(puts)), "nobody was written twice"
        assert sum(one["changes"]["done"] for one in found) > 0


def run_process(env, *args: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "sync", *args],
        cwd=project.BASE_DIR,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def from_settings(process_env, settings):
    """The process's environment, with this test's sandbox."""
    names = ("HUMA_API_URL", "VISMA_API_URL", "VISMA_TOKEN_URL", "VISMA_CLIENT_ID", "VISMA_CLIENT_SECRET")
    return {**process_env, **{name: getattr(settings, name) for name in names}}


@pytest.fixture
def process(settings, process_env):
    """Runs the command as a process of its own: (exit code, stdout, stderr)."""

    def run(*args: str) -> tuple[int, str, str]:
        one = run_process(from_settings(process_env, settings), *args)
        out, err = one.communicate(timeout=60)
        return one.returncode, out, err

    return run


def test_as_a_process_it_prints_one_object_and_nothing_else(settings, hr, process):
    with running(settings, 12) as sandbox:
        made = connection(sandbox, hr)
        code, out, err = process(made.code, "--json", "--conflicts", "suggested", "--confirm-large")
        assert (code, err) == (0, "")
        assert out.count("\n") == 1
        assert list(json.loads(out)) == KEYS
        code, out, err = process(made.code)
        assert (code, err) == (0, "")
        assert len(out.splitlines()) == 1


@pytest.mark.parametrize(
    "args",
    [(), ("nope",), ("nope", "extra"), ("nope", "--conflicts", "maybe"), ("nope", "--unheard-of")],
)
def test_a_users_mistake_is_one_line_and_no_traceback(process, args):
    code, out, err = process(*args)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err


def test_refused_credentials_are_one_line_too(settings, hr, process):
    with running(settings, 8) as sandbox:
        made = connection(sandbox, hr, huma_client_secret="11111111-2222-4333-8444-555555555555")
        code, out, err = process(made.code, "--json")
        assert code == 2
        assert json.loads(out)["error"] in err
        assert len(err.strip().splitlines()) == 1
