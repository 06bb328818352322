"""A name that is put back in Visma: the timeline is as it was before the write, whatever else stands in it."""

import copy
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.fields import field
from sync.core.fields.base import NotAsWritten, Trace, put_back_in_visma
from sync.core.records.timeline import pick

TODAY = date(2026, 11, 28)
GIVEN, FAMILY = field("given_name"), field("family_name")
PARTS = {GIVEN.name: "firstName", FAMILY.name: "lastName"}


def entry(first: str, last: str, start: str | None = None, end: str | None = None, **more: Any) -> dict[str, Any]:
    period = {"activeStart": start, "activeEnd": end}
    return {"firstName": first, "lastName": last, **{key: day for key, day in period.items() if day}, **more}


def doc(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"isDraft": False, "unknown": [1], **more, "personNames": list(entries)}


def written(document: dict[str, Any], *names: tuple[Any, str], on: date = TODAY) -> tuple[dict[str, Any], Trace]:
    """The document after one write of these (field, name), and what it left."""
    after = copy.deepcopy(document)
    trace = GIVEN.trace_of(document, on)
    for spec, name in names:
        spec.write_visma(after, name, on)
    return after, trace


def now(document: dict[str, Any], on: date) -> dict[str, Any]:
    index = pick(document["personNames"], on)
    assert index is not None
    return document["personNames"][index]


@st.composite
def timelines(draw: st.DrawFn) -> dict[str, Any]:
    """Timelines without gaps around today: past, current and future entries, with properties that nobody knows."""
    cuts = sorted(draw(st.sets(st.integers(-400, 400), max_size=4)))
    days = [(TODAY + timedelta(days=cut)).isoformat() for cut in cuts]
    ends = [(TODAY + timedelta(days=cut - 1)).isoformat() for cut in cuts]
    name = st.sampled_from(["Kari", "Karin", "Ola"])
    open_end = {"activeEnd": None} if draw(st.booleans()) else {}
    made = []
    for at, (start, end) in enumerate(zip([None, *days], [*ends, None], strict=True)):
        more = {"id": f"e{at}", "middleName": draw(name)}
        made.append(entry(draw(name), draw(name), start, end, **more) | (open_end if end is None else {}))
    return doc(*made, isDraft=draw(st.booleans()))


@given(timelines(), st.sampled_from([(GIVEN,), (FAMILY,), (GIVEN, FAMILY)]), st.integers(0, 60), st.booleans())
def test_written_and_put_back_it_is_as_before_and_put_back_again_as_after(document, specs, later, reverse):
    on = TODAY + timedelta(days=later)
    before = now(document, TODAY)
    after, trace = written(document, *((spec, f"Ny {spec.name}") for spec in specs))
    if now(after, TODAY) != now(after, on):
        return  # another entry counts by then
    undone = copy.deepcopy(after)
    traces = {}
    for spec in reversed(specs) if reverse else specs:
        traces[spec] = put_back_in_visma(spec, undone, before[PARTS[spec.name]], trace, on)
    assert undone == document
    again = copy.deepcopy(undone)
    for spec in specs:  # as one write has them: each by what its own undo left
        put_back_in_visma(spec, again, f"Ny {spec.name}", traces[specs[0] if reverse else specs[-1]], on)
    assert again == after


OLD = entry("Kari", "Nordmann", "2020-01-01", id="a", note="x")
MADE, _TRACE = written(doc(OLD), (GIVEN, "Karin"))
EDITED = {
    "another entry since": [*MADE["personNames"][:-1], entry("Karin", "N", "2026-11-28", "2026-12-31"),
                            entry("Karin", "N", "2027-01-01")],
    "other days": [OLD, entry("Karin", "Nordmann", "2026-11-01")],
    "an end": [MADE["personNames"][0], {**MADE["personNames"][1], "activeEnd": "2027-01-31"}],
    "no names": [],
}  # fmt: skip


@pytest.mark.parametrize("edited", EDITED)
def test_a_timeline_that_somebody_edited_is_left_as_it_is(edited):
    document = doc(*copy.deepcopy(EDITED[edited]))
    kept = copy.deepcopy(document)
    with pytest.raises(NotAsWritten):
        put_back_in_visma(GIVEN, document, "Kari", _TRACE, TODAY + timedelta(days=40))
    assert document == kept


def test_an_entry_that_says_more_than_the_one_before_stays():
    after, trace = written(doc(OLD), (GIVEN, "Karin"))
    after["personNames"][1]["note"] = "married"
    assert put_back_in_visma(GIVEN, after, "Kari", trace, TODAY) == {"mended": "2026-11-28"}
    assert [one["firstName"] for one in after["personNames"]] == ["Kari", "Kari"]


def test_only_one_of_two_names_is_put_back_into_the_entry_that_both_made():
    after, trace = written(doc(OLD), (GIVEN, "Karin"), (FAMILY, "Hansen"))
    put_back_in_visma(GIVEN, after, "Kari", trace, TODAY)
    assert [(one["firstName"], one["lastName"]) for one in after["personNames"]] == [
        ("Kari", "Nordmann"),
        ("Kari", "Hansen"),
    ]
    put_back_in_visma(FAMILY, after, "Nordmann", trace, TODAY)
    assert after == doc(OLD)


def test_a_write_of_a_version_that_stored_nothing_is_put_back_where_it_is_still_the_last():
    after, _trace = written(doc(OLD), (GIVEN, "Karin"))
    put_back_in_visma(GIVEN, after, "Kari", {"made": "2026-11-28"}, TODAY)
    assert after == doc(OLD)
    with pytest.raises(NotAsWritten):
        put_back_in_visma(GIVEN, after, "Kari", None, TODAY)
