"""Sentences about pay: until when waiting changes have to be approved. Only pages name an account's last digits."""

from datetime import date, datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _

from sync.core.calendar.payday import Deadline, Period


def sentences(found: Deadline | None, account: bool) -> list[str]:
    """The pay that the changes have missed, and then until when to approve; empty without a known pay day.

    ``account``: a bank account is among the waiting changes.
    """
    if found is None:
        return []
    said = [missed(found.missed, account)] if found.missed else []
    words = {"by": cutoff_text(found.next.cutoff), "pay": pay_text(found.next)}
    if account:
        text = _("Approve by %(by)s for the pay on %(pay)s; until then salary goes to the old account.")
    else:
        text = _("Approve by %(by)s for the pay on %(pay)s; until then nothing is changed in Visma.")
    return [*said, text % words]


def missed(period: Period, account: bool) -> str:
    """The sentence that the cut-off of a pay has passed, and what that means."""
    words = {"by": cutoff_text(period.cutoff), "pay": pay_text(period)}
    over = period.pay < localdate()
    if account and over:
        text = _("It missed the cut-off of %(by)s: the salary paid on %(pay)s went to the old account.")
    elif account:
        text = _(
            "The cut-off of %(by)s has passed: the salary paid on %(pay)s goes to the old account, unless a payroll "
            "clerk enters the new one in Visma first."
        )
    elif over:
        text = _("It missed the cut-off of %(by)s for the pay on %(pay)s.")
    else:
        text = _(
            "The cut-off of %(by)s for the pay on %(pay)s has passed. If the change must be in that pay, a payroll "
            "clerk enters it in Visma."
        )
    return text % words


def old_account(digits: str) -> str:
    """The account that salary goes to until then; ``digits``: its last three, "" if there is none."""
    if not digits:
        return _("Until it is approved, Visma has no account for this salary.")
    return _("Until it is approved, salary goes to the account that ends in %(digits)s.") % {"digits": digits}


def urgent() -> str:
    """What to do if a change can't wait and nobody is there to approve it."""
    return _(
        "Is it urgent, and nobody can approve? A payroll clerk can enter it in Visma as before; the difference "
        "then disappears."
    )


def in_paid_period() -> str:
    """The sentence beside a date that lies in a period that has been paid."""
    return _("This date is in a period that has been paid already.")


def cutoff_text(cutoff: datetime) -> str:
    """A cut-off in words: "Wednesday 18 November 12:00"."""
    return date_format(localtime(cutoff), "l j F H:i" if _is_english() else r"l j. F \k\l. H:i")


def pay_text(period: Period) -> str:
    """A pay day inside a sentence: in English "the 20th" if it is in the cut-off's month, else with its month."""
    if not _is_english():
        return date_format(period.pay, "j. F")
    same_month = _month(period.pay) == _month(localtime(period.cutoff).date())
    return date_format(period.pay, r"\t\h\e jS" if same_month else "j F")


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _is_english() -> bool:
    return (translation.get_language() or "").startswith("en")
