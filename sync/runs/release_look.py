"""Counts what a superuser sees before a release: how many people both sides have, and how many match by which key.

Both sides are read and compared as in a run. Only figures and the names of Huma's companies are kept.
"""

import logging
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from connections.api.errors import VendorError
from connections.bug_report import bug_report
from connections.models import ReleaseRequest
from connections.vendors.huma_groups import huma_groups
from sync.analysis.analyse import SAME_COMPANY_SHARE, analyse
from sync.analysis.persist import load
from sync.core.reasons import Reason
from sync.core.records.employee import Side
from sync.models import SyncRun
from sync.models.groups import CHECKS
from sync.reading.failures import CannotRead, reason_for_reading
from sync.reading.fetch import Fetch
from sync.wording.link_keys import linked_by
from sync.worker.lease import Lease

logger = logging.getLogger(__name__)

NAME = "release"
MOST_NAMES = 50
"""The most companies of Huma that are named."""


def look(connection_pk: int) -> float | None:
    """Read for one slice. Returns the seconds until there is more to do, ``None`` if there isn't.

    A second worker finds the lease taken. Does nothing without an open release request.
    """
    request = ReleaseRequest.objects.filter(connection=connection_pk, answer="", looked_at=None).first()
    if request is None:
        _forget(connection_pk)
        return None
    run = _run_of(connection_pk)
    with Lease(SyncRun, run.pk) as lease:
        if lease.lost:
            return None
        try:
            if run.attempts >= settings.MAX_ATTEMPTS:
                raise CannotRead(Reason("interrupted"))
            return _slice(request, run, lease)
        except CannotRead as error:
            _ended(request, trouble=error.reason)
        except VendorError as error:
            logger.warning("Connection %s can't be looked at before its release: %s", connection_pk, error)
            _ended(request, trouble=reason_for_reading(error))
        except Exception as error:
            logger.error("Looking at connection %s before its release met a bug: %s", connection_pk, bug_report(error))
            _ended(request, trouble=Reason("bug"))
            raise
    return None


def _run_of(connection_pk: int) -> SyncRun:
    """The run that holds what was read so far: a dry one, which is in no list and is deleted at the end."""
    kind = {"connection_id": connection_pk, "trigger": SyncRun.Trigger.COMMAND, "started_by": NAME, "dry": True}
    return SyncRun.objects.filter(**kind, state=SyncRun.State.FETCHING).first() or SyncRun.objects.create(**kind)


def _slice(request: ReleaseRequest, run: SyncRun, lease: Lease) -> float | None:
    fetch = Fetch(run, before_release=True)
    if not fetch.slice(lease, settings.SLICE_SECONDS):
        return None if lease.lost else fetch.pause
    companies = [group["name"] for group in huma_groups(run.connection) if group["type"] == "company"]
    today = timezone.localdate()
    humas, vismas = load(run, Side.HUMA), load(run, Side.VISMA)
    analysis = analyse(run.connection, humas, vismas, today, set(CHECKS))
    figures = {
        Side.HUMA: len(analysis.huma),
        Side.VISMA: len(analysis.visma),
        "linked": Counter(str(one.by) for one in analysis.matching.linked),
        "possible": len(analysis.matching.possible),
        "companies": sorted(map(str, companies))[:MOST_NAMES],
    }
    _ended(request, figures=figures)
    return None


def _ended(request: ReleaseRequest, figures: dict[str, Any] | None = None, trouble: Reason | None = None) -> None:
    """Store the figures, or why there are none, and delete the rest."""
    ReleaseRequest.objects.filter(pk=request.pk, answer="").update(
        figures=figures or {},
        trouble=trouble.code if trouble else "",
        trouble_params=dict(trouble.params) if trouble else {},
        looked_at=timezone.now(),
    )
    _forget(request.connection_id)


def _forget(connection_pk: int) -> None:
    SyncRun.objects.filter(connection=connection_pk, dry=True, started_by=NAME).delete()


@dataclass(frozen=True)
class Counted:
    """How many people match and by which key; ``few``: too few for the same company."""

    linked: int
    ways: list[str]
    few: bool


def counted(request: ReleaseRequest) -> Counted:
    """The figures of a request after both sides were read."""
    figures = request.figures
    linked: dict[str, int] = figures.get("linked", {})
    total, smaller = sum(linked.values()), min(figures.get(Side.HUMA, 0), figures.get(Side.VISMA, 0))
    return Counted(total, linked_by(linked), total < smaller * SAME_COMPANY_SHARE)
