"""Leases in our own rows: they say who works on a run or a Write right now.

A row with `lease_holder` (text), `lease_until` (datetime or null) and `attempts` (int) can be claimed by one holder
at a time. A lease ends when its time is over, or at once if its holder was a process of this host and has died. Times
are the database's, so the clocks of several hosts don't matter.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.models import F, Model, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from connections.claims import claim_row
from sync.worker.processes import is_dead, this_process

logger = logging.getLogger(__name__)


def holder_name() -> str:
    """A unique name for one lease of this process: `host:pid:start:` and some random letters."""
    return f"{this_process()}:{secrets.token_hex(4)}"


def claim(model: type[Model], pk: int, seconds: float, holder: str) -> bool:
    """Claim the row's lease for `seconds`. False if another holder has it.

    Taking over a lost lease counts as an attempt: `attempts` grows by one.
    """
    mine: dict[str, Any] = {"lease_holder": holder, "lease_until": _in(seconds)}
    if claim_row(model, pk, Q(lease_holder="") | Q(lease_until=None), **mine):
        return True
    mine["attempts"] = F("attempts") + 1
    if claim_row(model, pk, Q(lease_until__lt=Now()), **mine):
        return True
    other = model._default_manager.filter(pk=pk).values_list("lease_holder", flat=True).first()
    return bool(other and is_dead(other) and claim_row(model, pk, Q(lease_holder=other), **mine))


def renew(model: type[Model], pk: int, seconds: float, holder: str) -> bool:
    """Extend the lease to `seconds` from now. False if it isn't ours any more."""
    row: Any = model._default_manager.filter(pk=pk, lease_holder=holder)
    return bool(row.update(lease_until=_in(seconds)))


def give_back(model: type[Model], pk: int, holder: str) -> bool:
    """Give the lease back. False if it wasn't ours any more."""
    row: Any = model._default_manager.filter(pk=pk, lease_holder=holder)
    return bool(row.update(lease_holder="", lease_until=None))


def _in(seconds: float) -> CombinedExpression:
    return Now() + timedelta(seconds=seconds)


class Lease:
    """`with Lease(SyncRun, run.pk) as lease:` holds the row's lease until the block ends; a thread renews it.

    Always check `lost` first: it is True if the lease wasn't free, and becomes True if it was taken away or couldn't be
    renewed in time. A holder that has lost its lease stops and writes nothing more.
    """

    def __init__(self, model: type[Model], pk: int, seconds: float | None = None) -> None:
        self.model, self.pk = model, pk
        self.seconds: float = seconds or settings.LEASE_SECONDS
        self.holder = holder_name()
        self._until = 0.0
        self._taken = True
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def seconds_left(self) -> float:
        """The seconds that the lease lasts at least, by this process's own clock."""
        return 0.0 if self._taken else max(0.0, self._until - time.monotonic())

    @property
    def lost(self) -> bool:
        """Whether the lease isn't ours, or isn't any more."""
        return self.seconds_left <= 0

    def lasts(self, seconds: float) -> bool:
        """Whether the lease lasts for `seconds`, renewed now if needed. Of a shorter lease, 90 % suffice."""
        needed = min(seconds, 0.9 * self.seconds)
        if 0 < self.seconds_left < needed:
            self._renew()
        return self.seconds_left >= needed

    def progress(self) -> None:
        """Note that something was finished: the attempts so far don't count any more."""
        row: Any = self.model._default_manager.filter(pk=self.pk, lease_holder=self.holder)
        row.exclude(attempts=0).update(attempts=0)

    def __enter__(self) -> Self:
        asked = time.monotonic()
        if claim(self.model, self.pk, self.seconds, self.holder):
            self._until = asked + self.seconds
            self._taken = False
            self._thread = threading.Thread(target=self._keep, name=f"lease-{self.pk}", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._ended.set()
        if self._thread is None:
            return
        self._thread.join()
        if not self._taken:
            self._taken = True
            try:
                give_back(self.model, self.pk, self.holder)
            except DatabaseError as error:  # then the lease runs out
                logger.warning("%s %s: lease not given back (%s)", self.model.__name__, self.pk, type(error).__name__)

    def _keep(self) -> None:
        every = min(float(settings.LEASE_RENEW_SECONDS), self.seconds / 3)
        try:
            while not self._ended.wait(every) and not self.lost:
                close_old_connections()
                self._renew()
        finally:
            connection.close()

    def _renew(self) -> None:
        asked = time.monotonic()
        try:
            if renew(self.model, self.pk, self.seconds, self.holder):
                self._until = asked + self.seconds
            else:
                self._taken = True
                logger.warning("%s %s: the lease was taken over", self.model.__name__, self.pk)
        except DatabaseError as error:
            # The lease lasts a while longer, so the next try may succeed.
            logger.warning("%s %s: lease not renewed (%s)", self.model.__name__, self.pk, type(error).__name__)
