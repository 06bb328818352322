"""The steps of a sync: the step bar, and the addresses of the pages on which a run is."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from connections.models import Connection
from sync.models import SyncRun
from sync.models.groups import BY_HAND, STEPS, WITH_RESULT, WITHOUT_DIFFERENCES

WIZARD_STEPS: tuple[tuple[str, Promise], ...] = (
    ("sync_users", gettext_lazy("Synchronize users")),
    ("overview", gettext_lazy("Overview")),
    ("review", gettext_lazy("Review")),
    ("create", gettext_lazy("Create")),
    ("confirm", gettext_lazy("Confirm")),
    ("run", gettext_lazy("Sync")),
    ("result", gettext_lazy("Result")),
)
PAGES_BEFORE_WRITING = ("overview", "review", "create", "confirm")
OF_A_RUN = ("run", "result")
OF_AN_UNDO = ("confirm", "run", "result")
"""The steps of an undo: nothing is read, and nothing is chosen but whom it is for."""


@dataclass(frozen=True)
class Step:
    """One step of the bar. ``state``: done, current or todo; without a ``url`` it isn't a link."""

    label: str
    state: str
    url: str = ""


def step_url(name: str, connection: Connection, run: SyncRun | None = None) -> str:
    """The address of a step's page; ``run`` is needed for Run and Result."""
    if name in OF_A_RUN:
        return reverse(f"admin:{name}", args=[connection.code, run.pk]) if run else ""
    return reverse(f"admin:{name}", args=[connection.code])


def steps(connection: Connection, run: SyncRun | None, current: str) -> list[Step]:
    """The step bar of a page, with links to the pages that can be opened now."""
    shown = [step for step in WIZARD_STEPS if not (run and run.is_undo) or step[0] in OF_AN_UNDO]
    names = [name for name, _label in shown]
    come_to = step_of(run)
    reachable = ("sync_users", *PAGES_BEFORE_WRITING) if come_to in PAGES_BEFORE_WRITING else (come_to,)
    if current not in names or come_to not in names:
        return []
    at = names.index(current)
    furthest = max(at, names.index(come_to))
    return [
        Step(
            str(label),
            "current" if index == at else "done" if index < furthest else "todo",
            step_url(name, connection, run) if name in reachable else "",
        )
        for index, (name, label) in enumerate(shown)
    ]


def step_of(run: SyncRun | None) -> str:
    """The step that the run has reached."""
    if run is None or run.state in WITHOUT_DIFFERENCES:
        return "sync_users"
    if run.state in STEPS:
        return run.state
    return "run" if run.state == SyncRun.State.APPLYING else "result"


def continue_url(connection: Connection, run: SyncRun) -> str:
    """The address of the page where a person goes on with a run, or sees how far it is.

    A run that no person started waits for nobody: before it writes, that is the page of its result; for a cancelled
    one, the list of all runs.
    """
    if run.trigger not in BY_HAND and run.state != SyncRun.State.APPLYING:
        return step_url("history" if run.state == SyncRun.State.CANCELLED else "result", connection, run)
    come_to = step_of(run)
    return step_url("overview" if come_to == "review" else come_to, connection, run)


def result_url(connection: Connection, run: SyncRun | None) -> str:
    """The address of the result of a run that has ended; "" as long as it hasn't, and for a cancelled one."""
    return step_url("result", connection, run) if run and run.state in WITH_RESULT else ""
