"""Runs the stand-ins of both vendors in their own process, so that only our own work is measured."""

import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from types import TracebackType
from typing import Any

from connections.sandbox import VISMA_CLIENT_ID, VISMA_CLIENT_SECRET, Sandbox
from connections.sandbox.huma.state import HumaState


@dataclass(frozen=True)
class Asked:
    """One request of the stand-ins' journal; ``target``: its path with the query; ``at``: when it came, in seconds
    since 1970."""

    side: str
    method: str
    target: str
    status: int
    at: float


@dataclass(frozen=True)
class Facts:
    """The addresses of the stand-ins, and how many people they have. ``resting``: Huma users without a current
    position; ``agreed``: the ids on both sides of people without differences."""

    huma_url: str
    visma_url: str
    visma_token_url: str
    huma: int
    visma: int
    resting: int
    agreed: list[tuple[str, str]]


class StandIns:
    """``with StandIns(employees=1000, latency_ms=50) as vendors:`` both vendors answer until the block ends."""

    def __init__(self, differ: bool = False, agree: int = 0, **options: Any) -> None:
        """``options`` are the ``Sandbox``'s; ``differ``: everybody has another address and phone in Huma; ``agree``:
        the number of additional people without differences."""
        self._options = (differ, agree, options)

    def __enter__(self) -> "StandIns":
        # A new interpreter: a forked one would have our memory and threads.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, *self._options), daemon=True)
        self._process.start()
        theirs.close()  # so that we notice when the process ends
        self.facts: Facts = self._pipe.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.send("stop")
        self._process.join()

    def asked(self) -> list[Asked]:
        """The requests since the last call, the oldest first."""
        self._pipe.send("asked")
        found: list[Asked] = self._pipe.recv()
        return found

    def edit(self, user_id: str, **changes: Any) -> None:
        """Somebody edits a user in Huma."""
        self._pipe.send((user_id, changes))
        self._pipe.recv()

    def environment(self) -> dict[str, str]:
        """The settings that point to the stand-ins."""
        return {
            "HUMA_API_URL": self.facts.huma_url,
            "VISMA_API_URL": self.facts.visma_url,
            "VISMA_TOKEN_URL": self.facts.visma_token_url,
            "VISMA_CLIENT_ID": VISMA_CLIENT_ID,
            "VISMA_CLIENT_SECRET": VISMA_CLIENT_SECRET,
        }


def _serve(pipe: Pipe, differ: bool, agree: int, options: dict[str, Any]) -> None:
    """The stand-ins' process: serve until told to stop."""
    with Sandbox(**options) as sandbox:
        for _ in range(agree):
            sandbox.add_person("equal")
        if differ:
            _let_differ(sandbox.huma)
        pipe.send(_facts(sandbox))
        while (told := pipe.recv()) != "stop":
            if told == "asked":
                pipe.send(_asked(sandbox))
                continue
            user_id, changes = told
            sandbox.huma.edit(user_id, **changes)
            pipe.send("done")


def _asked(sandbox: Sandbox) -> list[Asked]:
    found = list(sandbox.journal.of())
    del sandbox.journal[: len(found)]  # later requests are for the next call
    return [Asked(r.side, r.method, _target(r.path, r.query), r.status, r.at.timestamp()) for r in found]


def _let_differ(huma: HumaState) -> None:
    """Change two fields of one Visma document for everybody whose document can be written."""
    address = {"line1": "Nyveien 7", "line2": "", "line3": "", "postalCode": "0150", "city": "Oslo", "country": "NO"}
    for index, user in enumerate(list(huma.users)):
        huma.edit(user, phone=f"+47{40_000_000 + index}", homeAddress=address)


def _target(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _facts(sandbox: Sandbox) -> Facts:
    users = [user for user in sandbox.huma.users.values() if user.type == "user"]
    return Facts(
        huma_url=sandbox.huma_url,
        visma_url=sandbox.visma_url,
        visma_token_url=sandbox.visma_token_url,
        huma=len(sandbox.huma.users),
        visma=len(sandbox.visma.employees),
        agreed=[(one.user_id or "", one.employee_id or "") for one in sandbox.people.get("equal", ())],
        resting=sum(all(p.status() != "CURRENT" for p in user.positions.values()) for user in users),
    )
