"""Modes: for each open assumption about a vendor, a way to let the stand-in behave otherwise.

The numbers are those of the contracts' tables (visma-employee.md and huma.md, *Assumptions, numbered*). A mode is one
setting of a side's state, so a new mode is one more line in the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connections.sandbox.shifting import keep_shifting


@dataclass(frozen=True)
class Mode:
    """One way in which a vendor may behave: the state of ``side`` gets ``value``, or its result, as its ``setting``.

    ``assumption`` is "" for a fact of the contract that the stand-ins don't show by default.
    """

    name: str
    assumption: str
    meaning: str
    side: str
    setting: str
    value: Any


MODES = (
    Mode("number-refused", "V11", "A saved employee's number can't be changed.", "visma", "number_changes", "refused"),
    Mode(
        "number-ignored",
        "V11",
        "A saved employee's number stays, and no job says so.",
        "visma",
        "number_changes",
        "kept",
    ),
    Mode("no-number", "V13", "A new draft without a number gets none.", "visma", "assigns_numbers", False),
    Mode(
        "positions-paged",
        "V4",
        "An employee's positions come in pages, not as an array.",
        "visma",
        "paged_positions",
        True,
    ),
    Mode("weak-etag", "V8", "ETags are weak, and count as they came only.", "visma", "weak_etags", True),
    Mode("no-etag", "V8", "Documents have no ETag.", "visma", "has_etags", False),
    Mode("small-pages", "V2", "A page has at most 25 rows; more are refused.", "visma", "largest_page", 25),
    Mode("cursor-renamed", "V3", "The next page is asked for with nextToken.", "visma", "cursor_param", "nextToken"),
    Mode("not-embedded", "V4", "Lists never have the positions of an employee.", "visma", "embeds", False),
    Mode("types-work", "V5", "The type of a business entry is work.", "visma", "business", "work"),
    Mode("end-reasons-capital", "V6", "End reasons begin with a capital.", "visma", "pascal_reasons", True),
    Mode("jobs-oldest-first", "V7", "The list of jobs begins with the oldest.", "visma", "newest_jobs_first", False),
    Mode(
        "scopes-unsaid",
        "V1",
        "A token doesn't name its scopes, and a missing one is refused with 401.",
        "visma",
        "says_scopes",
        False,
    ),
    Mode("no-rate-limit", "V14", "Answers have no X-RateLimit headers.", "visma", "says_rate_limit", False),
    Mode("null-dates", "", "An open beginning or end is null instead of absent.", "visma", "null_dates", True),
    Mode("email-waits", "H6", "A new email waits until it is confirmed.", "huma", "email_needs_confirmation", True),
    Mode("old-reads", "H10", "For a moment after a change the old is read.", "huma", "old_seconds", 2.0),
    Mode("visma-respells", "", "Visma keeps a town that it is sent in capitals.", "visma", "respells", True),
    Mode("huma-respells", "", "Huma keeps a town that it is sent in capitals.", "huma", "respells", True),
    Mode("visma-shifts", "V3", "Visma's list shifts while it is read.", "visma", "before_page", keep_shifting),
    Mode("huma-shifts", "", "Huma's list shifts while it is read.", "huma", "before_page", keep_shifting),
)


def names() -> tuple[str, ...]:
    """The names of all modes."""
    return tuple(mode.name for mode in MODES)


def switch(chosen: Iterable[str], states: dict[str, Any]) -> None:
    """Put the states, by side, into these modes. Raises ``ValueError`` for an unknown name, and for two modes of one
    setting."""
    by_name, seen = {mode.name: mode for mode in MODES}, set()
    for name in dict.fromkeys(chosen):
        mode = by_name.get(name)
        if mode is None:
            raise ValueError(f"There is no mode {name!r}. Modes: {', '.join(by_name)}.")
        if (mode.side, mode.setting) in seen:
            raise ValueError(f"{name!r} contradicts another mode.")
        seen.add((mode.side, mode.setting))
        if callable(mode.value):
            mode.value(states[mode.side])
        else:
            setattr(states[mode.side], mode.setting, mode.value)
