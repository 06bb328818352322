"""People who are passed over: when the side itself has a problem, and who may be one of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.api.visma.documents import in_part
from sync.core.records.employee import Employee, Side
from sync.core.records.partial_record import huma_partial, visma_partial
from sync.core.records.skipping import SHAPE, Skipped, is_like, may_be, too_many_skipped
from tests.sync.core.documents import TODAY, valued, visma_doc

ANNA = {"given_name": "Anna", "family_name": "Berg", "email": "anna@x.no", "employment_id": "17"}


@pytest.mark.parametrize(
    ("passed", "people", "expected"),
    [(4, 4, False), (5, 5, True), (5, 49, True), (5, 50, False), (100, 1000, False), (101, 1000, True), (0, 0, False)],
)
def test_more_than_one_in_ten_and_at_least_five(passed: int, people: int, expected: bool) -> None:
    assert too_many_skipped(passed, people) is expected


def unread(**known: Any) -> Skipped:
    return Skipped(Side.VISMA, "v1", SHAPE, known=valued(Side.VISMA, "v1", **known))


@pytest.mark.parametrize(
    ("known", "maybe"),
    [
        ({}, True),
        ({"employment_id": "17"}, True),
        ({"employment_id": "18"}, False),
        ({"email": "anna@x.no"}, True),
        ({"email": "other@x.no"}, False),
        ({"given_name": "Anna", "family_name": "Berg"}, True),
        ({"given_name": "Anna", "family_name": "Berg", "employment_id": "18"}, True),
        ({"given_name": "Anna", "family_name": "Dahl"}, True),
        ({"given_name": "Anna", "family_name": "Dahl", "employment_id": "18"}, False),
        ({"given_name": "Kari", "family_name": "Dahl"}, False),
        ({"given_name": "Kari", "family_name": "Dahl", "employment_id": "17"}, True),
        ({"huma_id": "h1", "given_name": "Kari", "family_name": "Dahl"}, True),
    ],
)
def test_who_may_be_somebody_that_cannot_be_read(known: dict[str, Any], maybe: bool) -> None:
    assert may_be(unread(**known), valued(Side.HUMA, "h1", **ANNA)) is maybe


def test_where_nothing_is_known_anybody_may_be() -> None:
    assert may_be(Skipped(Side.VISMA, "v1", SHAPE), valued(Side.HUMA, "h1", **ANNA))


def test_likeness_goes_both_ways() -> None:
    one, other = valued(Side.HUMA, "h1", **ANNA), valued(Side.VISMA, "v1", employment_id="17")
    assert is_like(one, other)
    assert is_like(other, one)
    assert not is_like(one, valued(Side.VISMA, "v2", given_name="Anna", family_name="Dahl"))


def visma_partial_of(row: dict[str, Any]) -> Employee:
    """What is known of a row, from the part of it that the client accepts."""
    return visma_partial(row, in_part(row), TODAY)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "value", "a"]), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*visma_doc(), "number", "externalIds"]), _JSON))
def test_a_partial_record_of_any_row_tells_only_texts(row: dict[str, Any]) -> None:
    for seen in (visma_partial_of({**row, "id": "v"}), huma_partial({**row, "id": "h"})):
        assert isinstance(seen.name, str)
        assert "\x00" not in seen.name + seen.number + seen.huma_id
        (seen.name + seen.number).encode()


def test_a_partial_record_has_what_can_be_read() -> None:
    names = [{"firstName": "Anna", "lastName": "Berg", "activeStart": "1990-00-00"}]
    seen = visma_partial_of(visma_doc("v1", personNames=names, number="17", address=5))
    assert (seen.name, seen.number, seen.canonical("email")) == ("Anna Berg", "17", "kari@example.com")
    odd = visma_partial_of(visma_doc("v1", personNames=[{"firstName": 5, "lastName": "Berg"}], number=17, phones=[5]))
    assert (odd.name, odd.number, odd.canonical("email")) == ("Berg", "", "kari@example.com")
    row = {"id": "h1", "givenName": "Anna", "familyName": 5, "email": "Anna@X.no"}
    assert (huma_partial(row).name, huma_partial(row).canonical("email")) == ("Anna", "anna@x.no")
