"""What an undo is called, and why something can't be put back."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from sync.core.reasons import Reason
from sync.models import SyncRun
from sync.wording.sentences import nice_date, sentence, side_name


def undo_title(undone: Sequence[SyncRun]) -> str:
    """What an undo is called, by the runs whose changes it puts back."""
    if len(undone) != 1:
        return _("Undo of changes")
    day = timezone.localdate(undone[0].finished_at or undone[0].started_at)
    return _("Undo of the sync of %(date)s") % {"date": nice_date(day.isoformat())}


def why_not_undone(reason: Reason) -> str:
    """Why a change can't be put back, as a sentence."""
    side = str(reason.params.get("side", ""))
    return sentence(reason.code, {"system": side_name(side), **reason.params})


def refusal(code: str) -> str:
    """Why a whole run, or what was chosen, can't be undone: the codes of ``sync.runs.undoing``."""
    return {
        "dry": _("That was a dry run: nothing was sent, so there is nothing to undo."),
        "writing": _("That sync is still writing. Wait until it has ended, or stop it first."),
        "state": _("That sync hasn't sent anything yet, so there is nothing to undo."),
        "blanked": _("The old values of that sync were deleted after the retention period, so it can't be undone."),
        "nothing": _("There is nothing that can be undone."),
        "inactive": _("The connection is paused or disconnected, so nothing can be undone now."),
        "other_run": _("Another sync of this connection is open. Finish or cancel it first, then undo."),
    }[code]
