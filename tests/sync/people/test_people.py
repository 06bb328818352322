"""The People pages."""

import pytest
from django.test import Client

from sync.models import EmployeeLink, EmployeeSnapshot, LeftOut, SyncRun
from tests.connections.companies import company, text_of
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(hr):
    return read(
        company(hr),
        in_huma("h1", "Berit", "Begge", "1", "berit@x.no", phone=wrap("22334455")),
        in_visma("v1", "Berit", "Begge", "1", "berit@x.no"),
        in_huma("h3", "Per", "Hansen", "3", "per@x.no"),
        in_visma("v3", "Per", "Hansen", "33", "p.hansen@x.no"),
        in_visma("v6", "Vera", "Visma", "6", "vera@x.no"),
    )


@pytest.fixture
def page(client: Client, hr, run):
    client.force_login(hr)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def url(run, rest=""):
    return f"/admin/connections/{run.connection.code}/people/{rest}"


def test_it_lists_everyone(page, run):
    said = text_of(page.get(url(run)))
    assert "Everyone (4)" in said
    for name in ("Berit Begge", "Per Hansen", "Vera Visma"):
        assert name in said


def test_a_search_is_posted_and_stands_in_no_address(page, run):
    answer = page.post(url(run), {"search": "vera"})
    said = text_of(answer)
    assert "1 person" in said
    assert "Berit" not in said
    assert "vera" not in str(answer.headers).lower()
    assert page.get(url(run) + "?search=vera").content.decode().count("Berit Begge")


def test_a_filter_stands_in_the_address(page, run):
    answer = page.post(url(run), {"show": "only_visma"})
    assert answer.url.endswith("/people/?show=only_visma")
    said = text_of(page.get(answer.url))
    assert "Vera Visma" in said
    assert "Berit Begge" not in said


def test_before_the_first_read_it_leads_to_synchronize(page, run, hr):
    empty = company(hr, tenant_id="new")
    said = text_of(page.get(f"/admin/connections/{empty.code}/people/"))
    assert "Nobody has been fetched yet" in said
    assert f"/admin/connections/{empty.code}/sync/" in said


def test_a_linked_person_is_explained(page, run):
    said = text_of(page.get(url(run, "visma/v1/")))
    assert "the same Employment ID in both systems" in said
    assert "22334455" in said


def test_a_person_on_one_side_is_explained(page, run):
    said = text_of(page.get(url(run, "huma/h3/")))
    assert "Can't be added to Visma." in said
    assert "May be the same person as" in said
    assert "Can be added to Huma." in text_of(page.get(url(run, "visma/v6/")))


def test_a_counterpart_is_searched_and_linked(page, run):
    said = text_of(page.post(url(run, "huma/h3/"), {"search": "vera"}))
    assert "Same person: link" in said
    answer = page.post(url(run, "link/"), {"huma": "h3", "visma": "v6"}, follow=True)
    assert "They are linked now. Nothing was sent" in text_of(answer)
    assert EmployeeLink.objects.get(huma_id="h3").visma_id == "v6"


def test_linking_somebody_taken_says_so(page, run):
    said = text_of(page.post(url(run, "link/"), {"huma": "h3", "visma": "v1"}, follow=True))
    assert "One of them is linked to somebody else." in said


def test_unlinking_asks_first(page, run):
    said = text_of(page.get(url(run, "huma/h1/unlink/")))
    assert "Is Berit Begge two different people?" in said
    assert EmployeeLink.objects.get(huma_id="h1").state == "linked"
    said = text_of(page.post(url(run, "huma/h1/unlink/"), follow=True))
    assert "They are different people from now on." in said
    assert EmployeeLink.objects.get(huma_id="h1").state == "different"
    assert "hr said on" in said


def test_a_person_can_be_chosen_from_her_page(page, run):
    vera = EmployeeSnapshot.objects.get(vendor_id="v6")
    create = f"/admin/connections/{run.connection.code}/create/choose/"
    said = text_of(page.post(create, {"to": "huma", "from": "person", "chosen": vera.pk}, follow=True))
    assert "Chosen. Added when the sync is confirmed." in said
    page.post(create, {"to": "huma", "from": "person", "was": vera.pk})
    vera.refresh_from_db()
    assert not vera.create_chosen


def test_leaving_out_says_why_and_is_taken_back(page, run):
    said = text_of(page.post(url(run, "visma/v6/leave-out/"), {"why": "board member"}, follow=True))
    assert "board member" in said
    row = LeftOut.objects.get()
    said = text_of(page.post(url(run, "visma/v6/take-back/"), {"left_out": row.pk}, follow=True))
    assert "Vera Visma is included again." in said
    assert not LeftOut.objects.exists()


def test_while_a_run_writes_nothing_changes(page, run):
    SyncRun.objects.filter(pk=run.pk).update(state="applying")
    said = text_of(page.post(url(run, "huma/h1/unlink/"), follow=True))
    assert "A sync is sending right now." in said
    assert EmployeeLink.objects.get(huma_id="h1").state == "linked"


def test_what_is_not_kept_any_more_is_said(page, run):
    run.snapshots.update(payload=None)
    said = text_of(page.get(url(run, "huma/h1/")))
    assert "is in the timeline." in said
    assert url(run, "huma/h1/timeline/") in said


@pytest.mark.parametrize("rest", ["mars/h1/", "huma/nobody/", "huma/nobody/unlink/"])
def test_an_unknown_person_is_not_found(page, run, rest):
    assert page.get(url(run, rest)).status_code == 404


def test_it_requires_an_owner(page, run, django_user_model):
    page.force_login(django_user_model.objects.create_user("stranger", is_staff=True))
    for rest in ("", "huma/h1/", "huma/h1/unlink/"):
        assert page.get(url(run, rest)).status_code == 404
    assert page.post(url(run, "link/"), {"huma": "h3", "visma": "v3"}).status_code == 404


def test_a_search_for_what_nobody_can_be_called_finds_nobody(page, run):
    said = page.post(url(run), {"search": "Berit\x00Begge\x1b"})
    assert said.status_code == 200
    assert "Berit Begge" in text_of(said), "control characters are no more than spaces"
