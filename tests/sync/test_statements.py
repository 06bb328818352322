"""The number of SQL statements: many people need no more of them than a few."""

from collections.abc import Callable

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.analysis.analyse import analyse
from sync.analysis.persist import load, store
from sync.core.records.employee import to_json
from sync.models import Conflict, EmployeeSnapshot, SyncRun
from sync.wizard import cards, confirm, creation, overview, review
from tests.connections.companies import company
from tests.sync.core.documents import wrap
from tests.sync.made_reads import day, in_huma, in_visma

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_day"), pytest.mark.both, pytest.mark.no_moment]
PEOPLE = 1000


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(database) as found:
        act()
    return len(found)


def read_by(connection) -> SyncRun:
    """A run that has read a thousand people who disagree on three fields each, and hasn't compared them yet."""
    run = SyncRun.objects.create(connection=connection)
    people = []
    for index in range(PEOPLE):
        id_, number, email = f"{index:04}", str(index + 1), f"p{index}@x.no"
        phone = wrap(f"+4740{index:06}")
        people.append(in_huma(id_, f"Kari{index}", "Nordmann", number, email, phone=phone, starts=day(-400)))
        people.append(in_visma(f"v{id_}", f"Karin{index}", "Nordmann", number, email))
    EmployeeSnapshot.objects.bulk_create(
        EmployeeSnapshot(run=run, side=p.side.value, vendor_id=p.id, name=p.name, number=p.number, payload=to_json(p))
        for p in people
    )
    return run


def compare(run: SyncRun) -> None:
    today = timezone.localdate()
    store(run, analyse(run.connection, load(run, "huma"), load(run, "visma"), today), today)


def test_a_thousand_people_take_few_statements(hr):
    made = company(hr)
    most = 60 if database.vendor == "postgresql" else 150
    run = read_by(made)
    assert statements(lambda: compare(run)) <= 30, "reading takes about as many, and both together at most 60"
    assert Conflict.objects.filter(run=run).count() >= 3000
    everything = review.ReviewFilter(show="all")
    assert statements(lambda: cards.page(run, everything, 1)) <= 15
    assert statements(lambda: cards.page(run, everything, 40)) <= 15
    assert statements(lambda: overview.overview(run)) <= 8
    assert statements(lambda: review.decide_bulk(run, hr, everything, "huma")) <= 15
    assert statements(lambda: confirm.build(run)) <= 10
    assert statements(lambda: creation.choose_all(run, hr, "visma", True)) <= 15

    SyncRun.objects.filter(pk=run.pk).update(state="cancelled")
    again = read_by(made)
    again.continues = run
    again.save()
    assert statements(lambda: compare(again)) <= most + 40
    assert Conflict.objects.filter(run=again, decision="huma").count() >= 2000
    shown = confirm.build(again)
    assert statements(lambda: confirm.confirm(again, hr, shown.fingerprint, str(shown.people))) <= most


def test_leaving_and_never_syncing_many_takes_few_statements(hr):
    run = read_by(company(hr))
    compare(run)
    review.decide_bulk(run, hr, review.ReviewFilter(field="phone"), "never")
    review.decide_bulk(run, hr, review.ReviewFilter(field="given_name"), "leave")
    shown = confirm.build(run)
    assert statements(lambda: confirm.confirm(run, hr, shown.fingerprint)) <= 60
    assert run.connection.left_out.count() == PEOPLE
