"""What can be seen of each assumption: a code, what follows from it, and its sentence. Parameters are no values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

CONFIRMED, OTHERWISE, OPEN = "confirmed", "otherwise", "open"


@dataclass(frozen=True)
class Found:
    """What a look, a write or an event showed of one assumption.

    ``params`` are counts, names of properties and words of the interface, never a person's value. ``variants``: what
    the client is to do about it, by the names of ``connections.api.visma.variants.FORESEEN``.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    variants: Mapping[str, Any] = field(default_factory=dict)


_NOBODY = (OPEN, _("Nobody was there to tell."))
_ANY = {
    "unsteady": (OPEN, _("Two looks, one after the other, gave different answers. The next check looks again.")),
    "no_answer": (OPEN, _("The answer was refused, or couldn't be understood (%(what)s).")),
    "not_reached": (OPEN, _("The check ended before it came to this.")),
}
"""What may be seen of every assumption."""
_SEEN: dict[str, dict[str, tuple[str, str]]] = {
    "V1": {
        "said": (CONFIRMED, _("The token names both scopes, read and write.")),
        "token_refused": (CONFIRMED, _("The token was refused (%(error)s).")),
        "scope_missing": (CONFIRMED, _("The token lacks a scope (%(error)s).")),
        "unsaid": (OTHERWISE, _("The token doesn't name its scopes.")),
        "refused_401": (OTHERWISE, _("A new token was given, and then refused with 401.")),
    },
    "V2": {
        "taken": (CONFIRMED, _("A page of 100 was accepted.")),
        "smaller": (OTHERWISE, _("Pages have at most %(size)d rows.")),
    },
    "V3": {
        "cursor": (CONFIRMED, _("The next page came with “cursor”.")),
        "renamed": (OTHERWISE, _("The next page came with “%(name)s”.")),
        "moves": (OTHERWISE, _("The next page came with “%(name)s”, but the list moved while it was fetched.")),
        "unusable": (OTHERWISE, _("No parameter that we know gave the next page.")),
        "few": (OPEN, _("There are too few employees for a second page.")),
    },
    "V4": {
        "bare": (CONFIRMED, _("Positions are a plain list, and inside the list of employees.")),
        "paged": (OTHERWISE, _("Positions come in pages.")),
        "single": (OTHERWISE, _("The list of employees lacks the positions.")),
        "none": _NOBODY,
    },
    "V5": {
        "business": (CONFIRMED, _("“business” and “private”, in %(n)d entries.")),
        "other_word": (OTHERWISE, _("“%(word)s” stands for “business”, in %(n)d entries.")),
        "unknown": (OTHERWISE, _("%(n)d entries have another type: %(words)s.")),
        "none": _NOBODY,
    },
    "V6": {
        "known": (CONFIRMED, _("Codes in use: %(words)s.")),
        "spelt": (OTHERWISE, _("The codes are spelt another way, for example %(words)s.")),
        "unknown": (OTHERWISE, _("%(n)d positions have a code that we don't know: %(words)s.")),
        "no_list": (OTHERWISE, _("The end reason isn't a list.")),
        "none": (OPEN, _("No position among those that were looked at has ended.")),
    },
    "V7": {
        "newest_first": (CONFIRMED, _("The newest job came first.")),
        "unordered": (OTHERWISE, _("The newest job didn't come first.")),
        "few": (OPEN, _("There are too few jobs to tell.")),
    },
    "V8": {
        "strong": (CONFIRMED, _("Documents have a strong ETag.")),
        "weak": (OTHERWISE, _("Documents have a weak ETag.")),
        "missing": (OTHERWISE, _("Documents have no ETag.")),
        "none": _NOBODY,
        "accepted": (CONFIRMED, _("A write took the ETag back.")),
    },
    "V9": {
        "same": (CONFIRMED, _("So it is in every international account (%(n)d).")),
        "differ": (OTHERWISE, _("In %(n)d of %(of)d international accounts a country is another one.")),
        "none": (OPEN, _("Nobody among those who were looked at has an international account.")),
    },
    "V10": {
        "found": (CONFIRMED, _("A new employee was found by the external id in time.")),
        "late": (OTHERWISE, _("A new employee was found by the external id later than a minute.")),
    },
    "V11": {
        "refused": (CONFIRMED, _("A changed number was refused.")),
        "kept": (CONFIRMED, _("A changed number was accepted, and the old one stayed.")),
        "done": (OTHERWISE, _("A changed number was stored.")),
    },
    "V12": {
        "kept": (CONFIRMED, _("After a write, every property that was sent was there.")),
        "lost": (OTHERWISE, _("After a write, a property that was sent was missing.")),
    },
    "V13": {
        "saved": (CONFIRMED, _("A draft was saved.")),
        "numbered": (CONFIRMED, _("A draft was saved, and got a number.")),
        "no_number": (OTHERWISE, _("A draft was saved, and got no number.")),
        "refused": (OTHERWISE, _("A draft was refused.")),
    },
    "V14": {
        "headers": (CONFIRMED, _("Answers carry %(names)s.")),
        "none": (OTHERWISE, _("Answers don't say how many requests are left.")),
    },
    "H1": {
        "all": (CONFIRMED, _("The key sees every property that we use, of %(n)d people.")),
        "hidden": (CONFIRMED, _("Hidden for everybody: %(names)s.")),
        "some": (CONFIRMED, _("Hidden for some people: %(names)s. Empty ones are shown as empty.")),
        "unclear": (
            OTHERWISE,
            _("Missing for some people, and never shown as empty: %(names)s. Missing may mean empty here."),
        ),
        "none": _NOBODY,
    },
    "H2": {
        "listed": (CONFIRMED, _("The list holds deactivated people.")),
        "not_listed": (OTHERWISE, _("Deactivated people are missing in the list.")),
        "none": (OPEN, _("Nobody is deactivated.")),
    },
    "H3": {
        "total": (CONFIRMED, _("A page of 50 was accepted, with the total.")),
        "no_total": (CONFIRMED, _("A page of 50 was accepted, without the total.")),
        "smaller": (OTHERWISE, _("A page had only %(size)d people, although there are more.")),
    },
    "H4": {
        "known": (CONFIRMED, _("Types in use: %(words)s.")),
        "other": (OTHERWISE, _("%(n)d accounts have another type: %(words)s.")),
        "none": (OPEN, _("Nobody among those who were looked at has an account that the key sees.")),
    },
    "H5": {
        "cleared": (CONFIRMED, _("A value was emptied.")),
        "kept": (OTHERWISE, _("A value was to be emptied, and stayed.")),
        "refused": (OTHERWISE, _("Emptying a value was refused.")),
    },
    "H6": {
        "waits": (CONFIRMED, _("A new email waits until it is confirmed.")),
        "at_once": (OTHERWISE, _("A new email was there at once.")),
    },
    "H7": {
        "named": (CONFIRMED, _("The refusal named the email.")),
        "unnamed": (OTHERWISE, _("The refusal didn't name the email.")),
    },
    "H8": {
        "hex": (CONFIRMED, _("A signature in hex was right.")),
        "base64": (CONFIRMED, _("A signature in base64 was right.")),
    },
    "H9": {
        "same": (CONFIRMED, _("Every id that was looked up is an employee in Visma (%(n)d).")),
        "differ": (OTHERWISE, _("%(n)d of %(of)d ids that were looked up are no employee in Visma.")),
        "none": (OPEN, _("Nobody among those who were looked at has such an integration.")),
    },
    "H10": {"old": (CONFIRMED, _("A read after a notice still gave the old values."))},
}


def codes_of(assumption: str) -> set[str]:
    """The codes that may be seen of this assumption alone."""
    return set(_SEEN[assumption])


def result_of(assumption: str, code: str) -> str:
    """What follows from what was seen; a code that isn't known (of another version) leaves it open."""
    known = _SEEN[assumption].get(code) or _ANY.get(code)
    return known[0] if known else OPEN


def sentence(assumption: str, code: str, params: Mapping[str, Any]) -> str:
    """What was seen, as a sentence; "" for a code that isn't known."""
    known = _SEEN[assumption].get(code) or _ANY.get(code)
    if known is None:
        return ""
    words = {name: ", ".join(value) if isinstance(value, list) else value for name, value in params.items()}
    try:
        return gettext(known[1]) % words
    except (KeyError, TypeError):  # stored by another version
        return ""
