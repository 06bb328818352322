"""Values that very many people share pair nobody, and cost nothing."""

from collections.abc import Collection
from typing import Any

import pytest

from sync.core.matching.evidence import Evidence, Weighing
from sync.core.matching.match import match
from sync.core.records.employee import Employee, Side
from tests.sync.core.documents import valued

MANY = 400
SWITCHBOARD: dict[str, Any] = {"phone": "+4722334455", "first_workday": "2020-01-01"}


class Counting(Weighing):
    """Counts the pairs that are weighed."""

    weighed = 0

    def weigh(self, huma: str, visma: str, aside: Collection[str] = ()) -> Evidence:
        self.weighed += 1
        return super().weigh(huma, visma, aside)


def people(side: Side, **more: Any) -> list[Employee]:
    """Many people with a name and a date of birth of their own, and what they all share."""
    found = []
    for n in range(MANY):
        name = {"given_name": f"Given{n}", "family_name": f"Family{n % 40}"}
        birth = f"19{n % 50 + 40}-{n % 12 + 1:02}-{n % 28 + 1:02}"
        own = {key: value(n) if callable(value) else value for key, value in {"birth": birth, **more}.items()}
        found.append(valued(side, f"{side.value[0]}{n}", **name, **own))
    return found


def pairs() -> set[tuple[str, str]]:
    return {(f"h{n}", f"v{n}") for n in range(MANY)}


def test_a_switchboard_and_a_common_first_day_do_not_hold_up_names_and_births() -> None:
    humas = people(Side.HUMA, email=lambda n: f"{n}@x.no", **SWITCHBOARD)
    vismas = people(Side.VISMA, employment_id=lambda n: str(n), **SWITCHBOARD)
    found = match(humas, vismas)
    assert {(link.huma, link.visma) for link in found.linked} == pairs()
    assert {link.by for link in found.linked} == {"name_birth"}
    assert not found.possible


def test_with_equal_accounts_in_place_of_births_it_is_one_group_and_an_odd_pair() -> None:
    def account(n: int) -> tuple[str, str]:
        return "no", f"{n:011}"

    def other_account(n: int) -> tuple[str, str]:
        return "no", f"{n:011}" if n else "9" * 11

    humas = people(Side.HUMA, birth="", bank_account=account, **SWITCHBOARD)
    vismas = people(Side.VISMA, bank_account=other_account, **SWITCHBOARD)
    found = match(humas, vismas)
    assert not found.linked
    assert {(p.huma, p.visma) for p in found.possible} == pairs()
    group = {(p.why, p.at_once, p.evidence.agrees, p.evidence.differs) for p in found.possible if p.huma != "h0"}
    assert group == {("name_and_thing", True, ("same_name", "bank_account"), ())}
    (odd,) = (p for p in found.possible if p.huma == "h0")
    assert (odd.why, odd.at_once, odd.evidence.differs) == ("name_alone", False, ("bank_account",))


SHARED: list[dict[str, Any]] = [
    {"phone": "+4722334455"},
    {"email": "post@x.no"},
    {"bank_account": ("no", "86011117947")},
    {"birth": "1900-01-02"},
    {"first_workday": "2020-01-01"},
    {"employment_id": "0"},
    {"given_name": "Kari", "family_name": "Nordmann"},
    {"given_name": "Kari", "family_name": "Nordmann", "birth": "1900-01-02"},
    {"huma_id": "h1"},
    {"visma_ids": ("v1",)},
]


@pytest.mark.parametrize("shared", SHARED, ids=lambda shared: "+".join(shared))
def test_one_value_shared_by_everybody_costs_no_more_than_the_people(shared: dict[str, Any]) -> None:
    humas = [valued(Side.HUMA, f"h{n}", **{k: v for k, v in shared.items() if k != "huma_id"}) for n in range(MANY)]
    vismas = [valued(Side.VISMA, f"v{n}", **{k: v for k, v in shared.items() if k != "visma_ids"}) for n in range(MANY)]
    weighing = Counting(humas, vismas)
    found = match(humas, vismas, weighing=weighing)
    assert not found.linked
    assert len(found.possible) <= 3 * MANY
    assert weighing.weighed <= 40 * MANY


def test_a_whole_company_with_everything_shared_costs_no_more_than_the_people() -> None:
    shared = {key: value for one in SHARED for key, value in one.items()}
    humas = [valued(Side.HUMA, f"h{n}", **{k: v for k, v in shared.items() if k != "huma_id"}) for n in range(MANY)]
    vismas = [valued(Side.VISMA, f"v{n}", **{k: v for k, v in shared.items() if k != "visma_ids"}) for n in range(MANY)]
    weighing = Counting(humas, vismas)
    assert not match(humas, vismas, weighing=weighing).linked
    assert weighing.weighed <= 40 * MANY
