"""Who is who: keys in their order, each only where it is unique and something else agrees."""

from dataclasses import replace
from typing import Any

import pytest

from sync.core.employee import Employee, Side
from sync.core.match import Matching, match
from sync.core.reasons import SENTENCES
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
ONE_MORE_THING = [
    ({"given_name": "Kari"}, {"given_name": "KARI"}),
    ({"family_name": "Nordmann"}, {"family_name": "nordmann"}),
    ({"phone": "+4722334455"}, {"phone": "+4722334455"}),
    ({"bank_account": ACCOUNT}, {"bank_account": ACCOUNT}),
    ({"first_workday": "2020-01-01"}, {"first_workday": "2020-01-01"}),
    ({"birth": "1990-05-17"}, {"birth": "1990-05-17"}),
]


@pytest.mark.parametrize(("one", "other"), [*ONE_MORE_THING, ({"email": "a@x.no"}, {"email": "a@x.no"})])
def test_an_equal_number_links_when_one_more_thing_agrees(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = match([h("h1", employment_id="17", **one)], [v("v1", employment_id="17", **other)])
    assert links(found) == {("h1", "v1", "number")}
    assert not found.series_broken


@pytest.mark.parametrize(("one", "other"), ONE_MORE_THING)
def test_an_equal_email_links_when_one_more_thing_agrees(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = match([h("h1", email="a@x.no", **one)], [v("v1", email="a@x.no", **other)])
    assert links(found) == {("h1", "v1", "email")}


def test_an_equal_email_alone_is_a_possible_match() -> None:
    found = match([h("h1", email="a@x.no", **KARI)], [v("v1", email="a@x.no", **OLA)])
    assert not found.linked
    assert doubts(found) == {("h1", "v1", "email_only")}


def test_an_equal_number_alone_is_a_possible_match() -> None:
    agreeing = [{"employment_id": str(n), "given_name": f"N{n}"} for n in range(20)]
    found = match(
        [*(h(f"h{n}", **x) for n, x in enumerate(agreeing)), h("hx", employment_id="99", **KARI)],
        [*(v(f"v{n}", **x) for n, x in enumerate(agreeing)), v("vx", employment_id="99", **OLA)],
    )
    assert len(found.linked) == 20
    assert doubts(found) == {("hx", "vx", "number_only")}


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
    assert doubts(found) == {("h1", "v1", "key_not_unique"), ("h1", "v2", "key_not_unique")}


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


def test_any_two_things_make_a_possible_match() -> None:
    found = match(
        [h("h1", phone="+4722334455", birth="1990-05-17")], [v("v1", phone="+4722334455", birth="1990-05-17")]
    )
    assert not found.linked
    assert [(p.agrees, p.why) for p in found.possible] == [(("birth", "phone"), "two_agree")]


def test_one_thing_is_nothing() -> None:
    found = match([h("h1", birth="1990-05-17", **KARI)], [v("v1", birth="1990-05-17", **OLA)])
    assert not found.linked
    assert not found.possible


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
