"""Readiness: the list on pages and in the command, from what is stored. No vendor is asked."""

import json

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from connections.models import Installation
from connections.pauses.pausing import pause
from sync.models import HumaEvent, RefusedEvent, SyncRun
from sync.readiness.items import ITEMS, Status
from sync.readiness.shown import readiness
from tests.connections.companies import company, heard
from tests.sync.browsing import at, signed_in, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(hr):
    return company(hr)


def statuses(connection):
    connection.refresh_from_db()
    return {item.code: item.status for item in readiness(connection)[connection.pk].items}


def sentence(connection, code):
    connection.refresh_from_db()
    with translation.override("en"):
        return next(item.sentence for item in readiness(connection)[connection.pk].items if item.code == code)


def read_now(connection, *people, **more):
    run = read(connection, *people)
    SyncRun.objects.filter(pk=run.pk).update(read_at=timezone.now(), **more)
    return run


def test_a_new_connection_has_nearly_everything_left(made):
    left = [code for code, status in statuses(made).items() if status == Status.TO_DO]
    assert left == [
        "other_writer",
        "fields",
        "end_reason",
        "recipients",
        "test_mail",
        "pay_day",
        "webhook",
        "pilot",
        "automatic",
    ]
    with translation.override("en"):
        assert readiness(made)[made.pk].in_short == "9 of 10 left"


def test_what_is_set_up_gets_its_tick(made):
    heard(made)
    made.refresh_from_db()
    made.default_end_reason, made.pay_day, made.cutoff_day, made.automatic = "arbeidstakerHarSagtOppSelv", 20, 15, True
    made.save()
    HumaEvent.objects.create(connection=made, topic="users-update", body_hash="x")
    read_now(
        made,
        in_huma("h1", "Kari", "Nordmann", "1", "kari@x.no", phone=wrap("22334455")),
        in_visma("v1", "Kari", "Nordmann", "1", "kari@x.no"),
        state="finished",
    )
    found = statuses(made)
    assert {code for code, status in found.items() if status == Status.TO_DO} == {"test_mail"}


def test_a_field_that_huma_shows_for_nobody_is_named(made):
    read_now(
        made,
        in_huma("h1", "Kari", "Nordmann", "1", "kari@x.no", phone=wrap("22334455"), bankAccount=...),
        in_visma("v1", "Kari", "Nordmann", "1", "kari@x.no"),
    )
    said = sentence(made, "fields")
    assert "Bank account" in said
    assert "Phone" not in said
    made.fields_off = ["bank_account"]
    made.save()
    assert "Bank account" not in sentence(made, "fields")


def test_fields_that_some_people_hide_are_named_and_lead_to_the_list(made, hr):
    people = [in_huma(f"h{n}", f"Given{n}", f"Family{n}", f"{n}", f"p{n}@x.no") for n in "12"]
    hiding = in_huma("h3", "Given3", "Family3", "3", "p3@x.no", bankAccount=..., phone=...)
    in_both = [in_visma(f"v{n}", f"Given{n}", f"Family{n}", f"{n}", f"p{n}@x.no") for n in "123"]
    read_now(made, *people, hiding, *in_both)
    assert statuses(made)["fields"] == Status.DONE
    said = sentence(made, "fields")
    assert "not of everybody" in said
    assert "Phone (1), Bank account (1)" in said
    page = signed_in(hr).get(at("ready", made))
    assert said in words(page)
    assert at("to_fix", made) in page.content.decode()
    assert words(signed_in(hr).get(at("to_fix", made))).count("Given3 Family3") >= 2
    made.fields_off = ["bank_account", "phone"]
    made.save()
    assert sentence(made, "fields") == "The API key sees all fields that are synced."


def test_refused_access_is_left(made):
    assert statuses(made)["access"] == Status.DONE
    made.state, made.pause_reason = "paused", "credentials_visma_tenant"
    made.save()
    assert statuses(made)["access"] == Status.TO_DO
    assert "App Store" in sentence(made, "access")


def test_a_pause_by_hand_is_no_refusal(made, hr):
    pause(made, hr)
    assert statuses(made)["access"] == Status.DONE


def test_the_installations_key_is_named(made):
    Installation.objects.create(pk=1, visma_refused_at=timezone.now())
    assert "installation's Visma key" in sentence(made, "access")


def test_refused_notices_are_not_heard(made):
    RefusedEvent.objects.create(connection=made, why="signature", last_at=timezone.now())
    assert sentence(made, "webhook").startswith("Huma's notices arrive but are refused.")


@pytest.mark.parametrize(
    ("group", "status"),
    [
        ({"pilot": False, "pilot_version": 0}, Status.TO_DO),
        ({"pilot": True, "pilot_version": 1}, Status.DONE),
        ({"pilot": False, "pilot_version": 2}, Status.DONE),
    ],
)
def test_the_pilot_group_is_left_until_somebody_chose_it_or_everyone(made, group, status):
    for name, value in group.items():
        setattr(made, name, value)
    items = readiness(made)[made.pk].items
    assert next(item.status for item in items if item.code == "pilot") == status


def test_the_pilot_group_is_chosen_on_its_page_which_says_what_comes_first(made, hr):
    def page():
        address = next(item.url for item in readiness(made)[made.pk].items if item.code == "pilot")
        assert address == at("pilot", made)
        return words(signed_in(hr).get(address))

    assert "Nobody has been fetched yet Synchronize users first." in page()
    read_now(made, in_huma("h1", "Kari", "Nordmann", "1", "kari@x.no"))
    assert "Choose people" in page()


def test_whoever_synced_without_a_pilot_group_chose_everyone(made):
    SyncRun.objects.create(connection=made, state="finished", finished_at=timezone.now())
    assert statuses(made)["pilot"] == Status.DONE
    assert sentence(made, "pilot") == "Everyone is synced."


@pytest.mark.parametrize(
    ("code", "set_up"), [("end_reason", {"fields_off": ["last_workday"]}), ("automatic", {"automatic_asked": True})]
)
def test_what_an_owner_decided_against_is_not_needed_and_does_not_count(made, code, set_up):
    for name, value in set_up.items():
        setattr(made, name, value)
    made.save()
    assert statuses(made)[code] == Status.NOT_NEEDED
    with translation.override("en"):
        assert readiness(made)[made.pk].in_short == "8 of 9 left"


def test_automatic_updates_without_a_schedule_say_what_nothing_finds(made, hr):
    made.automatic, made.schedule = True, "off"
    made.save()
    assert statuses(made)["automatic"] == Status.DONE
    assert "nothing finds a change whose notice gets lost" in sentence(made, "automatic")
    page = signed_in(hr).get(at("ready", made))
    assert "Choose a schedule" in words(page)
    assert f"{at('automatic', made)}#schedule-title" in page.content.decode()
    assert 'id="schedule-title"' in signed_in(hr).get(at("automatic", made)).content.decode()
    assert "None is planned, so choose a schedule" in words(signed_in(hr).get(at("webhook", made)))
    made.schedule = "hours"
    made.save()
    assert sentence(made, "automatic") == "What only changed in Huma is sent to Visma automatically."
    assert "so keep it on" in words(signed_in(hr).get(at("webhook", made)))


def test_a_disconnected_connection_has_no_list(made):
    made.state = "disconnected"
    made.save()
    assert readiness(made) == {}


class TestPages:
    def test_the_page_has_each_item_with_its_status(self, made, hr):
        made.fields_off = ["last_workday"]
        made.save()
        page = signed_in(hr).get(at("ready", made))
        said = words(page)
        for item in readiness(made)[made.pk].items:
            assert f'id="ready-{item.code}"' in page.content.decode()
        assert "Pilot group – To do" in said
        assert "Access to both systems – Done" in said
        assert "Default end reason – Not needed" in said

    def test_the_statuses_are_said_in_norwegian(self, made):
        made.fields_off = ["last_workday"]
        with translation.override("nb"):
            said = {item.status: item.status_words for item in readiness(made)[made.pk].items}
        assert said == {Status.DONE: "Ferdig", Status.TO_DO: "Gjenstår", Status.NOT_NEEDED: "Ikke nødvendig"}

    def test_each_place_to_act_is_there(self, made, hr):
        web = signed_in(hr)
        for item in readiness(made)[made.pk].to_do:
            if item.post:
                continue
            address, _hash, anchor = item.url.partition("#")
            page = web.get(address)
            assert page.status_code == 200, item.url
            assert not anchor or f'id="{anchor}"' in page.content.decode(), item.url

    def test_the_connections_page_the_start_page_and_the_first_sync_say_how_much_is_left(self, made, hr):
        web = signed_in(hr)
        for address in (at("connection", made), "/admin/", at("sync_users", made)):
            page = web.get(address)
            assert "9 of 10 left" in words(page), address
            assert at("ready", made) in page.content.decode()

    def test_after_the_first_sync_the_wizard_does_not_say_it_any_more(self, made, hr):
        SyncRun.objects.create(connection=made, state="finished", finished_at=timezone.now())
        assert "of 10 left" not in words(signed_in(hr).get(at("sync_users", made)))

    def test_before_the_approval_nothing_leads_to_a_closed_page(self, made, hr):
        made.state = "waiting"
        made.save()
        web = signed_in(hr)
        assert "Getting ready" in words(web.get(at("ready", made)))
        for item in readiness(made)[made.pk].to_do:
            if item.url and not item.post:
                assert web.get(item.url.partition("#")[0]).status_code == 200

    def test_the_address_of_a_disconnected_one_leads_back(self, made, hr):
        made.state = "disconnected"
        made.save()
        assert signed_in(hr).get(at("ready", made))["Location"] == at("connection", made)

    def test_many_connections_need_no_more_statements(self, made, hr):
        def count(*rows):
            with CaptureQueriesContext(database) as asked:
                readiness(*rows)
            return len(asked)

        more = [company(hr, tenant_id=str(number)) for number in range(3)]
        assert count(made) == count(made, *more)


class TestCommand:
    def test_json_has_the_answer_and_each_item(self, made, capsys):
        made.fields_off = ["last_workday"]
        made.save()
        call_command("connections", "--json")
        (found,) = json.loads(capsys.readouterr().out)
        assert (found["code"], found["state"]) == (made.code, "active")
        assert found["right"]["state"] == "never"
        assert [one["item"] for one in found["ready"]] == [item.code for item in ITEMS]
        assert {one["status"] for one in found["ready"]} == {"done", "to_do", "not_needed"}

    def test_a_disconnected_connection_has_nothing_left(self, made, capsys):
        made.state = "disconnected"
        made.save()
        call_command("connections", made.code, "--json")
        (found,) = json.loads(capsys.readouterr().out)
        assert (found["right"]["state"], found["ready"]) == ("disconnected", [])

    def test_the_text_says_what_is_left(self, made, capsys):
        with translation.override("en"):
            call_command("connections", made.code)
        said = capsys.readouterr().out
        assert f"{made.code} Fjordheim AS: Not compared yet." in said
        assert "  Pay day and cut-off: " in said
        assert "Access to both systems" not in said
