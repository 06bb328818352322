"""What a superuser sees of the figures before a release, in words."""

from dataclasses import dataclass

from connections.models import ReleaseRequest
from sync.people_words import linked_by
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
    linked: dict[str, int] = figures.get("linked", {})
    total, smaller = sum(linked.values()), min(figures.get("huma", 0), figures.get("visma", 0))
    return Counted(total, linked_by(linked), total < smaller * SAME_COMPANY_SHARE)
