"""What automatic runs write, and how much is too much."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.deciding.automatic_limits import (
    MOST_SENSITIVE,
    SENSITIVE,
    Disagreement,
    Hour,
    is_first_account,
    people_over,
    writes_by_itself,
)
from sync.core.fields import FIELDS
from tests.sync.core.documents import modest

A, B, C = "1:a", "1:b", "1:c"
ONLY_HUMA = Disagreement(
    field="address", standing="asks", why="huma_moved", prints=(A, B), blocked=False, empties=False, by_bulk=True
)
WHYS = ("huma_moved", "visma_moved", "both_moved", "was_left", "never_settled", "huma_filled", "visma_filled")


def differing(**more):
    """What only Huma moved, but for what is said."""
    return replace(ONLY_HUMA, **more)


@pytest.mark.parametrize("why", WHYS)
def test_only_what_only_huma_moved_is_written(why):
    assert writes_by_itself(differing(why=why), huma_wins=False) is (why == "huma_moved")


@pytest.mark.parametrize("why", WHYS)
def test_where_huma_wins_what_both_moved_is_written_too(why):
    assert writes_by_itself(differing(why=why), huma_wins=True) is (why in ("huma_moved", "both_moved"))


@pytest.mark.parametrize("huma_wins", [True, False])
@pytest.mark.parametrize(
    "but",
    [
        {"standing": "draft"},
        {"standing": "former"},
        {"standing": "left"},
        {"blocked": True},
        {"refused": True},
        {"by_bulk": False},
        {"empties": True},
    ],
    ids=str,
)
def test_one_reason_against_it_is_enough(but, huma_wins):
    assert not writes_by_itself(differing(**but), huma_wins)
    assert not writes_by_itself(differing(why="both_moved", **but), huma_wins)
    assert not writes_by_itself(differing(why="never_settled", seen=(C, B), **but), huma_wins)


@pytest.mark.parametrize("field", [spec.name for spec in FIELDS])
def test_nothing_is_emptied_by_itself_but_phone_and_last_workday(field):
    emptied = differing(field=field, empties=True)
    assert writes_by_itself(emptied, huma_wins=False) is (field in ("phone", "last_workday"))


@pytest.mark.parametrize(
    ("now", "seen", "written"),
    [
        ((A, B), (C, B), True),  # somebody saw the pair, then only Huma moved
        ((A, B), (A, B), False),  # nobody moved since
        ((A, B), (A, C), False),  # only Visma moved
        ((A, B), (C, C), False),  # both moved
        ((A, B), (B, B), True),  # they agreed when they were seen, and Huma moved
        ((A, B), None, False),  # nobody has ever seen it
        ((A, B), ("2:c", B), False),  # seen in another version of the field's form
        ((A, B), ("2:c", "2:b"), False),
    ],
)
@pytest.mark.parametrize("why", ["never_settled", "huma_filled", "visma_filled"])
def test_what_was_never_settled_is_written_if_only_huma_moved_since_somebody_saw_it(now, seen, written, why):
    assert writes_by_itself(differing(prints=now, seen=seen, why=why), huma_wins=False) is written
    assert writes_by_itself(differing(prints=now, seen=seen, why=why), huma_wins=True) is written


def test_what_was_seen_says_nothing_about_what_was_settled():
    assert not writes_by_itself(differing(why="visma_moved", seen=(C, B)), huma_wins=True)
    assert not writes_by_itself(differing(why="was_left", seen=(C, B)), huma_wins=True)


one_print = st.sampled_from([A, B, C, "2:a"])
pairs = st.tuples(one_print, one_print)
disagreements = st.builds(
    Disagreement,
    field=st.sampled_from([spec.name for spec in FIELDS]),
    standing=st.sampled_from(["asks", "left", "former", "draft"]),
    why=st.sampled_from(WHYS),
    prints=pairs,
    blocked=st.booleans(),
    empties=st.booleans(),
    by_bulk=st.booleans(),
    seen=st.none() | pairs,
    refused=st.booleans(),
)


@modest
@given(disagreements)
def test_huma_wins_adds_nothing_but_what_both_moved(one):
    if writes_by_itself(one, huma_wins=False):
        assert writes_by_itself(one, huma_wins=True)
    elif writes_by_itself(one, huma_wins=True):
        assert one.why == "both_moved"


EMPTY_HOUR = Hour(people=frozenset(), sensitive=0, most_people=3)


def phones(*people):
    """A phone of each."""
    return [(person, "phone") for person in people]


def test_up_to_the_threshold_of_people_everything_is_written():
    assert people_over(phones("a", "b", "c"), EMPTY_HOUR, whole=False) == set()


def test_beyond_it_the_rest_is_held():
    assert people_over(phones("a", "b", "c", "d", "e"), EMPTY_HOUR, whole=False) == {"d", "e"}


def test_a_scheduled_sync_over_the_threshold_writes_nothing():
    assert people_over(phones("a", "b", "c", "d"), EMPTY_HOUR, whole=True) == {"a", "b", "c", "d"}
    assert people_over(phones("a", "b", "c"), EMPTY_HOUR, whole=True) == set()


def test_people_are_counted_and_not_their_fields():
    changes = [("a", field) for field in ("phone", "email", "address", "given_name")] + phones("b", "c")
    assert people_over(changes, EMPTY_HOUR, whole=False) == set()


def test_what_the_hour_has_had_counts():
    hour = replace(EMPTY_HOUR, people=frozenset({"x", "y"}))
    assert people_over(phones("a", "b"), hour, whole=False) == {"b"}
    assert people_over(phones("x", "a", "y"), hour, whole=False) == set(), "the same people once more are no others"
    full = replace(EMPTY_HOUR, people=frozenset("wxyz"))
    assert people_over(phones("a", "w"), full, whole=False) == {"a", "w"}, "once it is too much, the rest is held"


@pytest.mark.parametrize("field", sorted(SENSITIVE))
def test_five_bank_accounts_and_last_workdays_are_enough_for_an_hour(field):
    hour = replace(EMPTY_HOUR, most_people=50)
    people = [f"p{number}" for number in range(MOST_SENSITIVE + 2)]
    assert people_over([(one, field) for one in people[:5]], hour, whole=False) == set()
    assert people_over([(one, field) for one in people], hour, whole=False) == {"p5", "p6"}
    assert people_over([(one, field) for one in people], hour, whole=True) == set(people)
    assert people_over([("a", field)], replace(hour, sensitive=4), whole=False) == set()
    assert people_over([("a", field)], replace(hour, sensitive=5), whole=False) == {"a"}


def test_both_of_them_of_one_person_are_two():
    hour = replace(EMPTY_HOUR, most_people=50, sensitive=4)
    assert people_over([("a", "bank_account"), ("a", "last_workday")], hour, whole=False) == {"a"}


def test_other_fields_count_as_people_only():
    hour = replace(EMPTY_HOUR, most_people=50)
    others = [spec.name for spec in FIELDS if spec.name not in SENSITIVE]
    assert people_over([(f"p{n}", field) for n, field in enumerate(others)], hour, whole=False) == set()


def test_all_of_a_persons_changes_share_a_fate():
    changes = [("a", "phone"), *phones("b", "c", "d"), ("a", "bank_account")]
    assert people_over(changes, EMPTY_HOUR, whole=False) == {"d"}


def test_nothing_to_write_is_never_too_much():
    assert people_over([], replace(EMPTY_HOUR, people=frozenset("abcdef"), sensitive=9), whole=True) == set()


changes_of_some = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["phone", "email", "bank_account", "last_workday"])),
    max_size=20,
)
hours = st.builds(
    Hour,
    people=st.frozensets(st.sampled_from("abcxyz")),
    sensitive=st.integers(0, 7),
    most_people=st.integers(0, 8),
)


@modest
@given(changes_of_some, hours)
def test_what_is_written_never_exceeds_the_hour(changes, hour):
    held = people_over(changes, hour, whole=False)
    written = [(person, field) for person, field in changes if person not in held]
    if written:
        assert len(hour.people | {person for person, _field in written}) <= hour.most_people
        assert hour.sensitive + sum(field in SENSITIVE for _person, field in written) <= MOST_SENSITIVE


@modest
@given(changes_of_some, hours)
def test_the_first_that_is_held_would_have_exceeded_it(changes, hour):
    held = people_over(changes, hour, whole=False)
    order = list(dict.fromkeys(person for person, _field in changes))
    assert order[len(order) - len(held) :] == [person for person in order if person in held], "only the rest is held"
    if held:
        upto = order[: len(order) - len(held) + 1]
        sensitive = sum(field in SENSITIVE for person, field in changes if person in upto)
        too_many_people = len(hour.people | set(upto)) > hour.most_people
        assert too_many_people or hour.sensitive + sensitive > MOST_SENSITIVE


@modest
@given(changes_of_some, hours)
def test_whole_is_all_or_nothing(changes, hour):
    people = {person for person, _field in changes}
    held = people_over(changes, hour, whole=True)
    assert held == (people if people_over(changes, hour, whole=False) else set())


@pytest.mark.parametrize(
    ("settled", "visma", "first"),
    [
        ((A, A), A, True),
        (None, A, False),  # never settled is something else than empty on both sides
        ((A, B), A, False),
        ((B, A), A, False),
        ((B, B), B, False),
        ((A, A), B, False),  # payroll has entered one meanwhile
        (("2:a", "2:a"), "1:a", False),  # another version of the field's form says nothing
    ],
)
def test_an_account_is_the_first_where_both_sides_were_empty_and_visma_still_is(settled, visma, first):
    assert is_first_account(settled, visma, A) is first
