"""The stand-ins' lists that shift while they are read."""

from typing import Any

import pytest

from connections.api.huma.client import HumaClient
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, Sandbox
from connections.sandbox.shifting import keep_shifting, move_first_to_end, shift_once
from tests.connections.api.visma.test_visma import client_of


def read(sandbox: Sandbox, side: str) -> list[str]:
    """The ids of two pages one after the other, as somebody reads them who trusts the list."""
    if side == "huma":
        client = HumaClient(HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, base_url=sandbox.huma_url)
        return [user["id"] for offset in (0, 50) for user in client.list_users(offset).items]
    first = client_of(sandbox).list_employee_ids(None)
    return [one["id"] for one in first.items + client_of(sandbox).list_employee_ids(first.cursor).items]


def order(sandbox: Sandbox, side: str) -> list[str]:
    return list(sandbox.huma.users if side == "huma" else sandbox.visma.employees)


@pytest.mark.parametrize(("side", "people", "size"), [("huma", 60, 50), ("visma", 120, 100)])
def test_a_list_shifts_once_between_its_pages(side: str, people: int, size: int) -> None:
    with Sandbox(employees=people) as sandbox:
        state: Any = getattr(sandbox, side)
        before = order(sandbox, side)
        shift_once(state, lambda: move_first_to_end(state))
        seen = read(sandbox, side)
        assert before[size] not in seen, "they slipped"
        assert seen.count(before[0]) == 2
        assert set(read(sandbox, side)) == set(before)


@pytest.mark.parametrize("side", ["huma", "visma"])
def test_as_a_mode_every_other_list_shifts_and_the_people_stay_the_same(side: str) -> None:
    with Sandbox(employees=120) as sandbox:
        before = sandbox.state()
        keep_shifting(getattr(sandbox, side))
        orders = []
        for _ in range(4):
            read(sandbox, side)
            orders.append(order(sandbox, side))
        assert orders[0] == orders[1] != orders[2] == orders[3]
        assert sandbox.state() == before
