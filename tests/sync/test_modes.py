"""Whatever the vendors do where nobody knows it: the main scenarios end in the same state of both sides.

One company's first months: a first run with decisions and people created both ways, a changed number, a changed email,
a change in real time, a scheduled sync. In each mode of the stand-ins it ends where it ends without any, but for what
the mode itself makes another way.
"""

import json
from datetime import date
from typing import Any

import pytest

from connections.doctor.check import check
from connections.sandbox.clock import today
from connections.sandbox.modes import MODES, names, switch
from connections.vendors.clients import forget_clients
from sync import runner
from sync.automation import schedule, switching
from sync.models import Change, Conflict, SyncRun
from sync.wizard import creation
from tests.connections.companies import heard
from tests.sync import bell, hearing, scheduling
from tests.sync.writing import whole
from tests.sync.writing.conftest import Company, Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("one_day"), pytest.mark.no_moment]

PEOPLE = 6
NEW_NUMBER, NEW_NAME = "H77", "Nyhjem"
_usual: dict[date, Any] = {}


class Months:
    """The story of one company, whose stand-ins are in a mode ("" in none)."""

    def __init__(self, company: Company, mode: str) -> None:
        self.company, self.mode = company, mode
        self.renumbered, self.mailed, self.told, self.renamed = (company.add() for _ in range(4))
        self.unnumbered = company.add("only_huma")
        company.add("only_visma")
        company.huma(self.unnumbered, employmentId=None)
        self.old_number = company.in_visma(self.renumbered)["number"]
        self.later()

    def later(self) -> None:
        """Time enough has passed for every read to be new, and for every address to be confirmed."""
        self.company.sandbox.wait_for_jobs()
        for user_id in list(self.company.sandbox.huma.users):
            self.company.sandbox.huma.confirm_email(user_id)
        self.company.sandbox.huma.catch_up()

    def first_run(self) -> None:
        """Decisions both ways, and everybody created who may be; Visma gives who has none a number."""
        run = self.company.read()
        creation.set_assigns_numbers(run, self.company.user, True)
        run = self.company.ended(runner.drive(whole.choose(run, self.company.user)))
        assert not bad(run)
        self.later()
        if self.mode == "no-number":  # payroll gives it later, and the next run takes it over
            (new,) = [id_ for id_, one in self.visma().items() if self.unnumbered.user_id in json.dumps(one)]
            self.company.sandbox.visma.edit(new, number=self.company.sandbox.visma.next_number())
            assert not bad(self.company.sync("visma", None, "employment_id"))
            self.later()

    def visma(self) -> dict[str, Any]:
        """Visma's whole state."""
        state: dict[str, Any] = self.company.sandbox.visma.state()
        return state

    def a_changed_number(self) -> None:
        """Used in Visma against the suggestion; where Visma keeps the old one, Huma takes it back."""
        person = self.renumbered
        self.company.huma(person, employmentId=NEW_NUMBER)
        self.later()
        run = self.company.sync("huma", person, "employment_id")
        self.later()
        change = Change.objects.get(run=run)
        if self.keeps_numbers:
            assert (change.state, change.reason) == ("failed", "number_kept")
            assert not bad(self.company.sync("visma", person, "employment_id"))
            self.later()
        else:
            assert change.state == "done"

    @property
    def keeps_numbers(self) -> bool:
        """Whether Visma changes no saved employee's number."""
        return self.mode in ("number-refused", "number-ignored")

    def a_changed_email(self) -> None:
        """Visma's address, used in Huma, where the person may have to confirm it."""
        self.company.email(self.mailed, "ny.adresse@fjordheim.example")
        run = self.company.sync("visma", self.mailed, "email")
        reason = "waits_for_person" if self.mode == "email-waits" else ""
        assert Change.objects.get(run=run).reason == reason
        self.later()

    def by_themselves(self) -> None:
        """One change in real time, and one that a scheduled sync finds."""
        connection, found = self.company.connection, self.company
        switching.turn_on(heard(connection), found.user)
        switching.change(connection, found.user, {"schedule": "hours"})
        found.huma(self.told, phone=hearing.NEW)
        hearing.tell(found, self.told)
        bell.until_quiet()
        arrived = hearing.phone(found, self.told) == hearing.NEW
        assert arrived is (self.mode != "old-reads"), "where the read is older than its event, the schedule catches it"
        found.huma(self.renamed, familyName=NEW_NAME)
        self.later()
        scheduling.make_due(connection)
        (run,) = schedule.start_due()
        runner.drive(run)
        assert not bad(found.ended(run))
        self.later()
        assert hearing.phone(found, self.told) == hearing.NEW

    def end(self) -> dict[str, list[str]]:
        """Both sides as they are in the end; nothing that was decided asks again."""
        run = self.company.read()
        assert not Conflict.objects.filter(run=run, standing="asks", link__huma_id__in=self.ours).exists()
        return whole.plain(self.company.sandbox.state())

    @property
    def ours(self) -> list[str]:
        """The Huma ids of those whom the story is about."""
        people: tuple[Person, ...] = (self.renumbered, self.mailed, self.told, self.renamed, self.unnumbered)
        return [one.user_id for one in people]


def bad(run: SyncRun) -> list[tuple[str, str, str]]:
    """What was planned and isn't as it should be."""
    rows = Change.objects.filter(run=run).exclude(state="done")
    rows = rows.exclude(reason__in=("waits_for_person", "number_not_given"))
    return list(rows.values_list("field", "state", "reason"))


def lived(settings: Any, user: Any, mode: str) -> tuple[dict[str, list[str]], str]:
    """The state in which the story ends, and the number that was to be changed."""
    modes = [mode] if mode else []
    with scheduling.company(settings, user, modes=modes) as company:
        company.sandbox._company.seed(PEOPLE)
        months = Months(company, mode)
        # As at connect: whatever the two systems do is known before the first run.
        assert check(company.connection).trouble == ""
        months.first_run()
        assert check(company.connection).trouble == ""  # now there are jobs, too
        months.a_changed_number()
        months.a_changed_email()
        months.by_themselves()
        found = months.end()
        forget_clients(company.connection)
        company.connection.delete()
        return found, months.old_number


def usual(settings: Any, user: Any) -> dict[str, list[str]]:
    """The final state without any mode, on the same day."""
    if today() not in _usual:
        _usual[today()] = lived(settings, user, "")[0]
    found: dict[str, list[str]] = _usual[today()]
    return found


@pytest.mark.parametrize("mode", names())
def test_the_main_scenarios_end_in_the_same_state(settings: Any, hr: Any, mode: str) -> None:
    expected = usual(settings, hr)
    found, old_number = lived(settings, hr, mode)
    if mode in ("number-refused", "number-ignored"):
        expected = {
            side: sorted(line.replace(f'"{NEW_NUMBER}"', f'"{old_number}"') for line in lines)
            for side, lines in expected.items()
        }
    assert whole.differences(expected, found) == []


def test_every_mode_is_told_apart_and_says_what_it_stands_for() -> None:
    assert len(set(names())) == len(MODES)
    for mode in MODES:
        assert mode.meaning.endswith("."), mode.name
        assert mode.assumption == "" or mode.assumption[0] in "VH", mode.name


@pytest.mark.parametrize("wrong", [["nonsense"], ["number-refused", "number-ignored"]])
def test_a_mode_that_is_none_or_contradicts_another_is_refused(wrong: list[str]) -> None:
    class Anything:
        number_changes = "done"

    with pytest.raises(ValueError, match="mode"):
        switch(wrong, {"visma": Anything(), "huma": Anything()})
