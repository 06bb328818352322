"""A connection that waits for its release: what the user who connected may do, and that all else is closed."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections.models import Connection
from connections.releases import answering
from sync import tasks
from sync.automation import answering_held, carrying_out, date_roll, real_time, schedule, switching
from sync.command import dry_run, run
from sync.command.deciding import Options
from sync.models import HumaEvent, SyncRun
from sync.runs import lifecycle
from sync.runs.lifecycle import NotAllowed
from tests.connections.companies import text_of
from tests.sync import bell, hearing
from tests.sync.browsing import signed_in
from tests.sync.driving import connection as active_connection
from tests.sync.release.conftest import at, request_of

pytestmark = pytest.mark.django_db(transaction=True)


class TestWhoConnected:
    @pytest.fixture
    def page(self, waiting, hr):
        bell.until_quiet()
        return signed_in(hr)

    def test_they_see_who_was_told_and_what_can_be_set_up(self, waiting, page):
        said = text_of(page.get(at(waiting)))
        assert "Waiting for an administrator's approval" in said
        assert "admin. They get a reminder after one working day." in said
        assert "What you can set up meanwhile" in said
        assert "Synchronize users" not in said
        assert "Waiting for approval" in text_of(page.get("/admin/"))
        assert "your approval" not in text_of(page.get("/admin/"))

    def test_they_can_set_it_up(self, waiting, page):
        for name in ("settings/", "credentials/", "webhook/", "disconnect/"):
            assert page.get(at(waiting, name)).status_code == 200

    @pytest.mark.parametrize("name", ["", "approve/", "reject/", "look-again/"])
    def test_the_superusers_page_is_not_theirs(self, waiting, page, name):
        asked = {"request": request_of(waiting).pk, "asked": "on", "reason": "x"}
        for response in (page.post(at(waiting, f"release/{name}"), asked), page.get(at(waiting, f"release/{name}"))):
            assert response.status_code == 405 or response.headers["Location"] == at(waiting)
        waiting.refresh_from_db()
        assert waiting.state == "waiting"

    def test_it_is_nobody_elses_at_all(self, waiting, django_user_model):
        other = signed_in(django_user_model.objects.create_user("other", is_staff=True))
        assert other.get(at(waiting, "release/")).status_code == 404

    def test_no_figure_reaches_them(self, waiting, page):
        assert request_of(waiting).figures["visma"]
        said = text_of(page.get(at(waiting)))
        assert "by Employment ID" not in said
        assert "Employees in Visma" not in said

    def test_every_page_of_the_sync_leads_to_the_connections_own(self, waiting, page):
        for name in ("sync", "overview", "review", "create", "confirm", "people", "history", "attention", "automatic"):
            assert page.get(at(waiting, f"{name}/")).headers["Location"] == at(waiting)
        part = page.get(at(waiting, "sync/live/"), headers={"hx-request": "true"})
        assert part.headers["HX-Redirect"] == at(waiting)


class TestDoors:
    """The services themselves refuse, whatever a page sends."""

    def test_a_run_is_not_started(self, waiting, hr):
        with pytest.raises(NotAllowed, match="inactive"):
            lifecycle.start(waiting, hr)

    def test_nothing_is_turned_on_by_itself(self, waiting, hr):
        with pytest.raises(NotAllowed, match="inactive"):
            switching.turn_on(waiting, hr)
        assert "approval" in switching.refusal(waiting)

    def test_nothing_that_runs_by_itself_begins(self, waiting):
        """Not even where somebody had switched it on in the table."""
        Connection.objects.filter(pk=waiting.pk).update(automatic=True, schedule="hours", schedule_next=timezone.now())
        waiting.refresh_from_db()
        HumaEvent.objects.create(connection=waiting, topic="users-update", huma_ids=["1"], body_hash="x")
        assert schedule.start_due() == []
        assert real_time.start(waiting) is None
        assert not date_roll.look(waiting)
        assert not carrying_out.may_run(waiting, SyncRun(connection=waiting, trigger="release"))
        bell.a_minute()
        assert not SyncRun.objects.filter(connection=waiting).exists()
        assert HumaEvent.objects.get().state == "waiting", "it is kept"

    def test_nothing_that_was_held_is_released(self, waiting, hr):
        with pytest.raises(NotAllowed):
            answering_held.approve(waiting, hr, [1], "")

    @pytest.mark.parametrize("name", ["sync", "links"])
    @pytest.mark.parametrize("option", ["", "--dry-run"])
    def test_the_commands_end_with_one_clear_line(self, waiting, name, option):
        with pytest.raises(CommandError) as refused:
            call_command(name, waiting.code, *filter(None, [option]))
        assert refused.value.returncode == 2
        assert len(str(refused.value).splitlines()) == 1
        assert "godkjen" in str(refused.value) or "approval" in str(refused.value)

    def test_whoever_reads_past_the_command_is_refused_too(self, waiting, sandbox):
        bell.until_quiet()
        sandbox.journal.clear()
        for options in (Options(), Options(dry_run=True)):
            assert run.whole_run(waiting, options, lambda _run: None).exit_code == 2
        assert isinstance(dry_run.links_to_look_at(waiting), str)
        assert len(sandbox.journal) == 0

    def test_what_huma_tells_meanwhile_is_kept(self, waiting, sandbox):
        class Found:
            connection = waiting

        found: Any = Found()
        hearing.tell(found, "some-id")
        assert HumaEvent.objects.get().state == "noted"


def test_afterwards_everything_goes_on_as_ever(waiting, superuser, hr):
    answering.release(request_of(waiting).pk, superuser)
    waiting.refresh_from_db()
    run = lifecycle.start(waiting, hr)
    bell.until_quiet()
    run.refresh_from_db()
    assert run.state == "review"
    assert signed_in(hr).get(reverse("admin:overview", args=[waiting.code])).status_code == 200


def test_a_look_that_nobody_needs_any_more_leaves_nothing(waiting, superuser):
    answering.refuse(request_of(waiting).pk, superuser, "No.")
    tasks.look(waiting.pk)
    assert not SyncRun.objects.exists()
    assert request_of(waiting).figures == {}


def test_what_is_connected_already_is_nobodys_question(sandbox, hr, superuser):
    made = active_connection(sandbox, hr)
    response = Client()
    response.force_login(superuser)
    assert response.get(at(made, "release/")).headers["Location"] == at(made)
