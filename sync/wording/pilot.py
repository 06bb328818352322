"""The pilot group in words."""

from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class Figures(Protocol):
    """For how many people something works, of how many, and what it left alone."""

    @property
    def people(self) -> int: ...
    @property
    def of(self) -> int: ...
    @property
    def outside(self) -> int: ...
    @property
    def outside_people(self) -> int: ...


def group_sentence(people: int, of: int) -> str:
    """How large the group is: "Pilot group: 3 of 118 people."."""
    text = ngettext("Pilot group: %(n)s of %(of)s person.", "Pilot group: %(n)s of %(of)s people.", of)
    return text % {"n": people, "of": of}


def pilot_sentences(found: Figures) -> list[str]:
    """For whom a run worked, and that all others were left alone."""
    only = _("Only they are changed; everybody else was left as they are.")
    sentences = [f"{group_sentence(found.people, found.of)} {only}"]
    if found.outside:
        many = _people(found.outside_people)
        text = ngettext(
            "Outside the group: %(n)s difference %(many)s.",
            "Outside the group: %(n)s differences %(many)s.",
            found.outside,
        )
        sentences.append(text % {"n": found.outside, "many": many})
    return sentences


def _people(n: int) -> str:
    return ngettext("in %(n)s person", "in %(n)s people", n) % {"n": n}


def left_words(code: str) -> str:
    """Why nothing can be done for a member any more (codes of ``sync.runs.pilot_members``)."""
    return {
        "unlinked": _("Not linked any more"),
        "gone": _("No longer in one of the systems"),
        "outside": _("Outside the selection"),
        "ended": _("Employment has ended"),
        "left_out": _("Left out"),
    }.get(code, "")
