"""Asks a vendor in a background thread, so that the thread of a web page doesn't wait as long as the vendor likes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_background(name: str, ask: Callable[[], T]) -> Future[T]:
    """Ask in a daemon thread; a thread of a pool would keep the process from ending."""
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(ask())
        except Exception as error:
            future.set_exception(error)

    threading.Thread(target=work, name=name, daemon=True).start()
    return future
