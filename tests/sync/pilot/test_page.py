"""The pilot group's own page: who is in it, three ways to choose people, and Everyone."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connections

from connections.models import AuditEntry, Connection
from sync.models import EmployeeLink, LeftOut, PilotMember
from sync.runs import pilot_group, who_is_who
from sync.runs.lifecycle import NotAllowed
from tests.sync.browsing import at, signed_in, words
from tests.sync.driving import apply
from tests.sync.pilot.conftest import members, page, post

pytestmark = pytest.mark.django_db(transaction=True)


def test_people_are_found_by_a_search_that_no_address_has_and_join_once(piloted, web, connection):
    piloted.company.read()
    link = connection.links.get(huma_id=piloted.inside[0].user_id)
    answer = web.post(at("pilot", connection), {"search": link.name})
    assert answer.status_code == 200
    key = f"huma:{link.huma_id}"
    assert f'value="{key}"' in answer.content.decode()
    assert "1 person joined the pilot group." in post(web, "pilot_add", connection, person=[key, key])
    text = post(web, "pilot_add", connection, person=[key, f"visma:{link.visma_id}"])
    assert "in it already" in text
    assert PilotMember.objects.count() == 1
    assert f'value="{key}"' not in web.post(at("pilot", connection), {"search": link.name}).content.decode()


@pytest.mark.parametrize("person", ["", "huma:", "huma:nobody", "x:1", "link:1", "huma:\0", "huma:" + "x" * 5000])
def test_who_is_nobody_does_not_join(piloted, web, connection, person):
    piloted.company.read()
    post(web, "pilot_add", connection, person=person)
    connection.refresh_from_db()
    assert (PilotMember.objects.count(), connection.pilot) == (0, False)


@pytest.mark.parametrize("number", ["", "0", "51", "-1", "x", "1.5", "9" * 50])
def test_a_number_out_of_bounds_changes_nothing(piloted, web, connection, number):
    piloted.company.read()
    assert "Enter a number from 1 to 50." in post(web, "pilot_ordinary", connection, number=number)
    connection.refresh_from_db()
    assert (PilotMember.objects.count(), connection.pilot) == (0, False)


def test_a_number_of_ordinary_people_joins_and_then_others(piloted, web, connection):
    piloted.company.read()
    assert "2 people joined" in post(web, "pilot_ordinary", connection, number="2")
    assert "3 people joined" in post(web, "pilot_ordinary", connection, number="50")
    assert len(members()) == 5
    assert "nobody else whom we would propose" in post(web, "pilot_ordinary", connection, number="1")


def test_ordinary_people_are_also_found_after_the_run_has_ended(piloted, web, connection):
    apply(piloted.company.read(), piloted.company.user)
    assert "2 people joined" in post(web, "pilot_ordinary", connection, number="2")


def test_everybody_at_a_location_joins(piloted, web, connection):
    piloted.company.read()
    users, groups = piloted.company.sandbox.huma.users, piloted.company.sandbox.huma.groups
    one, other = [id_ for id_, group in groups.items() if group["type"] == "location"][:2]
    for user in users.values():
        user.groups = [other]
    for person in piloted.inside:
        users[person.user_id].groups = [one]
    assert groups[one]["name"] in words(web.get(at("pilot", connection), {"locations": "1"}))
    assert "2 people joined" in post(web, "pilot_location", connection, location=one)
    assert members() == {person.user_id for person in piloted.inside}


@pytest.mark.parametrize("location", ["", "gone", "\0", "x" * 5000])
def test_a_location_that_no_longer_exists_changes_nothing(piloted, web, connection, location):
    piloted.company.read()
    text = post(web, "pilot_location", connection, location=location)
    assert "This location doesn't exist in Huma any more." in text
    connection.refresh_from_db()
    assert not connection.pilot


def test_without_an_answer_from_huma_the_group_is_as_it_was(piloted, web, connection):
    piloted.company.read()
    piloted.company.sandbox.faults.script("huma", "GET", "/groups", "403", times=99)
    assert "The group is as it was." in post(web, "pilot_location", connection, location="x")
    assert "Huma's locations can't be shown now" in words(web.get(at("pilot", connection), {"locations": "1"}))


def test_of_two_owners_at_once_the_second_one_looks_again(piloted, web, connection):
    piloted.company.read()
    piloted.choose(*piloted.inside)
    connection.refresh_from_db()
    old = connection.pilot_version
    piloted.everyone()
    key = f"huma:{piloted.outside[0].user_id}"
    for name, data in (
        ("pilot_add", {"person": key}),
        ("pilot_ordinary", {"number": "1"}),
        ("pilot_everyone", {}),
    ):
        text = post(web, name, connection, **{**data, "version": old})
        assert "The pilot group was changed meanwhile. Your click was not saved: look at it again." in text
    connection.refresh_from_db()
    assert (PilotMember.objects.count(), connection.pilot) == (0, False)


@pytest.mark.both
def test_two_owners_who_choose_at_the_same_moment_get_one_group(piloted, connection, hr):
    piloted.company.read()
    connection.refresh_from_db()
    seen, said = connection.pilot_version, list[str]()

    def choose(person) -> None:
        try:
            done = pilot_group.add(Connection.objects.get(pk=connection.pk), hr, [("huma", person.user_id)], seen)
            said.append(str(done.added))
        except NotAllowed as refusal:
            said.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=choose, args=(person,)) for person in piloted.inside]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["1", "changed"]
    assert len(members()) == 1


def test_everyone_asks_first_and_says_how_many_people_that_is(piloted, web, connection):
    piloted.edit_everybody()
    piloted.company.read()
    piloted.choose(*piloted.inside)
    text = page(web, "pilot_everyone", connection)
    assert "It then works for all 5 people. The pilot group ends." in text
    assert "Outside the pilot group: 3 differences in 3 people." in text
    connection.refresh_from_db()
    assert connection.pilot, "asking changes nothing"
    assert "The connection works for everyone from now on." in post(web, "pilot_everyone", connection)
    assert "5 differences in 5 people" in page(web, "overview", connection)
    assert "Start with these three" not in page(web, "overview", connection)


def test_everyone_says_when_the_sync_of_everybody_starts(piloted, web, connection):
    piloted.company.read()
    piloted.choose(*piloted.inside)
    assert "Nothing is sent now" in page(web, "pilot_everyone", connection)
    Connection.objects.update(automatic=True, state="paused")
    assert "once the connection works again, a sync of everybody starts" in page(web, "pilot_everyone", connection)
    Connection.objects.update(state="active")
    assert "a sync of everybody starts at once" in page(web, "pilot_everyone", connection)
    assert "A sync of everybody starts now." in post(web, "pilot_everyone", connection)


def test_each_change_is_in_the_audit_without_names(piloted, web, connection):
    alone = piloted.company.add("only_huma")
    piloted.company.read()
    piloted.choose(*piloted.inside)
    piloted.choose(alone)
    links = {one.pk for one in connection.links.filter(huma_id__in=[one.user_id for one in piloted.inside])}
    post(web, "pilot_remove", connection, member=str(PilotMember.objects.earliest("pk").pk))
    piloted.everyone()
    entries = AuditEntry.objects.filter(action__startswith="pilot.").order_by("pk")
    actions = ["pilot.begun", "pilot.added", "pilot.removed", "pilot.everyone"]
    assert [one.action for one in entries] == actions
    begun, added, removed, ended = (one.detail for one in entries)
    assert (begun["changed"], begun["people"], added["people"]) == (2, 2, 3)
    assert {one.link_id for one in entries[0].people.all()} == links
    assert (added["ids"], entries[1].people.count()) == ([f"huma:{alone.user_id}"], 0)
    assert (removed["changed"], removed["people"], ended["people"]) == (1, 2, 2)
    names = set(EmployeeLink.objects.values_list("name", flat=True))
    assert not any(name in str(one.detail) for one in entries for name in names)
    text = page(web, "connection", connection)
    assert "Chose a pilot group" in text
    assert "Ended the pilot group" in text


def test_members_who_leave_are_named_with_the_reason(piloted, web, connection):
    people = [*piloted.inside, *piloted.outside]
    piloted.company.read()
    piloted.choose(*people)
    unlinked, gone, out, ended, stays = (connection.links.get(huma_id=one.user_id) for one in people)
    who_is_who.unlink(unlinked, piloted.company.user)
    EmployeeLink.objects.filter(pk=gone.pk).update(state="gone", gone_from="huma")
    LeftOut.objects.create(connection=connection, side="huma", vendor_id=out.huma_id, by="hr")
    connection.runs.get().snapshots.filter(link=ended).update(standing="former")
    text = page(web, "pilot", connection)
    for words_ in ("Not linked any more", "No longer in one of the systems", "Left out", "Employment has ended"):
        assert words_ in text
    assert "Pilot group: 1 of 3 people. Only they are changed. 4 more were chosen and have left." in text
    assert "Some of them can't be tried with any more" in text
    assert "Take them out and choose others" in text
    EmployeeLink.objects.filter(pk=stays.pk).update(state="outside")
    assert "Everybody in it has left, so nothing is sent for anybody. Choose others." in page(web, "people", connection)
    text = page(web, "pilot", connection)
    assert "None of them can be tried with any more" in text
    assert "Pilot group: 0 of 2 people." in text


def test_a_member_who_is_deactivated_in_huma_is_called_so(piloted, web, connection):
    piloted.company.read()
    piloted.choose(*piloted.inside)
    assert "Deactivated in Huma" not in page(web, "pilot", connection)
    seen = connection.runs.get().snapshots.filter(link__huma_id=piloted.inside[0].user_id)
    seen.filter(side="huma").update(active=False)
    text = page(web, "pilot", connection)
    assert "Deactivated in Huma" in text
    assert "2 of 5 people. Only they are changed." in text, "Visma still employs them, so differences are sent"
    seen.filter(side="visma").update(standing="former")
    text = page(web, "pilot", connection)
    assert "Employment has ended" in text
    assert "1 of 5 people. Only they are changed. 1 more was chosen and has left." in text


def test_an_empty_group_says_that_nothing_is_sent(piloted, web, connection):
    piloted.company.read()
    piloted.choose(piloted.inside[0])
    text = post(web, "pilot_remove", connection, member=str(PilotMember.objects.get().pk))
    assert "Nobody is in it, so nothing is sent for anybody." in text
    connection.refresh_from_db()
    assert connection.pilot


def test_somebody_who_is_no_owner_finds_nothing(piloted, connection):
    piloted.company.read()
    client = signed_in(User.objects.create_user("other", "other@example.com", is_staff=True))
    for name in ("pilot", "pilot_add", "pilot_location", "pilot_ordinary", "pilot_remove", "pilot_everyone"):
        assert client.post(at(name, connection), {"version": "0", "person": "huma:x"}).status_code == 404
