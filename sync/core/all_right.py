"""Is it all right? One answer about a connection, from figures that its lists have. Source: design, Readiness.

Everything that could make "all agree" a lie comes first: a connection that doesn't work, a read that failed or is too
old, and whatever waits for a person.
"""

from collections.abc import Mapping
from dataclasses import field as of_record
from datetime import datetime, timedelta
from enum import StrEnum

from sync.core.immutable import record

WITHOUT_SCHEDULE = timedelta(days=7)
"""How old a check may be, if there are no scheduled syncs."""
STANDS = "stands"
"""People who differ without anybody being asked: left as it is, former employees, drafts."""


class State(StrEnum):
    """The answers, the first that holds counts."""

    DISCONNECTED = "disconnected"
    RELEASE = "release"
    PAUSED = "paused"
    APPLICATION = "application"
    WRITING = "writing"
    FAILED = "failed"
    NEVER = "never"
    OLD = "old"
    RESTS = "rests"
    WAITS = "waits"
    NOBODY = "nobody"
    SOME = "some"
    ALL = "all"


WITHOUT_FIGURES = (State.DISCONNECTED, State.RELEASE, State.NEVER)


@record
class Facts:
    """What is known of a connection. ``checked_at``: when both sides were last read completely; ``None``: never.

    ``every``: how often a scheduled sync reads them; ``None`` without a schedule. ``failed``: whether a later read
    failed. ``rests``: automatic updates are on, and rest because another program writes to Visma. ``people``: linked
    people who take part; ``agree``: those of them without any difference. ``waits``: by code, how much waits for a
    person; ``quiet``: by code, what is worth saying although nobody is asked.
    """

    connection: str
    now: datetime
    checked_at: datetime | None = None
    every: timedelta | None = None
    application_refused: bool = False
    writing: bool = False
    failed: bool = False
    rests: bool = False
    people: int = 0
    agree: int = 0
    waits: Mapping[str, int] = of_record(default_factory=dict)
    quiet: Mapping[str, int] = of_record(default_factory=dict)


@record
class Answer:
    """The answer. ``parts``: codes with numbers, in the order of the facts, without zeros.

    ``checked_at`` is ``None`` if both sides were never read, or if that isn't to be shown.
    """

    state: State
    people: int = 0
    agree: int = 0
    parts: tuple[tuple[str, int], ...] = ()
    checked_at: datetime | None = None

    @property
    def has_figures(self) -> bool:
        """Whether it says how many people agree."""
        return self.checked_at is not None and self.people > 0


def answer(facts: Facts) -> Answer:
    """The one answer for a connection. It says ``ALL`` only if everybody agrees, and nothing waits."""
    waits, quiet = _there(facts.waits), _there(_explained(facts))
    state = _state(facts, bool(waits), bool(quiet))
    if state in WITHOUT_FIGURES:
        return Answer(state)
    return Answer(state, facts.people, facts.agree, (*waits, *quiet), facts.checked_at)


def longest_age(every: timedelta | None) -> timedelta:
    """How old a check may be: twice the time between scheduled syncs, or a week without a schedule."""
    return WITHOUT_SCHEDULE if every is None else 2 * every


def _state(facts: Facts, waits: bool, quiet: bool) -> State:
    said = {
        State.DISCONNECTED: facts.connection == "disconnected",
        State.RELEASE: facts.connection == "waiting",
        State.PAUSED: facts.connection == "paused",
        State.APPLICATION: facts.application_refused,
        State.WRITING: facts.writing,
        State.FAILED: facts.failed,
        State.NEVER: facts.checked_at is None,
        State.OLD: facts.checked_at is not None and facts.now - facts.checked_at > longest_age(facts.every),
        State.RESTS: facts.rests,
        State.WAITS: waits,
        State.NOBODY: facts.people == 0,
        State.SOME: quiet or facts.agree < facts.people,
    }
    return next((state for state, holds in said.items() if holds), State.ALL)


def _explained(facts: Facts) -> Mapping[str, int]:
    """The quiet parts; with those who differ without being asked about, if nothing that waits explains them."""
    rest = facts.people - facts.agree - sum(n for code, n in facts.quiet.items() if code in PEOPLE_APART)
    return facts.quiet if rest <= 0 or any(facts.waits.values()) else {**facts.quiet, STANDS: rest}


PEOPLE_APART = ("not_compared",)
"""Quiet parts about linked people who don't count among those who agree."""


def _there(parts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple((code, n) for code, n in parts.items() if n > 0)
