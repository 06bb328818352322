"""Attention: one inbox over all connections, figures with a few names, and the differences that wait."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connections.models import Installation
from sync.analysis.notices import tell
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, Notice, PassedPerson, SyncRun
from sync.situation.what_waits import Kind, attention, situation
from tests.connections.companies import company

pytestmark = pytest.mark.django_db


def waiting(*connections, **more):
    """What waits, as (kind, count), most urgent first."""
    return [(one.kind, one.count) for one in attention(situation(connections), **more)]


def a_run(connection, trigger="manual", state="finished", compared=(), **more):
    run = SyncRun.objects.create(
        connection=connection, trigger=trigger, state=state, finished_at=timezone.now(), read_at=timezone.now(), **more
    )
    for link in compared:
        run.single_people.create(huma_id=link.huma_id, link=link, compared=True)
    return run


def linked(connection, id_, **more):
    return EmployeeLink.objects.create(
        connection=connection, huma_id=f"h{id_}", visma_id=f"v{id_}", linked_by="number", name=f"Person {id_}", **more
    )


def differs(run, link, field="phone", **more):
    return Conflict.objects.create(run=run, link=link, field=field, kind="value", **more)


def changes(run, state, **more):
    return Change.objects.create(run=run, state=state, side="visma", field=more.pop("field", "phone"), **more)


class TestDifferencesThatWait:
    def test_those_without_a_decision_and_those_not_written_wait(self, hr):
        made = company(hr)
        run = a_run(made)
        for number, more in enumerate(
            (
                {},
                {"decision": "huma", "outcome": "moved"},
                {"decision": "huma", "outcome": "failed"},
                {"decision": "huma", "outcome": "unknown"},
                {"decision": "huma", "outcome": "stopped"},
                {"decision": "huma", "outcome": "done"},
                {"decision": "huma", "outcome": "nothing"},
                {"decision": "huma", "outcome": "held"},
                {"decision": "leave"},
                {"decision": "never"},
                {"standing": "left"},
                {"standing": "draft"},
                {"standing": "former"},
            )
        ):
            differs(run, linked(made, number), **more)
        assert waiting(made) == [("differences", 5)]

    @pytest.mark.parametrize("state", ["review", "create", "confirm", "applying", "finished", "stopped"])
    def test_a_run_that_showed_them_counts(self, hr, state):
        made = company(hr)
        differs(a_run(made, state=state), linked(made, 1))
        assert waiting(made) == [("differences", 1)]

    def test_a_run_that_was_given_up_leaves_the_one_before(self, hr):
        made = company(hr)
        link = linked(made, 1)
        differs(a_run(made), link)
        given_up = a_run(made, state="cancelled")
        differs(given_up, link)
        differs(given_up, link, "email")
        assert waiting(made) == [("differences", 1)]

    def test_a_later_look_at_a_person_takes_the_place_of_the_whole_run(self, hr):
        made = company(hr)
        kari, per = linked(made, 1), linked(made, 2)
        whole = a_run(made, "scheduled")
        for link in (kari, per):
            differs(whole, link)
            differs(whole, link, "email")
        look = a_run(made, "real-time", compared=[kari])
        differs(look, kari, "address")
        assert waiting(made) == [("differences", 3)]
        a_run(made, "real-time", compared=[kari, per])
        assert waiting(made) == []

    def test_the_next_whole_run_counts_alone(self, hr):
        made = company(hr)
        kari = linked(made, 1)
        differs(a_run(made), kari)
        differs(a_run(made, "real-time", compared=[kari]), kari)
        a_run(made, "command")
        assert waiting(made) == []

    def test_what_was_tried_again_and_done_does_not_wait(self, hr):
        made = company(hr)
        kari = linked(made, 1)
        whole = a_run(made)
        differs(whole, kari, decision="huma", outcome="failed")
        differs(whole, kari, "email", decision="huma", outcome="failed")
        differs(a_run(made, "retry"), kari, decision="huma", outcome="done")
        assert waiting(made) == [("differences", 1)]

    def test_who_is_left_out_unlinked_or_gone_has_none(self, hr):
        made = company(hr)
        run = a_run(made)
        for number in range(5):
            differs(run, linked(made, number))
        LeftOut.objects.create(connection=made, side="visma", vendor_id="v0", by="hr")
        LeftOut.objects.create(connection=made, link=EmployeeLink.objects.get(huma_id="h1"), field="phone", by="hr")
        EmployeeLink.objects.filter(huma_id="h2").update(state="different")
        EmployeeLink.objects.filter(huma_id="h3").update(state="gone", gone_from="huma")
        assert waiting(made) == [("differences", 1)]

    def test_what_is_held_waits_as_held_only(self, hr):
        made = company(hr)
        kari = linked(made, 1)
        differs(a_run(made), kari)
        held = changes(a_run(made, "real-time"), "held", link=kari)
        assert waiting(made) == [("held", 1)]
        Change.objects.filter(pk=held.pk).update(answer="dropped")
        assert waiting(made) == [("differences", 1)]

    def test_a_dry_run_is_nobodys_business(self, hr):
        made = company(hr)
        differs(a_run(made, "command", dry=True), linked(made, 1))
        assert waiting(made) == []


def test_nothing_waits_where_all_is_well(hr):
    assert waiting(company(hr)) == []
    assert waiting() == []


def test_the_most_urgent_comes_first(hr):
    made = company(hr, automatic=True, accounts_asks=True)
    run = a_run(made)
    kari = linked(made, 1)
    differs(run, kari)
    changes(run, "unknown", link=kari, field="email")
    changes(run, "failed", action="create", field="", name="New")
    for kind, link in (("new_person", None), ("deactivated", kari), ("position", kari)):
        tell(made, kind, kind, link=link, name="Somebody")
    for kind in ("deleted", "gone"):
        tell(made, kind, kind, link=linked(made, kind, state="gone", gone_from="huma"))
    changes(run, "held", link=kari, field="address")
    EmployeeLink.objects.filter(pk=linked(made, 2).pk).update(doubt="birth")
    PassedPerson.objects.create(connection=made, run=run, side="huma", vendor_id="x", reason="passed_shape")
    paused = company(hr, name="B", tenant_id="2", state="paused", pause_reason="credentials_visma")
    by_hand = company(hr, name="C", tenant_id="3", state="paused", pause_reason="by_hand")
    failed = company(hr, name="D", tenant_id="4", other_writer="Visma.net", other_writer_count=1)
    a_run(failed, state="failed", failure="read_failed_huma")
    Installation.objects.update_or_create(pk=1, defaults={"visma_refused_at": timezone.now()})
    unreleased = company(hr, name="E", tenant_id="5", state="waiting")
    kinds = [kind for kind, _n in waiting(made, paused, by_hand, failed, unreleased, installation=True)]
    assert kinds == [kind for kind in Kind if kind != Kind.DRAFTS]
    assert not {Kind.APPLICATION, Kind.RELEASE} & {kind for kind, _n in waiting(made, unreleased)}


class TestFailedRuns:
    def test_the_last_one_over_both_sides_counts(self, hr):
        made = company(hr)
        a_run(made, "scheduled", "failed", failure="read_failed_visma")
        assert waiting(made) == [("failed", 1)]
        a_run(made, "scheduled")
        assert waiting(made) == []

    def test_so_does_a_look_at_single_people_until_another_went_well(self, hr):
        made = company(hr)
        a_run(made)
        a_run(made, "real-time", "failed", failure="bug")
        assert waiting(made) == [("failed", 1)]
        a_run(made, "real-time")
        assert waiting(made) == []

    def test_refused_credentials_are_told_once(self, hr):
        made = company(hr, state="paused", pause_reason="credentials_huma")
        a_run(made, state="failed", failure="credentials_huma")
        assert waiting(made) == [("paused", 1)]


class TestOutcomes:
    def test_an_uncertain_one_is_over_when_somebody_looked_again(self, hr):
        made = company(hr)
        kari = linked(made, 1)
        changes(a_run(made), "unknown", link=kari)
        assert waiting(made) == [("unknown", 1)]
        a_run(made, "real-time", compared=[kari])
        assert waiting(made) == []

    def test_who_was_added_after_all_does_not_wait(self, hr):
        made = company(hr)
        run = a_run(made)
        person = EmployeeSnapshot.objects.create(run=run, side="huma", vendor_id="h1")
        changes(run, "failed", action="create", field="", snapshot=person)
        assert waiting(made) == [("not_added", 1)]
        linked(made, 1)
        assert waiting(made) == []


class TestDrafts:
    def seen(self, made, draft=True):
        kari = EmployeeLink.objects.filter(connection=made).first() or linked(made, 1)
        run = a_run(made)
        EmployeeSnapshot.objects.create(run=run, side="visma", vendor_id="v1", name="New", draft=draft, link=kari)
        return kari

    def test_who_was_added_and_is_still_a_draft_waits_until_payroll_completed_her(self, hr):
        made = company(hr)
        changes(a_run(made), "done", action="create", field="", link=linked(made, 1))
        assert waiting(made) == []
        self.seen(made)
        [drafts] = attention(situation([made]))
        assert (drafts.kind, drafts.count, drafts.people) == ("drafts", 1, (("New", "v1"),))
        self.seen(made, draft=False)
        assert waiting(made) == []

    def test_other_drafts_are_payrolls_own(self, hr):
        made = company(hr)
        self.seen(made)
        assert waiting(made) == []


def test_notices_are_counted_and_some_of_them_named(hr):
    made = company(hr)
    for number in range(30):
        tell(made, "new_person", f"n{number}", name=f"New {number}")
    tell(made, "deactivated", "d", link=linked(made, 1))
    deactivated, new = attention(situation([made]), named=5)
    assert (new.count, [one.name for one in new.notices], new.more) == (30, [f"New {n}" for n in range(29, 24, -1)], 25)
    assert (deactivated.count, deactivated.more) == (1, 0)


def test_of_several_positions_the_newest_counts(hr):
    made = company(hr)
    kari, per = linked(made, 1), linked(made, 2)
    for key in ("first", "second"):
        tell(made, "position", key, link=kari, params={"key": key})
    tell(made, "position", "his", link=per)
    [positions] = attention(situation([made]))
    assert [notice.key for notice in positions.notices] == ["his", "second"]


def test_a_disconnected_connection_waits_for_nothing(hr):
    made = company(hr, state="disconnected")
    differs(a_run(made), linked(made, 1))
    tell(made, "new_person", "n", name="New")
    assert waiting(made) == []


def busy(hr, number):
    """A connection in which something of everything waits."""
    made = company(hr, name=f"Company {number}", tenant_id=str(number))
    run, kari = a_run(made), linked(made, number)
    differs(run, kari)
    changes(run, "unknown", link=kari, field="email")
    changes(run, "failed", action="create", field="")
    changes(run, "held", link=kari, field="address")
    look = a_run(made, "real-time", compared=[kari])
    differs(look, kari, "email")
    tell(made, "new_person", "n", name="New")
    tell(made, "deactivated", "d", link=kari)
    a_run(made, "real-time", "failed", failure="bug")
    return made


def statements(connections):
    with CaptureQueriesContext(database) as found:
        waits = attention(situation(connections), installation=True)
    return len(found), len(waits)


def test_the_number_of_statements_does_not_depend_on_the_number_of_connections(hr):
    few = [busy(hr, number) for number in range(2)]
    many = few + [busy(hr, number) for number in range(2, 40)]
    statements_of_few, waits_of_few = statements(few)
    statements_of_many, waits_of_many = statements(many)
    assert waits_of_many == 20 * waits_of_few
    assert statements_of_many == statements_of_few <= 14


def test_closed_notices_and_old_ones_are_told_apart_from_new_ones(hr):
    made = company(hr)
    tell(made, "new_person", "n", name="New")
    Notice.objects.update(closed_at=timezone.now() - timedelta(days=1))
    assert not tell(made, "new_person", "n", name="New")
    assert waiting(made) == []
