"""A connection that waits for its release: who is told, and what the superuser sees and answers."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from connections.models import ReleaseRequest
from connections.releases import answering
from sync.attention import release_letters
from sync.models import Letter, SyncRun
from sync.runs import lifecycle
from tests.conftest import PASSWORD
from tests.connections.companies import text_of
from tests.sync import bell
from tests.sync.browsing import signed_in
from tests.sync.release.conftest import at, request_of

pytestmark = pytest.mark.django_db(transaction=True)


class TestTelling:
    def test_superusers_get_a_mail_with_a_link_at_once(self, waiting, superuser):
        bell.until_quiet()
        (told,) = mail.outbox
        assert told.to == ["admin@example.com"]
        assert told.subject.startswith("Fjordheim AS: ")
        assert at(waiting, "release/") in told.body
        assert request_of(waiting).told == ["admin"]

    def test_the_link_survives_the_sign_in(self, waiting, client):
        address = at(waiting, "release/")
        to_sign_in = client.get(address).headers["Location"]
        signed = client.post(to_sign_in, {"username": "admin", "password": PASSWORD}, follow=True)
        assert signed.redirect_chain[-1][0] == address
        assert signed.status_code == 200

    def test_it_is_one_mail_whoever_asks_for_it(self, waiting):
        request = request_of(waiting)
        release_letters.begins_to_wait(None, request=request)
        release_letters.begins_to_wait(None, request=request)
        bell.until_quiet()
        assert len(mail.outbox) == 1

    def test_they_are_reminded_once_after_a_working_day(self, waiting, superuser):
        bell.until_quiet()
        request = request_of(waiting)
        due = release_letters.remind_at(request.asked_at)
        release_letters.look_after(due - timedelta(seconds=1))
        bell.until_quiet()
        assert len(mail.outbox) == 1
        release_letters.look_after(due)
        release_letters.look_after(due)
        bell.until_quiet()
        assert len(mail.outbox) == 2
        assert at(waiting, "release/") in mail.outbox[1].body
        request.refresh_from_db()
        assert request.reminded_at == due

    def test_nobody_is_reminded_of_what_was_answered(self, waiting, superuser):
        request = request_of(waiting)
        answering.release(request.pk, superuser)
        release_letters.look_after(release_letters.remind_at(request.asked_at))
        bell.until_quiet()
        assert [letter.kind for letter in Letter.objects.filter(kind="release")] == ["release"]
        assert [one.to for one in mail.outbox] == [["hr@example.com"]], (
            "what was answered before it went out isn't sent"
        )

    def test_without_a_superusers_address_the_page_says_that_nobody_could_be_told(self, waiting, hr):
        ReleaseRequest.objects.update(told=[])
        assert "so nobody could be told" in text_of(signed_in(hr).get(at(waiting)))

    @pytest.mark.parametrize("answer", ["released", "refused"])
    def test_who_connected_hears_the_answer(self, waiting, superuser, answer):
        bell.until_quiet()
        mail.outbox.clear()
        request = request_of(waiting)
        if answer == "released":
            answering.release(request.pk, superuser)
        else:
            answering.refuse(request.pk, superuser, "Ring us first, please.")
        bell.until_quiet()
        (told,) = mail.outbox
        assert told.to == ["hr@example.com"]
        assert at(waiting) in told.body
        assert ("Ring us first, please." in told.body) == (answer == "refused")


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-23 14:30", "2026-11-24 14:30"),
        ("2026-11-27 14:30", "2026-11-30 14:30"),
        ("2026-11-27 03:00", "2026-11-30 07:00"),
        ("2026-11-28 14:30", "2026-12-01 07:00"),
        ("2026-12-23 10:00", "2026-12-24 10:00"),
        ("2026-12-24 10:00", "2026-12-28 10:00"),
        ("2026-03-27 02:30", "2026-03-30 07:00"),
        ("2026-03-31 16:00", "2026-04-01 16:00"),
        ("2026-04-01 16:00", "2026-04-07 16:00"),
    ],
)
def test_a_working_day_later_is(asked, due):
    moment = timezone.make_aware(datetime.fromisoformat(asked))
    assert timezone.localtime(release_letters.remind_at(moment)).strftime("%Y-%m-%d %H:%M") == due


class TestTheSuperusersPage:
    @pytest.fixture
    def page(self, waiting, superuser):
        return signed_in(superuser)

    def test_it_says_what_was_counted_and_how_to_be_sure(self, waiting, page, sandbox):
        assert "Fetching from both systems." in text_of(page.get(at(waiting, "release/")))
        before = sandbox.state()
        bell.until_quiet()
        said = text_of(page.get(at(waiting, "release/")))
        assert sandbox.TENANT_ID in said
        assert "Anybody can create a Huma organisation and copy names and addresses into it." in said
        assert "Let them read the Tenant ID to you from Visma.net" in said
        figures = request_of(waiting).figures
        shown = said.replace("> ", ">").replace(" <", "<")
        assert f"<dt>People in Huma</dt><dd>{len(sandbox.huma.users)}</dd>" in shown
        assert f"<dt>Employees in Visma</dt><dd>{len(sandbox.visma.employees)}</dd>" in shown
        assert f"{figures['linked']['number']} by Employment ID" in said
        assert figures["possible"] == 1
        companies = [group["name"] for group in sandbox.huma.groups.values() if group["type"] == "company"]
        assert companies
        assert all(name in said for name in companies)
        assert sandbox.state() == before
        assert not SyncRun.objects.exists()

    def test_few_matches_are_said(self, waiting, page, sandbox):
        for index, id_ in enumerate(list(sandbox.visma.employees)):
            sandbox.visma.edit(
                id_, number=f"9{index:05}", emails=[], phones=[], dateOfBirth="1955-05-05", externalIds=[]
            )
        bell.until_quiet()
        assert "Few people are the same in both systems" in text_of(page.get(at(waiting, "release/")))

    def test_what_cannot_be_read_is_said_and_can_be_counted_again(self, waiting, page, sandbox, settings):
        settings.READ_PATIENCE_SECONDS = 0.5
        sandbox.faults.script("visma", "GET", "/employees", "403", 1)
        bell.until_quiet()
        assert "Nothing could be fetched" in text_of(page.get(at(waiting, "release/")))
        waiting.refresh_from_db()
        assert waiting.state == "waiting"
        page.post(at(waiting, "release/look-again/"))
        bell.until_quiet()
        assert "People in Huma" in text_of(page.get(at(waiting, "release/")))

    def test_counting_that_the_queue_lost_is_made_up(self, waiting, page):
        from django_q.models import OrmQ

        OrmQ.objects.all().delete()
        bell.a_minute()
        assert request_of(waiting).figures["huma"] > 10

    def test_it_is_approved_after_a_question(self, waiting, page, hr):
        address = at(waiting, "release/approve/")
        asked = {"request": request_of(waiting).pk}
        assert "I have asked the company on a number that I know" in text_of(page.get(address))
        assert "Ask the company first." in text_of(page.post(address, asked))
        waiting.refresh_from_db()
        assert waiting.state == "waiting"
        said = text_of(page.post(address, {**asked, "asked": "on"}, follow=True))
        assert "Approved by an administrator: admin" in said
        waiting.refresh_from_db()
        assert waiting.state == "active"
        assert lifecycle.start(waiting, hr).state == "fetching"

    def test_it_is_rejected_with_a_reason_that_who_connected_sees(self, waiting, page, hr):
        address = at(waiting, "release/reject/")
        asked = {"request": request_of(waiting).pk}
        assert "This field is required." in text_of(page.post(address, {**asked, "reason": " \u200b "}))
        page.post(address, {**asked, "reason": "The company\nknows of nothing."})
        said = text_of(signed_in(hr).get(at(waiting)))
        assert "admin rejected this connection" in said
        assert "The company knows of nothing." in said
        assert "Rejected the connection" in said

    def test_an_answer_to_something_else_is_refused(self, waiting, page):
        for shown in ("", "0", "x", "9" * 30):
            said = text_of(page.post(at(waiting, "release/approve/"), {"request": shown, "asked": "on"}, follow=True))
            assert "Look at it again." in said
        waiting.refresh_from_db()
        assert waiting.state == "waiting"

    def test_it_stands_under_attention_and_approvals(self, waiting, page):
        start = text_of(page.get("/admin/"))
        assert "The connection is waiting for your approval." in start
        assert at(waiting, "release/") in start
        assert at(waiting, "release/") in text_of(page.get("/admin/connections/pairings/"))
