"""Possible matches without an equal key: which are asked about, and how many."""

from typing import Any

import pytest

from sync.core.matching.match import match
from sync.core.records.employee import Employee
from tests.sync.core.matching.test_match import ACCOUNT, HALF, KARI, OLA, doubts, h, links, of_two, v

BORN = {"birth": "1990-05-17"}


def test_the_same_name_with_the_same_date_of_birth_links() -> None:
    assert links(of_two({**KARI, **BORN}, {**KARI, **BORN})) == {("h1", "v1", "name_birth")}


def test_the_date_of_birth_counts_beside_a_name_however_many_share_it() -> None:
    others = [h(f"hs{n}", given_name=f"N{n}", **BORN) for n in range(50)]
    assert links(match([h("h1", **KARI, **BORN), *others], [v("v1", **KARI, **BORN)])) == {("h1", "v1", "name_birth")}


def test_a_name_and_birth_of_two_people_links_neither() -> None:
    found = match([h("h1", **KARI, **BORN)], [v("v1", **KARI, **BORN), v("v2", **KARI, **BORN)])
    assert not found.linked
    assert {(p.visma, p.why) for p in found.possible} == {
        ("v1", "name_birth_not_unique"),
        ("v2", "name_birth_not_unique"),
    }


PHONE = {"phone": "+4722334455"}
ASKED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("two_strong", {**PHONE, **BORN}, {**PHONE, **BORN}),
    ("two_strong", {**PHONE, "bank_account": ACCOUNT, **KARI}, {**PHONE, "bank_account": ACCOUNT, **OLA}),
    (
        "two_strong",
        {**PHONE, "bank_account": ACCOUNT, **BORN},
        {**PHONE, "bank_account": ACCOUNT, "birth": "1991-01-01"},
    ),
    ("name_and_thing", {**PHONE, **KARI}, {**PHONE, **KARI}),
    ("name_and_thing", {"first_workday": "2020-01-01", **KARI}, {"first_workday": "2020-01-01", **KARI}),
    ("half_and_strong", {**PHONE, **HALF[0]}, {**PHONE, **HALF[1]}),
    ("name_alone", KARI, KARI),
]


@pytest.mark.parametrize(("why", "one", "other"), ASKED)
def test_what_is_asked_about_without_an_equal_key(why: str, one: dict[str, Any], other: dict[str, Any]) -> None:
    found = of_two(one, other)
    assert not found.linked
    assert doubts(found) == {("h1", "v1", why)}


NOT_ASKED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (BORN, BORN),
    ({**PHONE, **KARI}, {**PHONE, **OLA}),
    ({**BORN, **KARI}, {"birth": "1991-01-01", **KARI}),
    ({**PHONE, **BORN, **KARI}, {**PHONE, "birth": "1991-01-01", **KARI}),
    HALF,
    ({**HALF[0], "first_workday": "2020-01-01"}, {**HALF[1], "first_workday": "2020-01-01"}),
]


@pytest.mark.parametrize(("one", "other"), NOT_ASKED)
def test_what_is_not_worth_asking_about(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = of_two(one, other)
    assert not (found.linked)
    assert not (found.possible)


def test_a_name_that_somebody_else_has_says_nothing_alone() -> None:
    linked = {"employment_id": "1", **KARI}
    found = match([h("h1", **KARI), h("h2", **linked)], [v("v1", **KARI), v("v2", **linked)])
    assert links(found) == {("h2", "v2", "number")}
    assert not found.possible


def test_the_three_best_are_shown_the_strongest_first() -> None:
    birth = {"birth": "1990-05-17"}
    vismas = [
        v("v1", **KARI, first_workday="2020-01-01"),
        v("v2", **KARI, bank_account=ACCOUNT),
        v("v3", given_name="Kari", family_name="Berg", **PHONE),
        v("v4", employment_id="7", given_name="Kari", family_name="Lie"),
    ]
    one = h("h1", **KARI, **PHONE, **birth, bank_account=ACCOUNT, first_workday="2020-01-01", employment_id="7")
    found = match([one], vismas)
    assert [p.visma for p in found.possible] == ["v2", "v3", "v4"]


def test_a_group_is_answered_at_once_only_where_it_is_strong_plain_and_unambiguous() -> None:
    def at_once(one: dict[str, Any], other: dict[str, Any], *more: Employee) -> list[bool]:
        return [p.at_once for p in match([h("h1", **one)], [v("v1", **other), *more]).possible]

    account = {"bank_account": ACCOUNT}
    assert at_once({**KARI, **account}, {**KARI, **account}) == [True]
    assert at_once({**PHONE, **account}, {**PHONE, **account}) == [True]
    assert at_once({**KARI, "first_workday": "2020-01-01"}, {**KARI, "first_workday": "2020-01-01"}) == [False]
    assert at_once({**PHONE, **account, **KARI}, {**PHONE, **account, **OLA}) == [False]
    assert at_once({**KARI, **account}, {**KARI, **account}, v("v2", **KARI, **account)) == [False, False]
