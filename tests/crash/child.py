"""`manage.py` with numbered points between any two effects; it kills itself at one of them, as SIGKILL does.

An effect is a request to a vendor, a commit, or a mail that is handed over: there is a point before and a point after
each. Started as `python -m tests.crash.child REPORT KILL_AT sync CODE …`; with KILL_AT 0 it isn't killed. The names of
the points are written to REPORT, one a line. A worker's cluster is another process, and gets its points from
`tests/crash/site`.
"""

import os
import signal
import smtplib
import sys
from collections.abc import Callable
from typing import Any

LINE = 20
"""The length of a line of the report, in bytes."""


class Points:
    """Counts the points of a process and its children, and kills the one that reaches the wanted point."""

    def __init__(self, report: str, kill_at: int) -> None:
        self.report, self.kill_at = report, kill_at

    def passed(self, name: str) -> None:
        """Count a point: all lines of the report have the same length, so its size tells how many there are."""
        report = os.open(self.report, os.O_WRONLY | os.O_APPEND)
        os.write(report, name.ljust(LINE - 1).encode() + b"\n")
        count = os.lseek(report, 0, os.SEEK_CUR) // LINE
        os.close(report)
        if count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """``call`` with a point before and a point after it."""

        def pointed(*args: Any, **kwargs: Any) -> Any:
            self.passed(f"before {name}")
            result = call(*args, **kwargs)
            self.passed(f"after {name}")
            return result

        return pointed

    def statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Put points around a statement outside of a transaction, because it commits by itself."""
        writes = sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        if writes and not context["connection"].in_atomic_block:
            return self.around("statement", execute)(sql, params, many, context)
        return execute(sql, params, many, context)


def install(points: Points) -> None:
    """Install the points in this process, and in those that it forks."""
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.signals import connection_created

    from connections.api.http import Wire

    setattr(Wire, "send", points.around("request", Wire.send))  # noqa: B010
    commit = getattr(BaseDatabaseWrapper, "_commit")  # noqa: B009
    setattr(BaseDatabaseWrapper, "_commit", points.around("commit", commit))  # noqa: B010
    setattr(smtplib.SMTP, "sendmail", points.around("mail", smtplib.SMTP.sendmail))  # noqa: B010

    def watch(sender: Any, connection: Any, **kwargs: Any) -> None:
        connection.execute_wrappers.append(points.statement)

    connection_created.connect(watch, weak=False)


def main() -> None:
    """Number the points, then do what `manage.py` does."""
    install(Points(sys.argv[1], int(sys.argv[2])))
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *sys.argv[3:]])


if __name__ == "__main__":
    main()
