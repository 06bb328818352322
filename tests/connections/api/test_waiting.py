"""429: the whole connection waits; a GET tries again within bounds, a write doesn't."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.api.backoff import doubled
from connections.api.errors import Unavailable
from connections.api.waiting.after_429 import LONGEST_PAUSE, SHORTEST_PAUSE, Waiting, retry_after_seconds
from connections.api.waiting.request_rate import RateLimit
from connections.vendors import clients as clients_module
from tests.connections.vendor import USER, Vendor, answer, huma


def test_a_get_waits_as_long_as_it_is_told_and_is_tried_again(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(429, Retry_After="1"), answer(200, USER))
    begun = time.monotonic()
    assert huma(vendor).user("u1")["id"] == "u1"
    assert 1.0 <= time.monotonic() - begun < 3


def test_a_get_that_would_wait_too_long_is_unavailable_at_once(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(429, Retry_After="120"))
    begun = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        huma(vendor, patience=2.0).user("u1")
    assert time.monotonic() - begun < 1
    assert caught.value.retry_after == pytest.approx(120, abs=2)


def test_a_get_gives_up_when_refused_for_too_long(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(429, Retry_After="0"))
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        huma(vendor, patience=1.0).user("u1")
    assert time.monotonic() - begun < 2
    assert 2 <= len(vendor.asked("/users/u1")) <= 6


def test_a_write_doesnt_wait_and_took_no_effect(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(429, Retry_After="30"))
    client = huma(vendor)
    with pytest.raises(Unavailable) as caught:
        client.patch_user("u1", {"phone": "1"})
    assert not caught.value.may_have_taken_effect
    assert caught.value.retry_after == pytest.approx(30, abs=1)


def test_a_refusal_holds_for_the_whole_connection(vendor: Vendor) -> None:
    waiting = Waiting()
    vendor.on("/users/u1", answer(429, Retry_After="30"))
    vendor.on("/users/u2", answer(200, {**USER, "id": "u2"}))
    with pytest.raises(Unavailable):
        huma(vendor, waiting=waiting).patch_user("u1", {"phone": "1"})
    assert waiting.blocked_until() == pytest.approx(time.time() + 30, abs=2)
    other = huma(vendor, waiting=waiting, patience=1.0)
    for ask in (lambda: other.user("u2"), lambda: other.patch_user("u2", {"phone": "1"}), other.token_info):
        with pytest.raises(Unavailable) as caught:
            ask()
        assert caught.value.retry_after == pytest.approx(30, abs=2)
    assert not vendor.asked("/users/u2")
    assert len(vendor.asked("/auth/oauth/token")) == 1


def test_without_a_header_the_pause_grows(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(429))
    client = huma(vendor)
    pauses = []
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            client.patch_user("u1", {"phone": "1"})
        pauses.append(caught.value.retry_after)
        time.sleep(caught.value.retry_after or 0)
    assert pauses == [1.0, 2.0]


def test_a_refused_token_request_blocks_as_well(vendor: Vendor) -> None:
    waiting = Waiting()
    vendor.on("/auth/oauth/token", answer(429, Retry_After="40"))
    with pytest.raises(Unavailable) as caught:
        huma(vendor, waiting=waiting).patch_user("u1", {"phone": "1"})
    assert not caught.value.may_have_taken_effect
    assert caught.value.retry_after == pytest.approx(40, abs=2)
    assert waiting.blocked_until() > time.time() + 30


def test_a_busy_servers_retry_after_reaches_the_caller(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(503, Retry_After="77"))
    with pytest.raises(Unavailable) as caught:
        huma(vendor).patch_user("u1", {"phone": "1"})
    assert caught.value.retry_after == 77


@given(st.text(max_size=40) | st.integers().map(str) | st.floats().map(str))
def test_any_retry_after_is_nothing_or_within_bounds(header: str) -> None:
    seconds = retry_after_seconds(header, now=1_700_000_000.0)
    assert seconds is None or SHORTEST_PAUSE <= seconds <= LONGEST_PAUSE


@given(st.integers(min_value=0, max_value=10**12))
def test_retry_after_in_seconds_is_read(seconds: int) -> None:
    assert retry_after_seconds(f" {seconds} ", now=0) == min(max(seconds, SHORTEST_PAUSE), LONGEST_PAUSE)


@given(st.integers(min_value=-5_000, max_value=5_000))
def test_retry_after_as_a_date_is_read(seconds: int) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    header = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
    assert retry_after_seconds(header, now=now.timestamp()) == min(max(seconds, SHORTEST_PAUSE), LONGEST_PAUSE)


@pytest.mark.parametrize("header", [None, "", "soon", "1.5e", "-3", "Tue, 99 Foo 2026 00:00:00 GMT", "٣"])
def test_a_retry_after_that_says_nothing_is_none(header: str | None) -> None:
    assert retry_after_seconds(header, now=0) is None


@given(st.integers(min_value=1, max_value=10_000))
def test_the_growing_pause_is_bounded(strikes: int) -> None:
    assert 1 <= doubled(strikes, 1, 60) <= doubled(strikes + 1, 1, 60) <= 60


def test_a_waiting_is_never_shortened() -> None:
    waiting = Waiting()
    waiting.block_until(100.0)
    waiting.block_until(50.0)
    assert waiting.blocked_until() == 100.0


def test_a_rate_limit_spreads_requests_over_threads(vendor: Vendor) -> None:
    vendor.on("/users/u1", answer(200, USER))
    client = huma(vendor, rate_limit=RateLimit(20))
    client.token_info()
    begun = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: client.user("u1"), range(8)))
    assert time.monotonic() - begun >= 0.35


def test_all_connections_share_a_vendors_rate_limit(vendor: Vendor, settings: Any) -> None:
    settings.HUMA_API_URL, settings.HUMA_REQUESTS_PER_SECOND = vendor.url, 20
    vendor.on("/users/u1", answer(200, USER))
    clients = [clients_module.huma_client(name, "secret") for name in ("one", "other")]
    begun = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda index: clients[index % 2].user("u1"), range(8)))
    assert time.monotonic() - begun >= 0.35
    for client in clients:
        client.close()
