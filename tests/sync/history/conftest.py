"""What the tests of the history share: a sync that has ended, with something of each kind."""

from collections.abc import Iterator

import pytest
from django.utils import timezone, translation

from connections.models import audit
from sync.models import Change, Conflict, EmployeeSnapshot, SyncRun
from sync.models.links import EmployeeLink
from sync.runs.history_entries import enter

ACCOUNT = {"type": "national", "number": "86011117947", "country": "NO"}


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def ended(run, english) -> SyncRun:
    """A sync that has ended: a phone that was sent, a name that nobody decided, an account that waits, one who was to
    be added and whom Visma refused."""
    kari, ola = (EmployeeLink.objects.get(huma_id=who) for who in ("kari", "ola"))
    now = timezone.now()
    decision = {"decision": "huma", "decided_by": "hr", "decided_at": now}
    Conflict.objects.filter(link=kari, field="phone").update(
        **decision, comment="Read it back on the phone", decided_in=audit("hr", "differences.decided", run.connection)
    )
    Conflict.objects.filter(link=ola, field="phone").update(decision="leave", decided_by="hr", decided_at=now)
    account = Conflict.objects.create(
        run=run,
        link=ola,
        field="bank_account",
        kind="value",
        values={"huma": ACCOUNT, "visma": {"paymentType": "bank", "localBankAccount": "15032080119"}},
        why="huma_moved",
        suggestion="huma",
        **{**decision, "decided_by": "automatic"},
    )
    target = {"run": run, "side": "visma", "settled_at": now}
    who = {one: {"link": one, "name": one.name, "number": one.number} for one in (kari, ola)}
    Change.objects.create(
        **target,
        **who[kari],
        conflict=Conflict.objects.get(link=kari, field="phone"),
        field="phone",
        before="+4799887766",
        after="+4722334455",
        state="done",
    )
    Change.objects.create(
        **target,
        **who[ola],
        conflict=account,
        field="bank_account",
        before={"paymentType": "bank", "localBankAccount": "15032080119"},
        after={"paymentType": "bank", "localBankAccount": "86011117947"},
        state="held",
    )
    Change.objects.create(
        **target,
        action="create",
        name="=Nina Ny",
        number="8",
        state="failed",
        reason="email_exists",
        vendor_words="Somebody has this address",
        snapshot=EmployeeSnapshot.objects.get(run=run, vendor_id="new"),
    )
    SyncRun.objects.filter(pk=run.pk).update(state="finished", finished_at=now, confirmed_by="hr", confirmed_at=now)
    run.refresh_from_db()
    enter(run)
    return run
