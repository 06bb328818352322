"""Can payroll be run? The verdict about a connection. Source: design, Pay day.

A connection is ready only if the figures can be relied on, and nothing waits for a person.
"""

from collections.abc import Mapping
from dataclasses import field as of_record
from enum import StrEnum

from sync.core.all_right import State
from sync.core.immutable import record


class Wait(StrEnum):
    """What may wait, the most important for a salary first."""

    ACCOUNTS = "accounts"
    """Changed bank accounts, held for approval."""
    LAST_DAYS = "last_days"
    """Last workdays, held for approval."""
    UNKNOWN = "unknown"
    NO_END_REASON = "no_end_reason"
    ACCOUNTS_DIFFER = "accounts_differ"
    NO_ACCOUNT = "no_account"
    """People who are new since the last pay, without an account in either system."""
    NOT_IN_VISMA = "not_in_visma"
    DRAFTS = "drafts"
    HELD = "held"
    """Everything else that is held."""
    UNREAD = "unread"
    DIFFERENCES = "differences"
    POSSIBLE = "possible"
    NOT_ADDED = "not_added"
    NOT_COMPARED = "not_compared"
    LINKS = "links"
    UNSENT = "unsent"
    NOTICES = "notices"
    """People who left one of the systems, are deactivated, or have another position."""


class Why(StrEnum):
    """Why the figures can't be relied on; the first that holds counts."""

    DISCONNECTED = State.DISCONNECTED.value
    RELEASE = State.RELEASE.value
    PAUSED = State.PAUSED.value
    APPLICATION = State.APPLICATION.value
    NEVER = State.NEVER.value
    FAILED = State.FAILED.value
    WRITING = State.WRITING.value
    OLD = State.OLD.value
    TOLD = "told"
    """Huma told of a change after the last full read, and nobody has looked at it."""
    RESTS = State.RESTS.value
    NOBODY = State.NOBODY.value


@record
class Facts:
    """What is known. ``state``: the answer to *Is it all right?*; ``told``: whether Huma told of a change after the
    last full read that no sync has looked at; ``changes``: how much changed for payroll since the last pay."""

    state: State
    people: int = 0
    agree: int = 0
    changes: int = 0
    told: bool = False
    waits: Mapping[Wait, int] = of_record(default_factory=dict)


@record
class Verdict:
    """Whether payroll can be run. ``why``: why the figures can't be relied on; ``waits``: what waits, the most
    important first, without zeros."""

    why: Why | None
    waits: tuple[tuple[Wait, int], ...]
    people: int
    agree: int
    changes: int

    @property
    def is_ready(self) -> bool:
        """Whether the figures can be relied on, and nothing waits."""
        return self.why is None and not self.waits

    @property
    def things(self) -> int:
        """How many things wait."""
        return sum(n for _wait, n in self.waits)

    @property
    def more(self) -> int:
        """How many things wait besides the one that is named first."""
        return self.things if self.why else sum(n for _wait, n in self.waits[1:])


def verdict(facts: Facts) -> Verdict:
    """The verdict from what is known."""
    waits = tuple((wait, facts.waits[wait]) for wait in Wait if facts.waits.get(wait, 0) > 0)
    return Verdict(_why(facts), waits, facts.people, facts.agree, facts.changes)


def _why(facts: Facts) -> Why | None:
    holds = {
        Why(facts.state.value) if facts.state.value in set(Why) else None,
        Why.TOLD if facts.told else None,
        Why.NOBODY if not facts.people else None,
    }
    return next((why for why in Why if why in holds), None)
