"""``null`` in a timeline's or a position's dates is infinity, as absence is: on reading, and kept on writing."""

from copy import deepcopy
from typing import Any

import pytest

from sync.core.fields import field
from sync.core.records.employee import Side
from tests.sync.core.documents import (
    TODAY,
    Doc,
    compared,
    day,
    huma_doc,
    huma_place,
    pair,
    read_huma,
    read_visma,
    visma_doc,
    wrap,
)
from tests.sync.core.documents import visma_place as place

ENDS = ("activeStart", "activeEnd")


def said(value: Any, key: str = "") -> Any:
    """The same document, each open end said with null."""
    if isinstance(value, list):
        return [said(one, key) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: said(one, name) for name, one in value.items()}
    return {**dict.fromkeys(ENDS), **found} if key in ("personNames", "partTimeFactors", "position") else found


NAMES = [
    [{"firstName": "Kari", "lastName": "Nordmann"}],
    [{"firstName": "Kari", "lastName": "Nordmann", "activeStart": "2020-01-01"}],
    [
        {"firstName": "Kari", "lastName": "Før", "activeEnd": day(-9)},
        {"firstName": "Kari", "lastName": "Nordmann", "activeStart": day(-8)},
    ],
    [
        {"firstName": "Kari", "lastName": "Nordmann", "activeEnd": day(9)},
        {"firstName": "Kari", "lastName": "Siden", "activeStart": day(10)},
    ],
]
PLACES = [
    [place(activeStart=...)],
    [place()],
    [place("old", activeStart=..., activeEnd=day(-100)), place("now", activeStart=day(-50))],
    [place("now", activeEnd=day(50)), place("next", activeStart=day(60))],
    [place(partTimeFactors=[{"value": 40.0, "activeEnd": day(-1)}, {"value": 80.0, "activeStart": day(0)}])],
]


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("places", PLACES)
def test_a_document_that_says_null_is_read_like_one_that_says_nothing(names: list[Doc], places: list[Doc]) -> None:
    doc = visma_doc(personNames=names)
    silent = read_visma(doc, *places)
    spoken = read_visma(said(doc), *[said(one, "position") for one in places])
    assert spoken == silent
    assert compared(pair(read_huma(huma_doc(), huma_place()), spoken)) == compared(
        pair(read_huma(huma_doc(), huma_place()), silent)
    )


def test_a_new_name_takes_over_the_open_end_as_it_was_written() -> None:
    document = said(visma_doc(personNames=NAMES[0]))
    others = deepcopy({key: value for key, value in document.items() if key != "personNames"})
    field("family_name").write_visma(document, "Nyhjem", TODAY)
    assert document.pop("personNames") == [
        {"firstName": "Kari", "lastName": "Nordmann", "activeStart": None, "activeEnd": day(-1)},
        {"firstName": "Kari", "lastName": "Nyhjem", "activeStart": TODAY.isoformat(), "activeEnd": None},
    ]
    assert document == others


def test_another_date_leaves_the_null_beside_it() -> None:
    document = said(place(activeStart=...), "position")
    field("first_workday").write_visma(document, "2020-02-03", TODAY)
    assert (document["activeStart"], document["activeEnd"]) == ("2020-02-03", None)


def test_an_end_that_is_null_is_no_last_workday() -> None:
    spoken = read_visma(visma_doc(), said(place(), "position"))
    huma = read_huma(huma_doc(), huma_place(lastDayOfWork=wrap(day(30)), endReason=wrap("employee_resigned")))
    (difference,) = compared(pair(huma, spoken)).differences
    assert (difference.field, difference.kind) == ("last_workday", "visma_empty")
    document = said(place(), "position")
    field("last_workday").write_visma(document, difference.to[Side.VISMA], TODAY)
    assert document["activeEnd"] == day(30)
