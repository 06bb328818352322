"""Words about Huma's webhook: what an event says, and why a request was refused."""

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from connections.models import Connection
from sync.core.webhook_payload import TOPICS
from sync.models import HumaEvent

_TOPICS = {
    "users-create": _("New in Huma"),
    "users-update": _("Changed in Huma"),
    "users-delete": _("Deleted in Huma"),
    "users-export": _("Exported from Huma"),
}
_VERIFIED = {"secret": _("Signed with the signing key"), "old_secret": _("Signed with the old signing key")}
_REFUSED = {
    "unsigned": _("Without a signature. Enter the signing key in Huma, under Client secret."),
    "signature": _("With a wrong signature. If it came from Huma, enter the signing key there again."),
    "old_secret": _("Signed with the old signing key, which isn't valid any more. Enter the new one in Huma."),
    "no_token": _("Without the access token. Enter it in Huma, or remove it here."),
    "token": _("With a wrong access token. Enter the same one in Huma and here."),
    "too_large": _("Larger than the notices that Huma sends."),
    "too_many": _("More people in one notice than we accept."),
    "content_type": _("Verified, but not in the form that Huma describes. Tell your administrator."),
    "not_json": _("Verified, but not in the form that Huma describes. Tell your administrator."),
    "topic": _("Verified, but not in the form that Huma describes. Tell your administrator."),
    "users": _("Verified, but not in the form that Huma describes. Tell your administrator."),
    "broken_off": _("Broken off before it was complete."),
    "length": _("Without saying how long it is."),
}


def topic_words(topic: str) -> str:
    """What happened, by the event's topic."""
    return gettext(_TOPICS.get(topic, _("Something else")))


def verified_words(code: str) -> str:
    """Which secret verified the request."""
    return gettext(_VERIFIED[code]) if code in _VERIFIED else code


def refused_words(why: str) -> str:
    """Why a request was refused, and what to do about it."""
    return gettext(_REFUSED[why]) if why in _REFUSED else why


def event_hint(event: HumaEvent, connection: Connection) -> str:
    """A hint about an event's state; "" if there is nothing to add."""
    if event.state == HumaEvent.State.WAITING and connection.state == Connection.State.PAUSED:
        return gettext("It is waiting for the end of the pause.")
    if event.state == HumaEvent.State.DONE and event.outside:
        if event.outside >= len(event.huma_ids):
            return gettext("Outside the pilot group: nothing is sent for them until they join it or it ends.")
        words = ngettext(
            "%(n)d of them is outside the pilot group, so nothing was sent for them.",
            "%(n)d of them are outside the pilot group, so nothing was sent for them.",
            event.outside,
        )
        return words % {"n": event.outside}
    if event.state == HumaEvent.State.DONE and event.again_at:
        return gettext("We ask Huma once more in a moment, in case its answer was older than the change.")
    if event.state == HumaEvent.State.DONE and event.run_id is None and event.again_run_id is None:
        return gettext("There was nothing to send.")
    if event.state != HumaEvent.State.NOTED:
        return ""
    if event.huma_ids:
        return gettext("Automatic updates were off.")
    return gettext("It named nobody.") if event.topic in TOPICS else gettext("Nothing had to be done.")
