"""Passes a person over while a run writes: they can't be read, may not be seen or changed, or our own code fails.

Nothing more of theirs is sent; everybody else goes on. Source: design, Who is who (One record never stops the rest).
"""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from connections.api.errors import BadCredentials
from sync.analysis import skipped_people
from sync.core.records import skipping
from sync.core.records.employee import Employee, Side
from sync.core.records.skipping import Skipped
from sync.models import Change, Write
from sync.writing import write_state
from sync.writing.context import Context

LATELY = timedelta(days=7)
MOST_REFUSED = 2
"""Up to this many people a refused change concerns only them, over all runs; with more, it concerns everybody."""


def pass_over(context: Context, write: Write, reason: str, prop: str = "") -> None:
    """Store that the person of a Write is passed over, and end their Writes that haven't been sent.

    ``reason``: a code of ``core.records.skipping``.
    """
    if not write.owner_id:  # a person who was to be created has no record yet
        return
    rest = Write.objects.filter(run=write.run, person_key=write.person_key, state__in=write_state.UNSENT).exclude(
        pk=write.pk
    )
    for other in rest:
        write_state.end(other, Change.State.FAILED, reason if reason != skipping.SHAPE else "broken_contract")
    side = Side(write.side)
    change = write.changes.first()
    known = Employee(side, write.owner_id, name=change.name) if change else None
    skipped_people.remember(write.run, [Skipped(side, write.owner_id, reason, prop, known)], ())


def is_theirs_alone(context: Context, write: Write, error: BadCredentials) -> str:
    """Why a refused access concerns this person alone, as a code of ``core.records.skipping``; "" if everybody.

    Another person is asked for right away. If a change was refused, reading others doesn't tell enough: changes of
    somebody else must also have been accepted lately. Raises ``Unavailable``.
    """
    if not write.owner_id or not context.witness.is_alone(error, write.owner_id):
        return ""
    if error.method == "GET":
        return skipping.FORBIDDEN
    before = _refused_before(write)
    with context.lock:
        refused = context.refused.setdefault(error.side, set())
        refused |= {f"link:{link}" for link in before.values_list("link", flat=True)}
        refused.add(write.person_key)
        too_many = len(refused) > MOST_REFUSED
    if not too_many and _others_were_changed(write):
        return skipping.CHANGE
    before.update(reason="bad_credentials")  # everybody is refused: these changes are sent again later
    return ""


def _lately(write: Write) -> QuerySet[Change]:
    """The Changes that were tried on the side within a week, or since the last pause."""
    connection = write.run.connection
    since = max(filter(None, (timezone.now() - LATELY, connection.paused_at)))
    return Change.objects.filter(run__connection=connection, side=write.side, settled_at__gte=since)


def _others_were_changed(write: Write) -> bool:
    return _lately(write).filter(state=Change.State.DONE).exclude(link=write.link_id).exists()


def _refused_before(write: Write) -> QuerySet[Change]:
    """The Changes of anybody that were refused since a Change was last done."""
    last = _lately(write).filter(state=Change.State.DONE).order_by("-settled_at").first()
    rows = _lately(write).filter(state=Change.State.FAILED, reason=skipping.CHANGE).exclude(link=None)
    return rows.filter(settled_at__gt=last.settled_at) if last and last.settled_at else rows
