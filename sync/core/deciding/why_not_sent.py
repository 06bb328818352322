"""Why a difference that was seen isn't sent to the other system. Source: design, History (A person's timeline)."""

from sync.core.codes import Standing
from sync.core.deciding.automatic_limits import EMPTIED_BY_ITSELF, NEVER_BY_ITSELF
from sync.core.immutable import record


@record
class Unsent:
    """The parts of a stored difference that say why nothing of it was sent.

    ``automatic``: a rule decided in that run, and no person. ``forbidden``: the code of ``reasons`` that forbids the
    way that was to be gone, "" if it was possible. ``empties``: whether that way would empty the field. ``held``: an
    owner has to approve it. ``rejected``, ``refused``: the same change was rejected by an owner, or by the other
    system. ``doubted``: something speaks against the link. ``outside``: outside the pilot group. ``chosen``: somebody
    has decided, and the run hasn't been confirmed.
    """

    field: str
    standing: str
    why: str
    automatic: bool = False
    forbidden: str = ""
    empties: bool = False
    held: bool = False
    rejected: bool = False
    refused: bool = False
    doubted: bool = False
    outside: bool = False
    chosen: bool = False


def why_not_sent(one: Unsent) -> str:
    """The code of the reason, the most definite one first; ``undecided`` if nothing but a decision is missing."""
    states = {Standing.LEFT: "left", Standing.FORMER: "former", Standing.DRAFT: "draft"}
    reasons = (
        ("held", one.held),
        ("confirm", one.chosen),
        (states.get(Standing(one.standing), "") if one.standing in tuple(Standing) else "", True),
        ("outside", one.outside),
        ("doubted", one.doubted),
        ("rejected", one.rejected),
        ("forbidden", bool(one.forbidden)),
        ("refused", one.refused),
        ("both_moved", one.why == "both_moved"),
        ("visma_moved", one.automatic and one.why == "visma_moved"),
        ("by_a_person", one.automatic and one.field in NEVER_BY_ITSELF),
        ("empties", one.empties and (not one.automatic or one.field not in EMPTIED_BY_ITSELF)),
    )
    return next((code for code, holds in reasons if holds and code), "undecided")
