"""Ends pauses without a person: when the last day is over, or when refused credentials are accepted again."""

import time
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from connections.api.vendor import Vendor
from connections.claims import as_seen, claim_row
from connections.models import PROGRAM, Connection, Installation
from connections.pauses.pausing import (
    BY_HAND,
    application_is_refused,
    application_works,
    end,
    interval,
    is_refused,
)
from connections.pauses.refusal_codes import REFUSED_CREDENTIALS, refusal, refused_side
from connections.vendors.probe import Probe, Trouble, ask_both, ask_visma

SAYS_NOTHING = frozenset({"unavailable", "slow", "busy", "nonsense", "refused"})
"""Troubles that don't tell whether credentials are accepted."""
Row = Connection | Installation


def ask_soon() -> None:
    """Have the next look try the installation's own credentials: they may have changed since the last start."""
    Installation.objects.exclude(visma_refused_at=None).update(retry_next=timezone.now(), retry_tries=0)


def look_after(seconds: float = 20.0) -> None:
    """End the pauses whose last day is over, and try refused credentials that are due, for about ``seconds``.

    Called often.
    """
    over = Connection.objects.filter(state=Connection.State.PAUSED, pause_reason=BY_HAND)
    for pk in over.filter(paused_until__lt=timezone.localdate()).values_list("pk", flat=True):
        _end_if_over(pk)
    give_up = time.monotonic() + seconds
    _ask_for_application()
    for row in _due(
        Connection.objects.filter(state=Connection.State.PAUSED, pause_reason__startswith=REFUSED_CREDENTIALS)
    ):
        if time.monotonic() > give_up:
            return
        _ask_again(row)


def ask_now(connection: Connection) -> None:
    """End the connection's pause if possible: somebody is about to start a run, and there may be no worker."""
    if connection.state == Connection.State.PAUSED:
        _end_if_over(connection.pk)
        connection.refresh_from_db()
    if is_refused(connection):
        _ask_again(connection)
        connection.refresh_from_db()


def _end_if_over(pk: int) -> None:
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).get(pk=pk)
        by_hand = row.state == Connection.State.PAUSED and row.pause_reason == BY_HAND
        if by_hand and row.paused_until and row.paused_until < timezone.localdate():
            end(row, PROGRAM, "connection.resumed")


def _due(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(retry_next__lte=timezone.now()).order_by("retry_next")


def _claim(row: Row) -> bool:
    """Claim this try and plan the next one; False when another process has it."""
    seen, tries = as_seen(row, "retry_next", "retry_tries"), row.retry_tries + 1
    row.retry_tries = tries
    return claim_row(type(row), row.pk, seen, retry_tries=tries, retry_next=timezone.now() + interval(tries))


def _ask_sooner(row: Row) -> None:
    """The try gave no answer about the credentials, so it doesn't count."""
    mine = type(row)._default_manager.filter(pk=row.pk, retry_tries=row.retry_tries)
    mine.update(retry_tries=F("retry_tries") - 1, retry_next=timezone.now() + interval(0))


def _ask_again(row: Connection) -> None:
    if not _claim(row):
        return
    probe = ask_both(row.tenant_id, row.huma_client_id, row.huma_client_secret)
    note_application(probe)
    refusing = [trouble for trouble in _of_the_connection(row, probe) if trouble.code not in SAYS_NOTHING]
    if not refusing and not probe.works(refused_side(row.pause_reason)):
        _ask_sooner(row)
        return
    with transaction.atomic():
        now = Connection.objects.select_for_update(no_key=True).get(pk=row.pk)
        if not is_refused(now) or now.paused_at != row.paused_at:
            return
        if not refusing:
            end(now, PROGRAM, "connection.works_again")
        elif now.pause_reason not in (why := [refusal(trouble.side, trouble.code) for trouble in refusing]):
            now.pause_reason = why[0]
            now.save(update_fields=["pause_reason"])


def _of_the_connection(row: Connection, probe: Probe) -> list[Trouble]:
    """The troubles that prevent the connection's own credentials from being used."""
    found = [trouble for trouble in probe.troubles if trouble.code != "application"]
    if probe.works(Vendor.HUMA) and row.huma_organization_id and probe.organization_id != row.huma_organization_id:
        found.append(Trouble(Vendor.HUMA, "other_organisation"))
    return found


def note_application(probe: Probe) -> None:
    """Note what a probe of both sides says about the installation's own credentials."""
    if any(trouble.code == "application" for trouble in probe.troubles):
        application_is_refused()
    elif probe.works(Vendor.VISMA):
        application_works()


def _ask_for_application() -> None:
    """Try the installation's credentials with the company of some connection, preferably one that isn't paused."""
    row = _due(Installation.objects.filter(pk=1, visma_refused_at__isnull=False)).first()
    connections = Connection.objects.exclude(state=Connection.State.DISCONNECTED)
    tenant_id = connections.order_by("state", "pk").values_list("tenant_id", flat=True).first()
    if row is None or tenant_id is None or not _claim(row):
        return
    trouble = ask_visma(tenant_id)
    if trouble is None or trouble.code not in SAYS_NOTHING | {"application"}:
        application_works()  # Visma refuses a company only to an application that it knows
    elif trouble.code in SAYS_NOTHING:
        _ask_sooner(row)
