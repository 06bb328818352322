"""The stand-ins fail on request: before or after an effect, in the middle of an answer, or at random."""

import socket
import time
from collections.abc import Iterator

import pytest
import requests

from connections.sandbox import PortInUse, Sandbox
from tests.connections.sandbox.callers import HumaCaller, VismaCaller


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(0) as running:
        yield running


@pytest.fixture
def huma(sandbox: Sandbox) -> Iterator[HumaCaller]:
    caller = HumaCaller(sandbox)
    yield caller
    caller.close()


@pytest.fixture
def path(sandbox: Sandbox) -> str:
    return f"/users/{sandbox.add_person().user_id}"


@pytest.mark.parametrize("kind", ["401", "403", "429", "500", "502", "503"])
def test_a_status_comes_once_and_has_no_effect(sandbox: Sandbox, huma: HumaCaller, path: str, kind: str) -> None:
    sandbox.faults.script("huma", "PATCH", path, kind)
    before = sandbox.state()
    assert huma.patch(path, {"phone": "1"}).status_code == int(kind)
    assert sandbox.state() == before
    assert huma.patch(path, {"phone": "1"}).status_code == 200


def test_a_429_says_when_to_come_back_unless_it_is_bare(sandbox: Sandbox, huma: HumaCaller) -> None:
    for kind in ("429:7", "429", "429-bare"):
        sandbox.faults.script("huma", "GET", "/users", kind)
    waits = [huma.get("/users").headers.get("Retry-After") for _ in range(3)]
    assert waits == ["7", "1", None]


def test_a_reset_happens_before_the_effect(sandbox: Sandbox, huma: HumaCaller, path: str) -> None:
    sandbox.faults.script("huma", "PATCH", path, "reset")
    before = sandbox.state()
    with pytest.raises(requests.ConnectionError):
        huma.patch(path, {"phone": "1"})
    assert sandbox.state() == before


def test_a_lost_answer_took_effect(sandbox: Sandbox, huma: HumaCaller, path: str) -> None:
    sandbox.faults.script("huma", "PATCH", path, "lost")
    with pytest.raises(requests.ConnectionError):
        huma.patch(path, {"phone": "1"})
    assert huma.get(path).json()["phone"]["value"] == "1"


def test_a_cut_answer_ends_in_the_middle(sandbox: Sandbox, huma: HumaCaller, path: str) -> None:
    sandbox.faults.script("huma", "GET", path, "cut")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        huma.get(path)
    assert huma.get(path).status_code == 200


def test_nonsense_and_empty_lists_look_like_answers(sandbox: Sandbox, huma: HumaCaller, path: str) -> None:
    sandbox.faults.script("huma", "GET", "/users", "not-json")
    sandbox.faults.script("huma", "GET", "/users", "empty-list")
    nonsense, empty = huma.get("/users"), huma.get("/users")
    assert (nonsense.status_code, nonsense.headers["Content-Type"]) == (200, "text/html")
    assert (empty.status_code, empty.json()) == (200, {"total": 0, "items": []})


def test_slowness_and_latency_are_felt(sandbox: Sandbox, huma: HumaCaller) -> None:
    sandbox.faults.script("huma", "GET", "/users", "slow:0.3")
    began = time.monotonic()
    huma.get("/users")
    assert time.monotonic() - began >= 0.3
    with Sandbox(0, latency_ms=50) as running:
        caller = HumaCaller(running)
        began = time.monotonic()
        caller.get("/users")
        assert time.monotonic() - began >= 0.05
        caller.close()


def test_something_can_happen_just_before_an_answer(sandbox: Sandbox, huma: HumaCaller, path: str) -> None:
    user_id = path.rpartition("/")[2]
    sandbox.faults.before("huma", "GET", path, lambda: sandbox.huma.delete(user_id))
    assert huma.get("/users").json()["total"] == 1
    assert huma.get(path).status_code == 404


def test_an_answer_can_be_rewritten(sandbox: Sandbox, huma: HumaCaller, path: str) -> None:
    sandbox.faults.rewrite("huma", "GET", "/users$", lambda page: {**page, "total": 99})
    assert [huma.get("/users").json()["total"] for _ in range(2)] == [99, 1]


def test_a_fault_on_one_side_leaves_the_other_alone(sandbox: Sandbox, huma: HumaCaller) -> None:
    sandbox.faults.script("huma", "*", "", "503", times=float("inf"))
    visma = VismaCaller(sandbox)
    assert visma.get("/employees").status_code == 200
    assert [huma.get("/users").status_code for _ in range(3)] == [503] * 3
    sandbox.faults.clear()
    assert huma.get("/users").status_code == 200
    visma.close()


def test_an_unknown_kind_is_a_mistake(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="earthquake"):
        sandbox.faults.script("huma", "GET", "/users", "earthquake")


def test_a_rate_breaks_that_share_of_requests() -> None:
    with Sandbox(0) as running:
        caller = HumaCaller(running)
        running.faults.rate = 0.3
        fine = 0
        for _ in range(200):
            try:
                fine += caller.get("/users").status_code == 200
            except requests.RequestException:
                continue
        caller.close()
        assert 100 < fine < 180
        assert {one.fault for one in running.journal} >= {"429", "500", "503", "reset", "lost", "cut"}


def test_the_journal_keeps_every_request_in_its_order(sandbox: Sandbox, huma: HumaCaller, path: str) -> None:
    sandbox.faults.script("huma", "PATCH", path, "lost")
    with pytest.raises(requests.ConnectionError):
        huma.patch(path, {"phone": "1"})
    huma.get("/users", limit=1)
    kept = [(one.side, one.method, one.path, one.query, one.body, one.status, one.fault) for one in sandbox.journal]
    assert kept[-2:] == [
        ("huma", "PATCH", path, "", {"phone": "1"}, 0, "lost"),
        ("huma", "GET", "/users", "limit=1", None, 200, ""),
    ]
    assert [one.method for one in sandbox.journal.writes("huma")] == ["PATCH"]


def test_a_connection_is_kept_open(sandbox: Sandbox, huma: HumaCaller) -> None:
    answer = huma.get("/users")
    assert "Content-Length" in answer.headers
    assert "Connection" not in answer.headers
    assert answer.raw.version == 11


def test_a_stopped_sandbox_hangs_up_and_comes_back_at_its_addresses(sandbox: Sandbox, huma: HumaCaller) -> None:
    address = sandbox.huma_url
    with sandbox.away(), pytest.raises(requests.ConnectionError):
        huma.get("/users")
    assert sandbox.huma_url == address
    assert huma.get("/users").status_code == 200


def test_an_outgoing_connection_cant_take_the_port_of_a_sandbox_that_is_away(sandbox: Sandbox) -> None:
    port = int(sandbox.huma_url.rpartition(":")[2])
    with sandbox.away(), socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))


def test_a_port_in_use_is_a_clear_sentence(sandbox: Sandbox) -> None:
    port = int(sandbox.visma_url.rpartition(":")[2].removesuffix("/v2"))
    with pytest.raises(PortInUse, match=f"Port {port} is in use"):
        Sandbox(0, visma_port=port).start()


def test_one_person_can_be_odd_wherever_they_are_shown(sandbox: Sandbox, huma: HumaCaller, path: str) -> None:
    user_id = path.rpartition("/")[2]
    for place in ("document", "row", "positions"):
        sandbox.oddities.put("huma", user_id, place, lambda _body: {"half": "\ud83d", "nul": "\0"})
    odd = {"half": "\ud83d", "nul": "\0"}
    assert huma.get(path).json() == odd
    assert huma.get("/users").json()["items"] == [odd]
    assert huma.get(f"{path}/positions").json() == odd
    sandbox.oddities.clear()
    assert huma.get(path).json()["id"] == user_id
