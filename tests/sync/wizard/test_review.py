"""Review: what is shown, how a choice is saved, and that nobody's choice is overwritten silently."""

import pytest

from connections.models import AuditEntry
from sync.models import Conflict
from tests.connections.companies import OTHER_GUID, company
from tests.sync.browsing import at, signed_in, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import day, in_huma, in_visma, read

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


def choose(web, conflict, choice, expected="", htmx=True, **more):
    data = {"conflict": conflict.pk, "choice": choice, "expected": expected, **more}
    url = at("review_decide", conflict.run.connection)
    return web.post(url, data, headers=HTMX if htmx else {})


def test_each_employee_has_a_card_with_both_sides(web, run):
    response = web.get(at("review", run.connection))
    text = words(response)
    assert "Kari Nordmann Employment ID 1" in text
    assert "Kari<mark>n</mark>" in response.content.decode()
    assert "+4799887766" in text
    assert "suggested" in text  # Ola has no phone in Huma
    assert "0 of 3 decided · 3 left" in text


def test_why_a_side_is_suggested_is_said(web, run):
    assert "The field is empty in Huma." in words(web.get(at("review", run.connection)))


def test_a_choice_is_saved_at_once(web, run, conflict):
    phone = conflict("kari", "phone")
    text = words(choose(web, phone, "huma"))
    assert "Saved: Use Huma's" in text
    assert "1 of 3 decided · 2 left" in text
    assert "Chosen by hr" in text
    phone.refresh_from_db()
    assert (phone.decision, phone.decided_by) == ("huma", "hr")
    assert AuditEntry.objects.filter(action="differences.decided").exists()


def test_a_choice_can_be_taken_back(web, run, conflict):
    phone = conflict("kari", "phone")
    choose(web, phone, "huma")
    choose(web, phone, "", expected="huma")
    phone.refresh_from_db()
    assert (phone.decision, phone.decided_by) == ("", "")


def test_choices_work_without_javascript(web, run, conflict):
    phone = conflict("kari", "phone")
    response = choose(web, phone, "leave", htmx=False, field="phone", show="all")
    assert response.url == f"{at('review', run.connection)}?field=phone&show=all#person-{phone.link_id}"
    phone.refresh_from_db()
    assert phone.decision == "leave"


def test_a_colleagues_choice_is_shown_and_not_overwritten(web, run, conflict, other):
    phone = conflict("kari", "phone")
    run.connection.owners.add(other)
    choose(signed_in(other), phone, "visma")
    text = words(choose(web, phone, "huma", expected=""))
    assert "other chose “Use Visma's” meanwhile. Your click was not saved" in text
    phone.refresh_from_db()
    assert phone.decision == "visma"

    choose(web, phone, "huma", expected="visma")
    phone.refresh_from_db()
    assert (phone.decision, phone.decided_by) == ("huma", "hr")


def test_ones_own_quick_clicks_do_not_count_as_a_colleagues(web, run, conflict):
    phone = conflict("kari", "phone")
    choose(web, phone, "visma", expected="")
    choose(web, phone, "huma", expected="")
    phone.refresh_from_db()
    assert phone.decision == "huma"


@pytest.fixture
def ended(fjordheim):
    """Somebody who left: Huma has no end reason, and the connection no default."""
    run = read(
        fjordheim,
        in_huma("a", "Anna", "Berg", "1", "a@x.no", ends=day(20)),
        in_visma("a-v", "Anna", "Berg", "1", "a@x.no"),
    )
    return Conflict.objects.get(run=run, field="last_workday")


def test_an_impossible_choice_is_disabled_with_what_to_do(web, ended):
    response = web.get(at("review", ended.run.connection))
    assert "Use Huma's – not possible. Visma needs an end reason. Enter one in Huma, or choose" in words(response)
    assert f'id="c{ended.pk}-huma" disabled' in " ".join(response.content.decode().split())


def test_an_impossible_choice_is_refused_behind_the_page_too(web, ended):
    assert "That choice isn't possible here." in words(choose(web, ended, "huma"))
    ended.refresh_from_db()
    assert ended.decision == ""


def test_a_choice_that_empties_a_field_says_so(web, run):
    page = words(web.get(at("review", run.connection) + "?field=phone&kind=huma_empty"))
    assert "Use Huma's empties the field" in page


@pytest.mark.parametrize("data", [{"conflict": "x", "choice": "huma"}, {"conflict": "1", "choice": "both"}, {}])
def test_nonsense_is_refused(web, run, data):
    assert web.post(at("review_decide", run.connection), data).status_code == 404


def test_a_difference_of_another_run_is_not_there(web, run, conflict, hr):
    read(company(hr, name="Elsewhere", tenant_id=OTHER_GUID), in_huma("z", "Zoe", "Berg", "1", "z@x.no"))
    elsewhere = at("review_decide", hr.connections.get(name="Elsewhere"))
    data = {"conflict": conflict("kari", "phone").pk, "choice": "huma"}
    assert web.post(elsewhere, data).status_code == 404


def test_one_choice_for_a_person_leaves_alone_what_it_would_empty(web, run, conflict):
    phone = conflict("ola", "phone")
    data = {"link": phone.link_id, "choice": "huma", "seen": f"{phone.pk}:"}
    text = words(web.post(at("review_person", run.connection), data, headers=HTMX))
    assert "1 is left alone: the chosen value is empty." in text
    phone.refresh_from_db()
    assert phone.decision == ""


def test_one_choice_for_a_person_decides_the_whole_card(web, run, conflict):
    link = conflict("kari", "phone").link_id
    seen = [f"{conflict('kari', name).pk}:" for name in ("phone", "given_name")]
    data = {"link": link, "choice": "huma", "seen": seen}
    text = words(web.post(at("review_person", run.connection), data, headers=HTMX))
    assert "2 of 3 decided · 1 left" in text
    assert set(Conflict.objects.filter(link=link).values_list("decision", flat=True)) == {"huma"}


def test_one_choice_for_a_person_does_not_overwrite_a_colleagues(web, run, conflict, other):
    run.connection.owners.add(other)
    phone = conflict("kari", "phone")
    choose(signed_in(other), phone, "visma")
    data = {"link": phone.link_id, "choice": "huma", "seen": [f"{phone.pk}:", f"{conflict('kari', 'given_name').pk}:"]}
    text = words(web.post(at("review_person", run.connection), data, headers=HTMX))
    assert "other chose" in text
    assert conflict("kari", "given_name").decision == ""


def test_the_filters_narrow_down(web, run):
    review = at("review", run.connection)
    assert "Ola Hansen" not in words(web.get(f"{review}?field=given_name"))
    text = words(web.get(f"{review}?kind=empty"))
    assert "Ola Hansen" in text
    assert "Kari Nordmann" not in text
    assert "Nothing here" in words(web.get(f"{review}?show=decided"))
    assert web.get(f"{review}?show=nonsense&page=x&link=y").status_code == 200


def test_a_search_comes_by_post_and_never_stands_in_an_address(web, run):
    review = at("review", run.connection)
    response = web.post(review, {"search": "ola", "show": "all"}, headers=HTMX)
    assert "Ola Hansen" in words(response)
    assert "Kari" not in words(response)
    assert "HX-Push-Url" not in response.headers
    assert "Kari Nordmann" in words(web.get(f"{review}?search=ola"))
    assert "Ola Hansen" in words(web.post(review, {"search": "2"}))


def test_a_filter_without_a_search_can_be_bookmarked(web, run):
    review = at("review", run.connection)
    assert web.post(review, {"field": "phone", "search": ""}).url == f"{review}?field=phone"
    response = web.post(review, {"field": "phone", "show": "all"}, headers=HTMX)
    assert response["HX-Push-Url"] == f"{review}?field=phone&show=all"


def test_a_page_has_25_people(web, fjordheim):
    people = [
        person
        for n in range(30)
        for person in (
            in_huma(f"h{n}", f"Given{n:02}", "Name", str(100 + n), f"p{n}@x.no", phone=wrap("22 33 44 55")),
            in_visma(f"v{n}", f"Given{n:02}", "Name", str(100 + n), f"p{n}@x.no"),
        )
    ]
    read(fjordheim, *people)
    response = web.get(at("review", fjordheim))
    assert response.content.decode().count("<article") == 25
    assert "1–25 of 30" in words(response)
    assert web.post(at("review", fjordheim), {"page": "2"}).url.endswith("?page=2")
    assert web.get(at("review", fjordheim) + "?page=2").content.decode().count("<article") == 5
    assert web.post(at("review", fjordheim), {"page": "2", "search": "Name"}).content.decode().count("<article") == 5


def test_everything_decided_is_said(web, run):
    Conflict.objects.update(decision="leave")
    assert "Everything is decided" in words(web.get(at("review", run.connection)))


def test_systems_that_agree_are_told_from_differences_that_nobody_decides(web, run):
    Conflict.objects.update(standing="former")
    text = words(web.get(at("review", run.connection)))
    assert "There is nothing to decide about" in text
    assert "The two systems agree" not in text
    Conflict.objects.all().delete()
    assert "The two systems agree" in words(web.get(at("review", run.connection)))


def test_a_choice_after_the_last_click_leads_to_the_run(web, run, conflict):
    phone = conflict("kari", "phone")
    type(run).objects.update(state="applying")
    assert choose(web, phone, "huma")["HX-Redirect"] == at("run", run.connection, run.pk)
    phone.refresh_from_db()
    assert phone.decision == ""
