"""Who did what: entries with person, field and choice, who looked at whom, and that none is ever changed."""

import json
import logging
from datetime import timedelta

import pytest
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone, translation

from connections.models import AuditEntry, OnlyAppended, audit
from connections.owner_settings.changing import change_settings
from connections.pages.audit_kinds import kind_of
from connections.pages.audit_words import _ACTIONS
from sync.history.retention import blank_values
from sync.models import AuditedPerson, Change, Conflict, SyncRun
from sync.wizard import review
from sync.wizard.review import ReviewFilter
from tests.connections.companies import OTHER_GUID, company
from tests.sync.browsing import at, signed_in, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read
from tests.sync.walking import disagreeing

pytestmark = [pytest.mark.django_db]


def who(web, query="", **headers):
    """The words of the page *Who did what*."""
    return words(web.get(reverse("admin:history_audit") + query, headers=headers))


def opened(web, action):
    """The words of the newest entry of this action, opened."""
    pk = AuditEntry.objects.filter(action=action).latest("pk").pk
    return words(web.get(reverse("admin:history_audit_entry", args=[pk])))


def test_a_choice_says_whose_field_and_what_in_both_languages(web, run, conflict):
    one = conflict("kari", "phone")
    web.post(at("review_decide", run.connection), {"conflict": one.pk, "choice": "huma", "expected": ""})
    assert "Chose “Use Huma's” for Phone: Kari Nordmann" in who(web)
    norwegian = who(web, **{"accept-language": "nb"})
    assert "Telefon: Kari Nordmann" in norwegian
    assert "Decided differences" not in who(web)
    one.refresh_from_db()
    assert one.decided_in.people.get().link == one.link
    web.post(at("review_decide", run.connection), {"conflict": one.pk, "choice": "", "expected": "huma"})
    assert "Took back the choice for Phone: Kari Nordmann" in who(web)


def test_a_choice_for_many_is_one_entry_that_opens_to_its_differences(web, fjordheim):
    run = disagreeing(fjordheim, 120)
    review.decide_bulk(run, web_user(web), ReviewFilter(field="phone"), "huma")
    first = Conflict.objects.filter(run=run).order_by("link__name")[0]
    review.decide(run, web_user(web), [first.pk], "leave", comment="Asks\nfor it")
    entry = AuditEntry.objects.get(action="differences.decided", detail__huma=120)
    text = who(web)
    assert "Chose “Use Huma's” for 120 differences (Phone): Person000 Name , Person001 Name" in text
    assert "and 117 more" in text
    address = reverse("admin:history_audit_entry", args=[entry.pk])
    page = words(web.get(address))
    assert "Person001 Name Phone Use Huma's" in page
    assert "Person000" not in page, "it was chosen otherwise since"
    assert "1 more was chosen otherwise later." in page
    assert "Asks for it" in opened(web, "differences.decided")
    assert f"?person={first.link_id}" not in text
    assert "120 differences" in who(web, f"?person={first.link_id}"), "each of them is found from the one entry"


def web_user(web):
    """The user who is signed in."""
    from django.contrib.auth.models import User

    return User.objects.get(pk=web.session["_auth_user_id"])


def test_a_page_with_values_of_many_is_one_entry_from_which_each_is_found(web, fjordheim, other):
    run = disagreeing(fjordheim, 30)
    seen = AuditEntry.objects.filter(action="values.seen")
    for _again in range(2):
        assert "Person003" in words(web.get(at("review", fjordheim)))
    assert seen.count() == 1, "looking again at the same people is no other look"
    entry = seen.get()
    assert (entry.who, entry.people.count(), entry.detail["run"]) == ("hr", 25, run.pk)
    on_page = AuditedPerson.objects.filter(entry=entry).values_list("link", flat=True)
    for pk in on_page:
        assert "Looked at values on the page “Review”" in who(web, f"?person={pk}")
    rest = fjordheim.links.exclude(pk__in=on_page)[0]
    assert "Looked at values on" not in who(web, f"?person={rest.pk}")
    assert "Looked at values on" in who(web, "?kind=views")
    assert "Looked at values on" not in who(web, "?kind=settings")
    models.QuerySet(AuditEntry).update(at=timezone.now() - timedelta(minutes=16))
    web.get(at("review", fjordheim))
    assert seen.count() == 2
    fjordheim.owners.add(other)
    signed_in(other).get(at("review", fjordheim))
    assert seen.count() == 3
    web.get(at("person", fjordheim, "huma", "h3"))
    person = fjordheim.links.get(huma_id="h3")
    assert "Looked at values on the page “Person”: Person003 Name" in who(web, f"?person={person.pk}").replace(
        " :", ":"
    )
    page = words(web.get(at("person", fjordheim, "huma", "h3")))
    assert "Who looked" in page


def test_somebody_without_a_link_is_named_too(web, run):
    web.get(at("person", run.connection, "huma", "new"))
    assert "Looked at values on the page “Person”: Nina Ny" in who(web)


def test_settings_open_to_old_and_new(web, hr, fjordheim):
    change_settings(fjordheim, hr, {"threshold_people": 25})
    text = who(web, "?kind=settings")
    assert "Changed the settings" in text
    assert "10" in text
    assert "25" in text


def test_another_owner_sees_nothing_of_it_and_an_administrator_everything(web, run, conflict, other, superuser):
    theirs = company(other, name="Nordlys AS", tenant_id=OTHER_GUID)
    audit(other, "automatic.on", theirs)
    review.decide(run, web_user(web), [conflict("kari", "phone").pk], "leave")
    entry = AuditEntry.objects.get(action="differences.decided")
    link = conflict("kari", "phone").link
    them = signed_in(other)
    text = who(them)
    assert "Turned on automatic updates" in text
    assert "Nordmann" not in text
    assert "Fjordheim" not in text
    for address in (f"?person={link.pk}", f"?connection={run.connection.code}", f"{entry.pk}/"):
        assert them.get(reverse("admin:history_audit") + address).status_code == 404
    everything = who(signed_in(superuser))
    assert "Kari Nordmann" in everything
    assert "Turned on automatic updates" in everything
    assert signed_in(superuser).get("/admin/connections/auditentry/").headers["Location"] == reverse(
        "admin:history_audit"
    )


def test_nonsense_in_the_address_shows_the_page(web, run):
    for query in ("?since=x&until=9999-99-99&kind=y", "?after=x&page=z", "?who=%00&since=0001-01-01"):
        assert "Who did what" in who(web, query)


def test_entries_have_pages_and_a_time(web, fjordheim, hr):
    for _n in range(120):
        audit(hr, "automatic.on", fjordheim)
    address, seen = "", 0
    response = web.get(reverse("admin:history_audit"))
    assert "120 entries" in words(response)
    while True:
        seen += words(response).count("Turned on automatic updates")
        older = response.content.decode().partition('rel="next" href="')[2].partition('"')[0]
        if not older:
            break
        address = older.replace("&amp;", "&")
        response = web.get(reverse("admin:history_audit") + address)
    assert seen == 120
    newer = response.content.decode().partition('rel="prev" href="')[2].partition('"')[0]
    assert words(web.get(reverse("admin:history_audit") + newer)).count("Turned on automatic updates") == 50
    day = timezone.localdate().isoformat()
    assert "120 entries" in who(web, f"?since={day}&until={day}")
    assert "0 entries" in who(web, "?until=2001-01-01")


@pytest.mark.both
def test_an_entry_is_only_ever_added(hr, run, conflict):
    entry = audit(hr, "automatic.on", run.connection)
    review.decide(run, hr, [conflict("kari", "phone").pk], "leave")
    person = AuditedPerson.objects.latest("pk")
    entry.who = "somebody else"
    refused = (
        entry.save,
        entry.delete,
        person.save,
        person.delete,
        lambda: AuditEntry.objects.update(who="x"),
        lambda: run.connection.audit.update(who="x"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).delete(),
        lambda: run.connection.audit.all().delete(),
        lambda: AuditEntry.objects.bulk_update([entry], ["who"]),
        lambda: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"who": "x"}),
        lambda: AuditEntry.objects.bulk_create(
            [entry], update_conflicts=True, unique_fields=["id"], update_fields=["who"]
        ),
        lambda: AuditedPerson.objects.all().delete(),
    )
    for act in refused:
        with pytest.raises(OnlyAppended), transaction.atomic():
            act()
    assert AuditEntry.objects.get(pk=entry.pk).who == "hr"
    run.connection.delete()
    assert not AuditEntry.objects.exists(), "what is deleted with the connection"


def test_every_action_has_a_kind():
    assert [action for action in _ACTIONS if not kind_of(action)] == []


@pytest.mark.django_db(transaction=True)
def test_each_entry_is_one_line_of_json_without_names_and_values(hr, caplog):
    made = company(hr)
    caplog.set_level(logging.INFO)
    logger = logging.getLogger("humavisma.audit")
    logger.addHandler(caplog.handler)
    try:
        run = read(
            made,
            in_huma("kari", "Kari", "Nordmann", "1", "kari@x.no", phone=wrap("22 33 44 55")),
            in_visma("kari-v", "Kari", "Nordmann", "1", "kari@x.no"),
        )
        one = Conflict.objects.get(run=run, field="phone")
        review.decide(run, hr, [one.pk], "leave", comment="Kari wants 22334455")
        with transaction.atomic():
            audit(hr, "automatic.on", made)
            transaction.set_rollback(True)
        change_settings(made, hr, {"recipients": ["boss@example.com"]})
    finally:
        logger.removeHandler(caplog.handler)
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "humavisma.audit"]
    assert [line["action"] for line in lines] == ["differences.decided", "settings.changed"], "after the commit"
    said = lines[0]
    assert (said["who"], said["connection"], said["links"]) == ("hr", made.code, [one.link_id])
    assert (said["detail"]["field"], said["detail"]["choice"], said["detail"]["comment"]) == ("phone", "leave", True)
    assert said["at"][10] == "T"
    for text in ("Kari", "22334455", "boss@example.com", "@x.no"):
        assert text not in caplog.text


def test_a_comment_stands_where_it_is_looked_for_and_goes_with_the_values(web, hr, run, conflict, settings):
    one = conflict("kari", "phone")
    decide, said = at("review_decide", run.connection), {"conflict": one.pk, "choice": "leave", "show": "all"}
    text = web.post(decide, {**said, "expected": ""}, follow=True).content.decode()
    assert f'id="comment{one.pk}"' in text, "it is offered after the choice, and without scripts"
    web.post(decide, {**said, "expected": "leave", "comment": "They asked\nfor this number"})
    comment = "They asked for this number"
    web.post(decide, {**said, "expected": "leave", "comment": "They asked for this number"})
    assert AuditEntry.objects.filter(action="differences.decided").count() == 2, "sent twice by Enter, said once"
    assert comment in web.get(at("review", run.connection) + "?show=decided").content.decode()
    assert comment in opened(web, "differences.decided")
    web.post(at("review_bulk_decide", run.connection), {"choice": "leave", "comment": "x" * 900, "field": "given_name"})
    assert {len(row.comment) for row in Conflict.objects.filter(field="given_name", decision="leave")} == {500}
    SyncRun.objects.filter(pk=run.pk).update(state="finished", finished_at=timezone.now())
    assert f"Kari Nordmann, Phone: “{comment}” (hr)" in words(web.get(at("result", run.connection, run.pk)))
    long_ago = timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1)
    Change.objects.create(run=run, side="visma", field="phone", comment="No")
    SyncRun.objects.filter(pk=run.pk).update(finished_at=long_ago)
    blank_values()
    assert not Conflict.objects.exclude(comment="").exists()
    assert not Change.objects.exclude(comment="").exists()
    with translation.override("en"):
        assert comment not in opened(web, "differences.decided")
