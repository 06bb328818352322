"""A whole company's run and its undisturbed result, with which disturbed runs are compared."""

import json
from datetime import date
from typing import Any

from connections.models import Connection
from connections.sandbox import Sandbox
from connections.sandbox.clock import today
from connections.vendors.clients import forget_clients
from sync import runner
from sync.models import SyncRun
from sync.wizard import creation, review
from tests.sync import driving

SEED = 3
PEOPLE = 30
_undisturbed: dict[tuple[int, date], Any] = {}


def sandbox(people: int = PEOPLE, **more: Any) -> Sandbox:
    """The same company each time."""
    return Sandbox(employees=people, seed=SEED, **{"job_seconds": (0.02, 0.08), **more})


def decided(connection: Connection, user: Any) -> SyncRun:
    """A run with Huma's values for all that a choice for many allows, and with everybody created who can be."""
    run = driving.read(connection, user)
    assert run.state == SyncRun.State.REVIEW, run.failure
    return choose(run, user)


def choose(run: SyncRun, user: Any) -> SyncRun:
    """The same choices in any run: fields by turns from either side, and everybody on the main lists."""
    for name, side in (("phone", "visma"), ("address", "visma"), ("employment_id", "visma")):
        review.decide_bulk(run, user, review.ReviewFilter(show="all", field=name), side)
    review.decide_bulk(run, user, review.ReviewFilter(show="undecided"), "huma")
    creation.choose_all(run, user, "huma", True)
    creation.choose_all(run, user, "visma", True)
    shown = driving.confirm.build(run)
    driving.confirm.confirm(run, user, shown.fingerprint, str(shown.people))
    assert run.state == SyncRun.State.APPLYING
    return run


def undisturbed(settings: Any, user: Any, people: int = PEOPLE) -> Any:
    """The state of both sides after an undisturbed run of today; a second run must write nothing."""
    key = people, today()
    if key not in _undisturbed:
        with sandbox(people) as company:
            driving.point_at(settings, company)
            connection = driving.connection(company, user)
            before = company.state()
            run = runner.drive(decided(connection, user))
            company.wait_for_jobs()
            assert run.state == SyncRun.State.FINISHED
            assert not run.changes.exclude(state="done").exclude(reason="waits_for_person").exists()
            assert company.journal.writes()
            assert plain(before) != plain(company.state())
            _undisturbed[key] = plain(company.state())
            forget_clients(connection)
            connection.delete()
    return _undisturbed[key]


def plain(state: dict[str, Any]) -> dict[str, list[str]]:
    """A state without the vendors' own ids and sorted, so that equal companies have equal states."""
    own = ("id", "employeeId")

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(inner) for key, inner in value.items() if key not in own}
        return [bare(inner) for inner in value] if isinstance(value, list) else value

    def person(document: dict[str, Any]) -> str:
        positions = sorted(json.dumps(bare(one), sort_keys=True) for one in document["positions"].values())
        return json.dumps({**bare(document), "positions": positions}, sort_keys=True, ensure_ascii=False)

    return {side: sorted(map(person, state[side].values())) for side in state}


def differences(one: Any, other: Any) -> list[str]:
    """The people in whom two such states differ, for a failing test's message."""
    return [f"{side}: {line}" for side in one for line in sorted(set(one[side]) ^ set(other[side]))]
