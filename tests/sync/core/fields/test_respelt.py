"""A vendor's own spelling of a written value isn't asked about, and isn't sent back."""

from typing import Any

import pytest

from sync.core.deciding.compare import Comparison
from sync.core.fields import field
from sync.core.records.employee import Canonical, Side
from sync.core.values.spelling import mark, only_spelling
from tests.sync.core.documents import PRINT, both, compared, huma_doc, visma_doc, wrap


def said(city: str) -> tuple[str, ...]:
    """The canonical address with this town."""
    return ("Storgata 1", "5003", city, "NO")


def prints(huma: str, visma: str) -> tuple[str, str]:
    """The fingerprints of the two towns' addresses."""
    version = field("address").version
    return PRINT("address", version, said(huma)), PRINT("address", version, said(visma))


def towns(
    huma: str, visma: str, baseline: tuple[str, str] | None, written: str = "", wrote: str | None = None
) -> Comparison:
    """Compare two addresses that differ in the town; ``wrote``, to the side ``written``, is what the other says."""
    home = {"line1": "Storgata 1", "line2": "", "line3": "", "postalCode": "5003", "city": huma, "country": "NO"}
    there = {"streetName": "Storgata 1", "zipCode": "5003", "cityName": visma, "countryCode": "NO"}
    two = both(huma_doc(homeAddress=wrap(home)), visma_doc(address=there))
    known: dict[str, Any] = {"address": baseline} if baseline else {}
    what = said(visma if written == "huma" else huma) if wrote is None else said(wrote)
    marks = {"address": mark(field("address"), Side(written), what, PRINT)} if written else {}
    return compared(two, known, written=marks)


def why(found: Comparison) -> str:
    """What the only difference says, "" where there is none."""
    return ", ".join(one.why for one in found.differences)


@pytest.mark.parametrize(
    ("huma", "visma", "target"),
    [
        ("Bergen", "BERGEN", "visma"),
        ("Bergen", "bergen", "visma"),
        ("BERGEN", "Bergen", "huma"),
        ("Mo  i Rana", "MO I RANA", "visma"),
    ],
)
def test_the_next_read_settles_it_silently(huma: str, visma: str, target: str) -> None:
    wrote = huma if target == "visma" else visma
    found = towns(huma, visma, prints(wrote, wrote), target)
    assert why(found) == ""
    assert found.agreed["address"] == prints(huma, visma)
    assert found.respelt == {"address"}


def test_it_stays_settled() -> None:
    found = towns("Bergen", "BERGEN", prints("Bergen", "BERGEN"), "visma")
    assert why(found) == ""
    assert found.respelt == {"address"}


def test_what_was_never_written_is_asked() -> None:
    assert why(towns("Bergen", "BERGEN", None)) == "never_settled"
    assert why(towns("Bergen", "BERGEN", None, "visma")) == "never_settled"


def test_what_a_person_left_as_it_is_stays_a_person_s_choice() -> None:
    assert why(towns("Bergen", "BERGEN", prints("Bergen", "BERGEN"))) == "was_left"


def test_a_spelling_that_somebody_changes_in_visma_later_is_asked() -> None:
    assert why(towns("Bergen", "BERGEN", prints("Bergen", "Bergen"))) == "visma_moved"
    again = towns("Bergen", "bErgen", prints("Bergen", "BERGEN"), "visma")
    assert why(again) == "visma_moved"
    assert again.respelt == frozenset()


@pytest.mark.parametrize("huma", ["BErgen", "Oslo", "bergen"])
def test_what_moves_in_huma_goes_on_to_visma(huma: str) -> None:
    assert why(towns(huma, "BERGEN", prints("Bergen", "BERGEN"), "visma", "Bergen")) == "huma_moved"


@pytest.mark.parametrize("huma", ["BErgen", "Oslo"])
def test_what_moves_in_huma_before_the_spelling_was_seen_goes_on_to_visma_too(huma: str) -> None:
    found = towns(huma, "BERGEN", prints("Bergen", "Bergen"), "visma", "Bergen")
    assert why(found) == "huma_moved"
    assert found.respelt == {"address"}
    assert why(towns(huma, "Bergen sentrum", prints("Bergen", "Bergen"), "visma", "Bergen")) == "both_moved"


@pytest.mark.parametrize("visma", ["Oslo", "Bergén", ""])
def test_another_value_is_no_spelling(visma: str) -> None:
    found = towns("Bergen", visma, prints("Bergen", "Bergen"), "visma")
    assert why(found) == "visma_moved"
    assert found.respelt == frozenset()


def test_another_value_that_a_person_left_as_it_is_is_not_hidden_by_it() -> None:
    assert why(towns("Oslo", "BERGEN", prints("Oslo", "BERGEN"), "visma", "Bergen")) == "was_left"


def test_the_side_that_was_not_written_to_has_no_say() -> None:
    assert why(towns("BERGEN", "Bergen", prints("Bergen", "Bergen"), "visma", "Bergen")) == "huma_moved"
    assert why(towns("Bergen", "BERGEN", prints("Bergen", "Bergen"), "huma")) == "visma_moved"


@pytest.mark.parametrize("side", Side)
def test_where_it_came_as_it_was_written_the_sides_agree(side: Side) -> None:
    found = towns("Bergen", "Bergen", prints("Bergen", "Bergen"), side.value)
    assert found.agreed["address"] == prints("Bergen", "Bergen")
    assert found.respelt == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("Bergen", "BERGEN", True),
        (said("Bergen"), said("BERGEN"), True),
        ("O'Brien", "O’BRIEN", True),
        ("Bergen", "Bergen", False),
        ("Bergen", "Bergenn", False),
        ("Bergen", None, False),
        (None, None, False),
    ],
)
def test_only_the_spelling_differs(one: Canonical, other: Canonical, is_one: bool) -> None:
    assert only_spelling(one, other) is is_one
