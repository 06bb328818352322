"""The stand-ins of both vendors in a process of their own, so that what is measured is ours."""

import multiprocessing
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from types import TracebackType
from typing import Any

from connections.sandbox import VISMA_CLIENT_ID, VISMA_CLIENT_SECRET, Sandbox
from connections.sandbox.huma_state import HumaState


@dataclass(frozen=True)
class Asked:
    """One request out of the stand-ins' journal; ``target`` is its path with the query, ``at`` when it came, in
    seconds since 1970."""

    side: str
    method: str
    target: str
    status: int
    at: float


@dataclass(frozen=True)
class Facts:
    """Where the stand-ins are, and how many people they have. ``resting``: Huma users without a current position;
    ``agreed``: the ids on both sides of people about whom they agree."""

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
        """``options`` are the ``Sandbox``'s; ``differ``: everybody moved and got another phone in Huma; ``agree``: so
        many more people, about whom both sides agree."""
        self._options = (differ, agree, options)

    def __enter__(self) -> "StandIns":
        # A fresh interpreter: a forked one would bring our memory and threads along.
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, *self._options), daemon=True)
        self._process.start()
        theirs.close()  # so that its end is noticed
        self.facts: Facts = self._pipe.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pipe.send("stop")
        self._process.join()

    def asked(self) -> list[Asked]:
        """What was asked since the last time, oldest first."""
        self._pipe.send("asked")
        found: list[Asked] = self._pipe.recv()
        return found

    def edit(self, user_id: str, **changes: Any) -> None:
        """Somebody edits a user in Huma."""
        self._pipe.send((user_id, changes))
        self._pipe.recv()

    def environment(self) -> dict[str, str]:
        """The settings that point at them."""
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
    del sandbox.journal[: len(found)]  # what comes meanwhile is for the next time
    return [Asked(r.side, r.method, _target(r.path, r.query), r.status, r.at.timestamp()) for r in found]


def _let_differ(huma: HumaState) -> None:
    """Two fields of one document of Visma's, for everybody whose document can be written."""
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
