"""Handles refused writes: which fields the vendor's problems are about, and what is sent again without them."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from connections.api.errors import Problem
from sync.core.fields.vendor_paths import fields_of_path
from sync.models import Change, Write
from sync.writing import write_state


def fields_of(problems: Iterable[Problem], changes: Sequence[Change]) -> dict[int, list[Problem]]:
    """The Changes (by pk) that the problems name, by a ``jsonPath`` or the name of a property."""
    found: dict[int, list[Problem]] = {}
    for problem in problems:
        about = fields_of_path(problem.path) if problem.severity == "error" else ()
        for change in changes:
            if change.field in about:
                found.setdefault(change.pk, []).append(problem)
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
