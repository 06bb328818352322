"""What keeps a difference from being sent now, and what to do: the top of a person's timeline."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from sync.wording.moments import moment
from sync.wording.sentences import field_label, side_name


def waits(reason: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """Why something isn't sent now, and what to do, as two sentences; the second is "" where nothing is to be done.

    ``reason``: a code of ``sync.core.deciding.why_not_sent``, or of ``sync.history.timeline.waiting``.
    """
    words = {
        "who": params.get("who", ""),
        "at": moment(params.get("at")),
        "system": side_name(params.get("side", "")),
        "field": field_label(params.get("field", "")),
        "name": params.get("name", ""),
    }
    texts = {**_of_the_difference(params), **_of_the_person(params)}
    first, then = texts.get(reason, ("", ""))
    return first % words, then % words


def _of_the_difference(params: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    decide = _("Decide in a sync which value is right.")
    why = params.get("why", "").replace("%", "%%")
    return {
        "undecided": (_("Nobody has decided which value is right."), decide),
        "off": (_("New in Huma, but automatic updates are off, and nobody has decided."), decide),
        "next": (_("New in Huma."), _("The next automatic sync sends it, unless something speaks against it.")),
        "open": (_("It waits for a decision in the open sync."), _("Decide on the page Review.")),
        "confirm": (_("%(who)s has chosen, but nobody has confirmed the sync."), _("Confirm the sync.")),
        "sending": (_("It is being sent right now."), ""),
        "left": (
            _("It was left as it is. Nobody is asked again until it changes in one of the systems."),
            _("To send it after all, choose a value in a sync, under “Left as is”."),
        ),
        "former": (
            _("The employment has ended in both systems, so it is never sent automatically."),
            _("To send it after all, choose a value in a sync, under “Former employees”."),
        ),
        "draft": (
            _("Payroll hasn't completed the draft in Visma, so it is never sent automatically."),
            _("Complete the draft in Visma, or choose a value in a sync, under “Drafts”."),
        ),
        "held": (
            _("The change is waiting for approval. %(why)s") % {"why": why},
            _("Approve or reject it."),
        ),
        "rejected": (
            _("%(who)s rejected this change on %(at)s, so it isn't sent automatically again."),
            _("To send it after all, choose Huma's value in a sync."),
        ),
        "refused": (why, decide),
        "outcome": (why, decide),
        "forbidden": (why, ""),
        "both_moved": (_("It has changed in both systems."), decide),
        "visma_moved": (_("It was changed in Visma, and only changes in Huma are sent automatically."), decide),
        "by_a_person": (_("This field is never sent automatically."), decide),
        "empties": (_("Sending it would empty the field, and only a person decides that."), decide),
    }


def _of_the_person(params: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    why = params.get("why", "").replace("%", "%%")
    link = _("Link the two on the person's page.")
    back = _("Include it again on the person's page.")
    return {
        "paused": (why, _("Nothing is sent until the connection works again.")),
        "disconnected": (_("The connection is disconnected, so nothing is fetched or sent."), ""),
        "other_writer": (why, ""),
        "possible_match": (
            _("The person isn't linked: they may be the same person as %(name)s in the other system."),
            _("Answer whether it is the same person."),
        ),
        "not_linked": (_("The person is linked with nobody in the other system, so nothing is compared."), link),
        "left_out": (
            _("%(who)s left the person out on %(at)s: nothing is compared or sent."),
            _("Include the person again on the person's page."),
        ),
        "field_left_out": (_("%(who)s chose on %(at)s never to sync it for this person."), back),
        "field_off": (_("The field is switched off in the connection's settings."), ""),
        "not_readable": (_("%(system)s doesn't show this field of the person, so it isn't compared."), ""),
        "gone": (_("The person is no longer in %(system)s."), ""),
        "outside_selection": (
            _("The person is outside the companies, locations and teams of this connection."),
            "",
        ),
        "skipped": (_("The person couldn't be fetched, so nothing is compared or sent. %(why)s") % {"why": why}, ""),
        "doubted": (
            _("It isn't certain that the two are the same person: %(why)s Nothing is sent automatically.")
            % {"why": why},
            _("Answer it on the person's page."),
        ),
        "outside": (
            _("The person isn't in the pilot group, so nothing is sent for them."),
            _("Add them to the pilot group, or end it."),
        ),
        "told": (_("Huma told us of a change on %(at)s, and the person hasn't been fetched since."), ""),
        "not_compared": (_("The person hasn't been compared yet."), _("Synchronize users.")),
    }
