"""The Create page."""

import pytest
from django.test import Client

from sync.models import EmployeeSnapshot, LeftOut, SyncRun
from tests.connections.companies import company, text_of
from tests.sync.made_reads import in_huma, in_visma, read, snapshot

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def run(hr):
    return read(
        company(hr),
        in_huma("now", "Nina", "Nå", "10", "nina@x.no"),
        in_huma("then", "Tove", "Også", "11", "tove@x.no"),
        in_huma("long", "Lars", "Lang", "1234567890123", "lars@x.no"),
        in_visma("old", "Vera", "Visma", "20", "vera@x.no"),
    )


@pytest.fixture
def page(client: Client, hr, run):
    client.force_login(hr)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def url(run, rest=""):
    return f"/admin/connections/{run.connection.code}/create/{rest}"


def ticked():
    return sorted(EmployeeSnapshot.objects.filter(create_chosen=True).values_list("vendor_id", flat=True))


def test_it_shows_both_lists_with_nobody_ticked(page, run):
    said = text_of(page.get(url(run)))
    assert "Add to Visma.net Payroll" in said
    assert "Add to Huma" in said
    assert "Nobody is chosen: nobody will be added" in said
    assert "Nothing has been sent yet." in said
    assert " checked" not in said


def test_it_says_drafts_and_no_position(page, run):
    said = text_of(page.get(url(run)))
    assert "They are added as drafts, which must be completed in Visma" in said
    assert "but no position" in said


def test_who_cannot_be_added_has_a_reason_and_no_box(page, run):
    said = text_of(page.get(url(run)))
    assert "Visma takes at most 12 characters, this one has 13. Shorten it in Huma." in said
    assert f'value="{snapshot(run, "long").pk}"' not in said.replace('name="person" value', "")


def test_one_tick_saves_one_person(page, run):
    pk = snapshot(run, "now").pk
    answer = page.post(url(run, "choose/"), {"to": "visma", "chosen": [pk], "toggle": pk}, **HTMX)
    assert "Saved. 1 of 2 chosen." in text_of(answer)
    assert ticked() == ["now"]
    page.post(url(run, "choose/"), {"to": "visma", "toggle": pk}, **HTMX)
    assert ticked() == []


def test_a_colleagues_tick_is_not_overwritten(page, run):
    EmployeeSnapshot.objects.filter(vendor_id="then").update(create_chosen=True)
    pk = snapshot(run, "now").pk
    page.post(url(run, "choose/"), {"to": "visma", "chosen": [pk], "toggle": pk}, **HTMX)
    page.post(url(run, "choose/"), {"to": "visma", "chosen": [pk]})
    assert ticked() == ["now", "then"]


def test_without_scripts_the_form_saves_what_was_changed(page, run):
    now, then = snapshot(run, "now").pk, snapshot(run, "then").pk
    answer = page.post(url(run, "choose/"), {"to": "visma", "chosen": [now, then]})
    assert answer.status_code == 302
    assert ticked() == ["now", "then"]
    page.post(url(run, "choose/"), {"to": "visma", "was": [now, then], "chosen": [then]})
    assert ticked() == ["then"]


def test_select_all_and_nobody(page, run):
    page.post(url(run, "all/"), {"to": "visma", "all": "on"})
    assert ticked() == ["now", "then"]
    said = text_of(page.post(url(run, "all/"), {"to": "visma", "all": "off"}, **HTMX))
    assert "0 of 2 chosen" in said
    assert ticked() == []


def test_never_add_and_take_back(page, run):
    said = text_of(page.post(url(run, "never/"), {"to": "visma", "person": snapshot(run, "now").pk}, **HTMX))
    assert "Nina Nå is left out from now on." in said
    assert "Never added" in said
    row = LeftOut.objects.get()
    said = text_of(page.post(url(run, "take-back/"), {"to": "visma", "left_out": row.pk}, follow=True))
    assert "Nina Nå can be added again." in said
    assert not LeftOut.objects.exists()


def test_groups_come_from_huma_with_their_names(page, run, sandbox):
    said = text_of(page.get(url(run, "groups/"), **HTMX))
    for group in sandbox.huma.groups.values():
        assert group["name"] in said


def test_with_huma_away_the_page_works_and_says_so(page, run):
    answer = page.get(url(run) + "?groups=1")
    assert answer.status_code == 200
    said = text_of(answer)
    assert "Huma's groups can't be shown right now" in said
    assert "Nina Nå" in said


def test_groups_and_invitation_are_saved(page, run):
    page.post(url(run, "options/"), {"groups_shown": "1", "group": ["a", "b"], "invite": "on"}, **HTMX)
    run.refresh_from_db()
    assert (run.groups, run.invites) == (["a", "b"], True)
    page.post(url(run, "options/"), {}, **HTMX)  # the groups couldn't be shown
    run.refresh_from_db()
    assert (run.groups, run.invites) == (["a", "b"], False)


def test_an_invitation_is_off_by_default(page, run):
    assert 'name="invite" autocomplete' in text_of(page.get(url(run)))


@pytest.mark.parametrize("state", ["applying", "finished"])
def test_after_the_last_click_nothing_can_be_chosen(page, run, state):
    SyncRun.objects.filter(pk=run.pk).update(state=state)
    assert page.get(url(run)).status_code == 302
    page.post(url(run, "all/"), {"to": "visma", "all": "on"})
    assert ticked() == []


def test_it_requires_an_owner(page, run, superuser, django_user_model):
    stranger = django_user_model.objects.create_user("stranger", is_staff=True)
    page.force_login(stranger)
    assert page.get(url(run)).status_code == 404
    assert page.post(url(run, "all/"), {"to": "visma", "all": "on"}).status_code == 404
    assert ticked() == []


@pytest.mark.parametrize(
    "data", [{}, {"to": "mars"}, {"to": "visma", "person": "1 OR 1"}, {"to": "huma", "person": "9"}]
)
def test_nonsense_is_not_found(page, run, data):
    assert page.post(url(run, "never/"), data).status_code == 404


def test_visma_may_assign_numbers_and_who_has_none_can_be_ticked(page, hr):
    run = read(company(hr, tenant_id="other"), in_huma("une", "Une", "Uten", "", "une@x.no"))
    said = text_of(page.get(url(run)))
    assert "Let Visma assign the number" in said
    assert "1 person listed here has no Employment ID in Huma. Visma's next number is sent to Huma too." in said
    assert "There is no Employment ID in Huma. Enter it there, or let Visma assign the number." in said
    said = text_of(page.post(url(run, "numbering/"), {"assign": "on"}, **HTMX))
    assert 'name="assign" checked' in said
    assert "The number that Visma assigns" in said
    pk = snapshot(run, "une").pk
    page.post(url(run, "choose/"), {"to": "visma", "chosen": [pk], "toggle": pk}, **HTMX)
    assert ticked() == ["une"]
    confirmed = text_of(page.get(f"/admin/connections/{run.connection.code}/confirm/"))
    assert "The number that Visma assigns" in confirmed
    assert page.post(url(run, "numbering/"), {}).status_code == 302
    assert ticked() == []


def test_nobody_is_asked_about_numbers_where_all_have_one(page, run):
    assert "Let Visma assign" not in text_of(page.get(url(run)))


def test_two_with_one_number_are_shown_with_the_reason(page, hr):
    run = read(
        company(hr, tenant_id="other"),
        in_huma("one", "Nina", "Nå", "17", "nina@x.no"),
        in_huma("two", "Tove", "Også", "17", "tove@x.no"),
    )
    said = text_of(page.get(url(run)))
    assert said.count("Somebody else who could be added has the same Employment ID.") == 2
    assert "Nina Nå" in said
    assert "Tove Også" in said
