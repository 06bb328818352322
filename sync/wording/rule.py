"""The rule in whose name an automatic run writes, in words."""

from django.utils import timezone
from django.utils.translation import gettext as _

from sync.models import SyncRun
from sync.wording.sentences import nice_date


def rule(run: SyncRun) -> str:
    """The rule in whose name a run writes, as a sentence without a full stop; "" for a person's run."""
    if not run.is_automatic or run.rule_at is None:
        return ""
    on = nice_date(timezone.localdate(run.rule_at).isoformat())
    return _("Automatic updates, turned on by %(by)s on %(date)s") % {"by": run.rule_by, "date": on}
