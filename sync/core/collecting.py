"""Leaving memory alone while there is much of it in use."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """No search for garbage in circles meanwhile: it would look through the same thousands of people again and again,
    for half of the time, and find none. What isn't used any more is freed at once all the same."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
