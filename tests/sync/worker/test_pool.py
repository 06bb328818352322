"""The pool of threads: what it does at once, what it waits for, and what it leaves behind."""

import os
import threading
import time

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from sync.worker import stopping
from sync.worker.pool import Pool, is_over


def test_it_does_as_many_things_at_once_as_it_has_threads():
    both = threading.Barrier(2, timeout=20)
    with Pool[int, int]("test", 2) as pool:
        for one in (1, 2):
            assert pool.room == 3 - one
            pool.add(one, lambda: both.wait() and 0)  # each waits for the other
        assert pool.room == 0
        assert {what for what, _future in pool.rest()} == {1, 2}
    assert not pool


def test_results_come_in_the_order_of_what_was_asked():
    later = threading.Event()

    def slow_first(one: int) -> int:
        if one == 0:
            assert later.wait(20)
        later.set()
        return one * one

    with Pool[int, int]("test", 2) as pool:
        assert list(pool.each(slow_first, range(4))) == [(0, 0), (1, 1), (2, 4), (3, 9)]


def test_the_first_error_is_loud_and_what_has_not_begun_is_dropped():
    begun: list[int] = []

    def work(one: int) -> None:
        begun.append(one)
        if one == 0:
            raise ValueError("a bug")
        time.sleep(0.2)

    with pytest.raises(ValueError, match="a bug"), Pool[int, None]("test", 1) as pool:
        list(pool.each(work, range(50)))
    assert begun[:1] == [0]
    assert len(begun) < 50


def test_what_is_under_way_ends_before_the_block_does():
    ended, go = [], threading.Event()

    def work() -> None:
        go.set()
        time.sleep(0.1)
        ended.append(True)

    with Pool[int, None]("test", 1) as pool:
        pool.add(1, work)
        assert go.wait(20)
    assert ended == [True]


@pytest.mark.django_db(transaction=True)
def test_the_threads_leave_no_database_connection_open():
    used = []

    def work(_one: int) -> None:
        used.append(connections[DEFAULT_DB_ALIAS])
        used[-1].ensure_connection()

    with Pool[int, None]("test", 3) as pool:
        list(pool.each(work, range(6)))
        assert all(one.connection is not None for one in used)
    assert used
    assert all(one.connection is None for one in used)


class _Lease:
    def __init__(self, lost: bool) -> None:
        self.lost = lost


@pytest.mark.parametrize("lost", [False, True])
def test_nothing_new_begins_without_the_lease(lost):
    assert is_over(time.monotonic() + 60, _Lease(lost)) is lost  # type: ignore[arg-type]


def test_nothing_new_begins_after_the_deadline():
    assert is_over(time.monotonic())
    assert not is_over(time.monotonic() + 60)


def test_nothing_new_begins_once_the_worker_was_told_to_stop(monkeypatch):
    reading, writing = os.pipe()
    monkeypatch.setenv(stopping.STOP_FD, str(reading))
    try:
        assert not is_over(time.monotonic() + 60)
        os.close(writing)  # as the worker does, and as happens when it dies
        assert is_over(time.monotonic() + 60)
    finally:
        os.close(reading)
