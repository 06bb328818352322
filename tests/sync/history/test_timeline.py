"""A person's timeline: every step as a sentence, what wasn't sent and why, and what waits now."""

import io
import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from sync.automation import answering_held as held
from sync.automation.schedule import forget_superseded
from sync.history.timeline.entries import timeline
from sync.models import Conflict, SyncRun
from sync.runs import who_is_who
from tests.connections.companies import company
from tests.sync import scheduling
from tests.sync.browsing import at, signed_in, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read
from tests.sync.telling import accounts, approve, everybody, new_account, new_phone, of, told

WHEN = re.compile(r"\d{1,2} [A-Z][a-z]+( \d{4})?(, \d\d:\d\d)?")
RULE = "Huma's value was chosen by a rule: Automatic updates, turned on by hr on …."
HELD = (
    "Held back. Changed bank accounts wait for approval: somebody who gets into another person's profile in Huma could "
    "otherwise redirect the salary."
)
NEWS = "Huma told us that something about the person may have changed. The person was fetched, and something was new."


def said(connection, side, vendor_id):
    """(code, sentence) of the timeline, the oldest first, with … for each time."""
    with translation.override("en"):
        found = timeline(connection, side, vendor_id) or []
    assert found is not None
    return [(one.what, WHEN.sub("…", one.sentence)) for one in reversed(found)]


@pytest.fixture
def fjordheim(transactional_db, settings, hr):
    """One person, synchronized once; automatic updates are on."""
    settings.LANGUAGE_CODE = "en"
    with scheduling.company(settings, hr) as found:
        scheduling.people(found, 1)
        scheduling.turn_on(found)
        yield found


@pytest.mark.both
def test_it_tells_everything_that_happened(fjordheim, hr, other, capsys):
    (anna,) = everybody(fjordheim)
    made, page = fjordheim.connection, at("timeline", fjordheim.connection, "huma", anna.user_id)
    new_phone(fjordheim, anna, 1)
    told(fjordheim, anna)
    new_phone(fjordheim, anna, 2)
    fjordheim.phone(anna, "+4799887766")
    scheduling.scheduled(fjordheim)
    scheduling.scheduled(fjordheim)
    assert "Phone It has changed in both systems. Decide in a sync" in words(signed_in(hr).get(page))
    run = fjordheim.read()
    assert "Phone It waits for a decision in the open sync." in words(signed_in(hr).get(page))
    fjordheim.decide(run, "leave", anna, "phone")
    fjordheim.apply(run)
    scheduling.scheduled(fjordheim)
    first, second = accounts(2)
    new_account(fjordheim, anna, first)
    told(fjordheim, anna)
    seen = words(signed_in(hr).get(page))
    assert "Bank account The change is waiting for approval." in seen
    assert first[-3:] in seen
    assert first not in seen.replace(" ", "")
    held.reject(made, hr, [one.pk for one in of(fjordheim, anna)])
    scheduling.scheduled(fjordheim)
    assert "Bank account hr rejected this change on" in words(signed_in(hr).get(page))
    new_account(fjordheim, anna, second)
    told(fjordheim, anna)
    approve(fjordheim, of(fjordheim, anna))
    row = who_is_who.leave_out(made, hr, "huma", anna.user_id, "Anna", "on leave")
    assert "hr left the person out on" in words(signed_in(hr).get(page))
    assert ("left_out", "hr left the person out. Reason: on leave") in said(made, "visma", anna.employee_id)
    who_is_who.take_back(row, hr)

    left = "Still different in Huma and Visma, seen …. Not sent: it was left as it is, and has changed in neither "
    assert said(made, "huma", anna.user_id) == [
        ("first_seen", "Fetched from Visma for the first time."),
        ("first_seen", "Fetched from Huma for the first time."),
        ("linked", "Linked: the same Employment ID in both systems, and enough else agreed."),
        ("told", NEWS),
        ("seen", "Phone: New value in Huma, seen …."),
        ("decided", f"Phone: {RULE}"),
        ("done", "Phone: Sent to Visma, which stored it."),
        (
            "not_sent",
            "Phone: New values in both systems, seen …. Not sent: it had changed in both systems, so somebody has to "
            "decide. Seen again by 2 syncs, last on ….",
        ),
        ("decided", "Phone: hr chose to leave it as it is."),
        ("still", f"Phone: {left}system since. Seen again by 4 syncs, last on …."),
        ("told", NEWS),
        ("seen", "Bank account: New value in Huma, seen …."),
        ("decided", f"Bank account: {RULE}"),
        ("held", f"Bank account: {HELD}"),
        ("rejected", "Bank account: hr rejected the change. Nothing was sent."),
        (
            "not_sent",
            "Bank account: Still different in Huma and Visma, seen …. Not sent: this change was rejected.",
        ),
        ("told", NEWS),
        ("seen", "Bank account: New value in Huma, seen …."),
        ("decided", f"Bank account: {RULE}"),
        ("held", f"Bank account: {HELD}"),
        ("approved", "Bank account: hr approved the change."),
        ("done", "Bank account: Sent to Visma, which stored it."),
        ("left_out", "hr left the person out."),
        ("taken_back", "hr included the person again."),
    ]
    assert said(made, "visma", anna.employee_id) == said(made, "huma", anna.user_id)
    assert signed_in(other).get(page).status_code == 404
    explained(made, anna)


def explained(made, anna):
    """The command prints the same, as JSON and in lines, and says in one line whom it doesn't know."""
    out = io.StringIO()
    call_command("explain", made.code, f"huma:{anna.user_id}", "--json", stdout=out)
    rows = json.loads(out.getvalue())
    assert [(one["what"], WHEN.sub("…", one["sentence"])) for one in reversed(rows)] == said(made, "huma", anna.user_id)
    assert {frozenset(one) for one in rows} == {frozenset({"at", "what", "sentence", "run"})}
    with pytest.raises(CommandError) as refused:
        call_command("explain", made.code, "nobody")
    assert (refused.value.returncode, str(refused.value)) == (2, "There is nobody called “nobody” in this connection.")


def person(phone):
    return (
        in_huma("h1", "Berit", "Begge", "1", "berit@x.no", phone=wrap(phone)),
        in_visma("v1", "Berit", "Begge", "1", "berit@x.no"),
    )


@pytest.mark.both
@pytest.mark.django_db
def test_fifty_nights_are_one_entry(hr):
    made = company(hr)
    for _night in range(50):
        run = read(made, *person("22334455"), trigger="scheduled", read_at=timezone.now())
        SyncRun.objects.filter(pk=run.pk).update(state="finished", finished_at=timezone.now())
        if run.pk % 3 == 0:
            forget_superseded(made)
    first = SyncRun.objects.earliest("pk")
    found = [one for one in said(made, "huma", "h1") if one[0] == "not_sent"]
    assert found == [
        (
            "not_sent",
            "Phone: In Huma, but not in Visma, seen …. Not sent: nobody had decided. Seen again by 49 syncs, last on "
            "….",
        )
    ]
    with translation.override("en"):
        entry = next(one for one in timeline(made, "huma", "h1") or [] if one.what == "not_sent")
    assert entry.at == first.read_at
    forget_superseded(made)
    assert Conflict.objects.count() == 1
    with CaptureQueriesContext(database) as asked:
        timeline(made, "huma", "h1")
    assert len(asked) <= 15
