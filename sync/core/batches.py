"""Splits many things into lists, to use less memory and to keep SQL statements short enough."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Thing = TypeVar("Thing")

BATCH = 500


def batches(things: Iterable[Thing], size: int = BATCH) -> Iterator[list[Thing]]:
    """The things in lists of ``size``, the last one shorter."""
    left = iter(things)
    while found := list(islice(left, size)):
        yield found
