"""The check of one connection: every assumption that a GET can settle, with a bounded number of requests.

It writes nothing at a vendor. What differs from what the client does is looked at twice; only if both looks agree, and
it is one of the foreseen variants, the client does it that way from then on. Source: docs/doctor.md.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from connections.api.errors import BadCredentials, Unavailable
from connections.api.vendor import Vendor
from connections.api.visma.variants import FORESEEN, variants_of
from connections.claims import claim_row
from connections.doctor import huma_looks, visma_looks
from connections.doctor.looking import UNHELPFUL, Enough, Looks, no_answer
from connections.doctor.seen import OTHERWISE, Found, result_of
from connections.models import PROGRAM, Connection, Diagnosis, audit
from connections.vendors.clients import clients_for

LEASE = timedelta(minutes=2)
"""How long a check may be silent before another one may start anew: longer than any single request takes."""
LONGEST = 90.0
"""Seconds after which a check asks for nothing more."""
MONTHLY = timedelta(days=30)
AGAIN = timedelta(hours=1)
"""When a check that ended early is made again."""
REFUSED, UNAVAILABLE, ENOUGH, STOPPED, BUG = "refused", "unavailable", "enough", "stopped", "bug"
"""Why a check ended early; the first two with the side after a colon, the first also with the refusal's code."""


class NotNow(Exception):
    """Nothing was asked. ``why``: paused, waiting, disconnected or busy (another check is under way)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _TakenOver(Exception):
    """The connection isn't active any more, or another check has taken over."""


@dataclass(frozen=True)
class _Step:
    """One part of a check: its name for people, the assumptions that it is about, and who looks."""

    label: str
    about: tuple[str, ...]
    look: Callable[[_Check], Iterable[tuple[str, Found]]]


def why_not(connection: Connection) -> str:
    """Why a connection can't be checked now: paused, waiting or disconnected; "" if it can."""
    return "" if connection.state == Connection.State.ACTIVE else connection.state


def check(connection: Connection) -> Diagnosis:
    """Look at both systems, and store what was seen. Raises ``NotNow``; a vendor's refusal is the result's trouble."""
    why = why_not(connection)
    if why:
        raise NotNow(why)
    row, _made = Diagnosis.objects.get_or_create(connection=connection)
    holder, now = secrets.token_hex(8), timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    started = {"claimed_until": now + LEASE, "holder": holder, "done": 0, "steps": len(STEPS)}
    if not claim_row(Diagnosis, row.pk, free, **started):
        raise NotNow("busy")
    one = _Check(connection, row.pk, holder)
    trouble = BUG
    try:
        trouble = one.look()
    finally:
        one.store(trouble)
    row.refresh_from_db()
    connection.refresh_from_db(fields=["variants"])
    return row


class _Check:
    """One check under way."""

    def __init__(self, connection: Connection, pk: int, holder: str) -> None:
        self.connection, self.pk, self.holder = connection, pk, holder
        self.clients = clients_for(connection)
        self.give_up = time.monotonic() + LONGEST
        self.renewed = time.monotonic()
        self.huma = Looks(self.clients.huma, self._go_on)
        self.visma = Looks(self.clients.visma, self._go_on)
        self.people = huma_looks.People(self.huma, huma_looks.limits_of(connection.huma_limits))
        self.found: dict[str, Found] = {}
        self.done = 0

    def look(self) -> str:
        """Take all steps; returns why it ended early, or ""."""
        try:
            for step in STEPS:
                self.found.update(step.look(self))
                self._renew(self.done + 1)
            return ""
        except BadCredentials as error:
            if error.side == Vendor.VISMA and not error.application:
                self.found["V1"] = visma_looks.refused(error)
            return f"{REFUSED}:{error.side}:{'application' if error.application else error.code}"
        except Unavailable as error:
            return f"{UNAVAILABLE}:{error.side}"
        except Enough:
            return ENOUGH
        except _TakenOver:
            return STOPPED

    def tokens(self) -> Iterator[tuple[str, Found]]:
        """A new token of each side."""
        self.clients.huma.token_info()
        yield "V1", visma_looks.access(self.clients.visma)

    def list_of_huma(self) -> Iterator[tuple[str, Found]]:
        return self._tried(("H3", "H2"), self.people.listed)

    def people_of_huma(self) -> Iterator[tuple[str, Found]]:
        self.people.read()
        return self.people.of_details()

    def list_of_visma(self) -> Iterator[tuple[str, Found]]:
        return self._tried(("V2", "V5", "V6", "V9", "V4", "V8"), lambda: visma_looks.of_everybody(self.visma))

    def pages_of_visma(self) -> Iterator[tuple[str, Found]]:
        return self._tried(("V3",), lambda: [("V3", visma_looks.next_page(self.visma))])

    def jobs_of_visma(self) -> Iterator[tuple[str, Found]]:
        return self._tried(("V7",), lambda: [("V7", visma_looks.jobs(self.visma))])

    def both(self) -> Iterator[tuple[str, Found]]:
        """What needs both sides, and the headers of all answers."""
        yield "V14", visma_looks.rate_limit(self.visma)
        yield "H9", visma_looks.own_ids(self.visma, self.people.external_ids())

    def second(self) -> Iterator[tuple[str, Found]]:
        """A second look at what isn't as assumed, or isn't what the client does."""
        doubtful = {code for code, found in self.found.items() if self._is_doubtful(code, found)}
        for step in STEPS:
            asked = doubtful.intersection(step.about)
            if not asked:
                continue
            again = dict(step.look(self))
            for code in sorted(asked):
                now = again.get(code)
                if now is None or (now.code, now.variants) != (self.found[code].code, self.found[code].variants):
                    yield code, Found("unsteady")

    def _is_doubtful(self, code: str, found: Found) -> bool:
        now = variants_of(self.connection.variants)
        differs = any(getattr(now, name) != value for name, value in found.variants.items())
        return differs or result_of(code, found.code) == OTHERWISE

    def _tried(
        self, about: tuple[str, ...], look: Callable[[], Iterable[tuple[str, Found]]]
    ) -> Iterator[tuple[str, Found]]:
        """What a look tells; what it couldn't tell, because of an answer that doesn't help, is noted as such."""
        told = set()
        try:
            for code, found in look():
                told.add(code)
                yield code, found
        except UNHELPFUL as error:
            for code in about:
                if code not in told:
                    yield code, no_answer(error)

    def _go_on(self) -> None:
        """Called before each request: is there time, and is the connection still ours to ask for?"""
        now = time.monotonic()
        if now > self.give_up:
            raise Enough
        if now > self.renewed + LEASE.total_seconds() / 8:
            self._renew(self.done)

    def _renew(self, done: int) -> None:
        self.done, self.renewed = done, time.monotonic()
        mine = Diagnosis.objects.filter(pk=self.pk, holder=self.holder, connection__state=Connection.State.ACTIVE)
        if not mine.update(done=done, claimed_until=timezone.now() + LEASE):
            raise _TakenOver

    def store(self, trouble: str) -> None:
        """Keep what was found; what wasn't reached keeps what was found before."""
        now = timezone.now()
        with transaction.atomic():
            # A connection's row is always locked before others.
            connection = Connection.objects.select_for_update(no_key=True).get(pk=self.connection.pk)
            row = Diagnosis.objects.select_for_update().filter(pk=self.pk, holder=self.holder).first()
            if row is None or trouble == STOPPED:
                Diagnosis.objects.filter(pk=self.pk, holder=self.holder).update(claimed_until=None, holder="")
                return
            for code, found in self.found.items():
                row.findings[code] = {"code": found.code, "params": dict(found.params), "at": now.isoformat()}
            row.trouble, row.version, row.holder, row.claimed_until = trouble, settings.VERSION, "", None
            row.checked_at, row.due_at = now, now + (AGAIN if trouble else MONTHLY)
            row.save()
            variants = self._agreed(connection.variants, second_look=not trouble)
            if variants != connection.variants:
                Connection.objects.filter(pk=connection.pk).update(variants=variants)
                audit(PROGRAM, "variants.changed", connection, names=sorted(variants))

    def _agreed(self, stored: Any, second_look: bool) -> dict[str, Any]:
        """The variants that the client uses from now on. Without a second look only the old ones go on."""
        now = variants_of(stored)
        kept = {name: getattr(now, name) for name in FORESEEN}
        for found in self.found.values():
            # Several tokens were refused alike, so this needs no second look.
            if second_look or "scopes" in found.variants:
                kept.update(found.variants)
        return variants_of(kept).others()


STEPS = (
    _Step(_("Access to both systems"), ("V1",), _Check.tokens),
    _Step(_("The list of people in Huma"), ("H2", "H3"), _Check.list_of_huma),
    _Step(_("Up to 25 people in Huma"), ("H1", "H4"), _Check.people_of_huma),
    _Step(_("The list of employees in Visma"), ("V2", "V4", "V5", "V6", "V8", "V9"), _Check.list_of_visma),
    _Step(_("Pages in Visma"), ("V3",), _Check.pages_of_visma),
    _Step(_("Jobs in Visma"), ("V7",), _Check.jobs_of_visma),
    _Step(_("What needs both systems"), ("V14", "H9"), _Check.both),
    _Step(_("A second look at what differs"), (), _Check.second),
)
"""The parts of a check, in order."""
