"""What a superuser sees of the figures before a release, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from connections.models import ReleaseRequest
from sync.services.analyse import SAME_COMPANY_SHARE


@dataclass(frozen=True)
class Counted:
    """How many are the same person and by what; ``few``: too few for one company."""

    linked: int
    ways: list[str]
    few: bool


def counted(request: ReleaseRequest) -> Counted:
    """The figures of a request whose both sides were read."""
    figures = request.figures
    by = {
        "external": _("%(n)s by the Huma id in Visma"),
        "number": _("%(n)s by Employment ID"),
        "email": _("%(n)s by email"),
        "connected": _("%(n)s by Huma's own integration"),
        "name_birth": _("%(n)s by name and date of birth"),
        "existing": _("%(n)s known from before"),
    }
    linked: dict[str, int] = figures.get("linked", {})
    total, smaller = sum(linked.values()), min(figures.get("huma", 0), figures.get("visma", 0))
    ways = [text % {"n": linked[code]} for code, text in by.items() if linked.get(code)]
    return Counted(total, ways, total < smaller * SAME_COMPANY_SHARE)
