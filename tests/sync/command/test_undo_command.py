"""`manage.py undo`: puts back what a run wrote, in the foreground."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from sync.models import SyncRun
from sync.runs import lifecycle
from tests.sync.driving import changed, connection, running, sync

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sandbox(settings):
    settings.LANGUAGE_CODE = "en"
    with running(settings, 30) as found, translation.override("en"):
        yield found


@pytest.fixture
def made(sandbox, hr):
    return connection(sandbox, hr)


def undo(run, *options):
    """The exit code, and the JSON or the line on stderr."""
    out = io.StringIO()
    try:
        call_command("undo", str(run), "--json", *options, stdout=out)
        return 0, json.loads(out.getvalue())
    except CommandError as error:
        return error.returncode, str(error)
    except SystemExit as ended:
        return ended.code, json.loads(out.getvalue())


def test_a_whole_company_is_put_back_but_for_what_is_listed(sandbox, made):
    before = sandbox.state()
    _code, done = sync(made, "--conflicts", "huma", "--confirm-large", "--create-in-visma")
    after = sandbox.state()
    written = done["changes"]["done"]
    code, dry = undo(done["run"], "--dry-run")
    stays = {(one["employee"], one["field"]) for one in dry["not_undone"]}
    assert (code, dry["state"], dry["changes"]["planned"]) == (0, "confirm", written - len(stays))
    assert {field for _who, field in stays} >= {"create"}
    assert not SyncRun.objects.filter(trigger="undo").exists()
    assert sandbox.state() == after

    someone = SyncRun.objects.get(pk=done["run"]).changes.filter(state="done", field="phone")[0]
    code, one = undo(done["run"], "--only", f"link:{someone.link_id}")
    assert (code, one["state"]) == (0, "finished")
    assert one["changes"]["done"] == SyncRun.objects.get(pk=one["run"]).changes.values("link").count() > 0
    code, rest = undo(done["run"])
    assert (code, rest["changes"]["failed"], rest["changes"]["unknown"]) == (0, 0, 0)
    assert one["changes"]["done"] + rest["changes"]["done"] == written - len(stays)
    kept = {path.split("/")[2]: path for path in changed(before, sandbox.state()) if "/positions/" not in path}
    new = set(sandbox.state()["visma"]) - set(before["visma"])
    numbers = set(
        SyncRun.objects.get(pk=done["run"])
        .changes.filter(field="employment_id", side="visma")
        .values_list("link__visma_id", flat=True)
    )
    assert set(kept) <= new | numbers
    code, said = undo(done["run"])
    assert (code, said) == (2, "There is nothing that can be undone.")


def test_a_mistake_is_one_line(sandbox, made, hr):
    _code, done = sync(made, "--conflicts", "huma", "--confirm-large")
    run = SyncRun.objects.get(pk=done["run"])
    assert undo("x") == (2, "There is no sync “x”.")
    assert undo(10**9) == (2, f"There is no sync “{10**9}”.")
    assert undo(run.pk, "--only", "nobody")[0] == 2
    for values, line in (
        ({"state": "applying"}, "That sync is still writing. Wait until it has ended, or stop it first."),
        ({"dry": True}, "That was a dry run: nothing was sent, so there is nothing to undo."),
        ({"values_blanked_at": run.finished_at}, "The old values of that sync were deleted after the retention period"),
    ):
        SyncRun.objects.filter(pk=run.pk).update(**values)
        code, said = undo(run.pk, "--dry-run")
        assert (code, said[: len(line)]) == (2, line)
        SyncRun.objects.filter(pk=run.pk).update(state="finished", dry=False, values_blanked_at=None)
    open_one = lifecycle.start(made, hr)
    assert undo(run.pk)[1].startswith("Another sync of this connection is open.")
    lifecycle.cancel(open_one, hr)
    made.state = "paused"
    made.pause_reason = "hand"
    made.save()
    assert undo(run.pk) == (2, "The connection is paused or disconnected, so nothing can be undone now.")
    assert not SyncRun.objects.filter(trigger="undo").exists()
