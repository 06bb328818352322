"""The page *Check this connection*: what it says, who may see it, and how a check starts and goes on."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.doctor import check as doctor
from connections.doctor.assumptions import ASSUMPTIONS
from connections.doctor.check import LEASE
from connections.models import AuditEntry, Connection, Diagnosis
from tests.connections.companies import company, text_of
from tests.connections.doctor.conftest import checked_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(client: Client, hr: User) -> Client:
    client.force_login(hr)
    client.cookies["django_language"] = "en"
    return client


def at(connection: Connection, name: str = "") -> str:
    return reverse(f"admin:connection_doctor{name}", args=[connection.code])


def test_before_the_first_check_everything_is_open(web: Client, hr: User) -> None:
    connection = company(hr)
    page = text_of(web.get(at(connection)))
    assert "Not checked yet" in page
    assert f"{len(ASSUMPTIONS)} not seen yet" in page
    assert "You have nothing to do here." not in page
    assert "Nothing is changed there: we only ask." in page
    assert "Check this connection" in text_of(web.get(reverse("admin:connection", args=[connection.code])))


def test_it_says_what_was_assumed_what_was_seen_and_what_is_done(settings: Any, web: Client, hr: User) -> None:
    with checked_company(settings, hr, "cursor-renamed") as (_sandbox, connection):
        doctor.check(connection)
        page = text_of(web.get(at(connection)))
        assert page.index("You have nothing to do here.") < page.index("What we assumed")
        assert "1 otherwise" in page
        assert "Visma's next page is asked for with the parameter “cursor”." in page
        assert "The next page came with “nextToken”." in page
        assert "What we do: The other parameter is used." in page
        assert "We ask for the next page with “nextToken”." in page
        assert "The report holds no values and no names" in page
        assert "Last checked" in page
        entry = AuditEntry.objects.get(action="variants.changed")
        assert entry.detail == {"names": ["cursor_param"]}
        assert "Adapted to how Visma answers" in text_of(web.get(reverse("admin:connection", args=[connection.code])))


def test_in_norwegian_too(settings: Any, web: Client, hr: User) -> None:
    connection = company(hr)
    web.cookies["django_language"] = "nb"
    page = text_of(web.get(at(connection)))
    assert "Sjekk denne tilkoblingen" in page
    assert "Visma gir inntil 100 rader på en side." in page


def test_a_check_is_asked_for_and_the_page_says_what_is_left(web: Client, hr: User) -> None:
    connection = company(hr)
    assert web.post(at(connection, "_start")).status_code == 302
    row = Diagnosis.objects.get()
    assert row.due_at is not None
    page = text_of(web.get(at(connection)))
    assert "The check is about to start" in page
    assert "The worker isn't running" in page
    Diagnosis.objects.update(claimed_until=timezone.now() + timedelta(minutes=1), done=3, steps=8)
    page = text_of(web.get(at(connection, "_live")))
    assert "Still to come: The list of employees in Visma · Pages in Visma" in page
    assert "3 of 8" in page
    assert "being checked already" in text_of(web.post(at(connection, "_start"), follow=True))


def test_a_check_that_is_silent_for_a_while_says_so(web: Client, hr: User) -> None:
    connection = company(hr)
    web.post(at(connection, "_start"))
    Diagnosis.objects.update(claimed_until=timezone.now() + LEASE, steps=8)
    assert "The check hasn't moved for a while" not in text_of(web.get(at(connection, "_live")))
    Diagnosis.objects.update(claimed_until=timezone.now() + LEASE - timedelta(seconds=40))
    page = text_of(web.get(at(connection, "_live")))
    assert "The check hasn't moved for a while" in page
    assert "you can start it again here in two minutes" in page


def test_when_it_is_done_the_whole_page_is_shown_again(web: Client, hr: User) -> None:
    connection = company(hr)
    answer = web.get(at(connection, "_live"), headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == at(connection)
    assert web.get(at(connection, "_live")).headers["Location"] == at(connection)


@pytest.mark.parametrize(
    ("state", "said"),
    [("paused", "Resume it first"), ("waiting", "waits for its approval"), ("disconnected", "Connect it again first")],
)
def test_a_connection_that_is_not_active_says_why_it_is_not_checked(
    web: Client, hr: User, state: str, said: str
) -> None:
    connection = company(hr, state=state)
    assert said in text_of(web.get(at(connection)))
    assert said in text_of(web.post(at(connection, "_start"), follow=True))
    assert not Diagnosis.objects.exists()


def test_the_report_is_a_file_without_values(settings: Any, web: Client, hr: User) -> None:
    with checked_company(settings, hr, "weak-etag") as (_sandbox, connection):
        doctor.check(connection)
        answer = web.get(at(connection, "_json"))
        assert answer.headers["Content-Disposition"] == 'attachment; filename="humavisma-check.json"'
        whole = json.loads(answer.content)
        assert "holds no values" in whole["about"]
        assert whole["variants"] == {"etag": "weak"}
        assert [one["assumption"] for one in whole["report"]] == list(ASSUMPTIONS)
        text = web.get(at(connection, "_text")).content.decode()
        assert "V8  Otherwise: Each document of Visma has an ETag" in text
        assert "holds no values" in text


def test_a_check_that_ended_early_says_why(web: Client, hr: User) -> None:
    connection = company(hr)
    later = timezone.now() + timedelta(hours=1)
    row = Diagnosis.objects.create(connection=connection, due_at=later, checked_at=timezone.now())
    for trouble, said in (
        ("unavailable:huma", "Huma didn't answer"),
        ("refused:visma:invalid_grant", "because the access was refused"),
        ("enough", "it took too long"),
        ("bug", "The check ended early."),
    ):
        Diagnosis.objects.filter(pk=row.pk).update(trouble=trouble)
        assert said in text_of(web.get(at(connection))), trouble


def test_nobody_else_is_told_that_it_is_there(hr: User, client: Client) -> None:
    connection = company(hr)
    client.force_login(User.objects.create_user("other", is_staff=True))
    for name in ("", "_live", "_json", "_text"):
        assert client.get(at(connection, name)).status_code == 404
    assert client.post(at(connection, "_start")).status_code == 404
