"""The companies, locations and teams to which a Huma user belongs."""

from typing import Any

import pytest

from connections.api.decoding import WrongShape
from connections.api.huma.documents import groups_of


@pytest.mark.parametrize(
    ("user", "found"),
    [
        ({"teams": {"value": [{"id": "t1", "name": "A"}, {"id": "t2"}], "editable": True}}, {"t1", "t2"}),
        ({"teams": {"editable": True}}, set()),
        ({"teams": None}, None),
        ({}, None),
    ],
)
def test_the_groups_of_a_user_are_some_or_none_or_not_to_be_seen(user: dict[str, Any], found: set[str] | None) -> None:
    assert groups_of(user, "team") == found


@pytest.mark.parametrize(
    ("odd", "prop"),
    [
        ({}, "teams"),
        ([], "teams"),
        ({"Value": [{"id": "t1"}], "editable": True}, "teams.value"),
        ({"value": {"id": "t1"}}, "teams.value"),
        ({"value": [{"id": 5}]}, "teams.value[0].id"),
        ({"value": [{"name": "A"}]}, "teams.value[0].id"),
        ({"value": ["t1"]}, "teams.value[0]"),
    ],
)
def test_groups_that_cannot_be_understood_are_not_none(odd: Any, prop: str) -> None:
    with pytest.raises(WrongShape) as caught:
        groups_of({"teams": odd}, "team")
    assert caught.value.prop == prop
