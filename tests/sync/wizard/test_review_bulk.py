"""One choice for everything that a filter shows: first a page with what it would do, then the click."""

import pytest

from sync.models import Conflict
from tests.sync.browsing import at, words

pytestmark = pytest.mark.django_db


def test_first_it_says_how_many_and_what_is_left_alone(web, run):
    text = words(web.post(at("review_bulk", run.connection), {"choice": "huma"}))
    assert "Use Huma's: 2 differences" in text
    assert "1 is left alone: the chosen value is empty. Emptying a field has to be chosen for each person." in text
    assert "Nothing has been sent yet." in text
    assert not Conflict.objects.exclude(decision="").exists()


def test_then_it_saves(web, run):
    response = web.post(at("review_bulk_decide", run.connection), {"choice": "huma"}, follow=True)
    assert "Saved for 2 differences. 1 is left alone" in words(response)
    assert Conflict.objects.filter(decision="huma").count() == 2
    assert not Conflict.objects.filter(decision="huma", field="phone", kind="huma_empty").exists()


def test_as_suggested_leaves_alone_what_has_no_suggestion(web, run, conflict):
    text = words(web.post(at("review_bulk", run.connection), {"choice": "suggested"}))
    assert "As suggested: 1 difference" in text
    assert "2 are left alone: nothing is suggested for them." in text
    web.post(at("review_bulk_decide", run.connection), {"choice": "suggested"})
    assert conflict("ola", "phone").decision == "visma"


def test_it_is_about_the_filter_only(web, run, conflict):
    web.post(at("review_bulk_decide", run.connection), {"choice": "huma", "field": "given_name"})
    assert conflict("kari", "given_name").decision == "huma"
    assert conflict("kari", "phone").decision == ""


def test_it_keeps_the_search_on_its_way(web, run, conflict):
    page = web.post(at("review_bulk", run.connection), {"choice": "leave", "search": "kari"})
    assert 'name="search" value="kari"' in page.content.decode()
    response = web.post(at("review_bulk_decide", run.connection), {"choice": "leave", "search": "kari"})
    assert "kari" not in response.url
    assert conflict("ola", "phone").decision == ""


def test_choices_that_would_be_replaced_are_counted(web, run):
    Conflict.objects.filter(field="given_name").update(decision="visma", decided_by="other")
    text = words(web.post(at("review_bulk", run.connection), {"choice": "huma", "show": "all"}))
    assert "1 of them already has another choice, and gets this one." in text


def test_a_choice_that_would_decide_nothing_says_why(web, run):
    data = {"choice": "huma", "kind": "huma_empty"}
    text = words(web.post(at("review_bulk", run.connection), data))
    assert "This choice decides nothing" in text
    assert "1 is left alone: the chosen value is empty." in text


@pytest.mark.parametrize("choice", ["never", "everything"])
def test_never_is_chosen_singly(web, run, choice):
    assert web.post(at("review_bulk", run.connection), {"choice": choice}).status_code == 404
    assert web.post(at("review_bulk_decide", run.connection), {"choice": choice}).status_code == 404
