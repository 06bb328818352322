"""The same for the other lists: Create, possible matches, People, Attention, Held, links, runs, connections."""

import re
from itertools import chain

import pytest
from django.utils import timezone

from sync.analysis.notices import tell
from sync.models import Change, EmployeeLink, EmployeeSnapshot, Notice, PossibleMatch, SyncRun
from tests.connections.companies import company
from tests.sync.browsing import at
from tests.sync.made_reads import in_huma, in_visma, read
from tests.sync.walking import NAME, everybody, follow, names, one_sided, staying, walk

pytestmark = [pytest.mark.django_db, pytest.mark.no_moment]

HTMX = {"hx-request": "true"}


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
    web.post(at("held_reject", fjordheim), {"changes": ",".join(map(str, pks))})
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
    return re.findall(r'<th scope="row">\s*<a [^>]*>(Person\d\d\d)</a>', response.content.decode())
