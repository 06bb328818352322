"""Is it all right? One answer from a connection's figures, and never a better one than the figures allow."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.all_right import Answer, Facts, State, answer

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
TODAY = NOW - timedelta(hours=6)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def facts(**more):
    return Facts(**{"connection": "active", "now": NOW, "checked_at": TODAY, "people": 118, "agree": 118, **more})


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({}, State.ALL),
        ({"agree": 117}, State.SOME),
        ({"quiet": {"one_system": 2}}, State.SOME),
        ({"people": 0, "agree": 0}, State.NOBODY),
        ({"agree": 117, "waits": {"differences": 1}}, State.WAITS),
        ({"waits": {"unknown": 1}}, State.WAITS),
        ({"waits": {"unread": 1}}, State.WAITS),
        ({"people": 0, "agree": 0, "waits": {"possible": 3}}, State.WAITS),
        ({"rests": True, "waits": {"differences": 1}}, State.RESTS),
        ({"checked_at": NOW - 8 * DAY}, State.OLD),
        ({"checked_at": NOW - 7 * DAY}, State.ALL),
        ({"checked_at": NOW - 9 * HOUR, "every": 4 * HOUR}, State.OLD),
        ({"checked_at": NOW - 8 * HOUR, "every": 4 * HOUR}, State.ALL),
        ({"checked_at": NOW - 3 * DAY, "every": DAY}, State.OLD),
        ({"checked_at": None, "people": 0, "agree": 0}, State.NEVER),
        ({"failed": True}, State.FAILED),
        ({"failed": True, "checked_at": None}, State.FAILED),
        ({"writing": True, "waits": {"differences": 4}}, State.WRITING),
        ({"application_refused": True, "failed": True}, State.APPLICATION),
        ({"connection": "paused", "failed": True}, State.PAUSED),
        ({"connection": "waiting", "checked_at": None}, State.RELEASE),
        ({"connection": "disconnected"}, State.DISCONNECTED),
    ],
)
def test_the_first_that_holds_is_the_answer(known, state):
    assert answer(facts(**known)).state == state


def test_it_says_how_many_agree_and_what_waits_without_zeros():
    said = answer(facts(agree=115, waits={"held": 0, "differences": 3}, quiet={"one_system": 2, "not_compared": 0}))
    assert said == Answer(State.WAITS, 118, 115, (("differences", 3), ("one_system", 2)), TODAY)


def test_who_differs_without_being_asked_is_counted_if_nothing_else_explains_it():
    said = answer(facts(agree=115, quiet={"not_compared": 1}))
    assert said.parts == (("not_compared", 1), ("stands", 2))
    assert answer(facts(agree=115, waits={"differences": 1})).parts == (("differences", 1),)


@pytest.mark.parametrize("state", ["disconnected", "waiting"])
def test_what_nobody_compares_has_no_figures(state):
    said = answer(facts(connection=state, waits={"held": 2}))
    assert (said.has_figures, said.parts, said.checked_at) == (False, (), None)


counts = st.dictionaries(st.sampled_from(["held", "unknown", "unread", "differences", "other"]), st.integers(0, 3))
apart = st.dictionaries(st.sampled_from(["not_compared", "one_system"]), st.integers(0, 3))


@given(
    st.builds(
        Facts,
        connection=st.sampled_from(["active", "paused", "waiting", "disconnected"]),
        now=st.just(NOW),
        checked_at=st.none() | st.datetimes(datetime(2026, 2, 1), datetime(2026, 3, 4), timezones=st.just(UTC)),
        every=st.none() | st.timedeltas(HOUR, 7 * DAY),
        application_refused=st.booleans(),
        writing=st.booleans(),
        failed=st.booleans(),
        rests=st.booleans(),
        people=st.integers(0, 5),
        agree=st.integers(0, 5),
        waits=counts,
        quiet=apart,
    ).filter(lambda known: known.agree <= known.people)
)
def test_it_never_says_that_all_agree_where_something_is_not_as_it_should_be(known):
    said = answer(known)
    if said.state in (State.ALL, State.SOME):
        assert known.connection == "active"
        assert known.checked_at is not None
        assert NOW - known.checked_at <= (7 * DAY if known.every is None else 2 * known.every)
        assert True not in (known.application_refused, known.writing, known.failed, known.rests)
        assert sum(known.waits.values()) == 0
        assert known.people > 0
    if said.state == State.ALL:
        assert known.agree == known.people
        assert said.parts == ()
    if any(known.waits.values()) and said.checked_at is not None:
        assert {code for code, n in known.waits.items() if n} <= {code for code, _n in said.parts}
