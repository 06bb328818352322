"""Drives whole runs against both stand-ins in the foreground, as a person and a worker would."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from connections import sandbox as vendors
from connections.models import Connection
from connections.sandbox import Sandbox
from sync import runner
from sync.models import Change, Conflict, SyncRun
from sync.runs import lifecycle
from sync.wizard import confirm, review
from tests.connections.companies import code_at_rest


def point_at(settings: Any, sandbox: Sandbox) -> None:
    """Let the settings name this sandbox."""
    settings.HUMA_API_URL = sandbox.huma_url
    settings.VISMA_API_URL = sandbox.visma_url
    settings.VISMA_TOKEN_URL = sandbox.visma_token_url
    settings.VISMA_CLIENT_ID = vendors.VISMA_CLIENT_ID
    settings.VISMA_CLIENT_SECRET = vendors.VISMA_CLIENT_SECRET
    settings.JOB_WAIT_FIRST_SECONDS = 0.05


@contextmanager
def running(settings: Any, employees: int, **more: Any) -> Iterator[Any]:
    """A running sandbox of that size, named by the settings."""
    with Sandbox(employees=employees, **more) as sandbox:
        point_at(settings, sandbox)
        yield sandbox


def connection(sandbox: Sandbox, owner: User, **more: Any) -> Connection:
    """A connection to this sandbox that ``owner`` owns."""
    made = Connection.objects.create(
        **{
            "name": "Fjordheim",
            "code": code_at_rest(),
            "tenant_id": sandbox.TENANT_ID,
            "huma_client_id": sandbox.HUMA_CLIENT_ID,
            "huma_client_secret": sandbox.HUMA_CLIENT_SECRET,
            "default_end_reason": "arbeidstakerHarSagtOppSelv",
            **more,
        }
    )
    made.owners.add(owner)
    return made


def read(connection: Connection, user: User) -> SyncRun:
    """A new run (or the open one) after both sides were read: in review, or failed with its reason."""
    return runner.drive(lifecycle.start(connection, user))


def apply(run: SyncRun, user: User, only: Any = None) -> SyncRun:
    """Confirm what was decided and carry it out to its end."""
    shown = confirm.build(run, only)
    confirm.confirm(run, user, shown.fingerprint, str(shown.people), only)
    return runner.drive(run)


def sync(made: Connection, *options: str) -> tuple[int, dict[str, Any]]:
    """Run `manage.py sync`; returns the exit code and the JSON."""
    out = io.StringIO()
    try:
        call_command("sync", made.code, "--json", *options, stdout=out)
        code: Any = 0
    except CommandError as error:
        code = error.returncode
    except SystemExit as ended:
        code = ended.code
    return code, json.loads(out.getvalue())


def difference(run: SyncRun, user_id: str | None, field: str) -> Conflict:
    """The run's difference of a person, by their id in Huma."""
    return Conflict.objects.get(run=run, link__huma_id=user_id, field=field)


def decide(run: SyncRun, user: User, user_id: str | None, field: str, choice: str) -> None:
    """Decide one difference as a person does on its card."""
    decided = review.decide(run, user, [difference(run, user_id, field).pk], choice)
    assert decided.changed == 1, decided.skipped


def differences(run: SyncRun, **more: Any) -> set[tuple[str, str]]:
    """(Huma id, field) of the run's differences."""
    return set(Conflict.objects.filter(run=run, **more).values_list("link__huma_id", "field"))


def outcomes(run: SyncRun) -> dict[tuple[str, str], str]:
    """The outcome of each Change, by (name, field); a creation's field is empty."""
    rows = Change.objects.filter(run=run).values_list("name", "field", "state", "reason")
    return {(name, field): f"{state} {reason}".strip() for name, field, state, reason in rows}


def changed(before: Any, after: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Where two states of the stand-ins (``sandbox.state()``) differ: path → (before, after)."""
    if isinstance(before, dict) and isinstance(after, dict):
        found: dict[str, tuple[Any, Any]] = {}
        for key in sorted(before.keys() | after.keys()):
            found |= changed(before.get(key), after.get(key), f"{path}/{key}")
        return found
    return {} if before == after else {path: (before, after)}


def until(run: SyncRun, done: Callable[[SyncRun], bool], seconds: float = 0.05, most: int = 2000) -> SyncRun:
    """Advance in tiny slices, each as if in a new process, until ``done``."""
    for _ in range(most):
        runner.advance(run.pk, seconds)
        run.refresh_from_db()
        if done(run):
            return run
    raise AssertionError(f"run {run.pk} is still {run.state}")
