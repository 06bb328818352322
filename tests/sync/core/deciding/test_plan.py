"""From decisions to Changes: look twice, bulk choices, the plan's fingerprint, and edits made meanwhile."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.deciding.plan import Planned, bulk_refusal, field_change, last_look, look_twice, plan_fingerprint
from sync.core.deciding.report import OUTCOMES, totals
from sync.core.fields import field
from sync.core.reasons import SENTENCES
from sync.core.records.employee import Side
from tests.sync.core.documents import ACCOUNT, PRINT, SWEDISH_BIC, SWEDISH_IBAN, TODAY, day, modest

HUMA, VISMA = Side.HUMA, Side.VISMA
LOCAL, WORLDWIDE = ("no", ACCOUNT), ("iban", SWEDISH_IBAN, SWEDISH_BIC)


@pytest.mark.parametrize(
    ("name", "target", "before", "after", "code"),
    [
        ("given_name", VISMA, "Kari", "Else", ""),
        ("given_name", HUMA, "Kari", "Else", "twice_huma"),
        ("phone", VISMA, None, "+4722334455", ""),
        ("phone", VISMA, "+4722334455", None, "twice_emptied"),
        ("phone", HUMA, "+4722334455", None, "twice_emptied"),
        ("address", VISMA, ("a", "b", "c", "NO"), None, "twice_emptied"),
        ("employment_id", VISMA, "1", "2", "twice_number"),
        ("employment_id", VISMA, None, "2", ""),
        ("employment_id", HUMA, None, "2", "twice_huma"),
        ("employment_id", HUMA, "1", None, "twice_emptied"),
        ("email", VISMA, "kari@x.no", "else@x.no", "twice_email"),
        ("email", VISMA, None, "kari@x.no", "twice_email"),
        ("email", HUMA, "kari@x.no", "else@x.no", "twice_email"),
        ("email", HUMA, None, "kari@x.no", "twice_email"),
        ("bank_account", VISMA, None, LOCAL, "twice_account"),
        ("bank_account", VISMA, LOCAL, WORLDWIDE, "twice_account"),
        ("bank_account", VISMA, LOCAL, None, "twice_account"),
        ("bank_account", HUMA, None, LOCAL, "twice_account"),
        ("last_workday", VISMA, None, (day(9), "x"), "twice_last_day"),
        ("last_workday", VISMA, (day(9), "x"), None, "twice_no_last_day"),
        ("first_workday", VISMA, day(5), day(-1), "twice_past"),
        ("first_workday", VISMA, day(5), day(0), ""),
        ("first_workday", HUMA, day(5), day(9), "twice_huma"),
    ],
)
def test_what_a_person_should_look_at_twice(name: str, target: Side, before: Any, after: Any, code: str) -> None:
    assert look_twice(field(name), target, before, after, TODAY) == code
    assert not code or code in SENTENCES


ASKS: dict[str, Any] = {
    "choice": "huma",
    "by_bulk": True,
    "blocked": "",
    "empties": False,
    "standing": "asks",
    "filter_standing": "",
    "allow_clearing": False,
}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, ""),
        ({"blocked": "no_pair"}, "forbidden"),
        ({"empties": True}, "empties"),
        ({"empties": True, "allow_clearing": True}, ""),
        ({"empties": True, "allow_clearing": True, "blocked": "would_be_empty"}, "forbidden"),
        ({"by_bulk": False}, "singly"),
        ({"standing": "former"}, "elsewhere"),
        ({"standing": "draft"}, "elsewhere"),
        ({"standing": "left"}, "elsewhere"),
        ({"standing": "former", "filter_standing": "former"}, ""),
        ({"standing": "draft", "filter_standing": "draft"}, ""),
        ({"standing": "former", "filter_standing": "former", "empties": True}, "empties"),
        ({"standing": "draft", "filter_standing": "former"}, "elsewhere"),
        ({"choice": "leave", "blocked": "no_pair", "empties": True, "by_bulk": False}, ""),
        ({"choice": "leave", "standing": "draft"}, "elsewhere"),
        ({"choice": "", "empties": True}, ""),
    ],
)
def test_what_a_bulk_choice_leaves_alone(changes: dict[str, Any], refusal: str) -> None:
    assert bulk_refusal(**{**ASKS, **changes}) == refusal


standings = st.sampled_from(["asks", "left", "former", "draft"])


@modest
@given(
    st.sampled_from(["huma", "visma"]),
    st.booleans(),
    st.sampled_from(["", "no_pair"]),
    standings,
    st.just("") | standings,
)
def test_a_bulk_choice_never_empties_a_field(
    choice: str, by_bulk: bool, blocked: str, standing: str, filter_standing: str
) -> None:
    assert bulk_refusal(
        choice=choice,
        by_bulk=by_bulk,
        blocked=blocked,
        empties=True,
        standing=standing,
        filter_standing=filter_standing,
        allow_clearing=False,
    )


def change(**more: Any) -> Planned:
    given_name = field("given_name")
    made = field_change(
        person="link:1",
        spec=given_name,
        target=VISMA,
        before="Kari",
        after="Else",
        prints=(PRINT("given_name", 1, "Else"), PRINT("given_name", 1, "Kari")),
        fingerprint=PRINT,
        today=TODAY,
    )
    return replace(made, **more)


def test_a_change_is_pinned_to_what_the_admin_saw() -> None:
    there = change()
    assert (there.pin, there.becomes, there.source) == (
        PRINT("given_name", 1, "Kari"),
        PRINT("given_name", 1, "Else"),
        PRINT("given_name", 1, "Else"),
    )
    back = field_change(
        person="link:1",
        spec=field("given_name"),
        target=HUMA,
        before="Else",
        after="Kari",
        prints=(PRINT("given_name", 1, "Else"), PRINT("given_name", 1, "Kari")),
        fingerprint=PRINT,
        today=TODAY,
    )
    assert (back.pin, back.becomes, back.look_twice) == (there.becomes, there.pin, "twice_huma")


OTHERS = [
    {"person": "link:2"},
    {"side": HUMA},
    {"field": "family_name"},
    {"after": "Eline"},
    {"pin": "1:x"},
    {"becomes": "1:x"},
    {"source": "1:x"},
    {"action": "create"},
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: next(iter(other)))
def test_another_plan_has_another_fingerprint(other: dict[str, Any]) -> None:
    one, two = change(), change(person="link:9")
    assert plan_fingerprint([one, two]) == plan_fingerprint([two, one])
    assert plan_fingerprint([one, two]) != plan_fingerprint([replace(one, **other), two])
    assert plan_fingerprint([one, two]) != plan_fingerprint([one])
    assert plan_fingerprint([]) != plan_fingerprint([one])


@pytest.mark.parametrize(
    ("now", "outcome"), [("Kari", "write"), ("Else", "nothing"), ("Eline", "moved"), (None, "moved")]
)
def test_an_edit_in_between_is_never_overwritten(now: str | None, outcome: str) -> None:
    planned = change()
    assert last_look("given_name", now, planned.pin, planned.becomes, PRINT) == outcome


def test_a_filled_value_is_not_mistaken_for_the_empty_one_it_was() -> None:
    empty, number = PRINT("phone", 1, None), PRINT("phone", 1, "+4722334455")
    assert last_look("phone", None, empty, number, PRINT) == "write"
    assert last_look("phone", "+4799887766", empty, number, PRINT) == "moved"
    assert last_look("phone", None, number, empty, PRINT) == "nothing"


@modest
@given(st.dictionaries(st.sampled_from([*OUTCOMES, "planned", "sending"]), st.integers(0, 50)))
def test_totals_add_up(states: dict[str, int]) -> None:
    found = totals(states)
    assert found.planned == sum(states.values())
    assert found.planned == found.settled + found.waiting
    assert found.waiting == states.get("planned", 0) + states.get("sending", 0)
    assert sum(found.as_dict()[outcome] for outcome in OUTCOMES) == found.settled
    assert found.is_clean == (not states.get("failed") and not states.get("unknown"))
