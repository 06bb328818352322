"""Lists whose rows leave while somebody works through them: Next and Previous skip nobody and show nobody twice."""

import re
from itertools import chain

import pytest
from django.utils import timezone

from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, Notice, PossibleMatch, SyncRun
from sync.services.notices import tell
from tests.connections.companies import company
from tests.sync.core.documents import wrap
from tests.sync.reading import in_huma, in_visma, read
from tests.sync.views.conftest import at, words

pytestmark = pytest.mark.django_db

HTMX = {"hx-request": "true"}
NAME = re.compile(r"Person\d\d\d")


def names(response):
    """Whom a page shows, in order, once each."""
    said = re.sub(r'<ul class="messagelist".*?</ul>', "", response.content.decode(), flags=re.DOTALL)
    return list(dict.fromkeys(NAME.findall(said)))


def follow(web, url, response, rel):
    """The page behind Next or Previous of a list, as its link or button leads there; ``None`` without one."""
    html = response.content.decode()
    key = {"next": "after", "prev": "before"}[rel]
    if link := re.search(rf'rel="{rel}" href="\?([^"]*)"', html):
        return web.get(f"{url}?{link.group(1).replace('&amp;', '&')}")
    if button := re.search(rf'form="[a-z-]+" name="{key}" value="([^"]*)"', html):
        fields = dict(re.findall(r'<input type="hidden" form="filter" name="(\w+)" value="([^"]*)"', html))
        for name, options in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', html, re.DOTALL):
            fields[name] = next(iter(re.findall(r'<option value="([^"]*)" selected', options)), "")
        found = re.search(r'type="search"[^>]* value="([^"]+)"', html)
        data = {**fields, key: button.group(1), "search": found.group(1) if found else ""}
        return web.post(url, data, follow=True)
    return None


def staying(response):
    """The mark by which a click comes back to this page."""
    return re.findall(r'name="at" value="([^"]*)"', response.content.decode())[0]


def walk(web, url, act=lambda shown: None):
    """Work through a list from its beginning by Next; ``act`` does something with whom each page shows."""
    response, seen = web.get(url), []
    while response is not None:
        shown = names(response)
        assert shown
        seen.append(shown)
        act(shown)
        response = follow(web, url, response, "next")
    return seen


def disagreeing(connection, count):
    """So many people who disagree about their phone, and nothing else."""
    people = []
    for n in range(count):
        one = (f"Person{n:03}", "Name", str(100 + n), f"p{n}@x.no")
        people += [in_huma(f"h{n}", *one, phone=wrap("22 33 44 55")), in_visma(f"v{n}", *one)]
    return read(connection, *people)


def one_sided(connection, count):
    """So many people in Huma only."""
    return read(
        connection, *(in_huma(f"h{n}", f"Person{n:03}", "Name", str(100 + n), f"p{n}@x.no") for n in range(count))
    )


def everybody(count):
    return [f"Person{n:03}" for n in range(count)]


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
    assert "All decided here 25 are left further up in the list. To the beginning of the list" in text
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


def test_create_goes_on_behind_whoever_was_left_out(web, fjordheim):
    run = one_sided(fjordheim, 120)

    def never_add(shown):
        for name in shown[::2]:
            person = EmployeeSnapshot.objects.get(run=run, name__startswith=name)
            web.post(at("create_never", fjordheim), {"to": "visma", "person": person.pk}, headers=HTMX)

    url = at("create", fjordheim)
    response, seen = web.get(url), []
    while response is not None:
        shown = names_of_section(response, "visma-main")
        seen += shown
        never_add(shown)
        after = re.search(r'href="\?(to=visma&amp;group=main&amp;after=\d+)"', response.content.decode())
        response = web.get(f"{url}?{after.group(1).replace('&amp;', '&')}") if after else None
    assert seen == everybody(120)


def names_of_section(response, code):
    html = response.content.decode().split(f'id="{code}"', 1)[1].split('class="fold"')[0]
    return list(dict.fromkeys(NAME.findall(html)))


def test_leaving_somebody_out_keeps_the_page_of_the_list(web, fjordheim):
    run = one_sided(fjordheim, 120)
    url = at("create", fjordheim)
    first = EmployeeSnapshot.objects.get(run=run, name__startswith="Person050")
    second = EmployeeSnapshot.objects.get(run=run, name__startswith="Person049")
    page = web.get(f"{url}?to=visma&group=main&after={second.pk}")
    assert f'name="at" value="{first.pk}"' in page.content.decode()
    data = {"to": "visma", "group": "main", "at": first.pk, "person": first.pk}
    again = web.post(at("create_never", fjordheim), data, headers=HTMX)
    assert names_of_section(again, "visma-main") == everybody(120)[51:101]


def test_possible_matches_are_all_asked_about(web, fjordheim):
    people = []
    for n in range(60):
        people.append(in_huma(f"h{n}", f"Person{n:03}", "Name", f"A{n}", f"a{n}@x.no"))
        people.append(in_visma(f"v{n}", f"Person{n:03}", "Name", f"B{n}", f"b{n}@x.no"))
    run = read(fjordheim, *people)
    assert PossibleMatch.objects.filter(run=run).count() == 60
    PossibleMatch.objects.update(at_once=False)

    def answer(shown):
        for name in shown:
            match = PossibleMatch.objects.get(run=run, huma__name__startswith=name)
            if not match.decision:
                web.post(at("review_matches_decide", fjordheim), {"match": match.pk, "choice": "different"})

    seen = walk(web, at("review_matches", fjordheim), answer)
    assert sorted(list(chain(*seen))[:60]) == everybody(60)
    assert not PossibleMatch.objects.filter(decision="").exists()


def test_answering_a_possible_match_comes_back_to_the_same_page(web, fjordheim):
    people = []
    for n in range(60):
        people.append(in_huma(f"h{n}", f"Person{n:03}", "Name", f"A{n}", f"a{n}@x.no"))
        people.append(in_visma(f"v{n}", f"Person{n:03}", "Name", f"B{n}", f"b{n}@x.no"))
    run = read(fjordheim, *people)
    PossibleMatch.objects.update(at_once=False)
    url = at("review_matches", fjordheim)
    second = follow(web, url, web.get(url), "next")
    shown = names(second)
    mark = staying(second)
    match = PossibleMatch.objects.get(run=run, huma__name__startswith=shown[0])
    data = {"match": match.pk, "choice": "different", "at": mark}
    assert names(web.post(at("review_matches_decide", fjordheim), data, follow=True))[:24] == shown[1:]


def test_people_goes_on_behind_whoever_left_the_filter(web, fjordheim):
    run = one_sided(fjordheim, 120)

    def leave_out(shown):
        for name in shown[::2]:
            person = EmployeeSnapshot.objects.get(run=run, name__startswith=name)
            web.post(at("person_leave_out", fjordheim, "huma", person.vendor_id))
            person.delete()

    url = at("people", fjordheim)
    response = web.get(f"{url}?show=only_huma")
    seen = names(response)
    leave_out(seen)
    response = follow(web, url, response, "next")
    assert names(response) == everybody(120)[50:100]
    leave_out(names(response))
    assert names(follow(web, url, response, "next")) == everybody(120)[100:]
    assert names(follow(web, url, response, "prev")) == everybody(120)[1:50:2]


def test_people_goes_on_behind_somebody_who_was_linked_with_another_name(web, fjordheim):
    here = [in_visma(f"v{n}", f"Person{n:03}", "Name", f"B{n}") for n in range(60)]
    read(fjordheim, *here, in_huma("h", "Aase", "Other", "1"))
    url = at("people", fjordheim)
    first = web.get(f"{url}?show=only_visma")
    assert names(first)[-1] == "Person049"
    web.post(at("people_link", fjordheim), {"huma": "h", "visma": "v49"})
    assert names(follow(web, url, first, "next")) == everybody(60)[50:]


def test_a_search_of_people_stays_over_the_pages(web, fjordheim):
    one_sided(fjordheim, 120)
    url = at("people", fjordheim)
    searched = follow(web, url, web.post(url, {"search": "Name"}), "next")
    assert names(searched) == everybody(120)[50:100]
    assert searched.request["QUERY_STRING"] == ""


def test_notices_are_all_seen_to(web, fjordheim):
    for n in range(120):
        tell(fjordheim, Notice.Kind.NEW_PERSON, f"h{n}", name=f"Person{n:03}")

    def done(shown):
        for name in shown[::2]:
            web.post(
                at("attention_done", fjordheim), {"notice": Notice.objects.get(name=name).pk, "kind": "new_person"}
            )

    url = f"{at('attention', fjordheim)}"
    first = web.get(f"{url}?kind=new_person")
    seen, response = [], first
    while response is not None:
        shown = names(response)
        seen += shown
        done(shown)
        response = follow(web, url, response, "next")
    assert seen == everybody(120)[::-1]


def test_what_is_held_is_all_looked_at(web, fjordheim):
    run = SyncRun.objects.create(connection=fjordheim, trigger="real-time", state="finished", rule_by="hr")
    run.confirmed_at = run.finished_at = timezone.now()
    run.save()
    for n in range(150):
        name = f"Person{n:03}"
        link = EmployeeLink.objects.create(connection=fjordheim, huma_id=name, visma_id=f"v{n}", name=name)
        Change.objects.create(
            run=run, link=link, side="visma", field="phone", name=name, before="1", after="2", state="held",
            reason="held_many",
        )  # fmt: skip
    url = at("held", fjordheim)
    first = web.get(url)
    assert names(first) == everybody(150)[:100]
    pks = Change.objects.filter(name__lt="Person080").values_list("pk", flat=True)
    web.post(at("held_drop", fjordheim), {"changes": ",".join(map(str, pks))})
    second = follow(web, url, first, "next")
    assert names(second) == everybody(150)[100:]
    assert names(follow(web, url, second, "prev")) == everybody(150)[80:100]


def test_links_are_all_looked_at(web, fjordheim):
    for n in range(120):
        EmployeeLink.objects.create(
            connection=fjordheim, huma_id=f"h{n}", visma_id=f"v{n}", name=f"Person{n:03}", doubt="birth", known=[]
        )

    def confirm(shown):
        for name in shown[::2]:
            web.post(at("links_still_right", fjordheim), {"link": EmployeeLink.objects.get(name=name).pk})

    assert list(chain(*walk(web, at("links", fjordheim), confirm))) == everybody(120)


def test_runs_that_begin_meanwhile_show_no_run_twice(web, fjordheim):
    runs = [
        SyncRun.objects.create(connection=fjordheim, state="finished", started_by=f"Person{n:03}") for n in range(60)
    ]
    url = at("history", fjordheim)
    first = web.get(url)
    assert names(first) == everybody(60)[::-1][:25]
    SyncRun.objects.create(connection=fjordheim, state="finished", started_by="Person999")
    runs[50].delete()
    assert names(follow(web, url, first, "next")) == everybody(60)[::-1][25:50]


def test_a_connection_that_was_seen_to_hides_no_other(web, hr):
    for n in range(50):
        company(hr, name=f"Person{n:03}", tenant_id=str(n), state="paused", pause_reason="by_hand", paused_by="hr")
    first = web.get("/admin/?all=1")
    assert rows(first) == everybody(50)[:20]
    hr.connections.filter(name__lt="Person010").update(state="active", pause_reason="", paused_by="")
    assert rows(follow(web, "/admin/", first, "next")) == everybody(50)[20:40]


def rows(response):
    """The connections of the start page's list."""
    return re.findall(r'<h2><a href="[^"]*">(Person\d\d\d)</a>', response.content.decode())
