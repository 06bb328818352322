"""Words of the page of a timeline: kinds of steps, and answers to *Was it this value?*."""

from datetime import datetime

from django.utils.translation import gettext as _

from sync.wording.moments import moment
from sync.wording.sentences import side_name


def what_label(what: str) -> str:
    """The kind of a step in a word or two, which stands beside the sentence."""
    return {
        "seen": _("Seen"),
        "still": _("Still different"),
        "not_sent": _("Not sent"),
        "decided": _("Decided"),
        "held": _("Waiting for approval"),
        "approved": _("Approved"),
        "rejected": _("Rejected"),
        "overtaken": _("Replaced"),
        "planned": _("On its way"),
        "sent": _("Sent"),
        "done": _("Updated"),
        "nothing": _("Already right"),
        "moved": _("Changed meanwhile"),
        "failed": _("Not done"),
        "unknown": _("Not certain"),
        "stopped": _("Stopped"),
        "undone": _("Undo"),
        "linked": _("Linked"),
        "unlinked": _("Unlinked"),
        "different": _("Different people"),
        "possible_match": _("Possible match"),
        "doubted": _("To check"),
        "still_right": _("Still right"),
        "left_out": _("Left out"),
        "field_left_out": _("Left out"),
        "taken_back": _("Included again"),
        "field_taken_back": _("Included again"),
        "skipped": _("Skipped"),
        "fetched_again": _("Fetched again"),
        "first_seen": _("New"),
        "new_person": _("New"),
        "created": _("Created"),
        "not_created": _("Not created"),
        "told": _("Notice"),
        "gone": _("No longer there"),
        "deleted": _("Deleted"),
        "deactivated": _("Deactivated"),
        "position": _("Another position"),
        "followed_up": _("Followed up"),
        "into_pilot": _("Pilot group"),
        "out_of_pilot": _("Pilot group"),
    }.get(what, "")


def tone_of(what: str) -> str:
    """The tone of a step's badge."""
    if what in ("failed", "unknown", "skipped", "not_created", "gone", "deleted"):
        return "danger"
    if what in ("not_sent", "held", "moved", "stopped", "doubted", "deactivated", "position", "left_out"):
        return "warning"
    return "success" if what in ("done", "created", "approved") else ""


def had_it(side: str, since: datetime | None, until: datetime | None) -> str:
    """When a side had a value that was asked about (``sync.history.timeline.was_it``)."""
    words = {"system": side_name(side), "since": moment(since), "until": moment(until)}
    if since and until:
        return _("Yes, in %(system)s from %(since)s until %(until)s.") % words
    if until:
        return _("Yes, in %(system)s until %(until)s.") % words
    if since:
        return _("Yes, in %(system)s since %(since)s, and still at the last fetch.") % words
    return _("Yes, in %(system)s at the last fetch.") % words


def had_it_not(told: bool) -> str:
    """That no side had the value, or that it can't be told."""
    if told:
        return _("No. Neither system had this value, as far as syncs have seen.")
    return _("It can't be told. Too little is known of this field, or it was stored by an older version.")


def how_to_type(field: str) -> str:
    """How a value of the field is typed, for the help text of the question; "" where that is plain."""
    return {
        "bank_account": _("An account number, or an IBAN with the SWIFT/BIC behind it."),
        "address": _("As on an envelope: Storgata 1, 0155 Oslo, NO"),
        "first_workday": _("A date: 14.01.2026"),
        "last_workday": _("A date: 14.01.2026"),
    }.get(field, "")
