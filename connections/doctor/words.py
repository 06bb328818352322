"""Why a check wasn't made, or ended early, in people's words."""

from django.utils.translation import gettext as _

from connections.api.vendor import Vendor
from connections.api.visma.variants import variants_of
from connections.doctor.check import ENOUGH, REFUSED, UNAVAILABLE
from connections.models import Connection
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


def adapted(connection: Connection) -> list[str]:
    """What is done another way at this connection, because two looks agreed that Visma answers otherwise."""
    others = variants_of(connection.variants).others()
    words = {
        "page_size": _("We ask for pages of %(value)s rows."),
        "cursor_param": _("We ask for the next page with “%(value)s”."),
        "business": _("We translate “%(value)s” to “business”, and back."),
        "end_reasons": _("We translate the spelling of the end reasons, and back."),
        "jobs": _("We read the whole list of jobs."),
        "etag:weak": _("We send weak ETags back as they came."),
        "etag:missing": _("We read each document again right before it is written, as there is no ETag."),
        "positions:paged": _("We read positions in pages."),
        "positions:single": _("We ask for each employee's positions."),
        "scopes": _("We take a refusal right after a new token for missing access."),
    }
    found = [(words.get(f"{name}:{value}") or words.get(name), value) for name, value in others.items()]
    return [text % {"value": value} for text, value in found if text]
