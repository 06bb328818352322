"""How log lines are written."""

from __future__ import annotations

import logging
from types import TracebackType

from connections.bug_report import bug_report

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutTexts(logging.Formatter):
    """Formats an exception as its type and where it was raised: its own text may quote a value, as a database's do."""

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  # the library's name
        return bug_report(ei[1]).rstrip() if ei[1] is not None else ""
