"""Names: a timeline in Visma, in which a new name begins on the day that it is written."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connections.api.decoding import WrongShape
from sync.core.fields import field
from sync.core.records.timeline import pick
from tests.sync.core.documents import TODAY, Doc, day, modest, read_visma, visma_doc

GIVEN, FAMILY = field("given_name"), field("family_name")


def entry(first: str, start: str | None = None, end: str | None = None, **more: Any) -> Doc:
    bounds = {key: value for key, value in (("activeStart", start), ("activeEnd", end)) if value}
    return {"firstName": first, "lastName": "Nordmann", **bounds, **more}


def named(*entries: Doc, **more: Any) -> Doc:
    return visma_doc(personNames=list(entries), **more)


@pytest.mark.parametrize(
    ("entries", "read"),
    [
        ([], None),
        ([entry("Kari")], "Kari"),
        ([entry("Old", None, day(-1)), entry("Now", day(0)), entry("Next", day(5))], "Now"),
        ([entry("Now", day(-5), day(0)), entry("Next", day(1))], "Now"),
        ([entry("Old", day(-9), day(-5)), entry("Next", day(9)), entry("Sooner", day(3), day(8))], "Sooner"),
        ([entry("Older", None, day(-50)), entry("Old", day(-40), day(-9))], "Old"),
        ([entry("Wide", None, None), entry("Newest", day(-3), None), entry("Newer", day(-30), None)], "Newest"),
        ([entry("  A\u030ase ")], "\u00c5se"),
        ([entry(None)], None),  # type: ignore[arg-type]
    ],
)
def test_the_current_name_else_the_nearest_future_else_the_latest_past(entries: list[Doc], read: str | None) -> None:
    for order in (entries, entries[::-1]):
        assert read_visma(named(*order)).canonical("given_name") == read


def test_no_names_at_all_is_an_empty_name() -> None:
    assert read_visma(visma_doc(personNames=...)).canonical("given_name") is None
    assert read_visma(visma_doc(personNames=None)).name == ""


def test_names_in_another_shape_are_named_loudly() -> None:
    with pytest.raises(WrongShape, match="personNames"):
        read_visma(visma_doc(personNames={"firstName": "Kari"}))
    with pytest.raises(WrongShape, match=r"personNames\[0\]\.firstName"):
        read_visma(named(entry(5)))  # type: ignore[arg-type]


NEW = "Else"
KARI_UNTIL_YESTERDAY = entry("Kari", "2020-01-01", day(-1))


@pytest.mark.parametrize(
    ("entries", "draft", "after"),
    [
        # A new entry takes over the old one's end; the old one ended the day before.
        ([entry("Kari", "2020-01-01")], False, [KARI_UNTIL_YESTERDAY, entry(NEW, day(0))]),
        ([entry("Kari", "2020-01-01", day(9))], False, [KARI_UNTIL_YESTERDAY, entry(NEW, day(0), day(9))]),
        ([entry("Kari")], False, [entry("Kari", None, day(-1)), entry(NEW, day(0))]),
        (
            [entry("Kari", "2020-01-01", day(9)), entry("Next", day(10))],
            False,
            [KARI_UNTIL_YESTERDAY, entry(NEW, day(0), day(9)), entry("Next", day(10))],
        ),
        # Unknown properties go along; an entry's own id stays with it.
        (
            [entry("Kari", "2020-01-01", id="e1", middleName="M", x=None)],
            False,
            [
                entry("Kari", "2020-01-01", day(-1), id="e1", middleName="M", x=None),
                entry(NEW, day(0), middleName="M", x=None),
            ],
        ),
        # In place: it starts today, there is no current one, or it is a draft.
        ([entry("Kari", day(0))], False, [entry(NEW, day(0))]),
        ([entry("Kari", day(0), day(0))], False, [entry(NEW, day(0), day(0))]),
        ([entry("Kari", day(4))], False, [entry(NEW, day(4))]),
        ([entry("Kari", None, day(-4))], False, [entry(NEW, None, day(-4))]),
        ([entry("Kari", "2020-01-01")], True, [entry(NEW, "2020-01-01")]),
        ([entry("Kari")], True, [entry(NEW)]),
    ],
)
def test_a_new_name_changes_nothing_but_its_place_in_the_timeline(
    entries: list[Doc], draft: bool, after: list[Doc]
) -> None:
    doc = named(*entries, isDraft=draft)
    GIVEN.write_visma(doc, NEW, TODAY)
    assert doc == named(*after, isDraft=draft)


def test_a_first_name_where_there_is_none() -> None:
    doc = visma_doc(personNames=...)
    GIVEN.write_visma(doc, NEW, TODAY)
    FAMILY.write_visma(doc, "Hansen", TODAY)
    assert doc["personNames"] == [{"firstName": NEW, "lastName": "Hansen", "activeStart": day(0)}]
    draft: Doc = {"isDraft": True}
    GIVEN.write_visma(draft, NEW, TODAY)
    FAMILY.write_visma(draft, "Hansen", TODAY)
    assert draft == {"isDraft": True, "personNames": [{"firstName": NEW, "lastName": "Hansen"}]}


@pytest.mark.parametrize("order", [(GIVEN, FAMILY), (FAMILY, GIVEN)])
def test_both_names_are_two_changes_in_one_entry(order: Any) -> None:
    doc = named(entry("Kari", "2020-01-01"))
    for spec in order:
        spec.write_visma(doc, {"given_name": NEW, "family_name": "Hansen"}[spec.name], TODAY)
    changed = {"firstName": NEW, "lastName": "Hansen", "activeStart": day(0)}
    assert doc == named(KARI_UNTIL_YESTERDAY, changed)


def test_the_same_write_twice_is_one_write() -> None:
    doc = named(entry("Kari", "2020-01-01"))
    GIVEN.write_visma(doc, NEW, TODAY)
    once = deepcopy(doc)
    GIVEN.write_visma(doc, NEW, TODAY)
    assert doc == once


def test_the_document_that_was_read_is_left_as_it_was() -> None:
    read = named(entry("Kari", "2020-01-01"))
    doc, before = dict(read), deepcopy(read)
    GIVEN.write_visma(doc, NEW, TODAY)
    assert read == before


days = st.none() | st.integers(-20, 20)


@st.composite
def timelines(draw: st.DrawFn) -> list[Doc]:
    drawn = draw(st.lists(st.tuples(days, days), max_size=5))
    return [
        entry(f"N{n}", *(None if d is None else day(d) for d in (sorted((a, b)) if None not in (a, b) else (a, b))))  # type: ignore[type-var]
        for n, (a, b) in enumerate(drawn)
    ]


@modest
@given(timelines(), st.booleans())
def test_what_is_written_is_read_and_all_other_days_keep_their_names(entries: list[Doc], draft: bool) -> None:
    doc = named(*entries, isDraft=draft)
    chosen = pick(entries, TODAY)
    GIVEN.write_visma(doc, NEW, TODAY)
    assert GIVEN.read_visma(doc, None, TODAY).own == NEW
    others = [one for index, one in enumerate(entries) if index != chosen]
    assert [one for one in doc["personNames"] if one in others] == others
    assert len(doc["personNames"]) - len(entries) in (0, 1)
