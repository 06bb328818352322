"""Who can be created on the other side, under which heading, and with what."""

from typing import Any

import pytest

from sync.core.deciding.create import NAMES_AND_EMAIL, creation, heading, huma_user, refused, visma_draft
from sync.core.fields import names
from sync.core.reasons import SENTENCES
from sync.core.records.employee import Employee
from tests.sync.core.documents import (
    ACCOUNT,
    TODAY,
    Doc,
    day,
    huma_doc,
    huma_place,
    read_huma,
    read_visma,
    visma_doc,
    visma_place,
    wrap,
)


def huma(position: Doc | None = None, **more: Any) -> Employee:
    return read_huma(huma_doc(employmentId=wrap("17"), **more), *([position] if position else []))


FUTURE = {"status": "UPCOMING", "contractStartDate": wrap(day(9))}
PAST = {"status": "ENDED", "contractEndDate": wrap(day(-9))}


@pytest.mark.parametrize(
    ("employee", "under"),
    [
        (huma(huma_place()), "main"),
        (huma(huma_place(**FUTURE)), "main"),
        (huma(huma_place(**PAST)), "former"),
        (huma(huma_place(), status={"active": False}), "former"),
        (huma(huma_place(), type="service_user"), "not_a_person"),
        (huma(huma_place(contractType=wrap("Consultant"))), "not_employee"),
        (huma(huma_place(contractType=wrap("Freelance"))), "not_employee"),
        (huma(huma_place(contractType=wrap("ThirdParty"))), "not_employee"),
        (huma(huma_place(contractType=wrap("Temporary"))), "main"),
        (huma(), "no_position"),
        (read_visma(visma_doc(), visma_place()), "main"),
        (read_visma(visma_doc(), visma_place(activeStart=day(5))), "main"),
        (read_visma(visma_doc(), visma_place(activeEnd=day(-1))), "former"),
    ],
)
def test_select_all_means_current_or_upcoming_people(employee: Employee, under: str) -> None:
    assert heading(employee) == under


def test_who_was_added_and_removed_since_has_a_heading_of_her_own() -> None:
    assert heading(huma(huma_place()), returned=True) == "returned"


def refusal(employee: Employee, **more: Any) -> str:
    given = {"open_matches": (), "left_out": (), "numbers": {"8": "v8"}, "huma_emails": {"taken@x.no"}, **more}
    code = refused(employee, **given)
    assert not code or code in SENTENCES
    return code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"employmentId": wrap()}, "create_no_number"),
        ({"employmentId": ...}, "create_no_number"),
        ({"employmentId": wrap("1234567890123")}, "number_too_long"),
        ({"employmentId": wrap("8")}, "number_taken"),
        ({"givenName": wrap(" ")}, "create_no_name"),
        ({"familyName": wrap()}, "create_no_name"),
        ({"type": "service_user"}, "create_not_a_person"),
        ({"email": wrap("nonsense")}, ""),
    ],
)
def test_who_cannot_be_added_to_visma(changes: Doc, code: str) -> None:
    assert refusal(read_huma(huma_doc(**{"employmentId": wrap("17"), **changes}), huma_place())) == code


@pytest.mark.parametrize(
    ("emails", "code"),
    [
        (["kari@example.com"], ""),
        ([], "create_no_email"),
        (["Taken@x.no"], "create_email_taken"),
        (["not an address"], "bad_email"),
    ],
)
def test_who_cannot_be_added_to_huma(emails: list[str], code: str) -> None:
    doc = visma_doc(emails=[{"type": "business", "address": email} for email in emails])
    assert refusal(read_visma(doc, visma_place())) == code


def test_nobody_is_created_who_may_be_there_already_or_is_left_out() -> None:
    assert refusal(huma(), open_matches={"h1"}) == "create_open_match"
    assert refusal(huma(), left_out={"h1"}) == "create_left_out"


FULL = huma(
    huma_place(lastDayOfWork=wrap(day(30)), endReason=wrap("employee_resigned")),
    phone=wrap("22334455"),
    bankAccount=wrap({"code": "x", "type": "national", "number": ACCOUNT, "country": "NO"}),
    homeAddress=wrap({"line1": "Storgata 1", "line2": "B", "postalCode": "0150", "city": "Oslo", "country": "NO"}),
)


def test_a_new_employee_in_visma_is_a_draft_that_names_her_huma_user() -> None:
    made = creation(FULL, TODAY, "")
    assert made.omitted == {}
    assert visma_draft(made.values, "h1", TODAY) == {
        "isDraft": True,
        "externalIds": [{"key": "huma", "value": "h1"}],
        "personNames": [{"firstName": "Kari", "lastName": "Nordmann"}],
        "emails": [{"type": "business", "address": "kari@example.com"}],
        "phones": [{"type": "business", "number": "+4722334455"}],
        "number": "17",
        "salaryPaymentMethod": {
            "paymentType": "bank",
            "internationalBankAccount": False,
            "localBankAccount": ACCOUNT,
        },
        "address": {"streetName": "Storgata 1", "zipCode": "0150", "cityName": "Oslo", "countryCode": "NO"},
        "positions": [
            {
                "activeStart": "2020-01-01",
                "activeEnd": day(30),
                "positionEndReason": ["arbeidstakerHarSagtOppSelv"],
            }
        ],
    }


def test_the_draft_reads_as_the_person_that_she_is_in_huma() -> None:
    draft = visma_draft(creation(FULL, TODAY, "").values, "h1", TODAY)
    position = {"id": "vp1", **draft["positions"][0]}
    read = read_visma({"id": "v1", **draft}, position)
    assert read.draft
    assert read.huma_id == "h1"
    assert {name: read.canonical(name) for name in names()} == {name: FULL.canonical(name) for name in names()}


def test_what_cannot_be_sent_stays_out_with_its_reason() -> None:
    employee = huma(
        huma_place(lastDayOfWork=wrap(day(30))),
        phone=wrap("call me"),
        bankAccount=wrap({"code": "x", "type": "national", "number": "86011117948", "country": "NO"}),
        email=wrap("nonsense"),
    )
    made = creation(employee, TODAY, "")
    assert {name: reason.code for name, reason in made.omitted.items()} == {
        "phone": "bad_phone",
        "bank_account": "bad_check_digits",
        "email": "bad_email",
        "last_workday": "no_end_reason",
    }
    assert set(made.values) == {"given_name", "family_name", "first_workday", "employment_id"}
    assert creation(employee, TODAY, "x").values["last_workday"]["reason"] == "x"


def test_a_field_that_is_switched_off_is_not_sent_but_names_and_number_are() -> None:
    made = creation(FULL, TODAY, "", names())
    assert set(made.values) == {"given_name", "family_name", "email", "employment_id"}


def test_a_new_huma_user_gets_names_email_and_groups_and_no_dates() -> None:
    visma = read_visma(visma_doc(number="17"), visma_place(activeEnd=day(3), positionEndReason=["x"]))
    made = creation(visma, TODAY, "")
    assert set(made.values) == {*NAMES_AND_EMAIL, "employment_id"}
    body = {"givenName": "Kari", "familyName": "Nordmann", "email": "kari@example.com", "groups": []}
    assert huma_user(made.values, [], invite=False) == body
    assert huma_user(made.values, ["g"], invite=True) == {**body, "groups": ["g"], "invite": True}


def test_whoever_can_be_created_in_huma_has_all_that_huma_needs() -> None:
    for address in ("kari@example.com", "a@b", "x y@z.no", "@x.no", "a@x.no."):
        visma = read_visma(visma_doc(emails=[{"type": "business", "address": address}]), visma_place())
        if not refusal(visma):
            assert set(NAMES_AND_EMAIL) <= set(creation(visma, TODAY, "").values)
