"""This process's name, whether another of this host still lives, and dying together. Linux's where there is that."""

import ctypes
import hashlib
import os
import signal
import socket
from functools import cache
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def this_process() -> str:
    """`host:pid:start`, never given to two processes, by which another one of the host can tell whether we live."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_start_of(pid)}"


def is_dead(name: str) -> bool:
    """True when `name` (as made by this_process, more parts may follow) surely lives no longer.

    Of another host nothing is known, so False; so it is where there is no /proc.
    """
    host, _, rest = name.partition(":")
    pid, _, rest = rest.partition(":")
    start = rest.partition(":")[0]
    if host != _host() or not pid.isdigit() or start in ("", "?"):
        return False
    return _start_of(int(pid)) != start


@cache
def _host() -> str:
    """The host's name, and what tells apart two that share it: the boot of its kernel and its space of pids."""
    try:
        where = Path("/proc/sys/kernel/random/boot_id").read_text() + os.readlink("/proc/self/ns/pid")
    except OSError:
        where = ""
    return f"{socket.gethostname()[:40]}-{hashlib.sha256(where.encode()).hexdigest()[:8]}"


def _start_of(pid: int) -> str:
    """When the process began, in the kernel's ticks; "" when there is none (or a zombie), "?" when it can't be said."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else "?"
    # The second field is the command in brackets, which may hold spaces and brackets itself.
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def die_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends (Linux); and now, if that has happened already."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
