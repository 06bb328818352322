"""What happened with a person, in sentences that can be read aloud: the steps of their timeline.

The product can't know who changed something in Huma or Visma, so it says what was *seen*, and when.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sync.models import EmployeeLink
from sync.wording.moments import moment
from sync.wording.sentences import against_sentence, agrees_label, field_label, sentence, side_name
from sync.wording.skipped_people import passed_sentence

By = EmployeeLink.By


def tell(what: str, params: Mapping[str, Any], field: str = "") -> str:
    """A step as a sentence, or a few short ones. ``what``: its code; ``params``: what the code's sentence needs."""
    text = _of_field(what, params) if field else _of_person(what, params)
    return f"{field_label(field)}: {text}" if field else text


def _of_field(what: str, params: Mapping[str, Any]) -> str:
    words = {"who": params.get("who", ""), "system": side_name(params.get("side", "")), "at": _at(params.get("at"))}
    match what:
        case "seen":
            return _together(_seen(params), _suggested(params.get("suggestion", "")), _again(params))
        case "still" | "not_sent":
            return _together(
                _still(params) if params.get("still") else _seen(params),
                not_sent(params.get("reason", ""), params.get("why_forbidden", ""), params.get("who", "")),
                _again(params),
            )
        case "decided":
            return _together(_decided(params), _many(params))
        case "undone":
            return _("%(who)s chose to put back what was there before the change of %(at)s.") % words
        case "held":
            return _together(_("Held back."), params.get("reason", ""))
        case "approved":
            return _("%(who)s approved the change.") % words
        case "rejected":
            return _("%(who)s rejected the change. Nothing was sent.") % words
        case "overtaken":
            return _("The change doesn't wait for approval any longer: something newer has replaced it.")
        case "planned":
            return _("On its way to %(system)s.") % words
        case "sent":
            return _("Sent to %(system)s. The answer hasn't come yet.") % words
        case "done":
            return _("Sent to %(system)s, which stored it.") % words
        case "nothing":
            return _("%(system)s had this value already, so nothing was sent.") % words
        case "unknown":
            first = _("Sent to %(system)s. It isn't certain that it was stored.") % words
            return _together(first, params.get("reason", ""))
        case "moved" | "failed" | "stopped":
            was_sent = _("Sent to %(system)s, but not stored.") % words
            first = was_sent if params.get("sent") else _("Not sent to %(system)s.") % words
            return _together(first, params.get("reason", ""))
        case "field_left_out":
            return _("%(who)s chose never to sync it for this person.") % words
        case "field_taken_back":
            return _("%(who)s included it again.") % words
    return what


def _seen(params: Mapping[str, Any]) -> str:
    words = {"at": _at(params.get("at"))}
    emptied = params.get("emptied", "")
    text = {
        "huma_moved": _("Emptied in Huma, seen %(at)s.") if emptied else _("New value in Huma, seen %(at)s."),
        "visma_moved": _("Emptied in Visma, seen %(at)s.") if emptied else _("New value in Visma, seen %(at)s."),
        "both_moved": _("New values in both systems, seen %(at)s."),
        "huma_filled": _("In Huma, but not in Visma, seen %(at)s."),
        "visma_filled": _("In Visma, but not in Huma, seen %(at)s."),
        "never_settled": _("Different in Huma and Visma, seen %(at)s. The two have never agreed on it."),
    }.get(params.get("why", ""), _("Different in Huma and Visma, seen %(at)s."))
    return text % words


def _still(params: Mapping[str, Any]) -> str:
    return _("Still different in Huma and Visma, seen %(at)s.") % {"at": _at(params.get("at"))}


def _suggested(side: str) -> str:
    return _("Suggested: use the value from %(system)s.") % {"system": side_name(side)} if side else ""


def _again(params: Mapping[str, Any]) -> str:
    count = params.get("again", 0)
    if not count:
        return ""
    text = ngettext("Seen again by %(n)d sync, on %(last)s.", "Seen again by %(n)d syncs, last on %(last)s.", count)
    return text % {"n": count, "last": _at(params.get("last"))}


def _decided(params: Mapping[str, Any]) -> str:
    words = {"who": params.get("who", ""), "rule": params.get("rule", "")}
    choice: str = params.get("choice", "")
    if words["rule"]:
        return _("Huma's value was chosen by a rule: %(rule)s.") % words
    return {
        "huma": _("%(who)s chose Huma's value."),
        "visma": _("%(who)s chose Visma's value."),
        "leave": _("%(who)s chose to leave it as it is."),
        "never": _("%(who)s chose never to sync it for this person."),
    }.get(choice, choice) % words


def _many(params: Mapping[str, Any]) -> str:
    return _("It was one choice for several.") if params.get("for_many") and not params.get("rule") else ""


def not_sent(reason: str, why_forbidden: str = "", who: str = "") -> str:
    """Why a difference wasn't sent (codes of ``sync.core.deciding.why_not_sent``)."""
    if reason == "forbidden":
        return _("Not sent: it can't be. %(why)s") % {"why": why_forbidden}
    texts = {
        "undecided": _("Not sent: nobody had decided."),
        "open": _("Not sent: it waits for a decision in the open sync."),
        "confirm": _("Not sent: the sync in which it was chosen hasn't been confirmed."),
        "left": _("Not sent: it was left as it is, and has changed in neither system since."),
        "former": _("Not sent: the employment has ended in both systems."),
        "draft": _("Not sent: payroll hasn't completed the draft in Visma."),
        "outside": _("Not sent: the person wasn't in the pilot group."),
        "doubted": _("Not sent: it wasn't certain that the two are the same person."),
        "held": _("Not sent: it was waiting for approval."),
        "rejected": _("Not sent: this change was rejected."),
        "refused": _("Not sent: the same change could not be stored before."),
        "both_moved": _("Not sent: it had changed in both systems, so somebody has to decide."),
        "visma_moved": _("Not sent: only changes in Huma are sent automatically."),
        "by_a_person": _("Not sent: this field is never sent automatically."),
        "empties": _("Not sent: it would have emptied the field, and only a person decides that."),
    }
    return texts.get(reason, "")


def _of_person(what: str, params: Mapping[str, Any]) -> str:
    words = {
        "who": params.get("who", ""),
        "name": params.get("name") or _("somebody"),
        "system": side_name(params.get("side", "")),
        "date": _at(params.get("date")),
    }
    match what:
        case "first_seen":
            return _("Fetched from %(system)s for the first time.") % words
        case "linked":
            return _together(_linked(params.get("by", ""), words), _agreed(params.get("agrees", ())))
        case "unlinked":
            return _("%(who)s unlinked the two: they are different people.") % words
        case "different":
            return _("%(who)s said that this isn't the same person as %(name)s in the other system.") % words
        case "retired":
            return _("The earlier link ended, because the person was no longer in one of the systems.")
        case "possible_match":
            against = " ".join(against_sentence(code) for code in params.get("against", ()))
            first = _("May be the same person as %(name)s in the other system.") % words
            return _together(first, sentence(params.get("why", "")), _agreed(params.get("agrees", ())), against)
        case "doubted":
            return _together(_("Asked whether it is still the same person."), against_sentence(params.get("code", "")))
        case "still_right":
            return _("%(who)s said that it is still the same person.") % words
        case "left_out":
            return _together(_("%(who)s left the person out.") % words, _reason(params.get("reason", "")))
        case "taken_back":
            return _("%(who)s included the person again.") % words
        case "skipped":
            first = _("Skipped: the person couldn't be fetched, so nothing was compared or sent.")
            why = passed_sentence(params.get("reason", ""), params.get("side", ""), params.get("prop", ""))
            return _together(first, why)
        case "fetched_again":
            return _("The person could be fetched again.")
        case "created":
            return _("Added to %(system)s.") % words
        case "not_created":
            return _together(_("Not added to %(system)s.") % words, params.get("reason", ""))
        case "told":
            return _together(_told(params), _came_of_it(params))
    return _noticed(what, words)


def _noticed(what: str, words: Mapping[str, str]) -> str:
    return {
        "new_person": _("New in Huma."),
        "deleted": _("Deleted in Huma. Nothing was changed in Visma."),
        "deactivated": _("Deactivated in Huma, and still employed in Visma."),
        "gone": _("No longer in %(system)s."),
        "position": _("Another position is the current one, or it has ended. No dates were sent automatically."),
        "followed_up": _("%(who)s marked it as followed up."),
        "into_pilot": _("%(who)s added the person to the pilot group."),
        "out_of_pilot": _("%(who)s took the person out of the pilot group."),
    }.get(what, what) % words


def _linked(by: str, words: Mapping[str, str]) -> str:
    texts: dict[str, str] = {
        By.NUMBER: _("Linked: the same Employment ID in both systems, and enough else agreed."),
        By.EMAIL: _("Linked: the same email in both systems, and enough else agreed."),
        By.EXTERNAL: _("Linked, because the employee in Visma has this Huma user's ID."),
        By.CONNECTED: _("Linked, because Huma's own Visma integration connects the two."),
        By.NAME_BIRTH: _("Linked: the same name and date of birth, which nobody else has."),
        By.PAIR: _("Linked: a pairs file says so, and enough agreed."),
        By.PERSON: _("%(who)s linked the two by hand."),
        By.CREATED: _("Linked when a sync added the person in the other system."),
    }
    return texts.get(by, _("Linked.")) % words


def _agreed(agrees: Any) -> str:
    names = ", ".join(agrees_label(name) for name in agrees)
    return _("What agreed: %(what)s.") % {"what": names} if names else ""


def _reason(text: str) -> str:
    return _("Reason: %(why)s") % {"why": text} if text else ""


def _told(params: Mapping[str, Any]) -> str:
    count = params.get("times", 1)
    text = ngettext(
        "Huma told us that something about the person may have changed.",
        "Huma told us %(n)d times that something about the person may have changed, last on %(last)s.",
        count,
    )
    return text % {"n": count, "last": _at(params.get("last"))}


def _came_of_it(params: Mapping[str, Any]) -> str:
    return {
        "waits": _("The person hasn't been fetched yet."),
        "noted": _("Automatic updates were off, so nothing followed."),
        "news": _("The person was fetched, and something was new."),
        "nothing": _("The person was fetched, and nothing was new."),
        "skipped": _("The person was skipped."),
        "unlinked": _("The person wasn't linked, so nothing was compared."),
        "failed": _("The person couldn't be fetched from both systems."),
    }.get(params.get("came", ""), "")


def _together(*sentences: str) -> str:
    return " ".join(text for text in sentences if text)


def _at(at: Any) -> str:
    return moment(at) if at else ""
