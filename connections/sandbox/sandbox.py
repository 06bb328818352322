"""Both vendors' APIs on loopback, over one invented company."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any

from connections.sandbox import modes as modes_module
from connections.sandbox.api import Shared
from connections.sandbox.credentials import (
    HUMA_CLIENT_ID,
    HUMA_CLIENT_SECRET,
    TENANT_ID,
    VISMA_CLIENT_ID,
    VISMA_CLIENT_SECRET,
)
from connections.sandbox.faults import Faults
from connections.sandbox.huma.api import HumaApi
from connections.sandbox.huma.state import HumaState
from connections.sandbox.huma.webhooks import Webhook, Webhooks, event
from connections.sandbox.journal import Journal
from connections.sandbox.oddities import Oddities
from connections.sandbox.page.page import Page
from connections.sandbox.seed.seed import Company, People, Person
from connections.sandbox.server import LoopbackServer, bound
from connections.sandbox.tokens import Tokens
from connections.sandbox.visma.api import VismaApi
from connections.sandbox.visma.jobs import Jobs
from connections.sandbox.visma.state import VismaState


class Sandbox:
    """Two real HTTP servers on 127.0.0.1, and everything behind them.

    `employees` people are seeded, the same for the same `seed`; 0 leaves both sides empty. Ports of 0 are free
    ones. `latency_ms` is added to every answer, `faults` is the share of requests (0 to 1) that meet a random
    fault, `job_seconds` the shortest and longest life of a Visma job, `token_seconds` that of a token, `modes` names
    of `modes.MODES` (`ValueError` for any other).
    Raises `server.PortInUse` from `start`.
    """

    HUMA_CLIENT_ID = HUMA_CLIENT_ID
    HUMA_CLIENT_SECRET = HUMA_CLIENT_SECRET
    VISMA_CLIENT_ID = VISMA_CLIENT_ID
    VISMA_CLIENT_SECRET = VISMA_CLIENT_SECRET
    TENANT_ID = TENANT_ID

    def __init__(
        self,
        employees: int = 50,
        seed: int = 1,
        huma_port: int = 0,
        visma_port: int = 0,
        latency_ms: float = 0,
        faults: float = 0.0,
        job_seconds: tuple[float, float] = (0.05, 0.15),
        token_seconds: float = 3600,
        keep_answers: bool = False,
        modes: Iterable[str] = (),
    ) -> None:
        self.faults = Faults(faults, seed)
        self.oddities = Oddities()
        self.journal = Journal()
        self.huma = HumaState()
        self.visma = VismaState()
        modes_module.switch(modes, {"huma": self.huma, "visma": self.visma})
        self.webhooks = Webhooks()
        self._company = Company(self.huma, self.visma, seed)
        self._company.seed(employees)
        self.huma.listeners.append(self.webhooks.tell)
        self.huma_tokens, self.visma_tokens = Tokens(token_seconds), Tokens(token_seconds)
        self._ports = (huma_port, visma_port)
        self._shared = Shared(self.faults, self.journal, latency_ms / 1000, keep_answers, self.oddities)
        self._servers: list[LoopbackServer] = []
        self._addresses = ["", ""]
        self._jobs = Jobs(self.visma.lock, job_seconds, seed)

    def start(self) -> Sandbox:
        """Listen on both ports; returns at once."""
        huma = HumaApi(self._shared, self.huma, self.huma_tokens)
        visma = VismaApi(self._shared, self.visma, self.visma_tokens, self._jobs)
        page = Page(self.huma, self.visma, self.journal, self.webhooks)
        try:
            for port, api in zip(self._ports, (huma, visma), strict=True):
                self._servers.append(LoopbackServer(port, page.in_front_of(api)))
        except OSError:
            self.stop()
            raise
        self._jobs.start()
        self.webhooks.start()
        # A stopped sandbox keeps its ports, and uses them again when it is started again.
        self._ports = (self._servers[0].port, self._servers[1].port)
        self._addresses = [server.url for server in self._servers]
        return self

    def stop(self) -> None:
        """Close all connections, stop listening, run no more jobs, send no more events."""
        self.webhooks.stop()
        for server in self._servers:
            server.stop()
        self._servers = []
        self._jobs.stop()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Until the block ends, nothing answers at the sandbox's addresses, and no other program can take its ports."""
        self.stop()
        with ExitStack() as held:
            for port in self._ports:
                held.enter_context(bound(port))
            try:
                yield
            finally:
                self.start()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def huma_url(self) -> str:
        """The `HUMA_API_URL` of this sandbox."""
        return self._addresses[0]

    @property
    def visma_url(self) -> str:
        """The `VISMA_API_URL` of this sandbox."""
        return self._addresses[1] + "/v2"

    @property
    def visma_token_url(self) -> str:
        """The `VISMA_TOKEN_URL` of this sandbox."""
        return self._addresses[1] + "/connect/token"

    @property
    def people(self) -> People:
        """The people who were seeded or added, by the name of the way in which the sides disagree about them."""
        return self._company.people

    def add_person(self, way: str = "equal") -> Person:
        """Add one more invented person, on both sides or as another `way` of the seed says ("only_huma", …)."""
        with self.huma.lock, self.visma.lock:
            return self._company.add(way)

    def state(self) -> dict[str, Any]:
        """The whole state of both sides, JSON-able, to compare before and after."""
        return {"huma": self.huma.state(), "visma": self.visma.state()}

    def wait_for_jobs(self, seconds: float = 10.0) -> bool:
        """Wait until Visma has run every accepted job; False if that takes longer."""
        return self._jobs.wait_idle(seconds)

    def register_webhook(self, url: str, secret: str = "", token: str = "") -> Webhook:
        """From now on, Huma sends every event about a user to this address. Raises `ValueError`."""
        return self.webhooks.register(url, secret, token)

    def send_event(self, topic: str, ids: list[str], body: bytes | None = None, **signing: Any) -> list[int]:
        """Send one event now to every webhook; returns the statuses of the answers (0: no answer).

        For what Huma never or rarely does: the same event twice, an old one, an unknown user. `body` is sent instead of
        one made from `ids`; `signing` may have another `secret` or `token`, or `base64=True`.
        """
        if body is None:
            users = [self.huma.users.get(id) for id in ids]
            emails = [user.values.get("email", "") if user else "" for user in users]
            body = event(topic, [{"id": id, "email": email} for id, email in zip(ids, emails, strict=True)])
        return [webhook.post(topic, body, **signing) for webhook in list(self.webhooks.values())]

    def wait_for_webhooks(self, seconds: float = 10.0) -> bool:
        """Wait until every event was sent or given up; False if that takes longer."""
        deadline = time.monotonic() + seconds
        return all(one.wait_idle(deadline - time.monotonic()) for one in list(self.webhooks.values()))

    def expire_tokens(self) -> None:
        """Let both sides refuse every token that they gave so far."""
        self.huma_tokens.revoke_all()
        self.visma_tokens.revoke_all()
