"""Any JSON of a vendor either becomes what we asked for or names a property: never another error."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.api.decoding import WrongShape
from connections.api.errors import Problem, property_name
from connections.api.huma import documents as huma_documents
from connections.api.responses import Answer, encode
from connections.api.tokens import leeway, read_token
from connections.api.visma import documents as visma_documents
from connections.api.visma import problems as visma_problems

_NAMES = (
    *("id", "items", "data", "total", "cursor", "nextToken", "status", "active", "created", "validationResults"),
    *("_embedded", "positions", "value", "editable", "email", "bankAccount", "currentPositions", "personNames"),
    *("errors", "fields", "errorCode", "message", "jsonPath", "severity", "access_token", "expires_in", "scope"),
)
_LEAVES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(("2024-01-01", "Failed", "id"))
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=6),
    max_leaves=25,
)
SHAPES: list[Callable[[Answer], Any]] = [
    huma_documents.user("id"),
    huma_documents.position("id"),
    huma_documents.summary,
    huma_documents.page(50, huma_documents.SUMMARY),
    huma_documents.page(50, huma_documents.POSITION_SUMMARY),
    visma_documents.document("id"),
    visma_documents.position("id"),
    visma_documents.page(visma_documents.EMPLOYEE, None),
    visma_documents.page(visma_documents.whole_job, "id"),
    visma_documents.positions("id"),
    visma_documents.answered_job,
]


def _broken(ask: Callable[[], Any]) -> str | None:
    """The property that is named, None where all is well."""
    try:
        ask()
    except WrongShape as wrong:
        return wrong.prop
    return None


@pytest.mark.parametrize("shape", SHAPES)
@given(body=_JSON)
def test_any_answer_has_its_shape_or_names_a_property(shape: Callable[[Answer], Any], body: Any) -> None:
    named = _broken(lambda: shape(Answer(200, {"ETag": '"1"'}, encode(body))))
    assert named is None or property_name(named) == named


@given(_JSON)
def test_any_token_answer_is_a_token_or_names_a_property(body: Any) -> None:
    assert _broken(lambda: read_token(body, asked_at=0)) != ""


@given(_JSON)
def test_any_refusal_can_be_read(body: Any) -> None:
    for problems in (huma_documents.problems(body), visma_problems.problems(body)):
        assert all(isinstance(problem, Problem) for problem in problems)


@given(st.floats(min_value=0, max_value=1e6))
def test_the_leeway_is_the_smaller_of_30_seconds_and_a_tenth(lifetime: float) -> None:
    assert leeway(lifetime) == min(30.0, lifetime / 10)
