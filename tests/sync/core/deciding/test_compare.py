"""Comparing one linked person: what agrees, what is a difference, and of which kind."""

from dataclasses import replace
from typing import Any

import pytest

from sync.core.deciding.compare import Comparison, Difference
from sync.core.fields import FIELDS, names
from sync.core.records.employee import Side
from tests.sync.core.documents import (
    Doc,
    both,
    compared,
    day,
    huma_doc,
    huma_place,
    pair,
    read_huma,
    read_visma,
    visma_doc,
    visma_place,
    wrap,
)


def difference(comparison: Comparison, name: str) -> Difference:
    return next(d for d in comparison.differences if d.field == name)


def address(line1: str, line2: str = "", country: str = "NO") -> Doc:
    return {"line1": line1, "line2": line2, "line3": "", "postalCode": "0150", "city": "Oslo", "country": country}


AGREE = [
    (huma_doc(email=wrap("Post@x.no")), visma_doc(emails=[{"type": "business", "address": "post@X.no"}])),
    (huma_doc(phone=wrap("+47 22 33 44 55")), visma_doc(phones=[{"type": "Business", "number": "22334455"}])),
    (huma_doc(phone=wrap("ring oss")), visma_doc(phones=[{"type": "business", "number": " ring oss "}])),
    (huma_doc(givenName=wrap("A\u030ase")), visma_doc(personNames=[{"firstName": "\u00c5se", "lastName": "Nordmann"}])),
    (
        huma_doc(homeAddress=wrap(address("Storgata 1", "Oppgang B"))),
        visma_doc(address={"streetName": "Storgata 1", "zipCode": "0150", "cityName": "Oslo", "countryCode": "no"}),
    ),
    (huma_doc(homeAddress=wrap(address("") | {"postalCode": "", "city": ""})), visma_doc(address=None)),
    (huma_doc(employmentId=wrap(" 17 ")), visma_doc(number="17")),
    (huma_doc(), visma_doc(address={"countryCode": "SE"})),
]


@pytest.mark.parametrize(("huma", "visma"), AGREE)
def test_equal_means_that_writing_would_change_nothing(huma: Doc, visma: Doc) -> None:
    comparison = compared(both(huma, visma))
    assert comparison.differences == ()
    assert set(comparison.agreed) == set(names())


@pytest.mark.parametrize(
    ("huma", "visma", "name", "kind"),
    [
        (huma_doc(givenName=wrap("KARI")), visma_doc(), "given_name", "spelling"),
        (huma_doc(givenName=wrap("Ka ri")), visma_doc(), "given_name", "spelling"),
        (huma_doc(givenName=wrap("Karin")), visma_doc(), "given_name", "value"),
        (huma_doc(givenName=wrap()), visma_doc(), "given_name", "huma_empty"),
        (huma_doc(phone=wrap("22334455")), visma_doc(), "phone", "visma_empty"),
        (huma_doc(phone=wrap("Ring")), visma_doc(phones=[{"type": "business", "number": "ring"}]), "phone", "spelling"),
        (huma_doc(employmentId=wrap("a1")), visma_doc(number="A 1"), "employment_id", "spelling"),
        (
            huma_doc(homeAddress=wrap(address("STORGATA 1"))),
            visma_doc(address={"streetName": "Storgata 1", "zipCode": "0150", "cityName": "Oslo", "countryCode": "NO"}),
            "address",
            "spelling",
        ),
    ],
)
def test_the_kind_of_a_difference(huma: Doc, visma: Doc, name: str, kind: str) -> None:
    assert difference(compared(both(huma, visma)), name).kind == kind


@pytest.mark.parametrize("name", ["givenName", "email", "phone", "homeAddress", "employmentId", "bankAccount"])
def test_what_the_key_does_not_show_is_not_compared(name: str) -> None:
    full = compared(both(huma_doc(**{name: wrap()})))
    hidden = compared(both(huma_doc(**{name: ...})))
    [unreadable] = hidden.unreadable
    assert unreadable not in hidden.agreed
    assert unreadable not in hidden.prints
    assert unreadable not in {d.field for d in hidden.differences}
    assert full.unreadable == ()


def test_a_left_out_field_is_not_looked_at() -> None:
    comparison = compared(both(huma_doc(givenName=wrap("Else"))), left_out={"given_name", "phone"})
    assert comparison.differences == ()
    assert not {"given_name", "phone"} & (set(comparison.agreed) | set(comparison.prints) | set(comparison.unreadable))


@pytest.mark.parametrize("off", names())
def test_a_field_that_is_switched_off_is_neither_read_nor_compared(off: str) -> None:
    fields = [field for field in FIELDS if field.name != off]
    huma = read_huma(huma_doc(givenName=wrap("Else")), huma_place(firstDayOfWork=wrap("2021-01-01")), fields=fields)
    visma = read_visma(visma_doc(number="9"), visma_place(activeEnd=day(5)), fields=fields)
    assert off not in huma.values
    comparison = compared(pair(huma, visma), fields=fields)
    assert off not in comparison.prints
    assert off not in {d.field for d in comparison.differences}
    assert len(comparison.prints) == len(FIELDS) - 1


def test_an_address_that_waits_for_the_person_is_no_difference_and_settles_nothing() -> None:
    waiting = huma_doc(email={"value": "old@x.no", "requestedValue": "Kari@Example.com", "editable": True})
    comparison = compared(both(waiting))
    assert comparison.differences == ()
    assert "email" not in comparison.agreed
    other = huma_doc(email={"value": "old@x.no", "requestedValue": "third@example.com", "editable": True})
    assert difference(compared(both(other)), "email").kind == "value"


def test_a_request_for_another_address_does_not_disturb_agreement() -> None:
    asked = huma_doc(email={"value": "kari@example.com", "requestedValue": "new@x.no", "editable": True})
    assert "email" in compared(both(asked)).agreed


@pytest.mark.parametrize(
    ("huma_over", "huma_active", "visma_over", "draft", "standing"),
    [
        (False, True, False, False, "asks"),
        (True, True, False, False, "asks"),
        (False, True, True, False, "asks"),
        (True, True, True, False, "former"),
        (False, False, True, False, "former"),
        (False, False, False, False, "asks"),
        (False, True, False, True, "draft"),
        (True, True, True, True, "former"),
    ],
)
def test_who_a_difference_is_about(
    huma_over: bool, huma_active: bool, visma_over: bool, draft: bool, standing: str
) -> None:
    end = {"status": "ENDED", "contractEndDate": wrap(day(-5))} if huma_over else {}
    huma = read_huma(huma_doc(givenName=wrap("Else"), status={"active": huma_active}), huma_place(**end))
    ended = {"activeEnd": day(-5)} if visma_over else {}
    visma = replace(read_visma(visma_doc(), visma_place(**ended)), draft=draft)
    assert difference(compared(pair(huma, visma)), "given_name").standing == standing


def test_what_was_left_stays_out_of_the_way_until_one_of_the_two_changes() -> None:
    def look(huma: str, baseline: Any) -> Difference:
        return difference(compared(both(huma_doc(givenName=wrap(huma))), baseline), "given_name")

    left = {"given_name": look("Else", {}).prints}
    again = look("Else", left)
    assert (again.standing, again.suggestion, again.why) == ("left", "", "was_left")
    moved = look("Eline", left)
    assert (moved.standing, moved.suggestion, moved.why) == ("asks", "huma", "huma_moved")


def test_what_was_left_of_a_draft_is_chosen_singly() -> None:
    draft = visma_doc(isDraft=True)
    one = difference(compared(both(huma_doc(givenName=wrap("Else")), draft)), "given_name")
    assert (one.standing, one.by_bulk) == ("draft", True)  # a bulk choice under the drafts' own filter
    left = difference(compared(both(huma_doc(givenName=wrap("Else")), draft), {"given_name": one.prints}), "given_name")
    assert (left.standing, left.by_bulk) == ("left", False)


@pytest.mark.parametrize(
    ("value", "notes"),
    [
        (None, []),
        ({"type": "national", "number": "5839-8257466", "country": "SE"}, ["cash_note"]),
        ({"type": "national", "number": "", "country": "NO"}, []),
        ({"type": "national", "number": "86011117947", "country": "NO"}, []),
    ],
)
def test_the_card_tells_who_becomes_cash(value: Doc | None, notes: list[str]) -> None:
    bank = {"paymentType": "bank", "localBankAccount": "12345678903"}
    two = both(huma_doc(bankAccount=wrap(value and {"code": "x", **value})), visma_doc(salaryPaymentMethod=bank))
    assert [note.code for note in difference(compared(two), "bank_account").notes] == notes


def test_an_account_of_another_country_is_not_called_nothing_and_visma_s_is_not_suggested_over_it() -> None:
    swedish = {"type": "national", "number": "5839-8257466", "country": "SE"}
    bank = {"paymentType": "bank", "localBankAccount": "86011117947"}
    two = both(huma_doc(bankAccount=wrap({"code": "x", **swedish})), visma_doc(salaryPaymentMethod=bank))
    one = difference(compared(two), "bank_account")
    assert (one.kind, one.suggestion, one.why) == ("value", "", "never_settled")
    assert one.empties(Side.VISMA)


def test_the_card_tells_that_an_email_is_the_sign_in_address() -> None:
    two = both(huma_doc(email=wrap("other@example.com")))
    assert [note.code for note in difference(compared(two), "email").notes] == ["email_note"]


def test_a_forbidden_direction_is_never_suggested_and_has_no_value_to_write() -> None:
    comparison = compared(both(huma_doc(employmentId=wrap("1234567890123"))))
    found = difference(comparison, "employment_id")
    assert (found.suggestion, found.why) == ("", "huma_filled")
    assert set(found.to) == {Side.HUMA}
    assert set(found.forbidden) == {Side.VISMA}


def test_a_baseline_from_json_is_as_good_as_one_in_memory() -> None:
    one = compared(both(huma_doc(givenName=wrap("Else"))))
    as_json = {"given_name": list(one.prints["given_name"])}
    assert difference(compared(both(huma_doc(givenName=wrap("Else"))), as_json), "given_name").standing == "left"
