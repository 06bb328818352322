"""Who may open the pages, and where the step bar leads."""

import pytest
from django.test import Client

from sync.models import SyncRun
from tests.connections.companies import OTHER_GUID, company
from tests.sync.browsing import at, signed_in, words

pytestmark = pytest.mark.django_db

PAGES = ("sync_users", "overview", "review", "review_matches", "confirm", "history")
POSTS = (
    "sync_start",
    "sync_cancel",
    "sync_read_again",
    "sync_go",
    "sync_check",
    "review_decide",
    "review_person",
    "review_bulk",
    "review_bulk_decide",
    "review_matches_decide",
    "confirm_run",
)
OF_A_RUN = ("run", "run_live", "result")


@pytest.mark.parametrize("name", PAGES)
def test_each_page_works_and_says_that_nothing_is_written(web, run, name):
    response = web.get(at(name, run.connection))
    assert response.status_code == 200
    assert ("Nothing has been sent yet." in words(response)) == (name != "history")
    assert "Fjordheim AS" in words(response)


@pytest.mark.parametrize("name", PAGES)
def test_another_owners_connection_is_not_there(run, other, name):
    assert signed_in(other).get(at(name, run.connection)).status_code == 404


@pytest.mark.parametrize("name", POSTS)
def test_nothing_of_another_owners_connection_can_be_changed(run, other, name):
    assert signed_in(other).post(at(name, run.connection)).status_code == 404
    run.refresh_from_db()
    assert run.state == SyncRun.State.REVIEW


@pytest.mark.parametrize("name", OF_A_RUN)
def test_another_owners_run_is_not_there(run, other, name):
    assert signed_in(other).get(at(name, run.connection, run.pk)).status_code == 404


@pytest.mark.parametrize("name", OF_A_RUN)
def test_a_run_belongs_to_its_own_connection(run, hr, name):
    elsewhere = company(hr, name="Elsewhere", tenant_id=OTHER_GUID)
    assert signed_in(hr).get(at(name, elsewhere, run.pk)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_is_asked_to_sign_in(run, name):
    response = Client().get(at(name, run.connection))
    assert response.status_code == 302
    assert "/login/" in response["Location"]


def test_a_superuser_sees_every_connection(run, superuser):
    assert signed_in(superuser).get(at("overview", run.connection)).status_code == 200


@pytest.mark.parametrize("name", POSTS)
def test_what_changes_something_is_never_a_link(web, run, name):
    assert web.get(at(name, run.connection)).status_code == 405


def test_the_step_bar_leads_back_and_forth(web, run):
    response = web.get(at("review", run.connection)).content.decode()
    for name in ("sync_users", "overview", "create", "confirm"):
        assert f'class="step" href="{at(name, run.connection)}"' in response
    assert at("run", run.connection, run.pk) not in response


@pytest.mark.parametrize("name", ["overview", "review", "review_matches", "confirm"])
def test_without_an_open_run_one_begins_at_the_beginning(web, fjordheim, name):
    assert web.get(at(name, fjordheim)).url == at("sync_users", fjordheim)


@pytest.mark.parametrize("name", ["overview", "review", "confirm"])
def test_a_run_that_writes_is_shown_where_it_is(web, run, name):
    SyncRun.objects.update(state="applying")
    assert web.get(at(name, run.connection)).url == at("run", run.connection, run.pk)


def test_continue_leads_to_where_one_was(web, run):
    response = web.post(at("sync_go", run.connection), {"state": "confirm"})
    assert response.url == at("confirm", run.connection)
    page = web.get(at("sync_users", run.connection))
    assert f'class="btn primary" href="{at("confirm", run.connection)}"' in page.content.decode()
    assert web.post(at("sync_go", run.connection), {"state": "finished"}).status_code == 404
