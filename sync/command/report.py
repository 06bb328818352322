"""The result of a run, as the command prints it."""

from dataclasses import dataclass, field
from typing import Any

from sync.command.employees import failures, whom_it_skipped
from sync.core.codes import Standing
from sync.core.deciding.report import Totals
from sync.core.records.employee import Side
from sync.models import Conflict, SyncRun
from sync.models.groups import CARRIED_OUT
from sync.runs import lifecycle
from sync.runs.pilot_members import Noted, noted_pilot
from sync.wizard.result import created
from sync.wording.sentences import sentence


@dataclass
class Report:
    """The result. ``as_dict`` is the command's JSON; ``exit_code`` is 0 done, 1 done with failures, 2 could not run.

    ``pilot``: for whom the run worked, if not for everyone; only the text says so.
    """

    run: int
    state: str
    matched: int = 0
    conflicts: int = 0
    totals: Totals = field(default_factory=Totals)
    created: dict[str, int] = field(default_factory=lambda: {Side.HUMA: 0, Side.VISMA: 0})
    failures: list[dict[str, Any]] = field(default_factory=list)
    passed_over: list[dict[str, str]] = field(default_factory=list)
    error: str = ""
    resumed: int | None = None
    pilot: Noted | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of the process."""
        if self.error:
            return 2
        passed_over = bool(self.passed_over) and self.state != SyncRun.State.CONFIRM  # a dry run only reports
        return 0 if self.totals.is_clean and not passed_over else 1

    def as_dict(self) -> dict[str, Any]:
        """The JSON object that the design's Fixed interfaces define."""
        found: dict[str, Any] = {
            "run": self.run,
            "state": self.state,
            "matched": self.matched,
            "conflicts": self.conflicts,
            "changes": self.totals.as_dict(),
            "created": self.created,
            "failures": self.failures,
            "passed_over": self.passed_over,
        }
        if self.resumed is not None:
            found["resumed"] = self.resumed
        if self.error:
            found["error"] = self.error
        return found


def report(run: SyncRun) -> Report:
    """The report of a run in its present state."""
    ended_well = run.state in CARRIED_OUT
    return Report(
        run=run.pk,
        state=run.state,
        matched=run.figures.get("linked", 0),
        conflicts=Conflict.objects.filter(run=run, standing=Standing.ASKS).count(),
        totals=lifecycle.run_totals(run),
        created=created(run),
        failures=failures(run),
        passed_over=whom_it_skipped(run),
        error="" if ended_well else sentence(run.failure or "bug", run.failure_params),
        pilot=noted_pilot(run),
    )
