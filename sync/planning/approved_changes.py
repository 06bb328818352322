"""What becomes of approved Changes: they are written as the owner saw them, are overtaken, or wait again."""

from django.db.models import QuerySet

from connections.models import PROGRAM, audit
from sync.analysis.pilot_scope import pilot_scope
from sync.core.matching.relook import stops
from sync.models import Change, SyncRun


def approved(run: SyncRun) -> dict[tuple[int | None, str], tuple[str, str]]:
    """The fingerprints (Huma's, Visma's) of the approved Changes, by link and field."""
    return {(change.link_id, change.field): (change.source, change.pin) for change in _unwritten(run)}


def answer_approved(run: SyncRun) -> None:
    """Connect approved Changes with those that are written now; if a side moved meanwhile, they are overtaken.

    Changes of people who couldn't be read, whose link has come into doubt, or who left the pilot group, wait again.
    """
    made = {(one.link_id, one.field): one for one in Change.objects.filter(run=run)}
    rows = _unwritten(run).select_related("link")
    passed = set(run.single_people.filter(passed=True).values_list("huma_id", flat=True))
    broken = set(run.passed_over.values_list("link", flat=True))
    scope = pilot_scope(run.connection_id)
    again: list[Change] = []
    answered: list[Change] = []
    for held in rows:
        link = held.link
        waits = link and (
            link.huma_id in passed or link.pk in broken or stops(link.doubt) or not scope.includes_link(link)
        )
        (again if waits else answered).append(held)
    for held in answered:
        held.approved_as = made.get((held.link_id, held.field))
        held.answer = Change.Answer.APPROVED if held.approved_as else Change.Answer.OVERTAKEN
    Change.objects.bulk_update(answered, ["approved_as", "answer"], batch_size=500)
    Change.objects.filter(pk__in=[one.pk for one in answered]).enter_again()
    _wait_again(run, again)


def come_back(run: SyncRun) -> None:
    """Let approved Changes wait again, because their run ended before anything was written.

    If a newer Change of the same field waits by now, the older one is overtaken.
    """
    if run.trigger != SyncRun.Trigger.APPROVED:
        return
    _wait_again(run, list(_unwritten(run)))


def _wait_again(run: SyncRun, unwritten: list[Change]) -> None:
    waiting = Change.objects.filter(run__connection=run.connection_id).waiting()
    newer = set(waiting.values_list("link_id", "field"))
    back = [held.pk for held in unwritten if (held.link_id, held.field) not in newer]
    rows = Change.objects.filter(pk__in=[held.pk for held in unwritten])
    rows.exclude(pk__in=back).answer(Change.Answer.OVERTAKEN)
    rows.filter(pk__in=back).answer(Change.Answer.WAITS)
    if unwritten:
        audit(PROGRAM, "held.back", run.connection, run=run.pk, changes=len(back))


def _approved(run: SyncRun) -> QuerySet[Change]:
    return run.approved_changes.filter(state=Change.State.HELD)


def _unwritten(run: SyncRun) -> QuerySet[Change]:
    return _approved(run).filter(answer=Change.Answer.APPROVED, approved_as=None).defer("before", "after")
