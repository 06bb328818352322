"""What Huma told, and why a request was refused, in people's words."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from connections.models import Connection
from sync.core.told import TOPICS
from sync.models import HumaEvent

_TOPICS = {
    "users-create": _("New in Huma"),
    "users-update": _("Changed in Huma"),
    "users-delete": _("Deleted in Huma"),
    "users-export": _("Exported from Huma"),
}
_VERIFIED = {"secret": _("Signed with the secret"), "old_secret": _("Signed with the old secret")}
_REFUSED = {
    "unsigned": _("Without a signature. Enter the secret in Huma, under Client secret."),
    "signature": _("With a wrong signature. If it was Huma: enter the secret there once more."),
    "old_secret": _("Signed with the old secret, which isn't valid any more. Enter the new one in Huma."),
    "no_token": _("Without the access token. Enter it in Huma, or remove it here."),
    "token": _("With a wrong access token. Enter the same one in Huma and here."),
    "too_large": _("Larger than Huma's messages are."),
    "too_many": _("More people in one message than are taken."),
    "content_type": _("Verified, but not in the form that Huma promises. Tell your administrator."),
    "not_json": _("Verified, but not in the form that Huma promises. Tell your administrator."),
    "topic": _("Verified, but not in the form that Huma promises. Tell your administrator."),
    "users": _("Verified, but not in the form that Huma promises. Tell your administrator."),
    "broken_off": _("Broken off before it was complete."),
    "length": _("Without saying how long it is."),
}


def topic_words(topic: str) -> str:
    """What happened, as Huma says it."""
    return gettext(_TOPICS.get(topic, _("Something else")))


def verified_words(code: str) -> str:
    """How a message was verified."""
    return gettext(_VERIFIED[code]) if code in _VERIFIED else code


def refused_words(why: str) -> str:
    """Why a request was refused, and what to do about it."""
    return gettext(_REFUSED[why]) if why in _REFUSED else why


def event_hint(event: HumaEvent, connection: Connection) -> str:
    """What a person may want to know about an event's state; "" for nothing more."""
    if event.state == HumaEvent.State.WAITING and connection.state == Connection.State.PAUSED:
        return gettext("It waits for the end of the pause.")
    if event.state == HumaEvent.State.DONE and event.again_at:
        return gettext("In a moment Huma is asked once more, in case its answer was older than the change.")
    if event.state == HumaEvent.State.DONE and event.run_id is None and event.again_run_id is None:
        return gettext("There was nothing to write.")
    if event.state != HumaEvent.State.NOTED:
        return ""
    if event.huma_ids:
        return gettext("Automatic updates were off.")
    return gettext("It named nobody.") if event.topic in TOPICS else gettext("Nothing follows from it.")
