"""What Huma says of other integrations: seen right after connecting and at each read, shown, and called stale."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from connections.models import AuditEntry, Connection
from sync import tasks
from sync.analysis import two_writers
from sync.models import SeenIntegration
from tests.connections.companies import heard
from tests.sync import scheduling
from tests.sync.analysis.test_two_writers import command, page_of, person, turned_off, turned_on
from tests.sync.bell import a_minute, until_quiet
from tests.sync.driving import read
from tests.sync.hearing import NEW, phone, tell
from tests.sync.writing.conftest import Company

pytestmark = pytest.mark.django_db(transaction=True)

OWN = {"Visma.net Payroll": {"type": "payroll", "externalId": "x"}}


@pytest.fixture(autouse=True)
def english(settings: Any) -> Iterator[None]:
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def company(settings: Any, hr: Any) -> Iterator[Company]:
    with scheduling.company(settings, hr) as found:
        scheduling.people(found, 3)
        heard(found.connection)
        yield found


def say(found: Company, to: str = "stale", at: int = 0, user: Any = None) -> str:
    web = Client(headers={"accept-language": "en"})
    web.force_login(user or found.user)
    entry = SeenIntegration.objects.filter(to_visma=True).order_by("pk")[at].pk
    url = f"/admin/connections/{found.connection.code}/automatic/stale/"
    if to == "stale":
        asked = " ".join(web.get(url, {"entry": entry}).content.decode().split())
        if user is None:
            assert "It counts again once its name or type changes in Huma" in asked
    answer = web.post(url, {"entry": entry, "to": to}, follow=True)
    return " ".join(answer.content.decode().replace("&#x27;", "'").split())


def test_it_is_seen_right_after_connecting_before_anybody_was_read(company: Company) -> None:
    turned_on(company)
    before = company.sandbox.state()
    tasks.tick()
    assert "1 person had it when we fetched from Huma on" in page_of(company, "attention")
    assert "How to turn it off" in page_of(company)
    requests = len(company.sandbox.journal)
    assert requests <= two_writers.LOOKED_AT * 4
    tasks.tick()
    assert len(company.sandbox.journal) == requests, "once is enough"
    assert company.sandbox.state() == before
    turned_off(company)
    read(company.connection, company.user)
    assert "How to turn it off" not in page_of(company)


def test_a_huma_that_does_not_answer_right_after_connecting_harms_nobody(company: Company) -> None:
    turned_on(company)
    company.sandbox.faults.script("huma", "GET", "/users", "503", times=1000)
    tasks.tick()
    assert not Connection.objects.exclude(other_writer="").exists()


def test_locked_fields_are_shown_with_who_has_locked_them(company: Company) -> None:
    user = company.sandbox.huma.users[person(company).user_id]
    user.locks = {
        "phone": {"Azure AD": {"warning": "locked_disconnect"}, "Visma.net": {"warning": "possibly_locked_disconnect"}},
        "email": {"Azure AD": {"warning": "possibly_locked_disconnect"}},
    }
    scheduling.first_run(company)
    page = page_of(company)
    assert "<strong>Azure AD</strong>" in page
    assert "Locks in Huma: Phone." in page
    assert "Perhaps locks in Huma: Email." in page
    assert "Perhaps locks in Huma: Phone." in page
    assert SeenIntegration.objects.get(name="Azure AD").to_visma is False
    user.locks = {}
    read(company.connection, company.user)
    assert "Azure AD" not in page_of(company)


def test_a_stale_entry_does_not_count_until_it_is_taken_back(company: Company) -> None:
    turned_on(company, 0, **OWN)
    scheduling.first_run(company)
    assert "say under Automatic updates that Huma's entry is out of date" in command(company, "on")
    assert "The entry counts as out of date." in say(company)
    assert '"automatic": true' in command(company, "on")
    read(company.connection, company.user)
    assert "Automatic updates are on hold." not in page_of(company), "the next read doesn't forget it"
    assert "hr said" in page_of(company)
    assert "The integration counts again" in say(company, "back")
    assert "Automatic updates are on hold." in page_of(company)
    told = AuditEntry.objects.filter(action__startswith="two_writers.").order_by("pk")
    assert [(one.who, one.action) for one in told] == [
        ("humavisma", "two_writers.seen"),
        ("hr", "two_writers.stale"),
        ("humavisma", "two_writers.gone"),
        ("hr", "two_writers.not_stale"),
        ("humavisma", "two_writers.seen"),
    ]
    assert told[1].detail == {"name": "Visma.net Payroll"}


@pytest.mark.parametrize(
    "now", [{"Visma.net Payroll 2": {"type": "payroll"}}, {"Visma.net Payroll": {"type": "payroll_v2"}}]
)
def test_another_name_or_type_counts_again(company: Company, now: dict[str, dict[str, str]]) -> None:
    turned_on(company, 0, **OWN)
    scheduling.first_run(company)
    say(company)
    turned_on(company, 0, **now)
    read(company.connection, company.user)
    assert "overwrite each other" in command(company, "on")


def test_one_that_was_gone_and_comes_back_counts_again(company: Company) -> None:
    turned_on(company, 0, **OWN)
    scheduling.first_run(company)
    say(company)
    turned_off(company)
    scheduling.first_run(company)
    turned_on(company, 0, **OWN)
    scheduling.first_run(company)
    assert "overwrite each other" in command(company, "on")


def test_of_two_only_the_stale_one_does_not_count(company: Company) -> None:
    turned_on(company, 0, **OWN)
    turned_on(company, 1, **{"Visma Payroll old": {"type": "x"}})
    scheduling.first_run(company)
    say(company, at=0)
    assert "overwrite each other" in command(company, "on")
    say(company, at=1)
    assert '"automatic": true' in command(company, "on")


def test_what_waited_goes_on_once_the_entry_is_stale(company: Company) -> None:
    anna = person(company)
    scheduling.turn_on(company)
    until_quiet()
    turned_on(company, 1, **OWN)
    read(company.connection, company.user)
    company.huma(anna, phone=NEW)
    tell(company, anna)
    a_minute()
    assert phone(company, anna) != NEW
    say(company)
    for _ in range(3):
        a_minute()
    assert phone(company, anna) == NEW


def test_nobody_but_an_owner_says_so(company: Company) -> None:
    turned_on(company, 0, **OWN)
    scheduling.first_run(company)
    say(company, user=User.objects.create_user("other", is_staff=True))
    assert not SeenIntegration.objects.exclude(stale_at=None).exists()
