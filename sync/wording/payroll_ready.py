"""Whether payroll can be run, in one line: on the page, in the subject of the email, and on the start page."""

from datetime import date

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sync.core.payroll_ready import Verdict, Wait, Why


def line(verdict: Verdict, pay: date | None) -> str:
    """The whole answer, without a full stop. ``pay``: the next pay day, ``None`` if it isn't set."""
    if not verdict.is_ready:
        return _("NOT ready: %(what)s") % {"what": reason(verdict)}
    words = {
        "day": day_and_month(pay) if pay else "",
        "agree": agree_words(verdict),
        "changes": changes_words(verdict.changes),
    }
    if pay:
        return _("Ready for payroll %(day)s: %(agree)s, %(changes)s, nothing waits") % words
    return _("Ready for payroll: %(agree)s, %(changes)s, nothing waits") % words


def reason(verdict: Verdict) -> str:
    """Why payroll can't be run: what is most important, and how much there is besides; "" if it can."""
    if verdict.is_ready:
        return ""
    what = why_words(verdict.why) if verdict.why else wait_words(*verdict.waits[0])
    if not verdict.more:
        return what
    more = ngettext("%(what)s and %(n)d more thing", "%(what)s and %(n)d more things", verdict.more)
    return more % {"what": what, "n": verdict.more}


def agree_words(verdict: Verdict) -> str:
    """How many of the linked people agree, as a piece of a sentence."""
    text = ngettext(
        "%(agree)d of %(people)d employee agrees", "%(agree)d of %(people)d employees agree", verdict.people
    )
    return text % {"agree": verdict.agree, "people": verdict.people}


def changes_words(count: int) -> str:
    """How much changed for payroll, as a piece of a sentence."""
    return ngettext("%(n)d change", "%(n)d changes", count) % {"n": count} if count else _("no changes")


def day_and_month(day: date) -> str:
    """A pay day in words: "20 November"."""
    return date_format(day, "j F" if (translation.get_language() or "").startswith("en") else "j. F")


def why_words(why: Why) -> str:
    """Why the figures can't be relied on, as a piece of a sentence."""
    return {
        Why.DISCONNECTED: _("the connection is disconnected"),
        Why.RELEASE: _("the connection waits for an administrator's approval"),
        Why.PAUSED: _("the connection is paused"),
        Why.APPLICATION: _("Visma.net refuses the installation's Visma key"),
        Why.NEVER: _("the two systems have never been compared"),
        Why.FAILED: _("the last sync failed while it fetched from both systems"),
        Why.WRITING: _("a sync is sending changes right now"),
        Why.OLD: _("the two systems haven't been compared for too long"),
        Why.TOLD: _("something changed in Huma after the systems were last compared"),
        Why.RESTS: _("automatic updates are on hold"),
        Why.NOBODY: _("nobody is linked yet"),
    }[why]


def wait_words(wait: Wait, n: int) -> str:
    """What waits, as a piece of a sentence."""
    text = {
        Wait.ACCOUNTS: ngettext("%(n)d bank account waits for approval", "%(n)d bank accounts wait for approval", n),
        Wait.LAST_DAYS: ngettext("%(n)d last workday waits for approval", "%(n)d last workdays wait for approval", n),
        Wait.UNKNOWN: ngettext("%(n)d change isn't certain", "%(n)d changes aren't certain", n),
        Wait.NO_END_REASON: ngettext("%(n)d end reason is missing", "%(n)d end reasons are missing", n),
        Wait.ACCOUNTS_DIFFER: ngettext("%(n)d bank account differs", "%(n)d bank accounts differ", n),
        Wait.NO_ACCOUNT: ngettext(
            "%(n)d new employee has no bank account", "%(n)d new employees have no bank account", n
        ),
        Wait.NOT_IN_VISMA: ngettext("%(n)d person isn't in Visma", "%(n)d people aren't in Visma", n),
        Wait.DRAFTS: ngettext("%(n)d draft in Visma isn't complete", "%(n)d drafts in Visma aren't complete", n),
        Wait.HELD: ngettext("%(n)d change waits for approval", "%(n)d changes wait for approval", n),
        Wait.UNREAD: ngettext("%(n)d person is skipped", "%(n)d people are skipped", n),
        Wait.DIFFERENCES: ngettext("%(n)d difference waits for a choice", "%(n)d differences wait for a choice", n),
        Wait.POSSIBLE: ngettext(
            "%(n)d possible match waits for an answer", "%(n)d possible matches wait for an answer", n
        ),
        Wait.NOT_ADDED: ngettext("%(n)d person couldn't be added", "%(n)d people couldn't be added", n),
        Wait.NOT_COMPARED: ngettext("%(n)d person isn't compared yet", "%(n)d people aren't compared yet", n),
        Wait.LINKS: ngettext("%(n)d linked person has to be checked", "%(n)d linked people have to be checked", n),
        Wait.UNSENT: ngettext("%(n)d choice isn't sent yet", "%(n)d choices aren't sent yet", n),
        Wait.NOTICES: ngettext(
            "%(n)d person is deactivated, gone or has another position",
            "%(n)d people are deactivated, gone or have another position",
            n,
        ),
    }[wait]
    return text % {"n": n}


def what_to_do(wait: Wait) -> str:
    """What a payroll clerk or an owner does about it before payroll is run."""
    return {
        Wait.ACCOUNTS: _("Until they are approved, salary goes to the old account."),
        Wait.LAST_DAYS: _("Until they are approved, Visma has another last workday, or none."),
        Wait.UNKNOWN: _("Look in Visma whether it was stored, then synchronize again."),
        Wait.NO_END_REASON: _("Enter the end reason in Huma or in Visma, or choose a default in the settings."),
        Wait.ACCOUNTS_DIFFER: _("Until somebody chooses, salary goes to the account in Visma."),
        Wait.NO_ACCOUNT: _("Enter the account in Huma, unless they are paid in another way."),
        Wait.NOT_IN_VISMA: _("They get no salary before they are in Visma. Add them, or choose never to add them."),
        Wait.DRAFTS: _("They get no salary before the draft is completed in Visma."),
        Wait.HELD: _("Until they are approved, nothing of it is changed in Visma."),
        Wait.UNREAD: _("They weren't compared. Fix what is wrong in the system that is named."),
        Wait.DIFFERENCES: _("Until somebody chooses, Visma keeps what it has."),
        Wait.POSSIBLE: _("Until somebody says whether the two are the same person, nothing of theirs is sent."),
        Wait.NOT_ADDED: _("See why, and try again."),
        Wait.NOT_COMPARED: _("The next sync compares them."),
        Wait.LINKS: _("Until somebody has checked them, nothing of theirs is sent automatically."),
        Wait.UNSENT: _("They are sent when somebody confirms the open sync."),
        Wait.NOTICES: _("Look whether something has to be changed in Visma."),
    }[wait]


def what_helps(why: Why) -> str:
    """What to do if the figures can't be relied on."""
    start = _("Start a sync, and look again when it has ended.")
    return {
        Why.DISCONNECTED: _("Nothing comes from Huma any more: enter what changed in Visma by hand."),
        Why.RELEASE: _("Until then nothing comes from Huma: enter what changed in Visma by hand."),
        Why.PAUSED: _("Nothing comes from Huma meanwhile. Resume it, or enter what changed in Visma by hand."),
        Why.APPLICATION: _("Your administrator has been told. Until then, enter what changed in Visma by hand."),
        Why.FAILED: _("What the page shows may be outdated. Start a sync, and look again when it has ended."),
        Why.WRITING: _("Look again when it has ended."),
        Why.RESTS: _("Another program changes Visma, too. Start a sync to bring over what changed in Huma."),
    }.get(why, start)
