"""Who is who: keys in their order, each only where it is unique and something else agrees."""

from dataclasses import replace
from typing import Any

import pytest

from sync.core.matching.match import Matching, match
from sync.core.reasons import SENTENCES
from sync.core.records.employee import Employee, Period, Position, Side
from tests.sync.core.documents import huma_doc, read_huma, valued

KARI: dict[str, Any] = {"given_name": "Kari", "family_name": "Nordmann"}
OLA: dict[str, Any] = {"given_name": "Ola", "family_name": "Hansen"}


def h(id_: str, **values: Any) -> Employee:
    return valued(Side.HUMA, id_, **values)


def v(id_: str, **values: Any) -> Employee:
    return valued(Side.VISMA, id_, **values)


def links(found: Matching) -> set[tuple[str, str, str]]:
    return {(link.huma, link.visma, link.by) for link in found.linked}


def doubts(found: Matching) -> set[tuple[str, str, str]]:
    assert all(p.why in SENTENCES for p in found.possible)
    return {(p.huma, p.visma, p.why) for p in found.possible}


ACCOUNT = ("no", "86011117947")
STRONG: list[dict[str, Any]] = [
    {"phone": "+4722334455"},
    {"bank_account": ACCOUNT},
    {"birth": "1990-05-17"},
]
SAME_NAME = {"given_name": "Kari", "family_name": "Nordmann"}
HALF = ({"given_name": "Kari", "family_name": "Nordmann"}, {"given_name": "Kari", "family_name": "Berg"})


def shared(times: int, **values: Any) -> tuple[list[Employee], list[Employee]]:
    """Other people on each side who have the same values."""
    numbers = range(times)
    return [h(f"hs{n}", **values) for n in numbers], [v(f"vs{n}", **values) for n in numbers]


def of_two(one: dict[str, Any], other: dict[str, Any], *others: Any, **more: Any) -> Matching:
    """What comes of two people, among others."""
    humas, vismas = others if others else ([], [])
    return match([h("h1", **one), *humas], [v("v1", **other), *vismas], **more)


@pytest.mark.parametrize("key", [{"employment_id": "17"}, {"email": "a@x.no"}])
@pytest.mark.parametrize("thing", [*STRONG, SAME_NAME])
def test_an_equal_key_links_with_a_strong_thing_or_the_same_name(key: dict[str, Any], thing: dict[str, Any]) -> None:
    found = of_two({**key, **thing}, {**key, **thing})
    assert links(found) == {("h1", "v1", "number" if "employment_id" in key else "email")}


def test_an_email_of_their_own_speaks_for_an_equal_number() -> None:
    both = {"employment_id": "17", "email": "a@x.no"}
    assert links(of_two(both, both)) == {("h1", "v1", "number")}


@pytest.mark.parametrize("key", [{"employment_id": "17"}, {"email": "a@x.no"}])
def test_half_a_name_links_only_with_something_weak_beside_it(key: dict[str, Any]) -> None:
    assert not of_two({**key, **HALF[0]}, {**key, **HALF[1]}).linked
    day = {"first_workday": "2020-01-01"}
    assert of_two({**key, **HALF[0], **day}, {**key, **HALF[1], **day}).linked


@pytest.mark.parametrize("thing", STRONG)
def test_what_three_people_share_is_weak_and_what_four_share_says_nothing(thing: dict[str, Any]) -> None:
    one, other = ({"employment_id": "17", **half, **thing} for half in HALF)
    assert of_two(one, other, *shared(2, **thing)).linked
    assert not of_two(one, other, *shared(3, **thing)).linked


def test_a_weak_thing_alone_does_not_link() -> None:
    both = {"employment_id": "17", "phone": "+4722334455"}
    found = of_two(both, both, *shared(1, phone="+4722334455"))
    assert not found.linked
    assert ("h1", "v1", "number_weak") in doubts(found)


def test_a_first_workday_is_never_strong() -> None:
    both = {"employment_id": "17", "first_workday": "2020-01-01"}
    assert doubts(of_two(both, both)) == {("h1", "v1", "number_weak")}


@pytest.mark.parametrize("key", [{"employment_id": "17"}, {"email": "a@x.no"}])
def test_where_no_word_of_the_names_agrees_two_things_are_needed(key: dict[str, Any]) -> None:
    one, other = {**key, **KARI}, {**key, **OLA}
    name = "number" if "employment_id" in key else "email"
    assert doubts(of_two(one, other)) == {("h1", "v1", f"{name}_against")}
    account = {"bank_account": ACCOUNT}
    assert doubts(of_two(one | account, other | account)) == {("h1", "v1", f"{name}_against")}
    two = {**account, "first_workday": "2020-01-01"}
    assert links(of_two(one | two, other | two)) == {("h1", "v1", name)}


def test_a_differing_date_of_birth_is_never_linked_by_itself() -> None:
    both = {"employment_id": "17", "email": "a@x.no", "bank_account": ACCOUNT, "phone": "+4722334455", **KARI}
    found = of_two({**both, "birth": "1990-05-17"}, {**both, "birth": "1990-05-18"})
    assert not found.linked
    assert doubts(found) == {("h1", "v1", "number_against")}
    assert found.possible[0].evidence.against == ("birth",)


NOW, ENDED = Position("p", "2026-01-01", None), Position("q", "1990-01-01", "2015-12-31", Period.FORMER)


def test_where_the_employments_do_not_overlap_it_takes_something_personal_or_two_strong_things() -> None:
    one, other = (
        {"employment_id": "17", **KARI, "positions": (NOW,)},
        {"employment_id": "17", **KARI, "positions": (ENDED,)},
    )
    assert doubts(of_two(one, other)) == {("h1", "v1", "number_against")}
    phone = {"phone": "+4722334455"}
    assert not of_two(one | phone, other | phone).linked
    for enough in ({"birth": "1990-05-17"}, {"bank_account": ACCOUNT}, {**phone, "email": "a@x.no"}):
        assert links(of_two(one | enough, other | enough)) == {("h1", "v1", "number")}


def test_where_names_and_employments_are_against_it_both_conditions_hold() -> None:
    one, other = (
        {"employment_id": "17", **KARI, "positions": (NOW,)},
        {"employment_id": "17", **OLA, "positions": (ENDED,)},
    )
    birth = {"birth": "1990-05-17"}
    assert not of_two(one | birth, other | birth).linked
    more = {**birth, "phone": "+4722334455"}
    assert links(of_two(one | more, other | more)) == {("h1", "v1", "number")}


@pytest.mark.parametrize("theirs", [(), (Position("q", None, None),), (Position("q", "2030-01-01", None),)])
def test_what_is_not_known_of_employments_is_never_against(theirs: Any) -> None:
    one = {"employment_id": "17", **KARI, "positions": (NOW,)}
    assert of_two(one, {**one, "positions": theirs}).linked


@pytest.mark.parametrize("key", ["employment_id", "email"])
@pytest.mark.parametrize("twice_in", [Side.HUMA, Side.VISMA])
def test_a_key_that_two_people_have_links_nobody(key: str, twice_in: Side) -> None:
    shared = {key: "17@x.no", **KARI}
    humas = [h("h1", **shared), *([h("h2", **shared)] if twice_in is Side.HUMA else [])]
    vismas = [v("v1", **shared), *([v("v2", **shared)] if twice_in is Side.VISMA else [])]
    found = match(humas, vismas)
    assert not found.linked
    assert len(found.possible) == 2
    assert {p.why for p in found.possible} == {f"{'number' if key == 'employment_id' else 'email'}_not_unique"}


def test_a_number_that_two_people_have_does_not_vouch_for_their_email() -> None:
    found = match(
        [h("h1", employment_id="0", email="a@x.no", given_name="Kari")],
        [v("v1", employment_id="0", email="a@x.no", given_name="Ola"), v("v2", employment_id="0")],
    )
    assert not found.linked
    assert ("h1", "v1") in {(p.huma, p.visma) for p in found.possible}


def test_capitals_in_a_number_do_not_count() -> None:
    assert links(match([h("h1", employment_id="a17", **KARI)], [v("v1", employment_id="A17", **KARI)]))


def test_the_keys_are_tried_in_their_order() -> None:
    others = [{"employment_id": f"1{n}", "given_name": f"N{n}"} for n in range(20)]
    humas = [
        *(h(f"hx{n}", **other) for n, other in enumerate(others)),
        h("h1", employment_id="1", email="b@x.no", **KARI),
        h("h2", employment_id="2", email="a@x.no", **KARI),
        h("h3", employment_id="3", email="c@x.no", **KARI),
    ]
    vismas = [
        *(v(f"vx{n}", **other) for n, other in enumerate(others)),
        v("v1", employment_id="3", email="a@x.no", huma_id="h1", **KARI),
        v("v2", employment_id="2", email="b@x.no", **KARI),
        v("v3", employment_id="1", email="c@x.no", **KARI),
    ]
    expected = {("h1", "v1", "external"), ("h2", "v2", "number"), ("h3", "v3", "email")}
    assert {link for link in links(match(humas, vismas)) if "x" not in link[0]} == expected
    assert links(match(humas, vismas, existing=[("h3", "v1")])) >= {("h3", "v1", "existing"), ("h2", "v2", "number")}


def test_an_existing_link_needs_no_key() -> None:
    assert links(match([h("h1", **KARI)], [v("v1", **OLA)], existing=[("h1", "v1")])) == {("h1", "v1", "existing")}


def test_a_huma_id_that_two_employees_carry_is_a_possible_match() -> None:
    found = match([h("h1")], [v("v1", huma_id="h1"), v("v2", huma_id="h1")])
    assert not found.linked
    assert doubts(found) == {("h1", "v1", "external_not_unique"), ("h1", "v2", "external_not_unique")}


IDS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("external", {}, {"huma_id": "h1"}),
    ("connected", {"visma_ids": ("v1",)}, {}),
]


@pytest.mark.parametrize(("by", "one", "other"), IDS)
def test_an_id_links_by_itself(by: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert links(of_two(one, other)) == {("h1", "v1", by)}
    assert links(of_two({**one, **HALF[0]}, {**other, **HALF[1]})) == {("h1", "v1", by)}


@pytest.mark.parametrize(("by", "one", "other"), IDS)
@pytest.mark.parametrize(("mine", "theirs"), [(KARI, OLA), ({"birth": "1990-05-17"}, {"birth": "1991-05-17"})])
def test_an_id_links_nobody_where_names_or_births_are_against_it(
    by: str, one: dict[str, Any], other: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]
) -> None:
    found = of_two({**one, **mine}, {**other, **theirs})
    assert not found.linked
    assert doubts(found) == {("h1", "v1", f"{by}_against")}


def test_an_employee_whom_huma_connects_to_two_users_is_a_possible_match() -> None:
    found = match([h("h1", visma_ids=("v1",)), h("h2", visma_ids=("v1",))], [v("v1")])
    assert doubts(found) == {("h1", "v1", "connected_not_unique"), ("h2", "v1", "connected_not_unique")}


def test_a_huma_id_of_somebody_unknown_is_no_key() -> None:
    assert links(match([h("h1", email="a@x.no", **KARI)], [v("v1", huma_id="h9", email="a@x.no", **KARI)]))


@pytest.mark.parametrize(
    "same", [{"employment_id": "1", **KARI}, {"email": "a@x.no", **KARI}, {"phone": "+4722334455", **KARI}]
)
def test_different_beats_every_key(same: dict[str, Any]) -> None:
    found = match([h("h1", **same)], [v("v1", huma_id="h1", **same)], different=[("h1", "v1")])
    assert not found.linked
    assert not found.possible


def test_somebody_called_different_can_be_linked_to_another() -> None:
    humas, vismas = [h("h1", email="a@x.no", **KARI)], [v("v1", huma_id="h1"), v("v2", email="a@x.no", **KARI)]
    assert links(match(humas, vismas, different=[("h1", "v1")])) == {("h1", "v2", "email")}


def test_who_is_linked_is_in_no_possible_match() -> None:
    found = match([h("h1", email="a@x.no", **KARI)], [v("v1", email="a@x.no", **KARI), v("v2", **KARI)])
    assert links(found) == {("h1", "v1", "email")}
    assert not found.possible


@pytest.mark.parametrize("missing", ["huma", "visma"])
def test_the_half_that_is_left_of_a_link_is_free_for_a_rehire_with_a_new_account(missing: str) -> None:
    humas = [h("h1", email="a@x.no", **KARI)] if missing == "visma" else [h("h2", email="a@x.no", **KARI)]
    vismas = [v("v1", email="a@x.no", **KARI)] if missing == "huma" else [v("v2", email="a@x.no", **KARI)]
    found = match(humas, vismas, existing=[("h1", "v1")])
    pair = ("h2", "v1") if missing == "huma" else ("h1", "v2")
    assert [(link.huma, link.visma, link.by) for link in found.linked] == [(*pair, "email")]


def test_programs_are_nobody() -> None:
    robot = read_huma(huma_doc(type="service_user"))
    assert not match([robot], [v("v1", huma_id="h1", email="kari@example.com", **KARI)]).linked


def test_drafts_and_deactivated_users_take_part() -> None:
    inactive, draft = h("h1", email="a@x.no", **KARI), v("v1", email="a@x.no", **KARI)
    assert links(match([replace(inactive, active=False)], [replace(draft, draft=True)]))
