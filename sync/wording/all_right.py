"""The answer to "is it all right?" in words: for a connection's page, and in short for the list of all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sync.core.all_right import Answer, State

TONES = {State.FAILED: "danger", State.APPLICATION: "danger", State.ALL: "success", State.SOME: "success"}
CALM = (State.DISCONNECTED, State.RELEASE, State.NEVER, State.WRITING, State.NOBODY)
STOPPED = (State.PAUSED, State.APPLICATION, State.FAILED)
"""The states in which the figures are those of the last check, and may have changed since."""


@dataclass(frozen=True)
class Said:
    """The answer in words. ``tone``: success, warning, danger, or info where there is nothing to judge.

    ``headline``: the state, and how many agree; ``parts``: what waits and what else there is, "" for nothing.
    ``in_short``: for a list of connections, which says their state otherwise. ``checked``: when both systems were last
    compared, "" if never.
    """

    headline: str
    parts: str
    in_short: str
    checked: str
    tone: str

    @property
    def text(self) -> str:
        """The whole answer."""
        return " ".join(filter(None, (self.headline, self.parts, self.checked)))


def said(answer: Answer) -> Said:
    """The answer in the language of the page."""
    lead, parts, checked = _lead(answer.state), _parts(answer), _checked(answer)
    agree = f"{_agree(answer)}{':' if parts else '.'}" if answer.has_figures else ""
    short = f"{_in_short(answer)} {checked}" if answer.has_figures else ""
    return Said(" ".join(filter(None, (lead, agree))), parts, short, checked, _tone(answer.state))


def _tone(state: State) -> str:
    return TONES.get(state, "info" if state in CALM else "warning")


def _lead(state: State) -> str:
    """The sentence before the figures; "" where they say everything."""
    return {
        State.DISCONNECTED: _("Disconnected: nothing is compared any more."),
        State.RELEASE: _("Nothing is compared before an administrator has approved the connection."),
        State.PAUSED: _("The connection is paused, so nothing is compared or sent."),
        State.APPLICATION: _("Visma.net refuses the installation's Visma key, so nothing is compared or sent."),
        State.WRITING: _("A sync is sending changes right now."),
        State.FAILED: _("The last sync failed while it fetched from both systems."),
        State.NEVER: _("Not compared yet."),
        State.OLD: _("The last check is too old to rely on."),
        State.RESTS: _("Automatic updates are on hold."),
        State.NOBODY: _("Nobody is linked yet."),
    }.get(state, "")


def states() -> list[tuple[str, str, str]]:
    """Each answer as (code, tone, sentence), in the order in which they are tried, for the help."""
    agree = {
        State.WAITS: _("Something is waiting: how many agree, and what is waiting."),
        State.SOME: _("Nothing is waiting, but not everybody agrees: how many do, and what the others are."),
        State.ALL: _("Everybody agrees, and nothing is waiting."),
    }
    return [(state.value, _tone(state), _lead(state) or agree[state]) for state in State]


def _parts(answer: Answer) -> str:
    """What waits, and what else there is; after how many agree it goes on with that sentence."""
    if answer.checked_at is None or not answer.parts:
        return ""
    parts = ", ".join(part_words(code, n) for code, n in answer.parts)
    return f"{parts}." if answer.people else f"{parts[:1].upper()}{parts[1:]}."


def _in_short(answer: Answer) -> str:
    """How many agree, with the one thing that makes the figure doubtful."""
    words = {"agree": answer.agree, "people": answer.people}
    if answer.state == State.OLD:
        return _("%(agree)d of %(people)d agreed, but that is too old to rely on.") % words
    if answer.state in STOPPED:
        return _("%(agree)d of %(people)d agreed.") % words
    return _("%(agree)d of %(people)d agree.") % words


def _agree(answer: Answer) -> str:
    """How many employees agree, without a full stop."""
    words = {"agree": answer.agree, "people": answer.people}
    if answer.state in STOPPED:
        text = ngettext(
            "When it was last checked, %(agree)d of %(people)d employee agreed in both systems",
            "When it was last checked, %(agree)d of %(people)d employees agreed in both systems",
            answer.people,
        )
    else:
        text = ngettext(
            "%(agree)d of %(people)d employee agrees in both systems",
            "%(agree)d of %(people)d employees agree in both systems",
            answer.people,
        )
    return text % words


def part_words(code: str, n: int) -> str:
    """A part of the answer, as a piece of a sentence."""
    text = {
        "held": ngettext("%(n)d change is waiting for approval", "%(n)d changes are waiting for approval", n),
        "unknown": ngettext("%(n)d change isn't certain", "%(n)d changes aren't certain", n),
        "unread": ngettext("%(n)d person is skipped", "%(n)d people are skipped", n),
        "differences": ngettext("%(n)d difference is waiting for you", "%(n)d differences are waiting for you", n),
        "links": ngettext("%(n)d linked person has to be checked", "%(n)d linked people have to be checked", n),
        "not_added": ngettext("%(n)d person couldn't be added", "%(n)d people couldn't be added", n),
        "unsent": ngettext("%(n)d choice isn't sent yet", "%(n)d choices aren't sent yet", n),
        "possible": ngettext(
            "%(n)d possible match is waiting for an answer", "%(n)d possible matches are waiting for an answer", n
        ),
        "not_compared": ngettext(
            "%(n)d person is compared by the next sync", "%(n)d people are compared by the next sync", n
        ),
        "one_system": ngettext(
            "%(n)d current person is in one system only", "%(n)d current people are in one system only", n
        ),
        "stands": ngettext("%(n)d differs and nobody is asked", "%(n)d differ and nobody is asked", n),
    }.get(code) or ngettext("%(n)d more thing needs your attention", "%(n)d more things need your attention", n)
    return text % {"n": n}


def _checked(answer: Answer) -> str:
    if answer.checked_at is None:
        return ""
    return _("Last checked %(at)s.") % {"at": day_and_time(answer.checked_at)}


def day_and_time(moment: datetime) -> str:
    """A time in words: "today 06:02", "yesterday 06:02", or with the date."""
    local = localtime(moment)
    time, day = date_format(local, "H:i"), local.date()
    if day == localdate():
        return _("today %(time)s") % {"time": time}
    if day == localdate() - timedelta(days=1):
        return _("yesterday %(time)s") % {"time": time}
    year = "" if day.year == localdate().year else " Y"
    english = (translation.get_language() or "").startswith("en")
    return date_format(local, f"j F{year}, H:i" if english else f"j. F{year}, H:i")
