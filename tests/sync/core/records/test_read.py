"""From whole documents to an employee, with nothing but the supported fields."""

import json
from typing import Any

import pytest

from connections.api.decoding import WrongShape
from sync.core.fields import names
from sync.core.records.employee import Period, Side, to_json
from sync.core.records.read import huma_position_summary, huma_selected
from tests.sync.core.documents import (
    ACCOUNT,
    TODAY,
    Doc,
    day,
    huma_doc,
    huma_place,
    read_huma,
    read_visma,
    summaries_in,
    summary,
    visma_doc,
    visma_place,
    wrap,
)


def test_a_whole_huma_user() -> None:
    doc = huma_doc(
        phone=wrap("22 33 44 55"),
        employmentId=wrap("17"),
        birthDate=wrap("1990-05-17", showBirthday=True),
        bankAccount=wrap({"code": "c", "type": "national", "number": ACCOUNT, "country": "NO"}),
        homeAddress=wrap({"line1": "Storgata 1", "line2": "B", "postalCode": "0150", "city": "Oslo", "country": "NO"}),
    )
    read = read_huma(doc, huma_place(percentage=wrap(80), contractType=wrap("Permanent")))
    assert (read.side, read.id, read.name, read.active, read.is_person) == (
        Side.HUMA,
        "h1",
        "Kari Nordmann",
        True,
        True,
    )
    assert (read.number, read.birth, read.standing) == ("17", "1990-05-17", Period.CURRENT)
    assert {name: read.canonical(name) for name in names()} == {
        "given_name": "Kari",
        "family_name": "Nordmann",
        "email": "kari@example.com",
        "phone": "+4722334455",
        "first_workday": "2020-01-01",
        "last_workday": None,
        "employment_id": "17",
        "bank_account": ("no", ACCOUNT),
        "address": ("Storgata 1", "0150", "Oslo", "NO"),
    }


def test_a_whole_visma_employee() -> None:
    doc = visma_doc(
        number="17",
        dateOfBirth="1990-05-17",
        externalIds=[{"key": "other", "value": "x"}, {"key": "Huma", "value": " h1 "}],
        phones=[{"type": "private", "number": "1"}, {"type": "Business", "number": "22334455"}],
        salaryPaymentMethod={"paymentType": "bank", "localBankAccount": ACCOUNT},
    )
    read = read_visma(doc, visma_place(activeEnd=day(9), positionEndReason=["x"]))
    assert (read.side, read.id, read.name, read.draft, read.huma_id) == (Side.VISMA, "v1", "Kari Nordmann", False, "h1")
    assert (read.number, read.birth, read.standing) == ("17", "1990-05-17", Period.CURRENT)
    assert read.canonical("phone") == "+4722334455"
    assert read.canonical("last_workday") == (day(9), "x")
    assert read.canonical("bank_account") == ("no", ACCOUNT)
    assert read.canonical("address") is None


def test_nothing_else_of_the_documents_is_kept() -> None:
    secret = {"typeOfId": "NationalID", "id": "17059012345"}
    huma = huma_doc(
        identifications=wrap([secret]),
        funfacts=wrap("secret hobby"),
        homeAddress=wrap({**EMPTY_ADDRESS, "x": "secret"}),
    )
    visma = visma_doc(
        personIds=[secret], unions=[{"name": "secret union"}], address={"countryCode": "NO", "note": "secret"}
    )
    kept = json.dumps([to_json(read_huma(huma, huma_place())), to_json(read_visma(visma, visma_place()))])
    for word in ("17059012345", "secret", "4740000000", "example.org", "Juggles", "municipality"):
        assert word not in kept


EMPTY_ADDRESS = dict.fromkeys(("line1", "postalCode", "city", "country"), "")
WRAPPED = {
    "givenName": "given_name",
    "familyName": "family_name",
    "email": "email",
    "phone": "phone",
    "employmentId": "employment_id",
    "bankAccount": "bank_account",
    "homeAddress": "address",
}


@pytest.mark.parametrize(("prop", "name"), WRAPPED.items())
def test_a_missing_wrapper_is_not_an_empty_value(prop: str, name: str) -> None:
    assert not read_huma(huma_doc(**{prop: ...})).values[name].readable
    assert not read_huma(huma_doc(**{prop: None})).values[name].readable
    for empty in ({"editable": True}, {"value": None, "editable": True}):
        value = read_huma(huma_doc(**{prop: empty})).values[name]
        assert (value.readable, value.canonical, value.editable) == (True, None, True)
    assert not read_huma(huma_doc(**{prop: {"editable": False}})).values[name].editable
    assert read_huma(huma_doc(**{prop: {"value": None}})).values[name].editable


def test_a_requested_email_waits() -> None:
    read = read_huma(huma_doc(email={"value": "a@x.no", "requestedValue": "B@x.no", "editable": True}))
    assert (read.values["email"].canonical, read.values["email"].waiting) == ("a@x.no", "b@x.no")


@pytest.mark.parametrize(
    ("entries", "phone"),
    [
        (None, None),
        ([], None),
        ([{"type": "private", "number": "22334455"}], None),
        ([{"number": "22334455"}], None),
        ([{"type": None, "number": "22334455"}], None),
        ([{"type": "BUSINESS ", "number": "22334455"}], "+4722334455"),
        ([{"type": "business"}], None),
        ([{"type": "business", "number": "22334455"}, {"type": "business", "number": "99887766"}], "+4722334455"),
    ],
)
def test_only_the_first_business_entry_counts(entries: Any, phone: str | None) -> None:
    assert read_visma(visma_doc(phones=entries)).canonical("phone") == phone


@pytest.mark.parametrize(
    ("changes", "prop"),
    [
        ({"givenName": "Kari"}, "givenName"),
        ({"givenName": wrap(5)}, "givenName.value"),
        ({"email": ["x"]}, "email"),
        ({"bankAccount": wrap("x")}, "bankAccount.value"),
        ({"homeAddress": wrap({"line1": 1})}, "homeAddress.value.line1"),
        ({"employmentId": wrap(17)}, "employmentId.value"),
        ({"status": "active"}, "status"),
        ({"type": 5}, "type"),
        ({"id": ...}, "id"),
        ({"id": ""}, "id"),
    ],
)
def test_another_shape_in_huma_is_named(changes: Doc, prop: str) -> None:
    with pytest.raises(WrongShape) as caught:
        read_huma(huma_doc(**changes), huma_place())
    assert caught.value.prop == prop


@pytest.mark.parametrize(
    ("changes", "prop"),
    [
        ({"number": 17}, "number"),
        ({"emails": {"type": "business"}}, "emails"),
        ({"emails": ["a@x.no"]}, "emails[0]"),
        ({"emails": [{"type": "business", "address": 5}]}, "emails[0].address"),
        ({"address": "Storgata 1"}, "address"),
        ({"salaryPaymentMethod": "cash"}, "salaryPaymentMethod"),
        ({"externalIds": {"huma": "h1"}}, "externalIds"),
        ({"id": None}, "id"),
    ],
)
def test_another_shape_in_visma_is_named(changes: Doc, prop: str) -> None:
    with pytest.raises(WrongShape) as caught:
        read_visma(visma_doc(**changes), visma_place())
    assert caught.value.prop == prop


@pytest.mark.parametrize(
    ("position", "period"),
    [
        ({"status": "CURRENT", "contractStartDate": day(5)}, Period.CURRENT),
        ({"status": "ENDED"}, Period.FORMER),
        ({"status": "UPCOMING"}, Period.UPCOMING),
        ({"contractStartDate": day(5)}, Period.UPCOMING),
        ({"status": None, "contractEndDate": day(-1)}, Period.FORMER),
    ],
)
def test_humas_status_says_which_position_is_current(position: Doc, period: Period) -> None:
    (found,) = summaries_in([{"id": "p", **position}])
    assert huma_position_summary(found, TODAY).period is period


@pytest.mark.parametrize("status", ["SOMETHING_NEW", "", 5, {}])
def test_a_status_that_nobody_knows_says_nothing_about_which_is_current(status: Any) -> None:
    with pytest.raises(WrongShape, match="status"):
        summaries_in([{"id": "p", "status": status, "contractStartDate": day(-5)}])


def test_the_position_whose_details_are_needed() -> None:
    places = [
        summary(huma_place("old", status="ENDED")),
        summary(huma_place("half", percentage=wrap(50))),
        summary(huma_place("most", percentage=wrap(80))),
    ]
    assert huma_selected(places, "", TODAY) == "most"
    assert huma_selected(places, "half", TODAY) == "half"
    assert huma_selected([], "half", TODAY) == ""


@pytest.mark.parametrize(
    ("factors", "percentage"),
    [
        (None, 0.0),
        ([], 0.0),
        ([{"activeStart": "2020-01-01", "factor": 60}], 60.0),
        (
            [{"activeStart": "2020-01-01", "activeEnd": day(-1), "factor": 60}, {"activeStart": day(0), "factor": 80}],
            80.0,
        ),
        ([{"isMain": True, "factor": 80.0}], 80.0),
    ],
)
def test_the_part_of_a_full_position(factors: Any, percentage: float) -> None:
    position = read_visma(visma_doc(), visma_place(partTimeFactors=factors)).position
    assert position is not None
    assert position.percentage == percentage


def test_the_paired_position_is_read_among_several() -> None:
    places = [visma_place("vp1"), visma_place("vp2", activeStart="2021-01-01")]
    latest = read_visma(visma_doc(), *places)
    assert (latest.selected, latest.canonical("first_workday")) == ("vp2", "2021-01-01")
    paired = read_visma(visma_doc(), *places, paired="vp1")
    assert (paired.selected, paired.canonical("first_workday")) == ("vp1", "2020-01-01")
    assert len(paired.current_positions) == 2


@pytest.mark.parametrize(
    ("active", "place", "ended"),
    [
        (True, None, False),
        (True, {}, False),
        (True, {"status": "ENDED", "contractEndDate": wrap(day(-1))}, True),
        (False, {}, True),
        (False, None, True),
    ],
)
def test_who_has_ended_in_huma(active: bool, place: Doc | None, ended: bool) -> None:
    positions = [] if place is None else [huma_place(**place)]
    assert read_huma(huma_doc(status={"active": active}), *positions).ended is ended


def test_the_days_of_work_of_the_selected_position_are_known() -> None:
    read = read_huma(huma_doc(), huma_place(firstDayOfWork=wrap(day(-3)), lastDayOfWork=wrap(day(5))), huma_place("b"))
    assert read.position is not None
    assert (read.position.begins, read.position.ends) == (day(-3), day(5))
    assert [p.begins for p in read.positions] == [day(-3), "2020-01-01"]


@pytest.mark.parametrize("said", ["17.05.1990", "1990-00-00", "unknown", "", 5, [], {"value": 1}, True])
def test_what_is_no_date_of_birth_is_left_out(said: Any) -> None:
    """It only helps to match. Source: design, Who is who (One record never stops the rest)."""
    for wrapped in (wrap(said), said):
        assert read_huma(huma_doc(birthDate=wrapped)).birth == ""
    assert read_visma(visma_doc(dateOfBirth=said)).birth == ""


@pytest.mark.parametrize("entries", [[5], [{"key": 5, "value": "h1"}], [{"key": "huma", "value": 5}], [{}], None])
def test_what_is_no_external_id_is_left_out(entries: Any) -> None:
    assert read_visma(visma_doc(externalIds=entries)).huma_id == ""


@pytest.mark.parametrize("said", [5, [5], {"visma": 5}, {"visma": {"externalId": {"a": 1}}}])
def test_what_is_no_integration_is_left_out(said: Any) -> None:
    assert read_huma(huma_doc(connectedIntegrations=said)).visma_ids == ()
