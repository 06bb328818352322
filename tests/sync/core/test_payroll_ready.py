"""Can payroll be run? One verdict from what is known, and never a better one than that allows."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.all_right import State
from sync.core.calendar.payday import PayPlan, pays_around
from sync.core.payroll_ready import Facts, Wait, Why, verdict

GOOD = (State.ALL, State.SOME, State.WAITS)


def facts(**more):
    return Facts(**{"state": State.ALL, "people": 118, "agree": 118, "changes": 3, **more})


@pytest.mark.parametrize(
    ("known", "why", "first", "more"),
    [
        ({}, None, None, 0),
        ({"state": State.SOME, "agree": 117}, None, None, 0),
        ({"waits": {Wait.ACCOUNTS: 2}}, None, (Wait.ACCOUNTS, 2), 0),
        ({"waits": {Wait.DRAFTS: 2, Wait.ACCOUNTS: 2, Wait.NOTICES: 1}}, None, (Wait.ACCOUNTS, 2), 3),
        ({"waits": {Wait.DRAFTS: 0, Wait.LINKS: 1}}, None, (Wait.LINKS, 1), 0),
        ({"state": State.PAUSED, "waits": {Wait.HELD: 3}}, Why.PAUSED, (Wait.HELD, 3), 3),
        ({"state": State.FAILED}, Why.FAILED, None, 0),
        ({"state": State.NEVER, "people": 0, "agree": 0}, Why.NEVER, None, 0),
        ({"state": State.OLD}, Why.OLD, None, 0),
        ({"state": State.WRITING}, Why.WRITING, None, 0),
        ({"state": State.RESTS}, Why.RESTS, None, 0),
        ({"told": True}, Why.TOLD, None, 0),
        ({"told": True, "state": State.PAUSED}, Why.PAUSED, None, 0),
        ({"told": True, "state": State.RESTS}, Why.TOLD, None, 0),
        ({"people": 0, "agree": 0}, Why.NOBODY, None, 0),
        (
            {"people": 0, "agree": 0, "waits": {Wait.POSSIBLE: 4}, "state": State.WAITS},
            Why.NOBODY,
            (Wait.POSSIBLE, 4),
            4,
        ),
    ],
)
def test_the_most_important_comes_first(known, why, first, more):
    found = verdict(facts(**known))
    assert (found.why, next(iter(found.waits), None), found.more) == (why, first, more)
    assert found.is_ready == (why is None and first is None)


@given(
    st.builds(
        Facts,
        state=st.sampled_from(State),
        people=st.integers(0, 3),
        agree=st.integers(0, 3),
        told=st.booleans(),
        waits=st.dictionaries(st.sampled_from(Wait), st.integers(0, 3)),
    )
)
def test_it_is_ready_only_if_the_figures_count_and_nothing_waits(known):
    found = verdict(known)
    assert found.is_ready == (
        known.state in GOOD and not known.told and known.people > 0 and not any(known.waits.values())
    )
    order = list(Wait)
    assert [order.index(wait) for wait, _n in found.waits] == sorted(order.index(wait) for wait, _n in found.waits)


@pytest.mark.parametrize(
    ("today", "last", "pay"),
    [
        (date(2026, 11, 18), date(2026, 10, 20), date(2026, 11, 20)),
        (date(2026, 11, 20), date(2026, 10, 20), date(2026, 11, 20)),
        (date(2026, 11, 21), date(2026, 11, 20), date(2026, 12, 18)),
        (date(2026, 12, 31), date(2026, 12, 18), date(2027, 1, 20)),
    ],
)
def test_a_pay_is_prepared_until_its_day_is_over(today, last, pay):
    plan = PayPlan(20, 16, time(12))
    found = pays_around(plan, datetime.combine(today, time(12), UTC))
    assert (found[0].pay, found[1].pay) == (last, pay)
