"""Tells owners at once that something is held: one email to each owner for each run that holds something.

After three emails within an hour, the rest is collected into one. An email holds no value and no name.
"""

from datetime import timedelta

from django.utils import timezone

from sync.mail import letters
from sync.mail.outbox import each_once, hashed
from sync.models import Letter, SyncRun

MOST_AN_HOUR = 3
"""The most immediate emails that a person gets within an hour; the rest is collected into one email."""
HOUR = timedelta(hours=1)


def tell_at_once(run: SyncRun, changes: int, people: int) -> None:
    """Tell each owner that this run held something, in the transaction that stores it.

    The lock lets two runs tell one owner one after the other, so that each sees the other's email.
    """
    list(run.connection.owners.select_for_update(of=("self",), no_key=True).order_by("pk"))
    for address in each_once(letters.owners(run.connection)):
        _tell(run, address, changes, people)


def _tell(run: SyncRun, address: str, changes: int, people: int) -> None:
    own = f"held:{hashed(address)}:"
    told = Letter.objects.filter(kind=Letter.Kind.HELD, key__startswith=own, made_at__gte=timezone.now() - HOUR)
    lately = list(told.select_for_update().order_by("pk"))
    collecting = [one for one in lately if "runs" in one.params and one.state == Letter.State.WAITING and not one.tries]
    if collecting:  # it lists what waits at the time when it is sent
        letter = collecting[-1]
        letter.params["runs"] = sorted({*letter.params["runs"], run.pk})
        letter.save(update_fields=["params"])
    elif len(lately) < MOST_AN_HOUR:
        key, connection = f"{own}{run.pk}", run.connection
        letters.write(Letter.Kind.HELD, key, [address], connection, run=run.pk, changes=changes, people=people)
    else:
        at = lately[0].made_at + HOUR
        letters.write(Letter.Kind.HELD, f"{own}more:{lately[-1].pk}", [address], at=at, runs=[run.pk])
