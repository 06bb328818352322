"""A request's calls have their frames in one piece, however deep they are."""

import resource
from collections.abc import Callable
from functools import partial

from humavisma.frames import with_room

LOOPS = 300


def faults(depth: int) -> int:
    """How much new memory the system gave while a loop at this depth called a function again and again."""
    if depth:
        return faults(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(LOOPS):
        leaf()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def leaf() -> None:
    """A call that does nothing."""


def most(run: Callable[[Callable[[], int]], int]) -> int:
    return max(run(partial(faults, depth)) for depth in range(400))


def test_no_depth_asks_the_system_for_memory_with_each_call() -> None:
    assert most(with_room) < LOOPS / 3


def test_it_gives_what_was_called() -> None:
    assert with_room(lambda: "answer") == "answer"
