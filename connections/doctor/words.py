"""Why a check wasn't made, or ended early, in people's words."""

from django.utils.translation import gettext as _

from connections.api.vendor import Vendor
from connections.doctor.check import ENOUGH, REFUSED, UNAVAILABLE
from connections.vendors.connect_errors import explain
from connections.vendors.probe import Trouble


def why_not_now(why: str) -> str:
    """Why nothing was asked (``NotNow.why``)."""
    return {
        "paused": _("The connection is paused, so nothing is asked. Resume it first."),
        "waiting": _("The connection waits for its approval by an administrator. Nothing is asked before that."),
        "disconnected": _("The connection is disconnected. Connect it again first."),
        "busy": _("The connection is being checked already. Wait until that check has ended."),
    }[why]


def trouble_in_words(trouble: str) -> str:
    """Why a check ended early (``Diagnosis.trouble``); "" if it didn't."""
    kind, _colon, rest = trouble.partition(":")
    side, _colon, code = rest.partition(":")
    label = Vendor(side).label if side in list(Vendor) else ""
    if kind == REFUSED and label:
        why = explain(Trouble(Vendor(side), code)).title
        return _("The check ended early, because the access was refused. %(why)s") % {"why": why}
    if kind == UNAVAILABLE and label:
        return _("The check ended early: %(side)s didn't answer. It is made again in an hour.") % {"side": label}
    if kind == ENOUGH:
        return _("The check ended early, because it took too long. It is made again in an hour.")
    return _("The check ended early. It is made again in an hour.") if trouble else ""
