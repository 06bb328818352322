"""Measures Huma's webhook: how fast events are taken in, and how soon the changes are in Visma."""

import http.client
import itertools
import json
import socket
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.environment import Workspace
from bench.standins import StandIns
from connections.sandbox.huma.signing import signed

PATIENCE = 60.0  # seconds
CLIENTS = 8
REST = 1.5
"""Seconds after a change was sent until its run has surely ended: its job was looked at, its end stored."""
NUMBERS = itertools.count(10_000_000)


@dataclass(frozen=True)
class Webhook:
    """The product's webhook."""

    port: int
    path: str
    secret: str

    def client(self) -> http.client.HTTPConnection:
        """A connection to the webhook."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def tell(self, client: http.client.HTTPConnection, user_id: str, **changes: Any) -> float:
        """Send an event about this user; returns the seconds until the answer."""
        body = json.dumps({"topic": "users-update", "users": [{"id": user_id, **changes}]}).encode()
        begun = time.perf_counter()
        client.request("POST", self.path, body, signed(body, self.secret))
        answer = client.getresponse()
        answer.read()
        seconds = time.perf_counter() - begun
        if answer.status != 200:
            raise RuntimeError(f"An event was answered with {answer.status}.")
        return seconds


@dataclass(frozen=True)
class Found:
    """``taken``: seconds for each event, one at a time; ``rate``: events a second, from several clients at once.
    ``single``: seconds from an event to the PUT of its change, one at a time; ``burst``: the same for many people at
    once, with several events for each."""

    taken: list[float]
    rate: float
    single: list[float]
    burst: list[float]


def events(workspace: Workspace, engine: str, taken: int, single: int, burst: int) -> Found:
    """``taken`` events one at a time and as many from several clients, ``single`` changes, ``burst`` people at once."""
    with StandIns(employees=0, agree=max(single, burst)) as vendors:
        environment = workspace.environment(engine, vendors.environment())
        told = workspace.run_in(environment, "always_on")
        vendors.asked()
        with _served(workspace, environment, told) as webhook:
            client = webhook.client()
            one_by_one = [webhook.tell(client, str(uuid.uuid4())) for _ in range(taken)]
            rate = _rate(webhook, taken)
            with workspace.process(environment, "manage.py", "worker"):
                _wait(lambda: workspace.run_in(environment, "is_alive"))
                _until_quiet(vendors)
                return Found(one_by_one, rate, _singly(webhook, vendors, single), _at_once(webhook, vendors, burst))


@contextmanager
def _served(workspace: Workspace, environment: dict[str, str], told: dict[str, str]) -> Iterator[Webhook]:
    """The web process, as the Procfile starts it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        webhook = Webhook(int(free.getsockname()[1]), told["path"], told["secret"])
    with workspace.process(environment, "manage.py", "web", "--bind", f"127.0.0.1:{webhook.port}"):
        _wait(lambda: _listens(webhook.port))
        webhook.tell(webhook.client(), str(uuid.uuid4()))  # the first request loads what it needs
        yield webhook


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def _rate(webhook: Webhook, many: int) -> float:
    kept = threading.local()

    def one(_number: int) -> None:
        if not hasattr(kept, "client"):
            kept.client = webhook.client()
        webhook.tell(kept.client, str(uuid.uuid4()))

    with ThreadPoolExecutor(CLIENTS) as pool:
        begun = time.perf_counter()
        list(pool.map(one, range(many)))
        return many / (time.perf_counter() - begun)


def _singly(webhook: Webhook, vendors: StandIns, count: int) -> list[float]:
    seconds = []
    for user_id, _employee in vendors.facts.agreed[:count]:
        phone = f"+47{next(NUMBERS) + 30_000_000}"
        vendors.edit(user_id, phone=phone)
        begun = time.time()
        webhook.tell(webhook.client(), user_id, phone=phone)  # a kept connection would be closed by now
        seconds += [at - begun for at in _puts(vendors, 1).values()]
        time.sleep(REST)
    return seconds


def _at_once(webhook: Webhook, vendors: StandIns, count: int) -> list[float]:
    begun: dict[str, float] = {}

    def one(pair: tuple[str, str]) -> None:
        user_id, employee_id = pair
        phone = f"+47{next(NUMBERS) + 30_000_000}"
        client = webhook.client()
        for number in range(5):
            begun.setdefault(employee_id, time.time())
            webhook.tell(client, user_id, phone=phone, number=number)

    people = vendors.facts.agreed[:count]
    for user_id, _employee in people:
        vendors.edit(user_id, phone=f"+47{next(NUMBERS) + 30_000_000}")
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(one, people))
    return [at - begun[employee_id] for employee_id, at in _puts(vendors, count).items()]


def _puts(vendors: StandIns, count: int) -> dict[str, float]:
    """When each of ``count`` employees was written, by id."""
    found: dict[str, float] = {}

    def enough() -> bool:
        for one in vendors.asked():
            if one.side == "visma" and one.method == "PUT":
                found.setdefault(one.target.split("/employees/")[1].split("/")[0], one.at)
        return len(found) >= count

    _wait(enough)
    return found


def _until_quiet(vendors: StandIns) -> None:
    """Wait until the vendors have had no request for a while, because the worker has nothing to do."""
    quiet_since = time.monotonic()

    def is_quiet() -> bool:
        nonlocal quiet_since
        if vendors.asked():
            quiet_since = time.monotonic()
        return time.monotonic() - quiet_since > 2 * REST

    _wait(is_quiet)


def _wait(until: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError("What is measured didn't happen.")
        time.sleep(0.01)


def p95(seconds: list[float]) -> float:
    """The 95th percentile, in milliseconds."""
    return 1000 * statistics.quantiles(seconds, n=20)[-1]
