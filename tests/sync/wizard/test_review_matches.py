"""Possible matches: linked, kept apart, asked again."""

import pytest

from sync.models import EmployeeLink, PossibleMatch
from tests.sync.browsing import at, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def match(run):
    return PossibleMatch.objects.get(run=run)


def settle(web, match, choice):
    url = at("review_matches_decide", match.run.connection)
    return web.post(url, {"match": match.pk, "choice": choice}, follow=True)


def test_both_people_stand_side_by_side(web, run, match):
    text = words(web.get(at("review_matches", run.connection)))
    assert "May Be and May Be" in text
    assert "What agrees: Name." in text
    assert "may@x.no bea@x.no" in text


def test_linking_compares_the_pair_at_once(web, run, match):
    assert "Linked. If the two systems disagree about the person" in words(settle(web, match, "link"))
    link = EmployeeLink.objects.get(huma_id="may")
    assert (link.visma_id, link.state, link.linked_by_user) == ("be-v", "linked", "hr")
    assert link.conflicts.filter(run=run, field="email").exists()
    assert "May Be" in words(web.get(at("review", run.connection)))


def test_different_people_are_kept_apart_and_can_be_asked_about_again(web, run, match):
    assert "Marked as different people" in words(settle(web, match, "different"))
    assert EmployeeLink.objects.get(huma_id="may").state == "different"
    settle(web, match, "reopen")
    assert not EmployeeLink.objects.filter(huma_id="may").exists()
    match.refresh_from_db()
    assert match.decision == ""


def test_a_second_click_says_that_it_was_settled(web, match):
    settle(web, match, "link")
    assert "Somebody else decided this meanwhile." in words(settle(web, match, "different"))
    assert "Somebody else decided this meanwhile." in words(settle(web, match, "reopen"))


@pytest.mark.parametrize("data", [{"match": "x", "choice": "link"}, {"match": "1", "choice": "marry"}])
def test_nonsense_is_refused(web, run, data):
    assert web.post(at("review_matches_decide", run.connection), data).status_code == 404


def test_without_possible_matches_it_says_so(web, run, match):
    match.delete()
    assert "No possible matches" in words(web.get(at("review_matches", run.connection)))
