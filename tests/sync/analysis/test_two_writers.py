"""While Huma's own integration with Visma is on, automatic updates can't be turned on, and are on hold."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone, translation

from connections.models import AuditEntry, Connection
from sync import runner
from sync.analysis import two_writers
from sync.models import Change, Conflict, SyncRun
from sync.wording.sentences import sentence
from tests.connections.companies import heard
from tests.sync import scheduling
from tests.sync.bell import a_minute, until_quiet
from tests.sync.driving import read
from tests.sync.hearing import NEW, NEWER, phone, states, tell
from tests.sync.writing.conftest import Company, Person

pytestmark = pytest.mark.django_db(transaction=True)

INTEGRATIONS: dict[str, dict[str, dict[str, str]]] = {
    "by its name": {"Visma.net Payroll": {"type": "payroll", "externalId": "x"}},
    "by its type": {"Lønn": {"type": "VISMA_NET", "externalId": "x"}},
    "without an id": {"VISMA": {"type": "payroll"}},
}


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


@pytest.fixture
def always_on(company: Company) -> Company:
    scheduling.turn_on(company)
    company.connection.refresh_from_db()
    until_quiet()
    return company


def person(found: Company, at: int = 0) -> Person:
    one = found.sandbox.people["equal"][at]
    return Person(one.user_id or "", one.employee_id or "")


def turned_on(found: Company, at: int = 0, **integrations: dict[str, str]) -> None:
    """In Huma somebody's data goes to Visma by another integration, too."""
    user = found.sandbox.huma.users[person(found, at).user_id]
    user.integrations = integrations or INTEGRATIONS["by its name"]


def turned_off(found: Company) -> None:
    for user in found.sandbox.huma.users.values():
        user.integrations, user.locks = {}, {}


def a_quarter_later(found: Company) -> None:
    """It is time to look again, and a minute passes."""
    Connection.objects.exclude(other_writer="").update(other_writer_next=timezone.now())
    a_minute()


def page_of(found: Company, name: str = "automatic") -> str:
    web = Client(headers={"accept-language": "en"})
    web.force_login(found.user)
    answer = web.get(f"/admin/connections/{found.connection.code}/{name}/")
    return " ".join(answer.content.decode().replace("&#x27;", "'").split())


def post(found: Company, to: str) -> str:
    web = Client(headers={"accept-language": "en"})
    web.force_login(found.user)
    url = f"/admin/connections/{found.connection.code}/automatic/switch/"
    return " ".join(web.post(url, {"to": to}, follow=True).content.decode().replace("&#x27;", "'").split())


def command(found: Company, *words: str) -> str:
    """What the command prints, or its one line on stderr."""
    out = io.StringIO()
    try:
        call_command("automatic", found.connection.code, *words, stdout=out)
    except CommandError as error:
        return str(error)
    return out.getvalue()


SEEN = "1 person had it when we fetched from Huma on"
WHAT_TO_DO = "Turn that integration off in Huma, under Settings → Integrations."


@pytest.mark.parametrize("how", INTEGRATIONS)
def test_automatic_updates_cant_be_turned_on_by_page_or_command(company: Company, how: str) -> None:
    turned_on(company, 0, **INTEGRATIONS[how])
    scheduling.first_run(company)
    refused = command(company, "on")
    assert SEEN in refused
    assert WHAT_TO_DO in refused
    assert "Until then automatic updates can't be turned on." in refused
    assert refused in page_of(company)
    assert refused in post(company, "on")
    assert "Turn on automatic updates" not in page_of(company)
    company.connection.refresh_from_db()
    assert not company.connection.automatic


@pytest.mark.parametrize("locked", ["locked_disconnect", "possibly_locked_disconnect"])
def test_a_field_that_it_has_locked_says_so_too(company: Company, locked: str) -> None:
    user = company.sandbox.huma.users[person(company).user_id]
    user.locks = {"phone": {"visma_net": {"warning": locked}}}
    scheduling.first_run(company)
    assert "“visma_net”" in command(company, "on")


def test_an_integration_with_another_system_is_no_other_writer(company: Company) -> None:
    turned_on(company, Simployer={"type": "hr", "externalId": "visma"})
    company.sandbox.huma.users[person(company, 1).user_id].locks = {"phone": {"Time": {"warning": "locked_disconnect"}}}
    scheduling.first_run(company)
    assert '"automatic": true' in command(company, "on")


def test_once_it_is_gone_they_can_be_turned_on_without_reading_everybody(company: Company) -> None:
    turned_on(company)
    scheduling.first_run(company)
    assert "Huma still says that the integration is on" in post(company, "look")
    turned_off(company)
    assert "No other integration changes Visma any more." in post(company, "look")
    assert "Turn on automatic updates" in page_of(company)
    turned_on(company)
    read(company.connection, company.user)
    turned_off(company)
    assert '"automatic": true' in command(company, "on"), "the command looks by itself"


def test_a_read_of_everybody_renews_what_is_known(company: Company) -> None:
    turned_on(company, 0)
    turned_on(company, 1)
    scheduling.first_run(company)
    assert "2 people had it when we fetched from Huma on" in page_of(company)
    company.sandbox.huma.users[person(company, 0).user_id].integrations = {}
    scheduling.first_run(company)
    assert SEEN in page_of(company)
    turned_off(company)
    scheduling.first_run(company)
    assert "had it when" not in page_of(company)
    actions = AuditEntry.objects.filter(action__startswith="two_writers").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["two_writers.seen", "two_writers.gone"]


def test_a_dry_run_leaves_nothing_behind(company: Company) -> None:
    scheduling.first_run(company)
    turned_on(company)
    call_command("sync", company.connection.code, "--dry-run", "--json", stdout=io.StringIO())
    assert not Connection.objects.exclude(other_writer="").exists()


def test_in_real_time_nothing_is_written_and_nothing_lost(always_on: Company) -> None:
    anna, berit = person(always_on), person(always_on, 1)
    before = always_on.sandbox.state()["visma"]
    always_on.huma(anna, phone=NEW)
    turned_on(always_on)
    tell(always_on, anna)
    for _ in range(3):
        a_minute()
    always_on.huma(berit, phone=NEWER)
    tell(always_on, berit)
    for _ in range(3):
        a_minute()
    assert always_on.sandbox.state()["visma"] == before
    assert states() == ["waiting", "waiting"]
    assert "Automatic updates are on hold." in page_of(always_on)
    assert f"Automatic updates are on hold. {two_writers.why(Connection.objects.get())}" in page_of(
        always_on, "attention"
    )

    a_quarter_later(always_on)
    assert states() == ["waiting", "waiting"], "it is still on"
    turned_off(always_on)
    a_quarter_later(always_on)
    until_quiet()
    assert (phone(always_on, anna), phone(always_on, berit)) == (NEW, NEWER)
    assert states() == ["done", "done"]
    assert "Automatic updates are on hold." not in page_of(always_on, "attention")


def test_a_scheduled_sync_tells_what_differs_and_writes_nothing(always_on: Company) -> None:
    anna = person(always_on)
    before = always_on.sandbox.state()["visma"]
    always_on.huma(anna, phone=NEW)
    turned_on(always_on, 2)
    run = scheduling.scheduled(always_on)
    assert run.state == SyncRun.State.FINISHED
    assert not Change.objects.filter(run=run).exists()
    assert Conflict.objects.get(run=run).field == "phone"
    always_on.sandbox.wait_for_jobs()
    assert always_on.sandbox.state()["visma"] == before

    turned_off(always_on)
    a_quarter_later(always_on)
    for _ in range(3):
        a_minute()
    assert phone(always_on, anna) == NEW


def test_a_scheduled_sync_that_sees_it_gone_writes_at_once(always_on: Company) -> None:
    anna = person(always_on)
    turned_on(always_on, 2)
    scheduling.scheduled(always_on)
    always_on.huma(anna, phone=NEW)
    turned_off(always_on)
    scheduling.scheduled(always_on)
    assert phone(always_on, anna) == NEW


def test_what_a_person_chooses_is_written_all_the_same(company: Company) -> None:
    anna = person(company)
    turned_on(company)
    company.huma(anna, phone=NEW)
    company.sync("huma", anna, "phone")
    assert phone(company, anna) == NEW


def test_a_huma_that_cant_be_asked_tells_nothing(always_on: Company) -> None:
    turned_on(always_on)
    read(always_on.connection, always_on.user)
    turned_off(always_on)
    always_on.sandbox.faults.script("huma", "GET", "/users/", "503", times=1000)
    assert "didn't answer just now" in post(always_on, "look")
    always_on.sandbox.faults.clear()
    assert "No other integration changes Visma any more." in post(always_on, "look")


def test_somebody_who_cant_be_read_any_more_doesnt_hold_it_up(always_on: Company) -> None:
    turned_on(always_on, 0)
    turned_on(always_on, 1)
    read(always_on.connection, always_on.user)
    turned_off(always_on)
    first = Connection.objects.get().other_writer_people[0]
    always_on.sandbox.faults.rewrite("huma", "GET", f"/users/{first}$", lambda user: {**user, "givenName": 7}, 1000)
    assert "No other integration changes Visma any more." in post(always_on, "look")


def test_a_locked_field_names_the_integration(company: Company) -> None:
    anna = person(company)
    user = company.sandbox.huma.users[anna.user_id]
    user.locked = {"phone", "employmentId"}
    user.locks = {
        "phone": {"Calendar": {"warning": "possibly_locked_disconnect"}, "Azure AD": {"warning": "locked_disconnect"}}
    }
    company.phone(anna, NEWER)
    company.clerk(anna, number="Z9")
    run = company.read()
    said = {
        one.field: sentence(one.blocked_to_huma, (one.values or {})["blocked"].get("huma"))
        for one in Conflict.objects.filter(run=run)
    }
    assert said["phone"].startswith("Azure AD has locked this field in Huma.")
    assert said["employment_id"].startswith("The API key isn't allowed to change this field in Huma.")
    assert "Azure AD has locked this field" in page_of(company, "review")


def test_one_person_in_whom_it_was_seen_stops_what_is_told_of_others(always_on: Company) -> None:
    anna = person(always_on)
    always_on.huma(anna, phone=NEW)
    turned_on(always_on, 1)
    tell(always_on, anna)  # who hasn't got it
    until_quiet()
    assert phone(always_on, anna) == NEW, "nobody had seen it yet"
    runner.drive(scheduling.begin(always_on.connection))
    always_on.huma(anna, phone=NEWER)
    tell(always_on, anna)
    a_minute()
    assert phone(always_on, anna) == NEW
