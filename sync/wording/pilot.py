"""The pilot group in words."""

from collections.abc import Iterable
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sync.wording.sentences import agrees_label, field_label

THINGS = ("employment_id", "email", "phone", "bank_account")


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
    return [*sentences, outside_sentence(found.outside, found.outside_people)] if found.outside else sentences


def outside_sentence(differences: int, people: int) -> str:
    """How much differs outside the group: "Outside the pilot group: 57 differences in 34 people."."""
    text = ngettext(
        "Outside the pilot group: %(n)s difference %(many)s.",
        "Outside the pilot group: %(n)s differences %(many)s.",
        differences,
    )
    return text % {"n": differences, "many": ngettext("in %(n)s person", "in %(n)s people", people) % {"n": people}}


def ordinary_words(agrees: Iterable[str]) -> str:
    """What agrees about an ordinary person, by the names of fields: "Name, Email, Employment ID"."""
    found = set(agrees)
    names = [agrees_label("same_name")] if {"given_name", "family_name"} <= found else []
    return ", ".join([*names, *(field_label(name) for name in THINGS if name in found)])


def left_words(code: str) -> str:
    """Why nothing can be done for a member any more (codes of ``sync.runs.pilot_members``)."""
    return {
        "unlinked": _("Not linked any more"),
        "gone": _("No longer in one of the systems"),
        "outside": _("Outside the selection"),
        "ended": _("Employment has ended"),
        "left_out": _("Left out"),
    }.get(code, "")
