"""What is read out of a webhook's body: a topic and ids."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.told import NotUnderstood, read_told

TOPIC = "users-update"


def body(users, topic=TOPIC, **more):
    return json.dumps({"topic": topic, "users": users, **more}).encode()


def why(raw, topic=TOPIC, most=3):
    with pytest.raises(NotUnderstood) as error:
        read_told(raw, topic, most)
    return error.value.why


def test_the_ids_are_taken_once_each_in_order_and_nothing_else():
    told = read_told(
        body([{"id": "b", "email": "x@y.no"}, {"id": "a"}, {"id": "b"}], anything={"is": "ignored"}), TOPIC, 3
    )
    assert (told.topic, told.ids, told.is_known) == (TOPIC, ("b", "a"), True)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no json",
        b"[]",
        b'"text"',
        b"null",
        b"\x00",
        b"\xff\xfe\x00",
        b'{"topic": "\xe5"}',
        b'{"topic":',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"topic": ' + b"1" * 10_000 + b"}",
    ],
)
def test_what_is_no_json_object_is_not_understood(raw):
    assert why(raw) == "not_json"


@pytest.mark.parametrize("said", [None, 5, [TOPIC], {"a": 1}, "", "users-delete", TOPIC + " ", TOPIC + "\n"])
def test_the_topic_has_to_be_the_header_s(said):
    assert why(body([{"id": "a"}], topic=said)) == "topic"


@pytest.mark.parametrize("topic", ["", "å", "a b", "a\nb", "a\x00", "-a", "a" * 41])
def test_a_topic_that_is_no_name_is_none(topic):
    assert why(body([{"id": "a"}], topic=topic), topic) == "topic"


def test_of_a_topic_that_is_not_known_nobody_is_read():
    told = read_told(body("anything", topic="teams-update"), "teams-update", 3)
    assert (told.ids, told.is_known) == ((), False)


@pytest.mark.parametrize(
    "users",
    [
        None,
        "a",
        {"id": "a"},
        ["a"],
        [{"id": "a"}, None],
        [{}],
        [{"id": None}],
        [{"id": 5}],
        [{"id": ""}],
        [{"id": "../users"}],
        [{"id": "a/b"}],
        [{"id": "a?b"}],
        [{"id": "a\n"}],
        [{"id": "a\x00"}],
        [{"id": "\ud800"}],
        [{"id": "a" * 65}],
    ],
)
def test_users_are_a_list_of_objects_with_an_id(users):
    assert why(body(users)) == "users"


def test_somebody_without_a_usable_id_does_not_cost_the_others():
    assert read_told(body([{"id": "a"}, {"id": "../b"}, {}]), TOPIC, 3).ids == ("a",)


def test_so_many_and_no_more_may_be_named():
    assert read_told(body([{"id": "abc"[i]} for i in range(3)]), TOPIC, 3).ids == ("a", "b", "c")
    assert why(body([{"id": "a"}] * 4)) == "too_many"


def test_nobody_may_be_named():
    assert read_told(body([]), TOPIC, 3).ids == ()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "topic", "users", "x"]), inner),
    max_leaves=20,
)


@given(st.binary(max_size=60) | anything.map(lambda one: json.dumps(one).encode()))
def test_whatever_comes_it_is_understood_or_refused(raw):
    try:
        told = read_told(raw, TOPIC, 3)
    except NotUnderstood:
        return
    assert told.topic == TOPIC
