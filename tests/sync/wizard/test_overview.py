"""Overview: the sentence, the figures and the notes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from sync.models import SyncRun
from tests.sync.browsing import at, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = pytest.mark.django_db


def test_one_sentence_says_who_is_where_and_what_disagrees(web, run):
    text = words(web.get(at("overview", run.connection)))
    assert (
        "4 in Huma, 4 in Visma: 2 are the same person (2 by Employment ID), 1 possible match, 1 only in Huma, "
        "1 only in Visma. 3 differences in 2 people, 1 of them empty in one system." in text
    )


def test_each_figure_opens_its_filter(web, run):
    page = web.get(at("overview", run.connection)).content.decode()
    review = at("review", run.connection)
    for url in (review, f"{review}?field=phone&amp;show=all", f"{review}?kind=empty&amp;show=all"):
        assert f'href="{url}"' in page
        assert web.get(url.replace("&amp;", "&")).status_code == 200
    for name in ("review_matches", "people"):
        assert at(name, run.connection) in page
    assert f"{at('create', run.connection)}#to-visma" in page


def test_who_is_in_one_system_is_counted_without_possible_matches_and_says_so(web, run):
    text = words(web.get(at("overview", run.connection)))
    assert text.count("without the possible matches") == 2


def test_a_later_run_begins_with_what_is_new(web, fjordheim):
    people = (
        in_huma("kari", "Kari", "Nordmann", "1", "kari@x.no", phone=wrap("22 33 44 55")),
        in_visma("kari-v", "Kari", "Nordmann", "1", "kari@x.no"),
    )
    first = read(fjordheim, *people)
    assert "differences since" not in words(web.get(at("overview", fjordheim)))
    SyncRun.objects.filter(pk=first.pk).update(
        state="finished", finished_at=timezone.now() - timedelta(days=1), confirmed_at=timezone.now()
    )
    read(fjordheim, *people)
    assert "No new differences since" in words(web.get(at("overview", fjordheim)))


def test_what_is_worth_knowing_says_what_to_do(web, fjordheim):
    swedish = wrap({"type": "national", "number": "12345", "country": "SE"})
    read(
        fjordheim,
        in_huma("a", "Anna", "Andersson", "1", "a@x.no", bankAccount=swedish),
        in_visma("a-v", "Anna", "Andersson", "1", "a@x.no"),
        in_huma("b", "Berit", "Berg", "1234567890123", "b@x.no"),
    )
    text = words(web.get(at("overview", fjordheim)))
    assert "Worth knowing" in text
    assert "1 has an account in Huma that becomes cash in Visma" in text
    assert "Visma takes at most 12 characters. Shorten it in Huma, then fetch again." in text


def test_people_who_agree_on_everything_are_good_news(web, fjordheim):
    read(
        fjordheim,
        in_huma("a", "Anna", "Berg", "1", "a@x.no"),
        in_visma("a-v", "Anna", "Berg", "1", "a@x.no"),
    )
    assert "The two systems agree about everybody who is in both." in words(web.get(at("overview", fjordheim)))
