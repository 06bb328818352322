"""Choices of one person that arrive in the wrong order: the one that they made last is stored."""

import pytest

from sync.models import Conflict
from tests.sync.browsing import at, signed_in, words

pytestmark = pytest.mark.django_db
NOW = 1_800_000_000_000
"""A moment of the browser's clock, in milliseconds."""


def choose(web, conflict, choice, chosen_at="", expected=""):
    data = {"conflict": conflict.pk, "choice": choice, "expected": expected}
    headers = {"hx-request": "true", "x-chosen-at": str(chosen_at)}
    return words(web.post(at("review_decide", conflict.run.connection), data, headers=headers))


def choose_for_all(web, conflict, choice, chosen_at):
    seen = [f"{row.pk}:" for row in Conflict.objects.filter(link=conflict.link_id)]
    data = {"link": conflict.link_id, "choice": choice, "seen": seen}
    headers = {"hx-request": "true", "x-chosen-at": str(chosen_at)}
    return words(web.post(at("review_person", conflict.run.connection), data, headers=headers))


@pytest.fixture
def phone(conflict):
    return conflict("kari", "phone")


def stored(conflict):
    return Conflict.objects.get(pk=conflict.pk).decision


def test_an_earlier_choice_that_comes_later_is_not_stored_and_the_answer_says_what_is(web, phone):
    choose(web, phone, "visma", NOW + 1)
    answer = choose(web, phone, "huma", NOW)
    assert stored(phone) == "visma"
    assert "Saved: Use Visma's" in answer
    assert "1 of 3 decided" in answer


def test_a_choice_on_the_way_does_not_come_back_after_it_was_taken_back(web, phone):
    choose(web, phone, "", NOW + 1)
    choose(web, phone, "huma", NOW)
    assert stored(phone) == ""


def test_taking_back_on_the_way_does_not_undo_the_choice_made_after_it(web, phone):
    choose(web, phone, "huma", NOW)
    choose(web, phone, "visma", NOW + 2)
    choose(web, phone, "", NOW + 1)
    assert stored(phone) == "visma"


def test_choices_in_their_order_are_stored_one_after_the_other(web, phone):
    for moment, choice in enumerate(("huma", "visma", "", "leave")):
        choose(web, phone, choice, NOW + moment)
        assert stored(phone) == choice


def test_a_choice_for_the_whole_card_keeps_the_order_too(web, phone, conflict):
    choose(web, phone, "leave", NOW + 1)
    assert "1 difference" not in choose_for_all(web, phone, "huma", NOW)
    assert stored(phone) == "leave"
    assert conflict("kari", "given_name").decision == "huma"
    choose_for_all(web, phone, "visma", NOW + 3)
    choose(web, phone, "leave", NOW + 2)
    assert stored(phone) == "visma"


@pytest.mark.parametrize("first", ["huma", ""], ids=["chosen", "taken back"])
def test_a_colleagues_later_choice_is_stored_whatever_her_clock_says(web, phone, other, first):
    phone.run.connection.owners.add(other)
    choose(web, phone, first, NOW)
    choose(signed_in(other), phone, "visma", NOW - 10_000, expected=first)
    assert stored(phone) == "visma"
    choose(web, phone, "leave", NOW - 20_000, expected="visma")
    assert stored(phone) == "leave"


def test_a_clock_that_was_put_back_does_not_keep_her_from_choosing(web, phone):
    choose(web, phone, "huma", NOW)
    choose(web, phone, "visma", NOW - 3_600_000)
    assert stored(phone) == "visma"


@pytest.mark.parametrize("moment", ["", "0", "soon", "-5", "9" * 30])
def test_without_a_moment_the_last_to_come_is_stored(web, phone, moment):
    choose(web, phone, "huma", NOW)
    choose(web, phone, "visma", moment)
    assert stored(phone) == "visma"
    choose(web, phone, "leave", NOW - 1)
    assert stored(phone) == "leave"
