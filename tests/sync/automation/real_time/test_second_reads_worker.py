"""The second read by real worker processes, one of which is killed before or during it."""

from collections.abc import Iterator
from typing import Any

import pytest

from sync.models import HumaEvent, SyncRun
from tests.sync import hearing
from tests.sync.hearing import NEW, live, tell
from tests.sync.telling import phone
from tests.sync.workers import Workers, kill, wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill]

QUICK = {"READ_AGAIN_SECONDS": "3", "JOB_WAIT_FIRST_SECONDS": "0.1"}


@pytest.fixture
def told(settings: Any, hr: Any, smtp: Any) -> Iterator[Any]:
    """Anna was changed and Huma told of it, but shows the old for a moment."""
    with hearing.company(settings, hr) as (found, anna, _berit):
        found.sandbox.huma.old_seconds = 2
        yield found, anna


@pytest.fixture
def workers(told: Any, process_env: dict[str, str]) -> Iterator[Workers]:
    made = Workers({**process_env, **QUICK})
    yield made
    made.end()


def was_read_too_early() -> bool:
    return HumaEvent.objects.filter(state="done", again_at__isnull=False).exists()


def is_over() -> bool:
    waits = HumaEvent.objects.exclude(state="done").exists() or HumaEvent.objects.exclude(again_at=None).exists()
    return not waits and not SyncRun.objects.filter(state__in=("fetching", "review", "applying")).exists()


def test_a_worker_makes_the_second_read_by_itself_and_soon(told: Any, workers: Workers) -> None:
    found, anna = told
    workers()
    found.huma(anna, phone=NEW)
    tell(found, anna)
    assert wait_for(was_read_too_early)
    assert phone(found, anna) != NEW
    assert wait_for(lambda: phone(found, anna) == NEW)
    assert wait_for(is_over)
    assert live().count() == 1


def test_killed_before_it_another_makes_it(told: Any, workers: Workers) -> None:
    found, anna = told
    first = workers()
    found.huma(anna, phone=NEW)
    tell(found, anna)
    assert wait_for(was_read_too_early)
    kill(first)
    assert phone(found, anna) != NEW
    workers.begin()
    assert wait_for(lambda: phone(found, anna) == NEW)
    assert wait_for(is_over)


def test_killed_in_its_midst_another_goes_on_with_it(told: Any, workers: Workers) -> None:
    found, anna = told
    first = workers()
    found.huma(anna, phone=NEW)
    tell(found, anna)
    assert wait_for(was_read_too_early)
    found.sandbox.faults.before("huma", "GET", f"/users/{anna.user_id}", lambda: kill(first))
    assert wait_for(lambda: first.poll() is not None)
    assert not is_over()
    assert phone(found, anna) != NEW
    workers.begin()
    assert wait_for(lambda: phone(found, anna) == NEW)
    assert wait_for(is_over)
    assert len(found.sandbox.journal.writes("visma")) == 1
