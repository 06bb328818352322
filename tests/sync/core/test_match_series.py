"""Numbers of two different series: equal ones belong to different people."""

from sync.core.employee import Employee, Side
from sync.core.match import match
from tests.sync.core.documents import valued

FIRST = ["Anna", "Bjørn", "Cecilie", "David", "Eva", "Frode", "Grete", "Hans", "Ida", "Jon", "Kari"]


def people(side: Side, count: int, contradicting: int = 0, **more: str) -> list[Employee]:
    """``count`` people with the numbers 0, 1, …; the names of the last ``contradicting`` are other ones in Visma."""
    found = []
    for n in range(count):
        wrong = side is Side.VISMA and n >= count - contradicting
        name = f"Other {n}" if wrong else f"{FIRST[n % len(FIRST)]} {n}"
        found.append(valued(side, f"{side.value[0]}{n}", employment_id=str(n), given_name=name, **more))
    return found


def test_one_contradiction_in_ten_is_an_exception() -> None:
    found = match(people(Side.HUMA, 10, 1), people(Side.VISMA, 10, 1))
    assert not found.series_broken
    assert len(found.linked) == 9
    assert [(p.huma, p.visma, p.why) for p in found.possible] == [("h9", "v9", "number_only")]


def test_more_than_one_in_ten_and_nobody_is_linked_by_number() -> None:
    found = match(people(Side.HUMA, 10, 2), people(Side.VISMA, 10, 2))
    assert found.series_broken
    assert not found.linked
    assert {(p.huma, p.visma) for p in found.possible} == {(f"h{n}", f"v{n}") for n in range(10)}
    assert {p.why for p in found.possible} == {"number_series"}


def test_a_single_equal_number_that_contradicts_is_a_possible_match_too() -> None:
    found = match(people(Side.HUMA, 1, 1), people(Side.VISMA, 1, 1))
    assert not found.linked
    assert [(p.huma, p.visma) for p in found.possible] == [("h0", "v0")]


def test_without_equal_numbers_there_is_no_broken_series() -> None:
    assert not match(people(Side.HUMA, 3), []).series_broken
    assert not match([], []).series_broken


def test_a_broken_series_does_not_vouch_for_an_email() -> None:
    humas = [*people(Side.HUMA, 3, 3), valued(Side.HUMA, "hx", employment_id="x", email="a@x.no", given_name="Kari")]
    vismas = [*people(Side.VISMA, 3, 3), valued(Side.VISMA, "vx", employment_id="x", email="a@x.no", given_name="Ola")]
    found = match(humas, vismas)
    assert found.series_broken
    assert ("hx", "vx") in {(p.huma, p.visma) for p in found.possible}
    assert not found.linked


def test_emails_still_link_where_the_series_is_broken() -> None:
    humas = [valued(Side.HUMA, f"h{n}", employment_id=str(n), email=f"{n}@x.no", given_name=f"N{n}") for n in range(9)]
    vismas = [
        valued(Side.VISMA, f"v{n}", employment_id=str(n + 1), email=f"{n}@x.no", given_name=f"N{n}") for n in range(9)
    ]
    found = match(humas, vismas)
    assert found.series_broken
    assert {(link.huma, link.visma, link.by) for link in found.linked} == {
        (f"h{n}", f"v{n}", "email") for n in range(9)
    }
    assert not found.possible


def test_people_who_are_linked_already_speak_for_the_series() -> None:
    humas, vismas = people(Side.HUMA, 20, 20), people(Side.VISMA, 20, 20)
    known = [(f"h{n}", f"v{n}") for n in range(19)]
    found = match(humas, vismas, existing=known)
    assert not found.series_broken
    assert [(p.huma, p.visma, p.why) for p in found.possible] == [("h19", "v19", "number_only")]


def test_people_whom_visma_names_speak_for_the_series() -> None:
    from dataclasses import replace

    humas, vismas = people(Side.HUMA, 20, 20), people(Side.VISMA, 20, 20)
    vismas = [replace(one, huma_id=f"h{n}") if n < 19 else one for n, one in enumerate(vismas)]
    found = match(humas, vismas)
    assert not found.series_broken
    assert len(found.linked) == 19


def test_people_called_different_speak_against_the_series() -> None:
    humas, vismas = people(Side.HUMA, 5), people(Side.VISMA, 5)
    assert not match(humas, vismas).series_broken
    assert match(humas, vismas, different=[("h0", "v0")]).series_broken
