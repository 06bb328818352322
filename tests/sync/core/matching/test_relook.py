"""Existing links are checked again: what now speaks against one, and who agrees better."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.matching.match import weighing_of
from sync.core.matching.people_index import PeopleIndex
from sync.core.matching.relook import (
    asks,
    better_employee,
    known_at_first,
    seen_of,
    still_known,
    stops,
    without_instead,
)
from sync.core.records.employee import Period, Position, Side
from tests.sync.core.documents import modest, valued

NOW = (Position("p1", "2026-01-01", None),)
ENDED = (Position("p2", "2018-01-01", "2024-05-31", Period.FORMER),)
KARI: dict[str, Any] = {"given_name": "Kari", "family_name": "Nordmann"}
BORN = {"birth": "1990-05-17"}
NEW_ACCOUNT, OLD_ACCOUNT = ("no", "86011117947"), ("no", "12345678903")
USER = KARI | BORN | {"employment_id": "200", "bank_account": NEW_ACCOUNT, "positions": NOW}
OLD = KARI | BORN | {"employment_id": "100", "bank_account": OLD_ACCOUNT, "positions": ENDED}
REHIRE = KARI | BORN | {"employment_id": "200", "bank_account": NEW_ACCOUNT, "positions": NOW}


def better(user: dict[str, Any], old: dict[str, Any], *others: dict[str, Any], taken: tuple[str, ...] = ()) -> str:
    """Who agrees better with the user than the employee that they are linked with."""
    vismas = [valued(Side.VISMA, f"v{n}", **one) for n, one in enumerate((old, *others))]
    alike = PeopleIndex(weighing_of([valued(Side.HUMA, "h", **user)], vismas))
    return better_employee(alike, ("h", "v0"), {"v0", *taken})


def test_a_rehire_whom_payroll_made_anew_agrees_better_than_the_record_that_has_ended() -> None:
    assert better(USER, OLD, REHIRE) == "v1"


def test_what_both_records_share_is_as_strong_as_if_there_were_one() -> None:
    old, new = OLD | {"email": "k@x.no", "phone": "+4722334455"}, REHIRE | {"email": "k@x.no", "phone": "+4722334455"}
    assert better(USER | {"email": "k@x.no", "phone": "+4722334455"}, old, new) == "v1"


@pytest.mark.parametrize(
    "other",
    [
        REHIRE | {"positions": ENDED},
        REHIRE | {"birth": "1991-05-17"},
        KARI | {"positions": NOW},
        {"given_name": "Ola", "family_name": "Hansen", "phone": "+4722334455", "positions": NOW},
    ],
)
def test_who_does_not_agree_better_is_not_proposed(other: dict[str, Any]) -> None:
    assert better(USER | {"phone": "+4722334455"}, OLD, other) == ""


def test_nobody_is_proposed_while_the_employment_goes_on_or_who_is_linked_already() -> None:
    assert better(USER, OLD | {"positions": NOW}, REHIRE) == ""
    assert better(USER, OLD, REHIRE, taken=("v1",)) == ""


def against(huma: dict[str, Any], visma: dict[str, Any]) -> list[str]:
    weighing = weighing_of([valued(Side.HUMA, "h", **huma)], [valued(Side.VISMA, "v", **visma)])
    return seen_of(weighing.weigh("h", "v"))


def test_births_and_names_speak_against_a_link_and_employments_do_not() -> None:
    assert against(USER, OLD) == []
    assert against(USER, OLD | {"birth": "1991-05-17"}) == ["birth"]
    assert against(USER, OLD | {"given_name": "Ola", "family_name": "Hansen"}) == ["names"]


# What speaks against it now, what was known, and what is asked.
ASKED: list[tuple[list[str], list[str], str]] = [
    ([], [], ""),
    (["birth"], [], "birth"),
    (["birth"], ["birth"], ""),
    (["names"], [], "names"),
    (["names", "birth"], ["names"], "birth"),
    (["instead:v2"], [], "instead:v2"),
    (["instead:v2"], ["instead:v2"], ""),
    (["instead:v3"], ["instead:v2"], "instead:v3"),
    (["names", "instead:v2"], [], "instead:v2"),
    (["birth", "names", "instead:v2"], [], "birth"),
]


@pytest.mark.parametrize(("now", "known", "asked"), ASKED)
def test_what_was_known_does_not_ask_again(now: list[str], known: list[str], asked: str) -> None:
    assert asks(now, known) == asked


codes = st.lists(st.sampled_from(["birth", "names", "instead:a", "instead:b"]), unique=True)


@modest
@given(codes)
def test_once_a_link_of_before_was_read_only_what_is_new_asks(now: list[str]) -> None:
    assert asks(now, known_at_first(now)) == ("birth" if "birth" in now else "")
    assert asks(now, now) == ""
    assert asks(now, without_instead(now)).startswith("instead") is any(code.startswith("instead") for code in now)


def test_dates_of_birth_that_differed_and_are_hidden_now_still_ask() -> None:
    assert against(USER | {"birth": ""}, OLD) == ["unseen_birth"]
    assert asks(["unseen_birth"], [], "birth") == "birth"
    assert asks(["unseen_birth"], ["birth"], "") == ""
    assert asks(["unseen_birth"], []) == ""
    assert asks([], [], "birth") == ""
    assert without_instead(["unseen_birth", "names"]) == ["names"]
    assert known_at_first(["unseen_birth", "names"]) == ["names"]


def test_a_rehire_whom_payroll_entered_with_less_agrees_better_on_what_both_records_have() -> None:
    contact = {"email": "k@x.no", "phone": "+4722334455"}
    assert better(USER | contact, OLD | contact, REHIRE) == "v1"
    assert better(USER | contact, OLD | contact, KARI | {"positions": NOW, "employment_id": "200"}) == "v1"


def test_a_new_name_only_asks() -> None:
    assert [stops(code) for code in ("birth", "instead:v2", "names", "")] == [True, True, False, False]


@pytest.mark.parametrize(
    ("known", "now", "complete", "expected"),
    [
        (["birth"], ["birth"], True, ["birth"]),
        (["birth"], [], True, []),
        (["birth"], [], False, []),
        (["birth"], ["unseen_birth"], True, ["birth"]),
        (["names", "birth"], ["names"], False, ["names"]),
        (["instead:v2"], [], True, []),
        (["instead:v2"], [], False, ["instead:v2"]),
        (["instead:v2"], ["instead:v3"], True, []),
    ],
)
def test_what_agrees_again_is_not_known_any_more(
    known: list[str], now: list[str], complete: bool, expected: list[str]
) -> None:
    assert still_known(known, now, complete) == expected
