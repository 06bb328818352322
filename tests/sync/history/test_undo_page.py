"""Undo from Result and from the history: what comes back and what can't, then the same Confirm, Sync and Result."""

import re
import uuid

import pytest

from connections.connect.disconnecting import disconnect
from connections.models import AuditEntry
from sync.models import Change, HistoryEntry, SyncRun
from sync.runner import drive
from tests.connections.companies import company as another
from tests.sync.browsing import at, fingerprint_of, signed_in, words
from tests.sync.scheduling import company
from tests.sync.writing.conftest import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fjordheim(settings, hr):
    settings.LANGUAGE_CODE = "en"
    with company(settings, hr) as found:
        yield found


@pytest.fixture
def written(fjordheim):
    """A run that wrote two people's phones and one's Employment ID to Visma, and created somebody there."""
    one, other = fjordheim.add(), fjordheim.add()
    fjordheim.add("only_huma")
    fjordheim.huma(one, phone=NUMBER, employmentId="H77")
    fjordheim.huma(other, phone="+4722110000")
    run = fjordheim.read()
    fjordheim.create(run, "visma")
    fjordheim.decide(run, "huma")
    return fjordheim.apply(run)


def ticks(response) -> list[str]:
    return re.findall(r'name="changes"\s+value="(\d+)"', response.content.decode())


def test_a_sync_is_undone_from_its_result_to_the_email(web, fjordheim, written, smtp):
    made = written.connection
    result = web.get(at("result", made, written.pk))
    assert "Undo this sync" in words(result)
    before = fjordheim.sandbox.state()
    preview = web.post(at("undo", made), {"run": written.pk})
    text = words(preview)
    assert "Undo of the sync of" in text
    assert "2 changes can be put back" in text
    assert f"Before: {NUMBER} After: +47" in text
    assert "2 changes can't be put back" in text
    assert "According to Visma the number of a saved employee can't be changed." in text
    assert "Adding somebody can't be undone here." in text
    assert fjordheim.sandbox.state() == before

    both = ticks(preview)
    nothing = words(web.post(at("undo_start", made), {"run": written.pk}))
    assert "Nothing is ticked, so nothing was begun." in nothing
    started = web.post(at("undo_start", made), {"run": written.pk, "changes": both[:1]})
    assert started.url == at("confirm", made)
    shown = web.get(started.url)
    text = words(shown)
    assert "This is exactly what will be put back" in text
    assert "1 change · 1 person" in text
    for name in ("overview", "review", "create"):
        assert web.get(at(name, made)).url == at("confirm", made), "an undo has no choices but these"
    waits = words(web.get(at("sync_users", made)))
    assert "An undo is waiting for you" in waits
    assert "Fetch again" not in waits
    other = words(web.post(at("undo", made), {"run": written.pk}))
    assert "Another sync of this connection is open." in other
    assert "hr began to put this back" in other

    web.post(at("confirm_run", made), {"fingerprint": fingerprint_of(shown.content.decode())})
    run = drive(SyncRun.objects.get(trigger="undo"))
    text = words(web.get(at("result", made, run.pk)))
    assert "1 change was to be put back Updated 1" in text
    assert "Undo this undo" in text
    mail = next(one for one in smtp.messages if "Undo of the sync of" in one["Subject"])
    assert mail["Subject"].startswith("Fjordheim: Undo of the sync of")
    body = mail.get_body(("plain",))
    assert body
    assert "Everything was put back." in body.get_content()
    assert NUMBER not in body.get_content()

    again = words(web.post(at("undo", made), {"run": written.pk}))
    assert "1 change can be put back" in again
    assert "hr has put this back already" in again
    entry = AuditEntry.objects.get(action="run.undo")
    assert entry.people.exists(), "it names whose changes"
    assert entry.detail == {"run": run.pk, "undoes": [written.pk], "changes": 1}
    assert "Began to undo earlier changes" in words(web.get(at("connection", made)))


def test_single_changes_are_undone_from_the_history(web, fjordheim, written):
    phones = HistoryEntry.objects.filter(run=written, field="phone").order_by("pk")
    preview = web.post(at("undo", written.connection), {"entries": [phones[0].pk]})
    assert "1 change can be put back" in words(preview)
    started = web.post(at("undo_start", written.connection), {"entries": [phones[0].pk], "changes": ticks(preview)})
    assert started.url == at("confirm", written.connection)
    assert list(Change.objects.filter(undone_by__run__trigger="undo")) == [phones[0].change]
    web.post(at("sync_cancel", written.connection))
    assert SyncRun.objects.get(trigger="undo").state == "cancelled"
    assert "1 change can be put back" in words(web.post(at("undo", written.connection), {"entries": [phones[0].pk]}))


def test_nobody_undoes_a_run_or_entries_of_another_connection(web, fjordheim, written, other, hr):

    entries = [one.pk for one in HistoryEntry.objects.filter(run=written)]
    theirs = another(other, name="Annet", tenant_id=str(uuid.uuid4()))
    stranger = signed_in(other)
    assert stranger.post(at("undo", theirs), {"run": written.pk}).status_code == 404
    assert stranger.post(at("undo_start", theirs), {"run": written.pk, "changes": entries}).status_code == 404
    assert stranger.post(at("undo", theirs), {"entries": entries})["Location"] == at("history", theirs)
    assert not SyncRun.objects.filter(trigger="undo").exists()


def test_what_cannot_be_undone_at_all_is_said_in_a_sentence(web, fjordheim, written, hr):
    made = written.connection

    def said() -> str:
        text = words(web.post(at("undo", made), {"run": written.pk}))
        web.post(at("undo_start", made), {"run": written.pk, "changes": [change.pk for change in changes]})
        assert not SyncRun.objects.filter(trigger="undo").exists()
        return text

    changes = list(Change.objects.filter(run=written))
    SyncRun.objects.filter(pk=written.pk).update(state="applying")
    assert "That sync is still writing." in said()
    SyncRun.objects.filter(pk=written.pk).update(state="finished", dry=True)
    assert "That was a dry run" in said()
    SyncRun.objects.filter(pk=written.pk).update(dry=False, values_blanked_at=written.finished_at)
    assert "were deleted after the retention period" in said()
    SyncRun.objects.filter(pk=written.pk).update(values_blanked_at=None)
    made.state = "paused"
    made.save()
    assert "The connection is paused or disconnected" in said()
    disconnect(made, hr)
    assert "The connection is paused or disconnected" in said()
