"""What is read from a webhook's body: a topic and ids."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.webhook_payload import NotUnderstood, Told, read_told

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
    assert (told.topic, told.ids) == (TOPIC, ("b", "a"))


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


def test_a_topic_of_the_contract_that_contradicts_its_header_is_not_understood():
    assert why(body([{"id": "a"}], topic="users-delete")) == "topic"


@pytest.mark.parametrize("said", [None, 5, [TOPIC], {"a": 1}, "", "a b", TOPIC + "\n", "å"])
def test_a_body_without_a_topic_has_its_header_s(said):
    assert read_told(body([{"id": "a"}], topic=said), TOPIC, 3) == Told(TOPIC, ("a",))


@pytest.mark.parametrize("said", ["users-email-changed", "memberships.create", "Absence", "teams/u:moved", "x" * 200])
@pytest.mark.parametrize("header", ["", TOPIC, "absence-created"])
def test_whatever_the_topic_who_is_named_is_told_of(said, header):
    assert read_told(body([{"id": "a"}], topic=said), header, 3) == Told(said[:40], ("a",))


def test_without_any_topic_too():
    assert read_told(b'{"users": [{"id": "a"}]}', "", 3) == Told("", ("a",))


@pytest.mark.parametrize("header", ["å", "a b", "a\nb", "a\x00", "-a", "a" * 201])
def test_a_header_that_is_no_name_is_none(header):
    assert why(body([{"id": "a"}], topic=header), header) == "topic"


SOMEBODY = "0a1b2c3d-0000-4000-8000-000000000001"
OTHER = "0A1B2C3D-0000-4000-8000-00000000000F"


@pytest.mark.parametrize(
    ("document", "ids"),
    [
        ({"user": {"id": SOMEBODY, "email": "a@b.no"}}, (SOMEBODY,)),
        ({"user": SOMEBODY}, (SOMEBODY,)),
        ({"userId": SOMEBODY}, (SOMEBODY,)),
        ({"user_ids": [SOMEBODY, OTHER]}, (SOMEBODY, OTHER)),
        ({"users": {"id": SOMEBODY}}, (SOMEBODY,)),
        ({"users": [SOMEBODY, {"id": OTHER}, None, 5]}, (SOMEBODY, OTHER)),
        ({"users": {"added": [{"id": SOMEBODY}], "removed": [{"id": OTHER}]}}, (SOMEBODY, OTHER)),
        ({"data": {"users": [{"id": SOMEBODY}]}}, (SOMEBODY,)),
        ({"teams": [{"id": "t", "users": [{"id": SOMEBODY}]}, {"users": [{"id": OTHER}]}]}, (SOMEBODY, OTHER)),
        ({"absences": [{"id": "1", "user": {"id": SOMEBODY}}, {"id": "2", "userId": OTHER}]}, (SOMEBODY, OTHER)),
        ({"event": {"payload": [[{"User-Id": SOMEBODY}]]}}, (SOMEBODY,)),
    ],
)
def test_of_another_topic_who_is_clearly_named_is_told_of(document, ids):
    raw = json.dumps({"topic": "something-else", **document}).encode()
    assert read_told(raw, "something-else", 3).ids == ids


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"users": "anything"},
        {"users": None, "user": 5},
        {"user": "somebody@example.com", "userId": 17},
        {"id": SOMEBODY},
        {"teams": [{"id": SOMEBODY, "name": "Lønn"}]},
        {"groups": {"location": SOMEBODY}},
        {"users": [{"id": "../users"}, {"id": ""}, {}]},
    ],
)
def test_of_another_topic_that_names_nobody_nobody_is_told_of(document):
    raw = json.dumps({"topic": "teams-update", **document}).encode()
    assert read_told(raw, "teams-update", 3) == Told("teams-update", ())


@pytest.mark.parametrize(
    "users",
    [
        None,
        "a",
        ["a"],
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
def test_a_topic_of_the_contract_has_users_with_an_id(users):
    assert why(body(users)) == "users"


@pytest.mark.parametrize("users", [{"id": "a"}, [{"id": "a"}, None], [[{"id": "a"}]]])
def test_who_is_named_in_an_odd_way_is_told_of_all_the_same(users):
    assert read_told(body(users), TOPIC, 3).ids == ("a",)


def test_somebody_without_a_usable_id_does_not_cost_the_others():
    assert read_told(body([{"id": "a"}, {"id": "../b"}, {}]), TOPIC, 3).ids == ("a",)


def test_so_many_and_no_more_may_be_named():
    assert read_told(body([{"id": "abc"[i]} for i in range(3)]), TOPIC, 3).ids == ("a", "b", "c")
    assert why(body([{"id": "a"}] * 4)) == "too_many"


def test_nobody_may_be_named():
    assert read_told(body([]), TOPIC, 3).ids == ()


NAMES = st.sampled_from(["id", "topic", "users", "user", "userId", "data", "x"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(SOMEBODY),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner),
    max_leaves=20,
)


@given(
    raw=st.binary(max_size=60) | anything.map(lambda one: json.dumps(one).encode()),
    topic=st.sampled_from([TOPIC, "users-delete", "teams-update", ""]) | st.text(max_size=5),
)
def test_whatever_comes_it_is_understood_or_refused(raw, topic):
    try:
        told = read_told(raw, topic, 3)
    except NotUnderstood:
        return
    assert len(told.topic) <= 40
    assert all(id_ and len(id_) <= 64 and "/" not in id_ for id_ in told.ids)


@given(rest=st.dictionaries(NAMES.filter(lambda name: name not in ("topic", "users")), anything), topic=anything)
def test_who_is_in_users_is_told_of_whatever_stands_beside_it(rest, topic):
    raw = json.dumps({"topic": topic, **rest, "users": [{"id": OTHER, "x": topic}]}).encode()
    assert OTHER in read_told(raw, "", 100).ids
