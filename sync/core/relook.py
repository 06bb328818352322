"""Links are looked at again with each read. Source: design, Who is who (Links are looked at again).

What is known of a link is kept as codes, never as values: ``birth`` and ``names`` (they speak against it), and
``instead:<id>`` (an employee in Visma who agrees better). What was known when the link was made or confirmed doesn't
ask again.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from itertools import chain

from sync.core.employee import Period, Side
from sync.core.evidence import THINGS, WEAK_SHARED, Evidence, Weighing, is_worth_asking

INSTEAD = "instead:"
UNSEEN_BIRTH = "unseen_birth"
"""A date of birth isn't known just now: that speaks neither for a link nor against it."""
STOPPING = frozenset({"birth", "instead"})
"""Kinds of doubt after which nothing is written for the person but what somebody chose for them alone."""

Couple = tuple[str, str]


def kind_of(code: str) -> str:
    """What a code is about: birth, names or instead."""
    return code.partition(":")[0]


def stops(code: str) -> bool:
    """Whether a doubt stops the person's automatic writes, and choices for many."""
    return kind_of(code) in STOPPING


def other_employee(code: str) -> str:
    """The id in Visma that an ``instead`` code names, else ""."""
    return code.partition(":")[2] if code.startswith(INSTEAD) else ""


def seen_of(evidence: Evidence, instead: str = "") -> list[str]:
    """The codes of what speaks against a link now."""
    codes = [code for code in evidence.against if code != "employments"]
    if not evidence.births:
        codes.append(UNSEEN_BIRTH)
    return [*codes, INSTEAD + instead] if instead else codes


def asks(now: Sequence[str], known: Sequence[str], asked: str = "") -> str:
    """What a person is to be asked about a link, as the gravest code; "" for nothing.

    ``known``: what was known when the link was made or confirmed. ``asked``: what was asked until now; dates of birth
    that differed and can't be seen any more still ask.
    """
    seen = [code for code in now if code != UNSEEN_BIRTH]
    if asked == "birth" and UNSEEN_BIRTH in now:
        seen.append("birth")
    new = [code for code in seen if code not in known]
    order = ("birth", "instead", "names")
    return min(new, key=lambda code: order.index(kind_of(code)), default="")


def still_known(known: Sequence[str], now: Sequence[str], complete: bool) -> list[str]:
    """What was known of a link and still is so: what a read finds to agree again asks once more when it differs anew.

    ``complete``: whether everybody was read. A look at two people alone can't say that nobody agrees better.
    """
    hidden = {"birth"} if UNSEEN_BIRTH in now else set()
    return [code for code in known if code in now or code in hidden or (other_employee(code) and not complete)]


def without_instead(now: Sequence[str]) -> list[str]:
    """What counts as known of a new link: that somebody agrees better asks, however young the link is."""
    return [code for code in now if code != UNSEEN_BIRTH and not other_employee(code)]


def known_at_first(now: Sequence[str]) -> list[str]:
    """What counts as known of a link of before, once it was read: all but a differing date of birth."""
    return [code for code in now if code not in ("birth", UNSEEN_BIRTH)]


def better_employee(weighing: Weighing, couple: Couple, taken: Container[str]) -> str:
    """The current employee in Visma who agrees better with the user than an ended one does; "" without one.

    So it is where payroll made a rehire anew. What only the two records share counts as strong between them.
    ``taken``: employees who are linked to somebody.
    """
    huma, visma = couple
    if weighing.visma[visma].employee.standing is not Period.FORMER:
        return ""
    found: list[tuple[tuple[int, bool, int, int], str]] = []
    for other in sorted(_alike(weighing, huma) - {visma}):
        if other in taken or weighing.visma[other].employee.standing is not Period.CURRENT:
            continue
        theirs = weighing.weigh(huma, other, aside=(visma,))
        if theirs.birth_differs or not (theirs.keys or is_worth_asking(theirs)):
            continue
        ours = weighing.weigh(huma, visma, aside=(other,))
        # What only one of the two records has is no better than nothing: payroll enters a rehire with less.
        if _on_what_both_have(weighing, theirs, visma).rank > _on_what_both_have(weighing, ours, other).rank:
            found.append((theirs.rank, other))
    return max(found)[1] if found else ""


def other_records(weighing: Weighing, couple: Couple, taken: Container[str]) -> list[str]:
    """Employees in Visma with two strong things in common with a user whose linked employee has ended.

    They seem to be other records of the same person, better or not: adding them to Huma would make them two there.
    """
    huma, visma = couple
    if weighing.visma[visma].employee.standing is not Period.FORMER:
        return []
    free = (other for other in sorted(_alike(weighing, huma) - {visma}) if other not in taken)
    return [other for other in free if is_worth_asking(weighing.weigh(huma, other, aside=(visma,))) == "two_strong"]


def _on_what_both_have(weighing: Weighing, evidence: Evidence, other: str) -> Evidence:
    has = weighing.visma[other].things
    strong, weak = (tuple(thing for thing in things if thing in has) for things in (evidence.strong, evidence.weak))
    keys = tuple(key for key in evidence.keys if key != "email" or "email" in has)
    return replace(evidence, strong=strong, weak=weak, keys=keys)


def _alike(weighing: Weighing, huma: str) -> set[str]:
    """Who in Visma shares something with the user that few have."""
    clues = weighing.huma[huma]
    lists: Iterable[Sequence[str]] = (
        weighing.who[Side.VISMA][thing].get(clues.things.get(thing), ()) for thing in THINGS
    )
    numbered = weighing.numbers.get(clues.number, ()) if clues.number else ()
    # Two records of one person have the same value: one more than usual is still few.
    return set(chain.from_iterable(ids for ids in (*lists, numbered) if len(ids) <= WEAK_SHARED + 1))
