"""Numbers of two different series: equal ones belong to different people."""

from dataclasses import replace

from sync.core.matching.match import match
from sync.core.records.employee import Employee, Period, Position, Side
from tests.sync.core.documents import valued

FAMILY = {Side.HUMA: "Berg", Side.VISMA: "Dahl"}
FIRST = ["Anna", "Bjørn", "Cecilie", "David", "Eva", "Frode", "Grete", "Hans", "Ida", "Jon", "Kari"]


def people(side: Side, count: int, contradicting: int = 0, **more: str) -> list[Employee]:
    """``count`` people with the numbers 0, 1, …; the names of the last ``contradicting`` are other ones in Visma."""
    found = []
    for n in range(count):
        wrong = side is Side.VISMA and n >= count - contradicting
        given, family = ("Other", "Person") if wrong else (FIRST[n % len(FIRST)], "Berg")
        names = {"given_name": given, "family_name": family}
        found.append(valued(side, f"{side.value[0]}{n}", employment_id=str(n), **names, **more))
    return found


def test_one_contradiction_in_ten_is_an_exception() -> None:
    found = match(people(Side.HUMA, 10, 1), people(Side.VISMA, 10, 1))
    assert not found.series_broken
    assert len(found.linked) == 9
    assert [(p.huma, p.visma, p.why) for p in found.possible] == [("h9", "v9", "number_against")]


def test_two_contradictions_are_two_exceptions_however_few_the_numbers_are() -> None:
    assert not match(people(Side.HUMA, 10, 2), people(Side.VISMA, 10, 2)).series_broken


def test_more_than_one_in_ten_and_nobody_is_linked_by_number() -> None:
    found = match(people(Side.HUMA, 10, 3), people(Side.VISMA, 10, 3))
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
    def one(side: Side, n: int, number: int) -> Employee:
        names = {"given_name": FIRST[n], "family_name": "Berg"}
        return valued(side, f"{side.value[0]}{n}", employment_id=str(number), email=f"{n}@x.no", **names)

    humas = [one(Side.HUMA, n, n) for n in range(9)]
    vismas = [replace(one(Side.VISMA, n, n + 1), birth="") for n in range(9)]
    humas = [replace(person, birth=f"199{n}-01-01") for n, person in enumerate(humas)]
    vismas = [replace(person, birth=f"199{n}-01-01") for n, person in enumerate(vismas)]
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
    assert [(p.huma, p.visma, p.why) for p in found.possible] == [("h19", "v19", "number_against")]


def test_people_whom_visma_names_speak_for_the_series() -> None:
    humas = [valued(Side.HUMA, f"h{n}", employment_id=str(n), phone=f"+47223344{n}") for n in range(20)]
    vismas = [valued(Side.VISMA, f"v{n}", employment_id=str(n), phone=f"+47553344{n}") for n in range(20)]
    assert match(humas, vismas).series_broken
    found = match(humas, [replace(one, huma_id=f"h{n}") if n < 19 else one for n, one in enumerate(vismas)])
    assert not found.series_broken
    assert len(found.linked) == 19


def test_seasonal_workers_whose_employments_ended_or_lie_ahead_do_not_break_the_series() -> None:
    before, now = Position("q", "2015-05-01", "2025-09-30", Period.FORMER), Position("p", "2026-05-01", None)
    humas, vismas = people(Side.HUMA, 260), people(Side.VISMA, 260)
    humas = [replace(one, positions=(now,), selected="p") for one in humas]
    seasonal = [replace(one, positions=(before,), selected="q") for one in vismas[:60]]
    found = match(humas, [*seasonal, *vismas[60:]])
    assert not found.series_broken
    assert len(found.linked) == 200


def test_thirty_equal_numbers_and_phones_of_other_people_are_another_series() -> None:
    def one(side: Side, n: int, given: str, mail: str) -> Employee:
        names = {"given_name": given, "family_name": FAMILY[side]}
        return valued(
            side,
            f"{side.value[0]}{n}",
            employment_id=str(n),
            phone=f"+4722334{n:03}",
            email=f"{n}@{mail}",
            bank_account=("no", f"{side.value}{n}"),
            **names,
        )

    humas = [one(Side.HUMA, n, FIRST[n % 5], "a.no") for n in range(30)]
    vismas = [one(Side.VISMA, n, FIRST[5 + n % 5], "b.no") for n in range(30)]
    found = match(humas, vismas)
    assert found.series_broken
    assert not found.linked


def test_people_called_different_speak_against_the_series() -> None:
    humas, vismas = people(Side.HUMA, 5), people(Side.VISMA, 5)
    assert not match(humas, vismas).series_broken
    assert match(humas, vismas, different=[(f"h{n}", f"v{n}") for n in range(3)]).series_broken
