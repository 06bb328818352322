"""Values go after RETENTION_DAYS, the rest after HISTORY_DAYS."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from connections.models import AuditEntry, Connection, audit
from sync.history.retention import blank_values, drop_history
from sync.models import Change, Conflict, EmployeeLink, HistoryEntry, HumaEvent, Letter, Notice, SyncRun
from sync.runs.history_entries import enter

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def run(hr: User) -> SyncRun:
    connection = Connection.objects.create(name="Fjord", tenant_id="0" * 36)
    link = EmployeeLink.objects.create(
        connection=connection, huma_id="h", visma_id="v", linked_by="number", name="Kari"
    )
    run = SyncRun.objects.create(connection=connection, state=SyncRun.State.FINISHED, finished_at=timezone.now())
    conflict = Conflict.objects.create(
        run=run, link=link, field="phone", kind="value", values={"huma": "1"}, decision="huma", huma_fingerprint="1:a"
    )
    Change.objects.create(
        run=run,
        link=link,
        conflict=conflict,
        side="visma",
        field="phone",
        before="1",
        after="2",
        vendor_words="no",
        pin="1:b",
        state=Change.State.DONE,
    )
    return run


def _age(run: SyncRun, days: int) -> None:
    SyncRun.objects.filter(pk=run.pk).update(finished_at=timezone.now() - timedelta(days=days))


def test_values_stay_until_their_time_is_over(run: SyncRun, settings: Any) -> None:
    _age(run, settings.RETENTION_DAYS - 1)
    assert blank_values() == 0
    assert Conflict.objects.get().values == {"huma": "1"}


def test_values_go_and_decisions_fingerprints_and_outcomes_stay(run: SyncRun, settings: Any) -> None:
    _age(run, settings.RETENTION_DAYS + 1)
    assert blank_values() == 1
    conflict, change = Conflict.objects.get(), Change.objects.get()
    assert (conflict.values, conflict.decision, conflict.huma_fingerprint) == (None, "huma", "1:a")
    assert (change.before, change.after, change.vendor_words) == (None, None, "")
    assert (change.state, change.pin) == ("done", "1:b")
    run.refresh_from_db()
    assert run.values_blanked_at is not None


def test_what_was_blanked_is_not_blanked_again(run: SyncRun, settings: Any) -> None:
    _age(run, settings.RETENTION_DAYS + 1)
    blank_values()
    assert blank_values() == 0


def test_old_runs_and_audit_entries_go_and_links_stay(run: SyncRun, settings: Any) -> None:
    _age(run, settings.HISTORY_DAYS + 1)
    old = audit("hr", "run.started", run.connection)
    QuerySet(AuditEntry).filter(pk=old.pk).update(at=timezone.now() - timedelta(days=settings.HISTORY_DAYS + 1))
    assert drop_history() == 1
    assert not SyncRun.objects.exists()
    assert not AuditEntry.objects.exists()
    assert EmployeeLink.objects.count() == 1


def test_what_huma_told_goes_once_it_is_answered_and_old(run: SyncRun, settings: Any) -> None:
    long_ago = timezone.now() - timedelta(days=settings.RETENTION_DAYS + 1)
    for state, handled_at in (("done", long_ago), ("done", timezone.now()), ("waiting", None)):
        one = HumaEvent.objects.create(connection=run.connection, topic="users-update", state=state)
        HumaEvent.objects.filter(pk=one.pk).update(handled_at=handled_at, received_at=long_ago)
    drop_history()
    assert sorted(HumaEvent.objects.values_list("state", flat=True)) == ["done", "waiting"]
    assert not HumaEvent.objects.filter(handled_at=long_ago).exists()


def test_old_emails_and_closed_notices_go_and_open_ones_stay(run: SyncRun, settings: Any) -> None:
    long_ago = timezone.now() - timedelta(days=settings.HISTORY_DAYS + 1)
    for key, closed_at in (("old", long_ago), ("closed", timezone.now()), ("open", None)):
        Notice.objects.create(connection=run.connection, kind="gone", key=key, closed_at=closed_at)
        Letter.objects.create(kind="digest", key=key)
    Notice.objects.update(made_at=long_ago)
    Letter.objects.filter(key="old").update(made_at=long_ago)
    drop_history()
    assert set(Notice.objects.values_list("key", flat=True)) == {"closed", "open"}
    assert set(Letter.objects.values_list("key", flat=True)) == {"closed", "open"}


def test_old_entries_go_in_small_transactions_and_none_is_left_over(
    run: SyncRun, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.history.retention.ROWS_AT_ONCE", 2)
    monkeypatch.setattr("sync.history.retention.MOST_ROWS", 4)
    link = EmployeeLink.objects.get()
    for field in ("email", "address", "given_name", "family_name"):
        Conflict.objects.create(run=run, link=link, field=field, kind="value")
    enter(run)
    new = SyncRun.objects.create(connection=run.connection, state=SyncRun.State.FINISHED, finished_at=timezone.now())
    Conflict.objects.create(run=new, link=link, field="phone", kind="value")
    enter(new)
    assert HistoryEntry.objects.filter(run=run).count() == 5
    _age(run, settings.HISTORY_DAYS + 1)
    assert drop_history() == 0
    assert HistoryEntry.objects.filter(run=run).count() == 1
    assert SyncRun.objects.filter(pk=run.pk).exists()
    while SyncRun.objects.filter(pk=run.pk).exists():
        drop_history()
    assert list(HistoryEntry.objects.values_list("run", "field")) == [(new.pk, "phone")]
