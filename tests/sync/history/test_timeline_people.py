"""The steps of a timeline that are about the person: who is who, gone, in the pilot group, named by Huma."""

import pytest

from sync.core.records.employee import from_json
from sync.models import HumaEvent, PossibleMatch, SyncRun
from sync.runs import pilot_group, who_is_who
from sync.wizard import matches
from tests.sync.browsing import at, words
from tests.sync.history.test_timeline import said
from tests.sync.made_reads import read

pytestmark = [pytest.mark.django_db, pytest.mark.both]
FIRST = [
    ("first_seen", "Fetched from Visma for the first time."),
    ("first_seen", "Fetched from Huma for the first time."),
]
BY_NUMBER = ("linked", "Linked: the same Employment ID in both systems, and enough else agreed.")


def waits(web, run, side, vendor_id):
    said = words(web.get(at("timeline", run.connection, side, vendor_id)))
    return said.split("What waits now ")[1].split(" Everything ")[0]


def test_a_possible_match_that_is_answered(run, hr, web):
    match = PossibleMatch.objects.get(run=run, huma__vendor_id="may")
    assert "they may be the same person as May Be in the other system. Answer" in waits(web, run, "huma", "may")
    asked = ("possible_match", said(run.connection, "huma", "may")[1][1])
    assert "May be the same person as May Be in the other system. The same name" in asked[1]
    matches.call_different(run, hr, match.pk)
    different = ("different", "hr said that this isn't the same person as May Be in the other system.")
    assert said(run.connection, "huma", "may")[1:] == [asked, different]
    assert "linked with nobody" in waits(web, run, "huma", "may")
    who_is_who.link(run.connection, hr, "may", "be-v")
    assert said(run.connection, "visma", "be-v")[-1] == ("linked", "hr linked the two by hand. What agreed: Name.")


def test_two_who_are_unlinked_and_linked_anew(run, hr):
    made = run.connection.links.get(huma_id="ola")
    who_is_who.unlink(made, hr)
    who_is_who.link(run.connection, hr, "ola", "ola-v")
    found = said(run.connection, "huma", "ola")
    assert [one for one in found if one[0] in ("linked", "unlinked")] == [
        ("unlinked", "hr unlinked the two: they are different people."),
        ("linked", "hr linked the two by hand."),
    ]


def test_somebody_who_is_gone(run, web):
    SyncRun.objects.filter(pk=run.pk).update(state="finished")
    read(run.connection, *(one for one in people_of(run) if one.id != "kari-v"))
    found = said(run.connection, "huma", "kari")
    assert [*FIRST, BY_NUMBER] == [one for one in found if one[0] in ("first_seen", "linked")]
    assert found[-1] == ("gone", "No longer in Visma.")
    assert "The person is no longer in Visma." in waits(web, run, "huma", "kari")


def test_who_is_outside_the_pilot_group(run, hr, web):
    connection = run.connection
    pilot_group.add(connection, hr, [("huma", "ola")], how="search", seen=connection.pilot_version)
    assert said(connection, "huma", "ola")[-1] == ("into_pilot", "hr added the person to the pilot group.")
    assert "isn't in the pilot group" in waits(web, run, "huma", "kari")
    SyncRun.objects.filter(pk=run.pk).update(state="cancelled")
    later = read(connection, *people_of(run), trigger="scheduled")
    SyncRun.objects.filter(pk=later.pk).update(state="finished")
    reasons = [one[1] for one in said(connection, "huma", "kari") if one[0] == "not_sent"]
    assert reasons
    assert all("Not sent: the person wasn't in the pilot group." in one for one in reasons)
    assert not any("pilot" in one[1] for one in said(connection, "huma", "ola") if one[0] == "not_sent")


def people_of(run):
    return [from_json(one.payload) for one in run.snapshots.all()]


def test_a_notice_about_somebody_who_isnt_linked(run, web):
    events = HumaEvent.objects
    events.create(connection=run.connection, topic="x", huma_ids=["new"], body_hash="1", verified_by="secret")
    assert said(run.connection, "huma", "new")[-1] == (
        "told",
        "Huma told us that something about the person may have changed. The person hasn't been fetched yet.",
    )
    assert "the person hasn't been fetched since" in waits(web, run, "huma", "new")
    events.update(state="noted")
    assert "Automatic updates were off, so nothing followed." in said(run.connection, "huma", "new")[-1][1]
