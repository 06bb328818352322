"""Lists whose rows leave while somebody works through them: Next and Previous show everybody exactly once."""

from itertools import chain

import pytest

from sync.models import Conflict
from tests.connections.companies import company
from tests.sync.browsing import at, words
from tests.sync.walking import disagreeing, everybody, follow, names, one_sided, staying, walk

pytestmark = [pytest.mark.django_db, pytest.mark.no_moment]

HTMX = {"hx-request": "true"}


def test_deciding_some_of_a_page_skips_nobody_on_the_next(web, fjordheim):
    run = disagreeing(fjordheim, 60)
    review = at("review", fjordheim)
    first = web.get(review)
    assert names(first) == everybody(60)[:25]
    for name in names(first)[:12]:
        decide(web, run, name)
    second = follow(web, review, first, "next")
    assert names(second) == everybody(60)[25:50]
    assert "14–38 of 48" in words(second), "the 13 of the page before that aren't decided lie before it"


def decide(web, run, name):
    row = Conflict.objects.get(run=run, link__name__startswith=name)
    web.post(at("review_decide", run.connection), {"conflict": row.pk, "choice": "leave", "expected": ""}, headers=HTMX)


def test_whoever_decides_every_page_has_decided_everybody(web, fjordheim):
    run = disagreeing(fjordheim, 60)
    seen = walk(web, at("review", fjordheim), lambda shown: [decide(web, run, name) for name in shown])
    assert list(chain(*seen)) == everybody(60)
    assert not Conflict.objects.filter(run=run, decision="").exists()


def test_previous_shows_whom_the_page_before_left_open(web, fjordheim):
    run = disagreeing(fjordheim, 60)
    review = at("review", fjordheim)
    second = follow(web, review, web.get(review), "next")
    for name in everybody(60)[:20]:
        decide(web, run, name)
    back = follow(web, review, second, "prev")
    assert names(back) == everybody(60)[20:25]
    assert names(follow(web, review, back, "next")) == everybody(60)[25:50]


def test_what_a_colleague_decides_meanwhile_moves_nothing(web, fjordheim):
    run = disagreeing(fjordheim, 60)
    review = at("review", fjordheim)
    first = web.get(review)
    Conflict.objects.filter(run=run, link__name__in=[f"{name} Name" for name in everybody(60)[20:30]]).update(
        decision="leave", decided_by="other"
    )
    assert names(follow(web, review, first, "next")) == everybody(60)[30:55]


def test_a_filter_and_a_search_stay_over_the_pages(web, fjordheim):
    run = disagreeing(fjordheim, 60)
    review = at("review", fjordheim)
    filtered = web.get(f"{review}?field=phone&show=all")
    for name in names(filtered):
        decide(web, run, name)
    filtered = follow(web, review, filtered, "next")
    assert (names(filtered), filtered.request["QUERY_STRING"].split("&")[:2]) == (
        everybody(60)[25:50],
        ["field=phone", "show=all"],
    )

    searched = web.post(review, {"search": "Person", "show": "undecided"})
    assert names(searched) == everybody(60)[25:50]
    for name in names(searched)[:3]:
        decide(web, run, name)
    searched = follow(web, review, searched, "next")
    assert names(searched) == everybody(60)[50:]
    assert searched.request["QUERY_STRING"] == "", "a name never stands in an address"


def test_the_end_of_the_list_says_so_and_what_is_next(web, fjordheim):
    run = disagreeing(fjordheim, 30)
    review = at("review", fjordheim)
    last = follow(web, review, web.get(review), "next")
    address = f"{review}?{last.request['QUERY_STRING']}"
    Conflict.objects.filter(run=run, link__name__gte="Person025").update(decision="leave")
    text = words(web.get(address))
    assert "All decided here There are 25 further up in the list. To the beginning of the list" in text
    assert "Next: Create" in text
    Conflict.objects.filter(run=run).update(decision="leave")
    text = words(web.get(address))
    assert "Everything is decided" in text
    assert "Next you choose who is created." in text


@pytest.mark.parametrize(
    "query", ["page=3", "page=999", "page=x", "after=1", "after=x", "before=0", "at=%00", "after=9-"]
)
def test_addresses_of_before_and_broken_ones_lead_somewhere(web, fjordheim, query):
    disagreeing(fjordheim, 60)
    one_sided(company(*fjordheim.owners.all(), tenant_id="2"), 60)
    for name in ("review", "create", "review_matches", "people", "history", "held", "links", "attention"):
        response = web.get(f"{at(name, fjordheim)}?{query}")
        assert response.status_code == 200, name
    if query.startswith("page"):
        shown = names(web.get(f"{at('review', fjordheim)}?{query}"))
        assert shown == (everybody(60)[:25] if query == "page=x" else everybody(60)[50:])


def test_a_choice_without_javascript_comes_back_to_the_same_page(web, fjordheim):
    run = disagreeing(fjordheim, 60)
    review = at("review", fjordheim)
    second = follow(web, review, web.get(review), "next")
    row = Conflict.objects.get(run=run, link__name__startswith="Person025")
    hidden = staying(second)
    data = {"conflict": row.pk, "choice": "leave", "expected": "", "at": hidden}
    back = web.post(at("review_decide", fjordheim), data, follow=True)
    assert names(back) == everybody(60)[26:51]


def test_a_choice_without_javascript_keeps_the_search(web, fjordheim):
    run = disagreeing(fjordheim, 60)
    review = at("review", fjordheim)
    second = follow(web, review, web.post(review, {"search": "Name"}), "next")
    row = Conflict.objects.get(run=run, link__name__startswith="Person025")
    data = {"conflict": row.pk, "choice": "leave", "expected": "", "at": staying(second), "search": "Name"}
    back = web.post(at("review_decide", fjordheim), data)
    assert names(back) == everybody(60)[26:51]
    row.refresh_from_db()
    assert row.decision == "leave"
