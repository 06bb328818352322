"""How a cluster's tasks learn that `manage.py worker` was told to stop: they end at the next stored step.

The kernel tells: the worker holds the other end of a pipe, and closes it (or dies).
"""

import os
import select

STOP_FD = "HUMAVISMA_STOP_FD"


def is_stopping() -> bool:
    """True once this process's worker was told to stop; never where there is none (a command, a test)."""
    fd = os.environ.get(STOP_FD)
    return fd is not None and bool(select.select([int(fd)], [], [], 0)[0])
