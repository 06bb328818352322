"""Readiness: each item's rule, by what is known of a connection."""

import pytest

from sync.readiness.items import ITEMS, Found, Seen, Status

DONE, TO_DO, NOT_NEEDED = Status.DONE, Status.TO_DO, Status.NOT_NEEDED
RULES = {item.code: item for item in ITEMS}


CASES = [
    ("access", {}, DONE),
    ("access", {"refused": "huma"}, TO_DO),
    ("access", {"refused": "visma"}, TO_DO),
    ("access", {"refused": "application"}, TO_DO),
    ("other_writer", {}, TO_DO),
    ("other_writer", {"fetched": True}, DONE),
    ("other_writer", {"fetched": True, "other_writer": "visma-payroll"}, TO_DO),
    ("other_writer", {"other_writer": "visma-payroll"}, TO_DO),
    ("fields", {}, TO_DO),
    ("fields", {"fetched": True}, DONE),
    ("fields", {"fetched": True, "hidden": ("bank_account",)}, TO_DO),
    ("fields", {"fetched": True, "hidden": ("bank_account",), "hidden_for_some": {"phone": 1}}, TO_DO),
    ("fields", {"fetched": True, "hidden_for_some": {"phone": 1}}, DONE),
    ("end_reason", {}, TO_DO),
    ("end_reason", {"end_reason": True}, DONE),
    ("end_reason", {"ends_switched_off": True}, NOT_NEEDED),
    ("recipients", {}, TO_DO),
    ("recipients", {"recipients": 2, "confirmed": 1}, TO_DO),
    ("recipients", {"recipients": 2, "confirmed": 2}, DONE),
    ("test_mail", {}, TO_DO),
    ("test_mail", {"mail": "waiting"}, TO_DO),
    ("test_mail", {"mail": "sent"}, TO_DO),
    ("test_mail", {"mail": "failed"}, TO_DO),
    ("test_mail", {"mail": "arrived"}, DONE),
    ("pay_day", {}, TO_DO),
    ("pay_day", {"pay_day": True}, DONE),
    ("webhook", {}, TO_DO),
    ("webhook", {"misheard": True}, TO_DO),
    ("webhook", {"heard": True, "misheard": True}, DONE),
    ("pilot", {}, TO_DO),
    ("pilot", {"fetched": True}, TO_DO),
    ("pilot", {"pilot": "group"}, DONE),
    ("pilot", {"pilot": "everyone"}, DONE),
    ("automatic", {}, TO_DO),
    ("automatic", {"first_sync": True}, TO_DO),
    ("automatic", {"first_sync": True, "automatic": True}, DONE),
    ("automatic", {"first_sync": True, "automatic": True, "scheduled": True}, DONE),
    ("automatic", {"first_sync": True, "automatic_answered": True}, NOT_NEEDED),
]


@pytest.mark.parametrize(("code", "known", "status"), CASES)
def test_the_rule_of_an_item(code, known, status):
    assert RULES[code].rule(Seen(**known)).status == status


def test_each_item_has_a_case_for_done_or_not_needed_and_one_for_to_do():
    for item in ITEMS:
        statuses = {status for code, _known, status in CASES if code == item.code}
        assert {TO_DO, DONE} <= statuses, item.code


def test_what_is_missing_says_where_to_act():
    unknown = [item.rule(Seen()) for item in ITEMS]
    assert [found.status for found in unknown if found.text == RULES["access"].rule(Seen()).text] == [DONE]
    first = [item.code for item, found in zip(ITEMS, unknown, strict=True) if found.where == "sync_users"]
    assert first == ["other_writer", "fields", "automatic"]


def test_a_sentence_has_the_parameters_that_its_rule_gives():
    worst = Seen(
        refused="huma", fetched=True, hidden=("phone",), recipients=2, mail="sent", mail_to="a", other_writer="v"
    )
    for known in (Seen(), worst, Seen(automatic=True), Seen(fetched=True, hidden_for_some={"phone": 1})):
        for item in ITEMS:
            found = item.rule(known)
            assert isinstance(found, Found)
            assert found.text % found.params
