"""Handles refused writes: which fields the vendor's problems are about, and what is sent again without them."""

import re
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from connections.api.errors import Problem
from sync.core.fields import field as field_named
from sync.models import Change, Write
from sync.writing import write_state

_PART = re.compile(r"[A-Za-z]+")


def fields_of(problems: Iterable[Problem], changes: Sequence[Change]) -> dict[int, list[Problem]]:
    """The Changes (by pk) that the problems name, by a ``jsonPath`` or the name of a property.

    The first name of a path decides: ``phones[0].number`` is about the phone, not about the number.
    """
    found: dict[int, list[Problem]] = {}
    for problem in problems:
        name = _PART.search(problem.path)
        if problem.severity == "error" and name:
            for change in changes:
                if name[0] in field_named(change.field).json_paths:
                    found.setdefault(change.pk, []).append(problem)
    return _most_precise(found, changes)


def _most_precise(found: dict[int, list[Problem]], changes: Iterable[Change]) -> dict[int, list[Problem]]:
    """Keep only the name that a path really names: given and family name share ``personNames``."""
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


def refused(
    write: Write,
    changes: Sequence[Change],
    problems: tuple[Problem, ...],
    reason: str,
    own_reasons: Mapping[str, str] | None = None,
) -> None:
    """Handle a refused document, of which nothing was written: fail the fields that the vendor named, and send the rest
    again without them.

    If it named none and there are several fields, they are sent one by one. ``own_reasons``: reasons for fields that
    have their own sentence.
    """
    named = fields_of(problems, changes)
    if not named and len(changes) > 1:
        write_state.split(write, changes)
        return
    with transaction.atomic():
        for change in changes:
            if change.pk in named or not named:
                why = (own_reasons or {}).get(change.field, reason)
                write_state.settle(change, Change.State.FAILED, why, named.get(change.pk, problems))
        if not write_state.finish(write):
            write_state.not_sent(write)
