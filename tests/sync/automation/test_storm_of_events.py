"""A thousand events of Huma, many repeated or out of order, while people change and a worker dies."""

import json
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.models import User
from django_q.tasks import async_task

from connections.sandbox.huma.signing import signed
from sync.models import Change, Conflict, HumaEvent, SyncRun
from tests.sync import scheduling
from tests.sync.telling import new_phone, phones
from tests.sync.webserver import WebServer
from tests.sync.workers import Workers, kill, wait_for
from tests.sync.writing.conftest import Company, Person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill, pytest.mark.storm]

PEOPLE, EVENTS, CHANGES, COPIES, FORGED = 24, 1000, 150, 5, 150
FORGERY = "+4799887766"
OPEN = ("fetching", "review", "applying")
QUICK = {"LEASE_SECONDS": "4", "LEASE_RENEW_SECONDS": "1", "JOB_WAIT_FIRST_SECONDS": "0.05"}
ADDRESS = {"line2": "", "line3": "", "postalCode": "0150", "city": "Oslo", "country": "NO"}


@pytest.fixture
def found(transactional_db: None, settings: Any, hr: User) -> Iterator[Company]:
    """A company that has had its first run, with automatic updates on, and nothing held for being much."""
    with scheduling.company(settings, hr) as made:
        scheduling.people(made, PEOPLE)
        made.connection.threshold_people = EVENTS
        made.connection.save()
        scheduling.turn_on(made, schedule="off")
        made.connection.refresh_from_db()
        made.sandbox.journal.clear()
        yield made


@pytest.fixture
def workers(found: Company, process_env: dict[str, str]) -> Iterator[Workers]:
    made = Workers({**process_env, **QUICK})
    yield made
    made.end()


class Storm:
    """The plan of the events to send and of the changes in Huma: ``plan[n]`` is the n-th moment."""

    def __init__(self, found: Company, told: list[Person], untold: list[Person]) -> None:
        self.found, self.secret = found, found.connection.webhook_secret
        chance = random.Random(4)
        self.edits: dict[int, tuple[Person, dict[str, Any]]] = {}
        at: list[tuple[float, bytes, str]] = []
        for number in range(CHANGES):
            person = told[number % len(told)]
            moment = number * EVENTS * 4 // 5 // CHANGES
            new = {"phone": f"+4740{number:06}"} if number % 3 else {"homeAddress": self._address(number)}
            self.edits[moment] = (person, new)
            body = self._body(person.user_id, **new)
            at += [(chance.uniform(moment + 1, EVENTS), body, self.secret) for _ in range(COPIES)]
        for number in range(FORGED):
            person = (untold + told)[number % (len(untold) + len(told))]
            forged = ("", "forged", self.secret[:-1], self.secret.upper())[number % 4]
            at.append((chance.uniform(0, EVENTS), self._body(person.user_id, phone=FORGERY), forged))
        for _ in range(EVENTS - len(at)):
            at.append((chance.uniform(0, EVENTS), self._body(str(uuid.UUID(int=chance.getrandbits(128)))), self.secret))
        self.plan = sorted(at, key=lambda one: one[0])

    def _address(self, number: int) -> dict[str, str]:
        return {"line1": f"Nyveien {number}", **ADDRESS}

    def _body(self, user_id: str, **changes: Any) -> bytes:
        return json.dumps({"topic": "users-update", "users": [{"id": user_id, **changes}]}).encode()

    def rage(self, web: WebServer, pool: ThreadPoolExecutor, begin: int, end: int) -> list[tuple[bool, Future[int]]]:
        """These moments, one after the other: whether each event is genuine, and the answer to it."""
        path = f"/webhooks/huma/{self.found.connection.code}/"
        sent = []
        for moment in range(begin, end):
            for edit in range(*self._passed(moment)):
                if edit in self.edits:
                    person, new = self.edits[edit]
                    self.found.huma(person, **new)
            _at, body, secret = self.plan[moment]
            sent.append((secret == self.secret, pool.submit(web.post, path, body, signed(body, secret))))
        return sent

    def _passed(self, moment: int) -> tuple[int, int]:
        """The moments of Huma between the event before and this one: nobody is told of what has yet to happen."""
        before = int(self.plan[moment - 1][0]) + 1 if moment else 0
        return before, int(self.plan[moment][0]) + 1


def is_over() -> bool:
    waiting = HumaEvent.objects.filter(state__in=("waiting", "taken")).exists()
    return not waiting and not SyncRun.objects.filter(state__in=OPEN).exists()


def test_a_thousand_events_leave_visma_as_huma_is(found: Company, workers: Workers) -> None:
    everybody = [Person(one.user_id or "", one.employee_id or "") for one in found.sandbox.people["equal"]]
    told, untold = everybody[:-4], everybody[-4:]
    before = phones(found)
    for number, person in enumerate(untold):
        new_phone(found, person, 900_000 + number)  # and nobody says so, but who forges
    storm = Storm(found, told, untold)
    with WebServer(workers.env) as web, ThreadPoolExecutor(8) as pool:
        first = workers()
        sent = storm.rage(web, pool, 0, 400)
        assert wait_for(lambda: SyncRun.objects.filter(state="applying").exists(), 60)
        kill(first)
        found.email(told[0], "clerk@fjordheim.example")  # Visma moved this one
        second = workers.begin()
        sent += storm.rage(web, pool, 400, EVENTS)
        answers = Counter((genuine, answer.result()) for genuine, answer in sent)
    assert answers[True, 200] == EVENTS - FORGED
    assert {status for genuine, status in answers if not genuine} <= {401, 429}
    # What the dead one was about to do is found by the tick, which comes every minute; here, now.
    async_task("sync.tasks.tick", save=False)
    assert wait_for(is_over, 60), "the other worker comes to the end of it"
    assert second.poll() is None
    assert_as_in_huma(found, told, {one.employee_id: before[one.employee_id] for one in untold})
    assert found_open(found) == {(told[0].user_id, "email"), *((one.user_id, "phone") for one in untold)}


def assert_as_in_huma(found: Company, told: list[Person], untold: dict[str, Any]) -> None:
    """Assert that Visma has Huma's values of the people in events, nothing of others, and no useless writes."""
    found.sandbox.wait_for_jobs()
    after = phones(found)
    for person in told:
        in_huma = found.sandbox.huma.users[person.user_id].values
        assert after[person.employee_id] == in_huma["phone"]
        assert found.in_visma(person)["address"]["streetName"] == in_huma["homeAddress"]["line1"]
    assert {employee: after[employee] for employee in untold} == untold
    writes = found.sandbox.journal.writes()
    assert {one.side for one in writes} == {"visma"}
    assert len(writes) <= CHANGES
    assert FORGERY not in json.dumps([one.body for one in writes])
    runs = SyncRun.objects.filter(trigger=SyncRun.Trigger.REAL_TIME)
    assert set(runs.values_list("state", flat=True)) == {"finished"}
    assert not Change.objects.filter(run__in=runs, state="unknown").exists()


def found_open(found: Company) -> set[tuple[str, str]]:
    """The differences that a whole run asks about: (id in Huma, field)."""
    run = found.read()
    return set(Conflict.objects.filter(run=run, standing="asks").values_list("link__huma_id", "field"))
