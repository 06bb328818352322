"""The inbox as a person sees it: on the start page for all their connections, and on a page of each connection."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from connections.models import AuditEntry, Connection, Installation
from sync.analysis.notices import tell
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, Notice, SyncRun
from tests.connections.companies import company
from tests.sync.browsing import at, signed_in, words

pytestmark = pytest.mark.django_db

START = "/admin/"


def inbox(response):
    """What the inbox says, without the tags."""
    found = re.search(r'id="attention".*?</section>', response.content.decode(), re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found.group()).replace("&#x27;", "'").split()) if found else ""


def linked(connection, name="Kari Nordmann", **more):
    number = str(EmployeeLink.objects.count() + 1)
    ids = {"huma_id": f"h{number}", "visma_id": f"v{number}", "number": number}
    return EmployeeLink.objects.create(connection=connection, linked_by="number", name=name, **ids, **more)


def a_run(connection, trigger="manual", state="finished", **more):
    now = timezone.now()
    return SyncRun.objects.create(
        connection=connection, trigger=trigger, state=state, finished_at=now, read_at=now, **more
    )


def test_without_a_connection_there_is_no_inbox(web):
    assert inbox(web.get(START)) == ""


def test_nothing_needs_her(web, fjordheim):
    assert "Nothing needs your attention right now." in inbox(web.get(START))
    assert "Nothing needs your attention right now." in words(web.get(at("attention", fjordheim)))


def test_each_line_leads_to_where_it_is_solved(web, hr, fjordheim):
    run, kari = a_run(fjordheim), linked(fjordheim)
    Conflict.objects.create(run=run, link=kari, field="phone", kind="value")
    Change.objects.create(run=run, link=kari, side="visma", field="email", state="held")
    Change.objects.create(run=run, link=kari, side="visma", field="address", state="unknown")
    Change.objects.create(run=run, side="visma", action="create", state="failed")
    refused = company(hr, name="Breidvik", tenant_id="2", state="paused", pause_reason="credentials_huma")
    failed = company(hr, name="Dalen", tenant_id="3")
    a_run(failed, state="failed", failure="read_failed_visma")
    a_run(failed, "scheduled", state="failed", failure="over_threshold", failure_params={"people": 9, "threshold": 5})
    by_hand = company(hr, name="Eid", tenant_id="4", state="paused", pause_reason="by_hand", paused_by="hr")
    page = web.get(START)
    said, html = inbox(page), page.content.decode()
    lines = (
        ("Breidvik Huma refused the API key.", at("connection_credentials", refused)),
        ("Dalen The automatic sync of", at("history", failed)),
        ("Fjordheim AS 1 change is waiting for approval.", at("held", fjordheim)),
        ("Fjordheim AS 1 change isn't certain", at("result", fjordheim, run.pk)),
        ("Fjordheim AS 1 difference is waiting for you.", at("sync_users", fjordheim)),
        ("Fjordheim AS 1 person couldn't be added.", at("result", fjordheim, run.pk)),
        ("Eid Paused by hr.", at("connection", by_hand)),
    )
    places = [said.index(line) for line, _url in lines]
    assert places == sorted(places)
    for _line, url in lines:
        assert f'href="{url}"' in html


def test_an_open_run_is_where_differences_and_new_people_are_solved(web, fjordheim):
    run = a_run(fjordheim, state="review")
    Conflict.objects.create(run=run, link=linked(fjordheim), field="phone", kind="value")
    tell(fjordheim, "new_person", "n", name="Nina Ny", number="99")
    html = web.get(START).content.decode()
    assert f'class="btn small" href="{at("overview", fjordheim)}"' in html
    assert f'class="btn small" href="{at("create", fjordheim)}"' in html


def test_people_are_named_up_to_a_number_and_the_rest_is_behind_a_link(web, fjordheim):
    for number in range(8):
        tell(fjordheim, "new_person", f"n{number}", name=f"New {number}")
    said = inbox(web.get(START))
    assert "8 people are new in Huma." in said
    assert [number for number in range(8) if f"New {number}" in said] == [5, 6, 7]
    assert "and 5 more" in said
    everybody = words(web.get(at("attention", fjordheim), {"kind": "new_person"}))
    assert all(f"New {number}" in everybody for number in range(8))


def test_a_person_leads_to_her_page(web, fjordheim):
    tell(fjordheim, "deactivated", "d", link=linked(fjordheim))
    gone = linked(fjordheim, "Gunn Borte", state="gone", gone_from="huma")
    tell(fjordheim, "deleted", "g", link=gone)
    html = web.get(START).content.decode()
    assert f'href="{at("person", fjordheim, "huma", "h1")}"' in html
    assert f'href="{at("person", fjordheim, "visma", "v2")}"' in html


def test_both_positions_are_shown(web, fjordheim):
    params = {
        "huma": {"what": "another", "before": "2020-01-01 – 2026-02-28", "now": "2026-03-01 – …"},
        "visma": {"what": "ended", "before": "", "now": "2020-01-01 – 2026-02-28"},
    }
    tell(fjordheim, "position", "p", link=linked(fjordheim), params=params)
    said = inbox(web.get(START))
    assert "Huma: now 1 March 2026 – …, before that 1 January 2020 – 28 February 2026." in said
    assert "Visma: 1 January 2020 – 28 February 2026, which has ended." in said


def test_drafts_that_still_wait_are_named(web, fjordheim):
    kari = linked(fjordheim)
    Change.objects.create(run=a_run(fjordheim), link=kari, side="visma", action="create", state="done")
    run = a_run(fjordheim)
    EmployeeSnapshot.objects.create(run=run, side="visma", vendor_id="v1", name="Nina Ny", draft=True, link=kari)
    page = web.get(START)
    assert "1 person who was added to Visma is still a draft there. Nina Ny" in inbox(page)
    assert f'href="{at("people", fjordheim)}?show=draft"' in page.content.decode()


def test_one_sees_ones_own_connections_only(web, fjordheim, superuser):
    theirs = company(superuser, name="Theirs AS", tenant_id="2")
    tell(theirs, "new_person", "n", name="Nina Ny")
    Installation.objects.update_or_create(pk=1, defaults={"visma_refused_at": timezone.now()})
    said = inbox(web.get(START))
    assert "Theirs AS" not in said
    assert "credentials" not in said
    of_all = inbox(signed_in(superuser).get(START))
    assert "Theirs AS 1 person is new in Huma." in of_all
    assert "All connections Visma.net refuses the installation's Visma key." in of_all


def test_what_is_much_is_shown_on_demand(web, hr):
    for number in range(12):
        tell(company(hr, name=f"Company {number:02}", tenant_id=str(number)), "new_person", "n", name="New")
    assert inbox(web.get(START)).count("is new in Huma") == 2 * 8
    assert "Show 4 more" in inbox(web.get(START))
    assert inbox(web.get(START, {"all": "1"})).count("is new in Huma") == 2 * 12


class TestDone:
    def test_it_closes_a_notice_and_comes_back(self, web, fjordheim):
        tell(fjordheim, "new_person", "n", name="Nina Ny")
        [notice] = Notice.objects.all()
        answer = web.post(at("attention_done", fjordheim), {"notice": notice.pk, "from": "start"}, follow=True)
        assert answer.redirect_chain == [(START, 302)]
        assert "1 notice is closed." in words(answer)
        assert "Nothing needs your attention right now." in inbox(answer)
        notice.refresh_from_db()
        assert notice.closed_by == "hr"
        assert AuditEntry.objects.get(action="notices.closed").who == "hr"

    def test_it_swaps_the_inbox_without_a_new_page(self, web, fjordheim):
        tell(fjordheim, "new_person", "n", name="Nina Ny")
        [notice] = Notice.objects.all()
        data = {"notice": notice.pk, "from": "start"}
        answer = web.post(at("attention_done", fjordheim), data, headers={"HX-Request": "true"}, follow=True)
        assert "Nothing needs your attention right now." in inbox(answer)
        assert "notice is closed" not in words(answer)

    def test_all_of_a_kind_that_were_shown(self, web, fjordheim):
        for number in range(3):
            tell(fjordheim, "new_person", f"n{number}", name=f"New {number}")
        tell(fjordheim, "deactivated", "d", link=linked(fjordheim))
        page = web.get(at("attention", fjordheim), {"kind": "new_person"})
        assert "Mark all 3 as done" in words(page)
        tell(fjordheim, "new_person", "later", name="Came Later")
        data = {"kind": "new_person", "newest": page.context["newest"]}
        answer = words(web.post(at("attention_done", fjordheim), data, follow=True))
        assert "3 notices are closed." in answer
        assert "Came Later" in answer
        assert Notice.objects.filter(closed_at=None).count() == 2

    def test_not_by_somebody_who_does_not_own_the_connection(self, other, fjordheim):
        tell(fjordheim, "new_person", "n", name="Nina Ny")
        mine = company(other, name="Mine AS", tenant_id="2")
        data = {"notice": Notice.objects.get().pk}
        assert signed_in(other).post(at("attention_done", fjordheim), data).status_code == 404
        signed_in(other).post(at("attention_done", mine), data)
        assert Notice.objects.filter(closed_at=None).exists()

    @pytest.mark.parametrize("data", [{}, {"notice": "x"}, {"kind": "\0", "newest": "1"}, {"notice": "9" * 30}])
    def test_nonsense_closes_nothing(self, web, fjordheim, data):
        tell(fjordheim, "new_person", "n", name="Nina Ny")
        assert web.post(at("attention_done", fjordheim), data).status_code == 302
        assert Notice.objects.filter(closed_at=None).exists()


class TestTheLineOfAConnection:
    def card(self, web, name="Fjordheim AS"):
        html = web.get(START).content.decode().partition("Your connections")[2]
        return " ".join(re.sub(r"<[^>]*>", " ", html).split())

    def test_automatic_runs_do_not_disturb_it(self, web, fjordheim):
        Connection.objects.update(automatic=True)
        a_run(fjordheim)
        for trigger, state in (("real-time", "applying"), ("scheduled", "fetching"), ("real-time", "failed")):
            SyncRun.objects.create(connection=fjordheim, trigger=trigger, state=state)
        said = self.card(web)
        assert "Automatic Synchronized" in said.replace("Fjordheim AS ", "")
        assert "Reading" not in said

    def test_it_says_what_they_wrote_today(self, web, fjordheim):
        Connection.objects.update(automatic=True)
        a_run(fjordheim)
        look = a_run(fjordheim, "real-time")
        for state in ("done", "done", "nothing", "failed"):
            Change.objects.create(run=look, side="visma", field="phone", state=state, settled_at=timezone.now())
        assert "2 changes from Huma sent today." in self.card(web)

    def test_an_open_run_by_hand_comes_before_a_schedule(self, web, fjordheim):
        a_run(fjordheim, state="review")
        a_run(fjordheim, "scheduled")
        assert "Waiting for you" in self.card(web)

    def test_it_counts_the_differences_that_wait(self, web, fjordheim):
        run, kari = a_run(fjordheim), linked(fjordheim)
        Conflict.objects.create(run=run, link=kari, field="phone", kind="value")
        assert "1 difference is waiting" in self.card(web)
        look = a_run(fjordheim, "real-time")
        look.single_people.create(huma_id=kari.huma_id, link=kari, compared=True)
        assert "difference is waiting" not in self.card(web)


def test_the_page_of_a_connection_is_in_its_menu(web, fjordheim):
    assert reverse("admin:attention", args=[fjordheim.code]) in web.get(at("people", fjordheim)).content.decode()
