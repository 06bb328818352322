"""After an update of humavisma, automatic runs write only what somebody really changed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from sync.core.fields import field as named
from sync.core.records.employee import Canonical
from sync.models import Change, EmployeeLink
from sync.reading.reader import fingerprinter
from tests.sync import scheduling

pytestmark = pytest.mark.django_db(transaction=True)

UNSEEN = "Kari\u200b"
"""A name with a zero-width space, which the version before took for another name than Kari."""


@pytest.fixture
def found(settings: Any, hr: Any) -> Iterator[scheduling.Company]:
    with scheduling.company(settings, hr) as company:
        scheduling.people(company, 12)
        yield company


def first_name(found: Any, person: Any) -> str:
    return str(found.in_visma(person)["personNames"][-1]["firstName"])


def renamed(found: Any, person: Any, name: str) -> None:
    found.clerk(person, personNames=[{**found.in_visma(person)["personNames"][0], "firstName": name}])


def before(found: Any, field: str, canonical: Canonical) -> str:
    """The fingerprint that the version before made."""
    return fingerprinter(found.connection)(field, named(field).version, canonical)


def stored(link: EmployeeLink) -> None:
    link.save(update_fields=["baseline", "seen"])


def test_what_nobody_decided_about_is_not_written_when_a_sign_stops_counting(found: Any) -> None:
    person = found.add()
    renamed(found, person, "Karianne")
    found.huma(person, givenName=UNSEEN)
    scheduling.turn_on(found)  # its first run shows the difference
    link = found.link(person)
    link.seen["given_name"][0] = before(found, "given_name", UNSEEN)
    stored(link)
    scheduling.scheduled(found)
    assert first_name(found, person) == "Karianne"
    found.huma(person, givenName="Kaia")  # and now somebody moved it
    scheduling.scheduled(found)
    assert first_name(found, person) == "Kaia"


def test_what_only_visma_moved_is_not_taken_for_moved_in_both(found: Any) -> None:
    person = found.add()
    renamed(found, person, UNSEEN)
    found.huma(person, givenName=UNSEEN)
    scheduling.turn_on(found, both_moved="huma")
    link = found.link(person)
    link.baseline["given_name"] = [before(found, "given_name", UNSEEN)] * 2
    stored(link)
    renamed(found, person, "Karianne")
    scheduling.scheduled(found)
    assert first_name(found, person) == "Karianne"


@pytest.mark.parametrize("name", [UNSEEN, "Kari"])
def test_what_an_owner_dropped_is_not_sent(found: Any, name: str) -> None:
    person = found.add()
    run = scheduling.turn_on(found).runs.earliest("pk")
    link, was = found.link(person), first_name(found, person)
    found.huma(person, givenName=name)
    mine, now = before(found, "given_name", name), timezone.now()
    Change.objects.create(
        run=run,
        link=link,
        name=link.name,
        side="visma",
        field="given_name",
        before=was,
        after=name,
        source=mine,
        pin=link.baseline["given_name"][1],
        becomes=mine,
        state="held",
        reason="held_many",
        answer="dropped",
        answered_by="hr",
        answered_at=now,
        settled_at=now,
    )
    scheduling.scheduled(found)
    assert first_name(found, person) == was
    found.huma(person, givenName="Kaia")
    scheduling.scheduled(found)
    assert first_name(found, person) == "Kaia"


@pytest.mark.parametrize("way", ["entered now", "left before the update"])
def test_a_last_workday_that_means_no_end_does_not_end_anything(found: Any, way: str) -> None:
    """The contract's end is used in its place, and only a person writes that."""
    person = found.add()
    values = {"lastDayOfWork": "9999-12-31", "contractEndDate": "2027-06-30"}
    if way != "entered now":
        found.sandbox.huma.edit_position(person.user_id, **values)
    scheduling.turn_on(found)
    link = found.link(person)
    if way == "entered now":
        found.sandbox.huma.edit_position(person.user_id, **values)
    else:
        link.baseline["last_workday"] = [
            before(found, "last_workday", ("9999-12-31", None)),
            before(found, "last_workday", None),
        ]
        stored(link)
    scheduling.scheduled(found)
    (position,) = found.sandbox.visma.employees[person.employee_id].positions.values()
    assert "activeEnd" not in position.body
