"""For every field: a value that was converted, written and read again agrees, and its canonical form stays."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.deciding.plan import field_change
from sync.core.fields import FIELDS, Field, Pair
from sync.core.records.employee import Side, from_json, to_json
from tests.sync.core.documents import (
    PRINT,
    TODAY,
    Doc,
    compared,
    modest,
    pair,
    read_huma,
    read_visma,
)
from tests.sync.core.strategies import huma_docs, huma_places, visma_docs, visma_places

DEFAULT = "arbeidstakerHarSagtOppSelv"
every_field = pytest.mark.parametrize("spec", FIELDS, ids=lambda spec: spec.name)
KNOWN = ("hp1", "vp1")
Documents = tuple[Doc, Doc, Doc, Doc]
documents: st.SearchStrategy[Documents] = st.tuples(huma_docs, visma_docs, huma_places, visma_places)


def read(docs: Documents) -> Pair:
    """Both sides of one person, from what the vendors sent."""
    huma, visma, huma_position, visma_position = docs
    return pair(read_huma(huma, huma_position), read_visma(visma, visma_position), KNOWN, default_end_reason=DEFAULT)


def patched(doc: Doc, body: Doc) -> Doc:
    """The document after a PATCH: wrappers keep everything but their value."""
    return {**doc, **{name: {**doc.get(name, {"editable": True}), "value": value} for name, value in body.items()}}


def applied(spec: Field, target: Side, after: Any, docs: Documents) -> Documents:
    """Both sides' documents after ``after`` was written to one."""
    huma, visma, huma_position, visma_position = deepcopy(docs)
    if target is Side.HUMA and spec.on_position:
        huma_position = patched(huma_position, spec.write_huma(huma_position, after))
    elif target is Side.HUMA:
        huma = patched(huma, spec.write_huma(huma, after))
    else:
        spec.write_visma(visma_position if spec.on_position else visma, after, TODAY)
    return huma, visma, huma_position, visma_position


@every_field
@pytest.mark.parametrize("target", Side)
def test_what_is_written_agrees_and_is_what_was_planned(spec: Field, target: Side) -> None:
    tried = []

    @modest
    @given(documents)
    def check(docs: Documents) -> None:
        before = read(docs)
        difference = next(
            (d for d in compared(before, known_positions=KNOWN).differences if d.field == spec.name), None
        )
        if not difference or target not in difference.to:
            return
        tried.append(1)
        after = difference.to[target]
        assert (after is None) == difference.empties(target)
        planned = field_change(
            person="link:1",
            spec=spec,
            target=target,
            before=before.value(target, spec.name).own,
            after=after,
            prints=difference.prints,
            fingerprint=PRINT,
            today=TODAY,
        )
        two = read(applied(spec, target, after, docs))
        value = two.value(target, spec.name)
        if value.readable:  # where the contract isn't shown, nothing is to be seen once our own date is gone
            assert PRINT(spec.name, spec.version, value.canonical) == planned.becomes
            assert spec.name in compared(two, known_positions=KNOWN).agreed
            back = spec.canonical(target.other, spec.convert(target.other, two))
            assert spec.agree(*((value.canonical, back) if target is Side.HUMA else (back, value.canonical)))
        for other in FIELDS:
            if other is not spec:
                assert two.value(target, other.name) == before.value(target, other.name), other.name
                assert two.value(target.other, other.name) == before.value(target.other, other.name), other.name

    check()
    assert tried, "no example of this direction"


@modest
@given(documents)
def test_a_forbidden_direction_is_never_suggested(docs: Documents) -> None:
    for difference in compared(read(docs), known_positions=KNOWN).differences:
        assert set(difference.to) | set(difference.forbidden) == set(Side)
        assert not set(difference.to) & set(difference.forbidden)
        if difference.suggestion:
            assert Side(difference.suggestion).other in difference.to


@modest
@given(documents, st.randoms(use_true_random=False))
def test_every_field_is_one_thing_only(docs: Documents, random: Any) -> None:
    comparison = compared(read(docs), known_positions=KNOWN)
    differing = [d.field for d in comparison.differences]
    found = [*differing, *comparison.agreed, *comparison.unreadable]
    assert sorted(found) == sorted(spec.name for spec in FIELDS)
    settled = {d.field: d.prints for d in comparison.differences if random.random() < 0.5}
    again = compared(read(docs), settled, known_positions=KNOWN)
    assert {d.field for d in again.differences if d.why == "was_left"} == set(settled)


@modest
@given(documents)
def test_an_employee_survives_its_storage(docs: Documents) -> None:
    two = read(docs)
    for employee in (two.huma, two.visma):
        assert from_json(json.loads(json.dumps(to_json(employee)))) == employee
