"""After an update of humavisma, what a person left as it is stays left."""

from typing import Any

import pytest

from sync.core.fields import field as named
from sync.core.records.employee import Canonical
from sync.reading.reader import fingerprinter
from sync.runs import lifecycle
from tests.sync.writing.conftest import Company

ZEROS = {"type": "national", "number": "00000000000", "country": "NO"}
RESIGNED = ["arbeidstakerHarSagtOppSelv"]
# What Huma says, its place in the fingerprints, and what the version before made of the odd one.
CASES: dict[str, tuple[str, dict[str, Any], int, Canonical]] = {
    "zeros": ("phone", {"huma": {"phone": "00000000"}}, 0, "+4700000000"),
    "a counting row": ("phone", {"huma": {"phone": "12345678"}}, 0, "+4712345678"),
    "a counting row in Visma": ("phone", {"phone": "99999999"}, 1, "+4799999999"),
    "an email that goes nowhere": ("email", {"huma": {"email": "kari@intern"}}, 0, "kari@intern"),
    "an account of zeros": ("bank_account", {"huma": {"bankAccount": ZEROS}}, 0, ("no", "00000000000")),
    "a given name": ("given_name", {"huma": {"givenName": "Anna\u200b"}}, 0, "Anna\u200b"),
    "a family name": ("family_name", {"huma": {"familyName": "Berg\u00ad"}}, 0, "Berg\u00ad"),
    "no end in Huma": (
        "last_workday",
        {
            "huma_position": {"lastDayOfWork": "9999-12-31"},
            "visma_position": {"activeEnd": "2027-06-30", "positionEndReason": RESIGNED},
        },
        0,
        ("9999-12-31", None),
    ),
    "no end in Visma": (
        "last_workday",
        {
            "huma_position": {"lastDayOfWork": "2027-06-30", "endReason": "employee_resigned"},
            "visma_position": {"activeEnd": "9999-12-31", "positionEndReason": RESIGNED},
        },
        1,
        ("9999-12-31", "arbeidstakerHarSagtOppSelv"),
    ),
}


def entered(company: Company, person: Any, what: dict[str, Any]) -> None:
    company.huma(person, **what.get("huma", {}))
    if "phone" in what:
        company.phone(person, what["phone"])
    if "huma_position" in what:
        company.sandbox.huma.edit_position(person.user_id, **what["huma_position"])
        company.sandbox.visma.edit_position(person.employee_id, **what["visma_position"])


@pytest.mark.parametrize("case", CASES)
@pytest.mark.django_db(transaction=True)
def test_it_is_no_question_again(company: Company, case: str) -> None:
    field, what, at, canonical = CASES[case]
    person = company.add()
    assert not company.open(person)
    entered(company, person, what)
    run = company.read()
    link = company.link(person)
    one = run.conflicts.get(link=link, field=field)
    assert one.standing == "asks"
    settled = [one.huma_fingerprint, one.visma_fingerprint]
    settled[at] = fingerprinter(company.connection)(field, named(field).version, canonical)
    link.baseline[field] = settled  # as the version before stored that it was left
    link.save(update_fields=["baseline"])
    lifecycle.cancel(run, company.user)
    again = company.read()
    assert again.conflicts.get(link=link, field=field).standing == "left"
