"""What makes a connection ready: one registry, each item with a small rule. Source: design, Readiness.

A rule looks at what is stored, and asks no vendor. Texts are English message ids, which ``shown`` translates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_noop as _


class Status(StrEnum):
    """How far an item is."""

    DONE = "done"
    TO_DO = "to_do"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class Seen:
    """What is known of a connection.

    ``refused``: who refuses the access: huma, visma, application, or "" for nobody. ``fetched``: whether both sides
    were ever read completely; ``first_sync``: whether a run that a person started has finished. ``hidden``: the names
    of the fields that Huma showed for nobody; ``hidden_for_some``: of how many people each other field can't be seen.
    ``mail``: of the test email none, waiting, failed, sent or arrived;
    ``mail_to``: whose address it went to. ``heard``: whether a notice from Huma ever came; ``misheard``: whether
    requests were refused. ``pilot``: who is worked for: "" not chosen yet, group or everyone.
    ``scheduled``: whether everybody is fetched by a schedule; ``automatic_answered``: whether an owner has decided
    about automatic updates.
    """

    refused: str = ""
    fetched: bool = False
    first_sync: bool = False
    hidden: tuple[str, ...] = ()
    hidden_for_some: Mapping[str, int] = field(default_factory=dict)
    end_reason: bool = False
    ends_switched_off: bool = False
    recipients: int = 0
    confirmed: int = 0
    mail: str = "none"
    mail_to: str = ""
    pay_day: bool = False
    heard: bool = False
    misheard: bool = False
    pilot: str = ""
    automatic: bool = False
    scheduled: bool = False
    automatic_answered: bool = False
    other_writer: str = ""


@dataclass(frozen=True)
class Found:
    """What a rule found: the status, and a sentence with its parameters, which says what to do if something is.

    ``where``, ``action``: another place to act than the item's own; what is done has only such a place, if any.
    """

    status: Status
    text: str
    params: Mapping[str, Any] = field(default_factory=dict)
    where: str = ""
    action: str = ""


@dataclass(frozen=True)
class Item:
    """One thing to set up. ``where``: the name of the address where to act, with an anchor; ``action``: the link's
    text. ``post``: the address is a button's, and changes something."""

    code: str
    title: str
    rule: Callable[[Seen], Found]
    where: str
    action: str
    post: bool = False


def _done(text: str, **params: Any) -> Found:
    return Found(Status.DONE, text, params)


def _to_do(text: str, where: str = "", action: str = "", **params: Any) -> Found:
    return Found(Status.TO_DO, text, params, where, action)


def _not_needed(text: str) -> Found:
    return Found(Status.NOT_NEEDED, text)


def _after_fetching(text: str) -> Found:
    return _to_do(text, "sync_users", _("Synchronize users"))


def access(seen: Seen) -> Found:
    """Whether both systems accept the access, with all its scopes."""
    match seen.refused:
        case "application":
            text = _("Visma.net refuses the installation's Visma key. Your administrator has been told.")
            return _to_do(text, "connection", _("See it"))
        case "visma":
            text = _("Visma refused the app. Check in Visma.net's App Store that it is still authorised.")
            return _to_do(text, "connection", _("See it"))
        case "huma":
            return _to_do(_("Huma refused the API key. Renew it."))
    return _done(_("Huma and Visma.net Payroll both accept the access."))


def fields(seen: Seen) -> Found:
    """Whether Huma shows each synced field for somebody; what single people lack is mended one by one."""
    if not seen.fetched:
        return _after_fetching(_("The first time you fetch shows whether the API key sees all fields."))
    if seen.hidden:
        text = _(
            "Huma shows these fields for nobody: %(fields)s. Allow the API key to see them in Huma, or switch them off "
            "here."
        )
        return _to_do(text, fields=seen.hidden)
    if seen.hidden_for_some:
        text = _("Each field can be seen, but not of everybody. Of so many people it can't: %(fields)s.")
        return Found(Status.DONE, text, {"fields": seen.hidden_for_some}, "to_fix", _("See whom"))
    return _done(_("The API key sees all fields that are synced."))


def end_reason(seen: Seen) -> Found:
    """Whether a default end reason is chosen, without which some last workdays can't be sent."""
    if seen.ends_switched_off:
        return _not_needed(_("Last workday is switched off."))
    if seen.end_reason:
        return _done(_("Used where Huma has no end reason."))
    return _to_do(_("A last workday without an end reason in Huma can't be sent before you choose a default."))


def recipients(seen: Seen) -> Found:
    """Whether somebody in payroll is told."""
    if not seen.recipients:
        return _to_do(
            _(
                "Nobody in payroll is told about changed bank accounts, last workdays and names, and about new drafts. "
                "Add a recipient."
            ),
            "connection_settings#payroll",
            _("Add a recipient"),
        )
    if seen.confirmed < seen.recipients:
        text = _("%(confirmed)d of %(all)d have confirmed their address. The others have to click the link they got.")
        return _to_do(text, confirmed=seen.confirmed, all=seen.recipients)
    return _done(_("All have confirmed their address."))


def mail(seen: Seen) -> Found:
    """Whether an email from here arrived, and its link led back here."""
    match seen.mail:
        case "arrived":
            return _done(_("%(address)s got the test email, and the link in it was clicked."), address=seen.mail_to)
        case "none":
            return _to_do(_("Send yourself a test email, and click the link in it. Then you know that emails arrive."))
        case "waiting":
            text = _("A test email to %(address)s is on its way.")
        case "failed":
            text = _("The mail server didn't accept the test email to %(address)s. Tell your administrator.")
        case _:
            text = _("A test email was sent to %(address)s. Click the link in it. If it doesn't arrive, send it again.")
    return _to_do(text, action=_("Send it again"), address=seen.mail_to)


def pay_day(seen: Seen) -> Found:
    """Whether reminders know until when something has to be approved."""
    if seen.pay_day:
        return _done(_("What is waiting for approval says until when."))
    return _to_do(_("With them, what is waiting for approval says until when, and reminds you in time."))


def webhook(seen: Seen) -> Found:
    """Whether Huma's webhook was ever heard."""
    if seen.heard:
        return _done(_("Huma sends notices, and they arrive."))
    if seen.misheard:
        return _to_do(_("Huma's notices arrive but are refused. Enter the signing key in Huma again."))
    return _to_do(_("No notice has come from Huma yet. Enter the webhook in Huma, then change something there."))


def pilot(seen: Seen) -> Found:
    """Whether it is decided for whom the connection works."""
    match seen.pilot:
        case "group":
            return _done(_("Only the pilot group is changed."))
        case "everyone":
            return _done(_("Everyone is synced."))
    return _to_do(_("Start with a few people: only they are changed until you choose everyone."))


def other_writer(seen: Seen) -> Found:
    """Whether another integration writes to Visma, too."""
    if seen.other_writer:
        text = _(
            "Huma's own integration “%(name)s” changes Visma too. Turn it off in Huma, under Settings → Integrations."
        )
        return _to_do(text, name=seen.other_writer)
    if not seen.fetched:
        return _after_fetching(_("The first time you fetch shows whether another integration changes Visma too."))
    return _done(_("No other integration that changes Visma was found."))


def automatic(seen: Seen) -> Found:
    """Whether automatic updates are on, or an owner decided otherwise."""
    if seen.automatic and not seen.scheduled:
        text = _(
            "What only changed in Huma is sent to Visma automatically. There is no schedule, so nothing finds a change "
            "whose notice gets lost."
        )
        return Found(Status.DONE, text, {}, "automatic#schedule-title", _("Choose a schedule"))
    if seen.automatic:
        return _done(_("What only changed in Huma is sent to Visma automatically."))
    if seen.automatic_answered:
        return _not_needed(_("An owner has chosen to keep them off. You can turn them on at any time."))
    if not seen.first_sync:
        return _after_fetching(_("They can be turned on after the first sync."))
    return _to_do(_("Turn them on if changes in Huma should be sent without a click."))


ITEMS: tuple[Item, ...] = (
    Item("access", _("Access to both systems"), access, "connection_credentials", _("Renew the API key")),
    Item("other_writer", _("No other integration with Visma"), other_writer, "automatic", _("See it")),
    Item("fields", _("All fields can be seen"), fields, "connection_settings#what-title", _("Choose fields")),
    Item("end_reason", _("Default end reason"), end_reason, "connection_settings#id_default_end_reason", _("Choose")),
    Item(
        "recipients", _("Recipients of payroll notices"), recipients, "connection#payroll", _("See who is to confirm")
    ),
    Item("test_mail", _("Emails arrive"), mail, "mail_check_send", _("Send a test email"), post=True),
    Item("pay_day", _("Pay day and cut-off"), pay_day, "connection_settings#payday", _("Enter them")),
    Item("webhook", _("Notices from Huma"), webhook, "webhook", _("Set up the webhook")),
    Item("pilot", _("Pilot group"), pilot, "pilot", _("Choose")),
    Item("automatic", _("Automatic updates"), automatic, "automatic", _("Turn on automatic updates")),
)
"""In the order in which one does them."""
