"""Tells a cluster's tasks that `manage.py worker` was told to stop, so that they end at the next stored step.

They see it by a pipe: the worker holds the other end, and closes it (or dies).
"""

import os
import select

STOP_FD = "HUMAVISMA_STOP_FD"


def is_stopping() -> bool:
    """Whether this process's worker was told to stop; False in a process without one (a command, a test)."""
    fd = os.environ.get(STOP_FD)
    return fd is not None and bool(select.select([int(fd)], [], [], 0)[0])
