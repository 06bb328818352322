"""Claims of rows: of several processes that want the same row at the same time, exactly one gets it."""

from typing import Any

from django.db.models import Model, Q


def claim_row(model: type[Model], pk: int, only_if: Q, **mine: Any) -> bool:
    """Store ``mine`` in the row, if it is as ``only_if`` says; one conditional UPDATE, so nobody comes in between.

    False: the row isn't like that (any more), so another process has it. ``mine`` makes ``only_if`` untrue, with a
    holder's name or with a later time of the next try, or else a second process would get the row, too.
    """
    return bool(model._default_manager.filter(only_if, pk=pk).update(**mine))


def as_seen(row: Model, *names: str) -> Q:
    """The condition that these columns of the row are as they were when ``row`` was read."""
    return Q(**{name: getattr(row, name) for name in names})
