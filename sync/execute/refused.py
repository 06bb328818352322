"""What a vendor refused: which fields its words are about, and which of them can go out without the others."""

import re
from collections.abc import Iterable

from connections.errors import Problem
from sync.core.fields import field as field_named
from sync.execute import life
from sync.execute.context import Context
from sync.models import Change, Write

_PART = re.compile(r"[A-Za-z]+")


def fields_of(problems: Iterable[Problem], changes: Iterable[Change]) -> dict[int, list[Problem]]:
    """The Changes (by pk) that the problems name, by a ``jsonPath`` or a property's name."""
    found: dict[int, list[Problem]] = {}
    for problem in problems:
        if problem.severity == "error" and problem.path:
            parts = set(_PART.findall(problem.path))
            for change in changes:
                if parts & set(field_named(change.field).json_paths):
                    found.setdefault(change.pk, []).append(problem)
    return _most_precise(found, changes)


def _most_precise(found: dict[int, list[Problem]], changes: Iterable[Change]) -> dict[int, list[Problem]]:
    """Given and family name share ``personNames``: where the path names one of the two, the other isn't meant."""
    own = {"given_name": {"firstName", "givenName"}, "family_name": {"lastName", "familyName"}}
    for change in changes:
        problems = found.get(change.pk)
        if problems and change.field in own:
            others = set().union(*(names for name, names in own.items() if name != change.field))
            meant = [p for p in problems if not set(_PART.findall(p.path)) & others]
            if meant:
                found[change.pk] = meant
            else:
                del found[change.pk]
    return found


def refused(context: Context, write: Write, changes: list[Change], problems: tuple[Problem, ...], reason: str) -> None:
    """Nothing of the document was written. Fail what the vendor named; the rest may be sent again without it.

    Where it named nothing and there are several fields, they go out one by one.
    """
    named = fields_of(problems, changes)
    if named:
        for change in changes:
            if change.pk in named:
                life.settle(change, Change.State.FAILED, reason, named[change.pk])
    elif len(changes) == 1:
        life.settle(changes[0], Change.State.FAILED, reason, problems)
    else:
        context.singly.add(write.pk)
    if not life.finish(write):
        life.not_sent(write)
