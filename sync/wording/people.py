"""Words about a person's record that several pages use."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sync.core.records.employee import Period, Side
from sync.core.values.text import clean
from sync.models import EmployeeSnapshot
from sync.wording.sentences import sentence, side_name


@dataclass(frozen=True)
class Badge:
    """A short state with its tone."""

    label: str
    tone: str = ""
    icon: str = ""


def standing_label(standing: str) -> str:
    """Whether somebody's selected position is current, former or upcoming, in words."""
    return {
        "current": _("Employed"),
        "upcoming": _("Starts later"),
        "former": _("Former employee"),
        "none": _("No position"),
    }.get(standing, "")


def badges_of(seen: EmployeeSnapshot) -> list[Badge]:
    """Badges for what is worth knowing about a person's record on one side."""
    found = [Badge(standing_label(seen.standing), "accent" if seen.standing == Period.UPCOMING else "")]
    if seen.side == Side.HUMA and not seen.active:
        found.append(Badge(_("Deactivated in Huma"), "warning"))
    if seen.draft:
        found.append(Badge(_("Draft"), "warning"))
    return [badge for badge in found if badge.label]


def blocked_sentence(person: EmployeeSnapshot) -> str:
    """Why the person can't be added, and what to do; "" if they can."""
    params: dict[str, Any] = {"source": side_name(person.side)}
    if person.create_blocked == "number_too_long":
        params["length"] = len(clean(person.number))
    return sentence(person.create_blocked, params)
