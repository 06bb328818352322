"""Links to look at again: what speaks against them, and what can be done."""

import json

import pytest
from django.core.management import call_command

from connections.models import AuditEntry
from sync.models import EmployeeLink
from tests.sync.browsing import at, signed_in, words
from tests.sync.made_reads import day, in_huma, in_visma, read

pytestmark = pytest.mark.django_db

BORN = {"value": "1990-05-17"}


def company(birth="1990-05-17", name="Lie"):
    """Two linked people; the arguments describe Kari."""
    return [
        in_huma("h1", "Kari", "Lie", "1", "kari@x.no", birthDate=BORN),
        in_visma("v1", "Kari" if name == "Lie" else "Ola", name, "1", "kari@x.no", dateOfBirth=birth),
        in_huma("h2", "Per", "Moe", "2", "per@x.no", birthDate=BORN),
        in_visma("v2", "Per", "Moe", "2", "per@x.no", dateOfBirth="1990-05-17"),
    ]


@pytest.fixture
def doubted(fjordheim):
    """A date of birth that has come to differ."""
    read(fjordheim, *company()).delete()
    run = read(fjordheim, *company(birth="1955-02-03"))
    return EmployeeLink.objects.get(connection=run.connection, huma_id="h1")


def page(web, connection, **query):
    return words(web.get(at("links", connection), query))


def post(web, name, connection, **data):
    return words(web.post(at(name, connection), data, follow=True))


def test_where_nothing_speaks_against_a_link_it_says_so(web, fjordheim):
    assert "Nothing speaks against any of the linked people." in page(web, fjordheim)


def test_attention_has_one_entry_that_leads_here(web, fjordheim, doubted):
    text = words(web.get(at("attention", fjordheim)))
    assert "1 linked person to check: are they still the same person?" in text
    shown = page(web, fjordheim)
    assert "The dates of birth differ" in shown
    assert "Kari Lie" in shown
    assert "Per Moe" not in shown


def test_people_shows_and_filters_them(web, fjordheim, doubted):
    shown = words(web.get(at("people", fjordheim), {"show": "doubted"}))
    assert "Still the same person?" in shown
    assert "Kari Lie" in shown
    assert "Per Moe" not in shown


def test_still_right_is_remembered(web, fjordheim, doubted):
    assert "1 linked person is confirmed." in post(web, "links_still_right", fjordheim, link=doubted.pk)
    doubted.refresh_from_db()
    assert (doubted.doubt, doubted.known) == ("", ["birth"])
    assert AuditEntry.objects.filter(action="people.still_right").exists()
    fjordheim.runs.all().delete()
    read(fjordheim, *company(birth="1955-02-03"))
    doubted.refresh_from_db()
    assert doubted.doubt == ""


def test_a_group_is_confirmed_once_its_number_is_typed(web, fjordheim, doubted):
    EmployeeLink.objects.filter(connection=fjordheim).update(doubt="names")
    assert "Nothing was changed. Type the number 2" in post(
        web, "links_still_right", fjordheim, kind="names", typed="3"
    )
    assert EmployeeLink.objects.exclude(doubt="").count() == 2
    assert "2 linked people are confirmed." in post(web, "links_still_right", fjordheim, kind="names", typed="2")
    assert not EmployeeLink.objects.exclude(doubt="").exists()


def test_a_rehire_is_shown_with_both_and_linked_anew_with_one_click(web, fjordheim):
    old = [
        in_huma("h1", "Kari", "Lie", "1", birthDate=BORN),
        in_visma("v1", "Kari", "Lie", "1", dateOfBirth="1990-05-17"),
    ]
    read(fjordheim, *old).delete()
    born = {"dateOfBirth": "1990-05-17"}
    read(
        fjordheim,
        in_huma("h1", "Kari", "Lie", "7", birthDate=BORN),
        in_visma("v1", "Kari", "Lie", "1", ends=day(-100), **born),
        in_visma("v9", "Kari", "Lie", "7", **born),
    )
    link = EmployeeLink.objects.get(huma_id="h1")
    assert link.doubt == "instead:v9"
    shown = page(web, fjordheim, kind="instead")
    assert "Another employee in Visma may be the same person" in shown
    assert "Link with the new employee : Kari Lie" in shown
    assert "Linked with the new employee." in post(web, "links_instead", fjordheim, link=link.pk)
    links = EmployeeLink.objects.filter(huma_id="h1").values_list("visma_id", "state")
    assert set(links) == {("v1", "different"), ("v9", "linked")}


def test_what_is_somebody_elses_is_not_there(other, fjordheim, doubted):
    stranger = signed_in(other)
    assert stranger.get(at("links", fjordheim)).status_code == 404
    for name in ("links_still_right", "links_instead"):
        assert stranger.post(at(name, fjordheim), {"link": doubted.pk}).status_code == 404
    doubted.refresh_from_db()
    assert doubted.doubt == "birth"


def test_the_command_says_how_many_there_are(fjordheim, doubted, capsys):
    call_command("links", fjordheim.code, "--json")
    assert json.loads(capsys.readouterr().out) == {"to_look_at": 1}


def test_the_persons_own_page_says_what_speaks_against_it_and_takes_still_right(web, fjordheim, doubted):
    address = at("person", fjordheim, "huma", "h1")
    shown = words(web.get(address))
    assert "Still the same person? The dates of birth differ." in shown
    assert "Automatic updates of this person have stopped until you answer." in shown
    assert f'name="link" value="{doubted.pk}"' in web.get(address).content.decode()
    assert "1 linked person is confirmed." in post(web, "links_still_right", fjordheim, link=str(doubted.pk))
    assert "The dates of birth differ." not in words(web.get(address))
    assert "Still right" not in words(web.get(at("person", fjordheim, "huma", "h2")))


def test_the_persons_own_page_leads_to_the_new_employee(web, fjordheim, doubted):
    EmployeeLink.objects.filter(pk=doubted.pk).update(doubt="instead:v9")
    text = web.get(at("person", fjordheim, "huma", "h1")).content.decode()
    assert f'href="{at("links", fjordheim)}?kind=instead"' in text


def test_the_persons_own_page_does_not_say_that_names_stop_anything(web, fjordheim, doubted):
    EmployeeLink.objects.filter(pk=doubted.pk).update(doubt="names")
    shown = words(web.get(at("person", fjordheim, "huma", "h1")))
    assert "No part of the names agrees." in shown
    assert "have stopped" not in shown
