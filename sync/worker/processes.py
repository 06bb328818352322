"""Names for processes, whether a process of this host is alive, and ending with the parent. Uses Linux's /proc."""

import ctypes
import hashlib
import os
import signal
import socket
from functools import cache
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def this_process() -> str:
    """`host:pid:start`: unique for each process, and another process of the host can tell by it whether we live."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_start_of(pid)}"


def is_dead(name: str) -> bool:
    """Whether the process `name` (as this_process names it; more parts may follow) has surely ended.

    False for a process of another host, and without /proc: nothing is known then.
    """
    host, _, rest = name.partition(":")
    pid, _, rest = rest.partition(":")
    start = rest.partition(":")[0]
    if host != _host() or not pid.isdigit() or start in ("", "?"):
        return False
    return _start_of(int(pid)) != start


@cache
def _host() -> str:
    """The host's name, with a hash of its boot id and pid namespace, which differ on hosts with the same name."""
    try:
        where = Path("/proc/sys/kernel/random/boot_id").read_text() + os.readlink("/proc/self/ns/pid")
    except OSError:
        where = ""
    return f"{socket.gethostname()[:40]}-{hashlib.sha256(where.encode()).hexdigest()[:8]}"


def _start_of(pid: int) -> str:
    """When the process began, in the kernel's ticks; "" if there is none (or a zombie), "?" if that is unknown."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else "?"
    # The second field is the command in brackets; it may itself contain spaces and brackets.
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state in "ZX" else fields[18]


def die_with(parent: int) -> None:
    """Let the kernel end this process when its parent ends (Linux); exit now if the parent has already ended."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
