"""Lists are bounded: reading ends if a list is too long, announces too much, or repeats itself."""

from typing import Any

import pytest

from connections.api.errors import TooMuch, Unavailable
from tests.connections.vendor import Reply, Vendor, answer, huma, visma


def test_more_on_a_page_than_it_may_hold_is_too_much(vendor: Vendor, settings: Any) -> None:
    settings.PAGE_MAX_ITEMS = 100
    many = [{"id": f"e{at}", "_embedded": {"positions": []}} for at in range(101)]
    vendor.on("/v2/employees", answer(200, {"data": many}))
    vendor.on("/v2/employees/e1/positions", answer(200, many))
    for ask in (lambda: visma(vendor).list_employees(None), lambda: visma(vendor).positions("e1")):
        with pytest.raises(TooMuch) as caught:
            ask()
        assert (caught.value.what, caught.value.seen) == ("items", 101)


def test_a_total_beyond_any_company_is_refused_at_once(vendor: Vendor) -> None:
    vendor.on("/users", answer(200, {"total": 10**15, "items": []}))
    with pytest.raises(TooMuch) as caught:
        huma(vendor).list_users(0)
    assert (caught.value.what, caught.value.seen) == ("total", 10**15)


@pytest.mark.parametrize("total", ["2", 2.0, "2.0"])
def test_a_total_may_be_written_as_text(vendor: Vendor, total: Any) -> None:
    vendor.on("/users", answer(200, {"total": total, "items": [{"id": "a"}, {"id": "b"}]}))
    assert huma(vendor).list_users(0).total == 2


@pytest.mark.parametrize("total", [None, 1000, 10**15])
def test_positions_that_repeat_themselves_or_go_on_for_ever_end(vendor: Vendor, settings: Any, total: Any) -> None:
    settings.LIST_MAX_ITEMS = 500
    said = {} if total is None else {"total": total}
    vendor.on("/users/u1/positions", answer(200, {**said, "items": [{"id": f"p{at}"} for at in range(50)]}))
    with pytest.raises((Unavailable, TooMuch)):
        huma(vendor).positions("u1")
    assert len(vendor.asked("/users/u1/positions")) <= 2

    def new(seen: Any) -> Reply:
        begin = int(seen.query["offset"][0])
        return answer(200, {**said, "items": [{"id": f"p{begin + at}"} for at in range(50)]})

    vendor.on("/users/u1/positions", new)
    with pytest.raises(TooMuch) as caught:
        huma(vendor).positions("u1")
    assert caught.value.what in ("items", "total")
    assert len(vendor.asked("/users/u1/positions")) <= 13


def test_vismas_positions_that_lead_on_for_ever_end(vendor: Vendor, settings: Any) -> None:
    settings.LIST_MAX_ITEMS = 500

    def new(seen: Any) -> Reply:
        begin = int(seen.query.get("cursor", ["0"])[0])
        items = [{"id": f"p{begin + at}"} for at in range(100)]
        return answer(200, {"data": items, "cursor": {"nextToken": str(begin + 100)}})

    vendor.on("/v2/employees/e1/positions", new)
    with pytest.raises(TooMuch):
        visma(vendor).positions("e1")
    assert len(vendor.asked("/v2/employees/e1/positions")) == 6
