"""What is worth knowing by a record, as it is decided when the record is read, and for records of before."""

import importlib
from dataclasses import replace

import pytest

from sync.analysis.worth_knowing import DEACTIVATED, about
from sync.core.records.employee import to_json
from sync.core.records.worth_knowing import is_deactivated_but_employed, worth_knowing
from sync.runs.lifecycle import reads
from tests.sync.core.documents import wrap
from tests.sync.made_reads import day, in_huma, in_visma, read

SWEDISH = wrap({"type": "national", "number": "12345", "country": "SE"})
WRONG = wrap({"type": "national", "number": "12345678901", "country": "NO"})


def person(**more):
    return in_huma("h", "Kari", "Lie", more.pop("number", "1"), "k@x.no", **more)


def twice(employee):
    return replace(employee, positions=(*employee.positions, replace(employee.positions[0], id="second")))


RECORDS = [
    (person(), ()),
    (person(bankAccount=SWEDISH), ("becomes_cash",)),
    (person(bankAccount=WRONG), ()),
    (person(number="123456789012"), ()),
    (person(number="1234567890123"), ("long_number",)),
    (person(number=""), ("no_number",)),
    (replace(person(number=""), is_person=False), ()),
    (twice(person(bankAccount=SWEDISH, number="")), ("becomes_cash", "several_positions", "no_number")),
    (twice(person(ends=day(-30))), ()),
    (in_visma("v", "Kari", "Lie", "", "k@x.no"), ()),
    (in_visma("v", "Kari", "Lie", "1234567890123", "k@x.no"), ()),
    (twice(in_visma("v", "Kari", "Lie", "1", "k@x.no")), ("several_positions",)),
    (replace(person(), values={}), ("no_number",)),
]


@pytest.mark.parametrize(("record", "codes"), RECORDS)
def test_a_record_says_what_is_worth_knowing(record, codes):
    assert worth_knowing(record) == codes


@pytest.mark.parametrize("record", [record for record, _codes in RECORDS])
def test_what_was_read_before_is_told_alike(record):
    migration = importlib.import_module("sync.migrations.0015_worth_knowing")
    assert migration.codes_of(to_json(record)).split() == list(worth_knowing(record))


EMPLOYMENTS = {"current": None, "ends later": 30, "former": -30, "none": None}
"""In how many days each ends in Visma; None: no end."""


@pytest.mark.django_db
@pytest.mark.parametrize("employment", EMPLOYMENTS)
@pytest.mark.parametrize("active", [True, False])
def test_the_list_of_deactivated_people_has_those_whom_the_rule_names(fjordheim, active, employment):
    huma = replace(in_huma("h", "Kari", "Lie", "1", "k@x.no"), active=active)
    days = EMPLOYMENTS[employment]
    ends = "" if days is None else day(days)
    visma = in_visma("v", "Kari", "Lie", "1", "k@x.no", ends=ends, position=employment != "none")
    read(fjordheim, huma, visma)
    listed = about(DEACTIVATED, fjordheim, reads(fjordheim)).exists()
    assert listed is is_deactivated_but_employed(huma, visma)
    assert listed is (not active and employment in ("current", "ends later"))
