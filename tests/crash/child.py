"""`manage.py` with numbered points between any two effects, which ends itself at one of them as SIGKILL does.

An effect is a request to a vendor, something stored for good, a mail that is handed over: there is a point before
and a point after each. Started as `python -m tests.crash.child REPORT KILL_AT sync CODE …`; KILL_AT 0 lives on. The
points are written to REPORT, one name a line.
"""

import os
import signal
import smtplib
import sys
import threading
from collections.abc import Callable
from typing import Any


class Points:
    """Counts the points, and ends the process at the one that was asked for."""

    def __init__(self, report: str, kill_at: int) -> None:
        self.report = open(report, "a", buffering=1, encoding="utf-8")  # noqa: SIM115  # open until the end
        self.kill_at, self.count, self.lock = kill_at, 0, threading.Lock()

    def passed(self, name: str) -> None:
        """One more point."""
        with self.lock:
            self.count += 1
            self.report.write(name + "\n")
            if self.count == self.kill_at:
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
        """A statement outside of a transaction is stored for good by itself."""
        writes = sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        if writes and not context["connection"].in_atomic_block:
            return self.around("statement", execute)(sql, params, many, context)
        return execute(sql, params, many, context)


def main() -> None:
    """Number the points, then do what `manage.py` does."""
    points = Points(sys.argv[1], int(sys.argv[2]))
    import django

    django.setup()
    from django.core.management import execute_from_command_line
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.signals import connection_created

    from connections.http import Wire

    setattr(Wire, "send", points.around("request", Wire.send))  # noqa: B010
    commit = getattr(BaseDatabaseWrapper, "_commit")  # noqa: B009
    setattr(BaseDatabaseWrapper, "_commit", points.around("commit", commit))  # noqa: B010
    setattr(smtplib.SMTP, "sendmail", points.around("mail", smtplib.SMTP.sendmail))  # noqa: B010

    def watch(sender: Any, connection: Any, **kwargs: Any) -> None:
        connection.execute_wrappers.append(points.statement)

    connection_created.connect(watch)
    execute_from_command_line(["manage.py", *sys.argv[3:]])


if __name__ == "__main__":
    main()
