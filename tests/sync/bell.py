"""What a worker does with the queue, in the foreground."""

from django_q.models import OrmQ
from django_q.signing import SignedPackage

from sync import tasks


def answer() -> int:
    """Do all that waits in the queue, once each; gives how many tasks there were."""
    found = [(row.pk, SignedPackage.loads(row.payload)) for row in OrmQ.objects.order_by("pk")]
    for pk, task in found:
        if OrmQ.objects.filter(pk=pk).delete()[0]:
            getattr(tasks, task["func"].rpartition(".")[2])(*task["args"])
    return len(found)


def until_quiet(most: int = 300) -> None:
    """Until nothing waits in the queue any more."""
    for _ in range(most):
        if not answer():
            return
    raise AssertionError("the bell never stops ringing")


def a_minute() -> None:
    """The tick comes, and what it rings for is done."""
    tasks.tick()
    until_quiet()
