"""History: what people find there, in which words, and who doesn't find it."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connections.models import AuditEntry
from sync.history.retention import blank_values
from sync.models import Change, Conflict, HistoryEntry, SyncRun
from sync.models.links import EmployeeLink, called
from sync.runs.history_entries import enter
from tests.connections.companies import company, text_of
from tests.sync.browsing import at, signed_in, words
from tests.sync.history.files import EXPORT, LIST, lines_of, rows_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_the_list_says_what_was_decided_by_whom_and_what_came_of_it(web, ended):
    page = words(web.get(LIST))
    assert "1 Updated today" in page
    assert "1 Waiting for approval" in page
    assert "1 Not done in the last 30 days" in page
    assert "5 entries" in page
    assert "Kari Nordmann 1 Phone Before: +4799887766 After: +4722334455 Visma Use Huma's hr" in page
    assert "Ola Hansen 2 Bank account Before: •••• •• ••119 After: •••• •• ••947 Visma Use Huma's Automatic" in page
    assert "Not decided Nothing was suggested." in page
    assert "Leave as is hr" in page
    assert "It was left as it is, so nothing was sent." in page
    assert "=Nina Ny 8 New in Visma, as a draft" in page
    assert "8601" not in page
    assert at("person", ended.connection, "huma", "kari") in text_of(web.get(LIST))


FILTERS: list[tuple[dict[str, str], set[str]]] = [
    ({"field": "phone"}, {"Kari Nordmann Phone", "Ola Hansen Phone"}),
    ({"decision": "undecided"}, {"Kari Nordmann Given name"}),
    ({"decision": "leave"}, {"Ola Hansen Phone"}),
    ({"outcome": "done"}, {"Kari Nordmann Phone"}),
    ({"outcome": "held"}, {"Ola Hansen Bank account"}),
    ({"outcome": "released"}, set()),
    ({"outcome": "none"}, {"Kari Nordmann Given name", "Ola Hansen Phone"}),
    ({"by": "automatic"}, {"Ola Hansen Bank account"}),
    ({"trigger": "scheduled"}, set()),
    ({"outcome": "failed", "time": "today"}, {"=Nina Ny New in Visma, as a draft"}),
    ({"search": "nord KAR"}, {"Kari Nordmann Phone", "Kari Nordmann Given name"}),
    ({"search": "ordmann"}, set()),
    ({"search": "2"}, {"Ola Hansen Phone", "Ola Hansen Bank account"}),
    ({"search": "nina"}, {"=Nina Ny New in Visma, as a draft"}),
    ({"search": "huma:ola", "field": "phone"}, {"Ola Hansen Phone"}),
    ({"search": "!"}, set()),
]


def test_a_filter_and_a_search_show_the_same_on_the_page_and_in_the_file(web, ended):
    for filters, shown in FILTERS:
        page = (web.post if "search" in filters else web.get)(LIST, filters)
        found = {f"{line.entry.name} {line.what}" for line in page.context["lines"]}
        assert found == shown, filters
        assert page.context["number"] == len(shown), filters
        file = rows_of(web.post(EXPORT, {**filters, "file": "csv"}))
        assert {f"{row['Name'].lstrip(chr(39))} {row['Field']}" for row in file} == shown, filters


def test_each_choice_says_how_many_it_would_show(web, ended):
    for filters in ({}, {"field": "phone"}, {"decision": "huma", "outcome": "done"}, {"by": "hr"}):
        page = web.get(LIST, filters)
        for part, select in page.context["selects"].items():
            for name, _label, number, _chosen in select["choices"]:
                shown = web.get(LIST, {**filters, part: name}).context["number"]
                assert str(shown) == number, (filters, part, name)


def test_a_filter_is_an_address_and_a_search_never_is(web, ended):
    answer = web.post(LIST, {"field": "phone", "by": "hr", "from": "2026-01-01", "search": ""})
    assert answer.status_code == 302
    assert answer["Location"] == f"{LIST}?field=phone&by=hr&from=2026-01-01"
    assert (
        "nordmann"
        not in text_of(web.post(LIST, {"search": "nordmann"})).split('name="search"')[0].lower().split("<main")[0]
    )
    page = text_of(web.post(LIST, {"search": "nordmann"}))
    assert not [one for one in page.split('href="')[1:] if "nordmann" in one.split('"')[0].lower()]


NONSENSE: list[tuple[dict[str, str], str]] = [
    ({"field": "salary"}, "There is no such field."),
    ({"decision": "'; --"}, "There is no such decision."),
    ({"outcome": "done x"}, "There is no such outcome."),
    ({"trigger": "x" * 5000}, "A sync isn't started in such a way."),
    ({"time": "²"}, "There is no such time."),
    ({"connection": "nobodys\0"}, "You have no connection with that code."),
    ({"run": "-1"}, "A sync has a number."),
    ({"link": "9" * 40}, "A person has a number here."),
    ({"from": "0001-01-01"}, "“From” and “to” are days such as 2026-01-31."),
    ({"from": "2026-02-01", "to": "2026-01-01"}, "“From” is later than “to”"),
]


def test_nonsense_in_a_filter_is_said_and_gives_no_file(web, ended):
    for filters, said in NONSENSE:
        page = web.get(LIST, filters)
        assert said in words(page), filters
        assert page.context["number"] == 5
        answer = web.post(EXPORT, {**filters, "file": "csv"}, follow=True)
        assert said in words(answer)
        assert "No file was made" in words(answer)
    assert not AuditEntry.objects.filter(action="history.exported").exists()
    for mark in ("after", "before", "page"):
        assert web.get(LIST, {mark: "9" * 30}).status_code == 200


def test_another_owner_finds_nothing_of_it(ended, other, superuser):
    company(other, name="Nordlys", code="nordlys", tenant_id=str(uuid.uuid4()))
    client, entry = signed_in(other), HistoryEntry.objects.filter(outcome="done").get()
    for address in (LIST, f"{LIST}?connection={ended.connection.code}", f"{LIST}?run={ended.pk}&link={entry.link_id}"):
        page = words(client.get(address))
        assert "Kari" not in page
        assert ended.connection.name not in page
    assert "Kari" not in words(client.post(LIST, {"search": "kari"})).replace("matching “kari”", "")
    assert client.get(reverse("admin:history_entry", args=[entry.pk])).status_code == 404
    assert rows_of(client.post(EXPORT, {"file": "csv", "run": ended.pk})) == []
    assert "No sync yet" in words(client.get(reverse("admin:history_syncs")))
    assert "Kari Nordmann" in words(signed_in(superuser).get(LIST))
    ended.connection.state = "waiting"
    ended.connection.save()
    assert "Kari" not in words(signed_in(superuser).get(LIST)), "nothing of Visma before the release"


def test_nobody_looks_without_signing_in_and_nothing_is_changed_by_looking(client, ended, web):
    entry = HistoryEntry.objects.first()
    assert entry is not None
    pages = [LIST, reverse("admin:history_syncs"), reverse("admin:history_entry", args=[entry.pk])]
    for answer in [*map(client.get, pages), client.post(LIST), client.post(EXPORT)]:
        assert answer["Location"].startswith("/admin/login/")
    for address in pages:
        with CaptureQueriesContext(database) as asked:
            assert web.get(address).status_code == 200
        assert [q["sql"] for q in asked.captured_queries if q["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")] == []
        assert len(asked) <= 15
    assert web.get(EXPORT).status_code == 405


def test_one_entry_tells_what_whoever_decided_saw(web, ended):
    entry = HistoryEntry.objects.get(outcome="done")
    page = words(web.get(reverse("admin:history_entry", args=[entry.pk])))
    assert "Huma 22 33 44 55 Visma +4799887766" in page
    assert "Suggested Nothing" in page
    assert "Use Huma's hr," in page
    assert "“Read it back on the phone”" in page
    assert "Confirmed hr" in page
    assert "To Visma Before: +4799887766 After: +4722334455" in page
    assert "Decided differences" in page
    assert at("result", ended.connection, ended.pk) in text_of(web.get(reverse("admin:history_entry", args=[entry.pk])))
    held = HistoryEntry.objects.get(outcome="held")
    Change.objects.filter(history=held).answer("dropped", answered_by="boss", comment="Not them")
    enter(ended)
    page = words(web.get(reverse("admin:history_entry", args=[held.pk])))
    assert "Rejected boss," in page
    assert "“Not them”" in page
    assert "8601" not in page
    added = HistoryEntry.objects.get(action="create")
    assert "Somebody has this address" in words(web.get(reverse("admin:history_entry", args=[added.pk])))


def test_the_story_has_every_entry_of_that_field_of_that_person_and_no_other(web, ended):
    entry = HistoryEntry.objects.get(outcome="done")
    assert entry.link is not None
    again = SyncRun.objects.create(
        connection=ended.connection, state="finished", finished_at=timezone.now(), read_at=timezone.now()
    )
    Conflict.objects.create(run=again, link=entry.link, field="phone", kind="value", values={"huma": "1", "visma": "2"})
    enter(again)
    page = web.get(reverse("admin:history_entry", args=[entry.pk]))
    assert [one.line.entry.run_id for one in page.context["chapters"]] == [again.pk, ended.pk]


def test_blanked_values_say_so_and_accounts_keep_their_last_digits(web, ended, settings):
    SyncRun.objects.update(finished_at=timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1))
    blank_values()
    page = words(web.get(LIST))
    assert "Before: ••• 119 After: ••• 947" in page
    assert "Values deleted" in page
    assert "4722334455" not in page
    entry = HistoryEntry.objects.get(outcome="done")
    story = words(web.get(reverse("admin:history_entry", args=[entry.pk])))
    assert "Deleted" in story
    assert "Read it back" not in story
    row = next(row for row in rows_of(web.post(EXPORT, {"file": "csv"})) if row["Field"] == "Bank account")
    assert row["After"].startswith("••• 947 (deleted")
    [line] = lines_of("--field", "bank_account")
    assert (line["before"], line["after"], line["huma"], line["outcome"]) == (None, None, None, "held")


def test_an_open_sync_is_named_with_the_way_to_it(web, run):
    page = web.get(LIST)
    assert "Nothing in the history yet" in words(page)
    assert "The differences of an open sync come into this list when it ends: Fjordheim AS" in words(page)
    assert at("overview", run.connection) in text_of(page)


def test_pages_follow_each_other_although_entries_come_meanwhile(web, ended, monkeypatch):
    monkeypatch.setattr("sync.history.views.changes.PER_PAGE", 2)
    seen, page = [], web.get(LIST)
    while True:
        seen += [line.entry.pk for line in page.context["lines"]]
        if not page.context["page"].older:
            break
        page = web.get(LIST, {"after": page.context["page"].older})
    assert seen == list(HistoryEntry.objects.order_by("-at", "-pk").values_list("pk", flat=True))
    back = web.get(LIST, {"before": page.context["page"].newer})
    assert [line.entry.pk for line in back.context["lines"]] == seen[2:4]


def test_words_of_links_find_people_however_they_are_spelt(web, ended):
    EmployeeLink.objects.filter(huma_id="ola").update(**called("Øystein Åkre-Bø", "0017"))
    for typed in ("oystein", "ØYST", "akre", "bo øystein", "17", "0017"):
        assert web.post(LIST, {"search": typed}).context["number"] == 2, typed
    assert web.post(LIST, {"search": "stein"}).context["number"] == 0
