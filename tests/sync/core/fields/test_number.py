"""The Employment ID: equal numbers, their holders, what is suggested, and swapped numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.deciding.automatic_limits import Disagreement, writes_by_itself
from sync.core.deciding.compare import Comparison, Difference
from sync.core.fields.number import LONGEST_SWAP, SEVERAL, holders, refusal, same_number
from sync.core.reasons import SENTENCES
from sync.core.records.employee import Side
from tests.sync.core.documents import Doc, both, compared, huma_doc, modest, visma_doc, wrap

NUMBERS = st.text(st.sampled_from("aAbB017 -"), max_size=6)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a17", "A17", True),
        ("Å1", "å1", True),
        ("A\u030a1", "Å1", True),
        (" 17 ", "17", True),
        ("0017", "17", False),
        ("17", "17.0", False),
        ("1 7", "17", False),
        ("17", "71", False),
    ],
)
def test_case_does_not_count_and_leading_zeros_do(one: str, other: str, same: bool) -> None:
    assert (same_number(one) == same_number(other)) is same


@modest
@given(st.lists(st.tuples(NUMBERS, st.sampled_from("abcd"))))
def test_a_number_has_one_holder_or_is_nobodys_alone(people: list[tuple[str, str]]) -> None:
    found = holders(people)
    for number, _id in people:
        owners = {id_ for other, id_ in people if same_number(other) == same_number(number)}
        if same_number(number):
            assert found[same_number(number)] == (owners.pop() if len(owners) == 1 else SEVERAL)
    assert "" not in found
    assert found == holders(reversed(people))


@pytest.mark.parametrize(
    ("number", "who", "code"),
    [
        ("A17", "v1", ""),
        ("a17", "v1", ""),
        ("A17", "v2", "number_taken"),
        ("a17", "", "number_taken"),
        ("b9", "v1", "number_taken"),
        ("B9", "", "number_taken"),
        ("0017", "", ""),
        ("", "", "number_empty"),
    ],
)
def test_a_number_is_somebody_elses_in_whatever_case(number: str, who: str, code: str) -> None:
    numbers = holders([("a17", "v1"), ("B9", "v2"), ("b9", "v3")])
    reason = refusal(number, who, numbers)
    assert (reason.code if reason else "") == code


def number_of(comparison: Comparison) -> Difference:
    return next(one for one in comparison.differences if one.field == "employment_id")


def settled(huma: str | None, visma: str | None) -> dict[str, list[str]]:
    """The baseline of two who were settled at these numbers."""
    said = compared(both(huma_doc(employmentId=wrap(huma)), visma_doc(number=visma or ...)))
    return {"employment_id": list(said.prints["employment_id"])}


def differs(huma: str | None, visma: str | None, *before: str | None, **more: object) -> Difference:
    documents = (
        huma_doc(employmentId=wrap(huma, editable=more.pop("editable", True))),
        visma_doc(number=visma or ..., isDraft=more.pop("draft", False)),
    )
    return number_of(compared(both(*documents), settled(*before) if before else {}))


@pytest.mark.parametrize(
    ("difference", "suggestion", "why"),
    [
        (differs("18", "17"), "visma", "number_fixed"),
        (differs("18", "17", "17", "17"), "visma", "number_fixed"),
        (differs("18", "19", "17", "17"), "visma", "number_fixed"),
        (differs("17", "19", "17", "17"), "visma", "visma_moved"),
        (differs(None, "17", "17", "17"), "visma", "number_fixed"),
        (differs(None, "17"), "visma", "visma_filled"),
        (differs("a17", "A17"), "visma", "number_fixed"),
        (differs("18", None), "huma", "huma_filled"),
        (differs("18", "17", "18", "17"), "", "was_left"),
        (differs("18", "17", "17", "17", draft=True), "huma", "huma_moved"),
        (differs("18", "17", draft=True), "", "never_settled"),
        (differs("18", "17", "17", "17", editable=False), "", "huma_moved"),
        (differs("18", "17", editable=False), "", "never_settled"),
    ],
)
def test_vismas_number_is_suggested_for_anybody_but_a_draft(difference: Difference, suggestion: str, why: str) -> None:
    assert (difference.suggestion, difference.why) == (suggestion, why)
    assert why in SENTENCES
    assert not suggestion or Side(suggestion).other in difference.to


def test_a_difference_of_case_alone_is_one_of_spelling() -> None:
    assert differs("a17", "A17").kind == "spelling"
    assert differs("0017", "17").kind == "value"


@pytest.mark.parametrize("field", ["email", "employment_id"])
@pytest.mark.parametrize("why", ["huma_moved", "both_moved", "never_settled", "huma_filled", "number_fixed"])
def test_emails_and_numbers_are_never_written_by_themselves(field: str, why: str) -> None:
    one = Disagreement(
        field=field,
        standing="asks",
        why=why,
        prints=("1|new", "1|v"),
        blocked=False,
        empties=False,
        by_bulk=True,
        seen=("1|old", "1|v"),
    )
    assert not writes_by_itself(one, huma_wins=True)


def swapped(count: int, closed: bool = True) -> Difference:
    """The first of several people, each of whom has the next one's number in Huma, and the last one the first one's."""
    numbers = holders((f"A{index}", f"v{index}") for index in range(count))
    wanted = {f"v{index}": (f"a{(index + 1) % count}", f"Person {index}") for index in range(count)}
    if not closed:
        wanted[f"v{count - 1}"] = ("a999", "Last")
    docs: tuple[Doc, Doc] = huma_doc(employmentId=wrap("a1")), visma_doc("v0", number="A0")
    return number_of(compared(both(*docs, numbers=numbers, wanted=wanted)))


@pytest.mark.parametrize("count", [2, 3, 4, LONGEST_SWAP])
def test_numbers_that_have_changed_places_say_whose_it_is_and_what_to_do(count: int) -> None:
    difference = swapped(count)
    assert difference.forbidden[Side.VISMA].code == "number_swapped"
    assert difference.forbidden[Side.VISMA].params == {"name": "Person 1"}
    assert "Use Visma's" in SENTENCES["number_swapped"]
    assert (difference.suggestion, difference.to) == ("visma", {Side.HUMA: "A0"})


@pytest.mark.parametrize(("count", "closed"), [(2, False), (3, False), (500, True)])
def test_somebody_elses_number_is_no_swap_without_a_circle(count: int, closed: bool) -> None:
    difference = swapped(count, closed)
    assert difference.forbidden[Side.VISMA].code == "number_taken"
    assert difference.suggestion == "visma"


def test_a_number_for_who_has_none_in_visma_is_no_swap() -> None:
    docs = huma_doc(employmentId=wrap("2")), visma_doc("v0")
    numbers, wanted = holders([("2", "v1")]), {"v1": ("", "Nobody's"), "v0": ("2", "Theirs")}
    assert number_of(compared(both(*docs, numbers=numbers, wanted=wanted))).forbidden[Side.VISMA].code == "number_taken"
