"""Decides which runs that answered Huma's events are kept: those that a person may want to open."""

from sync.models import Change, Conflict, RunPerson, SyncRun
from sync.models.groups import SINGLE, WAITS


def found_nothing(run: SyncRun) -> bool:
    """Whether a run that answers Huma's events found nothing: nothing to write, no difference, and no old difference
    that is over now.

    Such a run would only hide the others in the history.
    """
    if run.trigger != SyncRun.Trigger.REAL_TIME:
        return False
    left = Change.objects.filter(run=run).exists() or Conflict.objects.filter(run=run).exists()
    return not left and not _says_what_is_over(run)


def _says_what_is_over(run: SyncRun) -> bool:
    """Whether an earlier run left a difference of these people open that this run doesn't find any more.

    The newest look at each person counts, so this run is needed to show that the difference is over.
    """
    links = run.single_people.filter(compared=True).values("link")
    others = SyncRun.objects.filter(connection=run.connection_id).exclude(pk=run.pk)
    rows = Conflict.objects.filter(WAITS, link__in=links).exclude(run=run).order_by("run")
    last = dict(rows.values_list("link", "run"))
    if not last:
        return False
    whole = others.exclude(trigger__in=SINGLE).exclude(read_at=None).order_by("-pk").values_list("pk", flat=True)
    last = {link: pk for link, pk in last.items() if pk >= (whole.first() or 0)}
    later = others.filter(trigger__in=SINGLE, pk__gt=min(last.values(), default=0)).exclude(finished_at=None)
    looks = RunPerson.objects.filter(run__in=later, compared=True, link__in=last).values_list("run", "link")
    for pk, link in looks:
        if last.get(link, pk) < pk:
            del last[link]
    return bool(last)
