"""When a link is in doubt: existing links are checked again after each read.

Source: design, Who is who (Links are looked at again).

What is known about a link is stored as codes, never as values: ``birth`` and ``names`` (they speak against it), and
``instead:<id>`` (another employee in Visma may be the right one, because the linked one has ended). A person isn't
asked again about what was known when the link was made or confirmed.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from itertools import chain

from sync.core.matching.evidence import THINGS, WEAK_SHARED, Evidence, Weighing, is_worth_asking
from sync.core.matching.people_index import PeopleIndex
from sync.core.records.employee import Period, Side

INSTEAD = "instead:"
UNSEEN_BIRTH = "unseen_birth"
"""A date of birth isn't readable now, which speaks neither for a link nor against it."""
STOPPING = frozenset({"birth", "instead"})
"""Kinds of doubt that stop all writes for the person, except what somebody chose for this person alone."""

Couple = tuple[str, str]


def kind_of(code: str) -> str:
    """The kind of a code: birth, names or instead."""
    return code.partition(":")[0]


def stops(code: str) -> bool:
    """Whether a doubt stops automatic writes and bulk choices for the person."""
    return kind_of(code) in STOPPING


def other_employee(code: str) -> str:
    """The id of the Visma employee that an ``instead`` code names, else ""."""
    return code.partition(":")[2] if code.startswith(INSTEAD) else ""


def seen_of(evidence: Evidence, instead: str = "") -> list[str]:
    """The codes for what speaks against a link now."""
    codes = [code for code in evidence.against if code != "employments"]
    if not evidence.births:
        codes.append(UNSEEN_BIRTH)
    return [*codes, INSTEAD + instead] if instead else codes


def asks(now: Sequence[str], known: Sequence[str], asked: str = "") -> str:
    """What to ask a person about a link: the most serious code, or "" for nothing.

    ``known``: what was known when the link was made or confirmed. ``asked``: what was asked until now. If it was about
    dates of birth that differed, it is still asked after they can't be read any more.
    """
    seen = [code for code in now if code != UNSEEN_BIRTH]
    if asked == "birth" and UNSEEN_BIRTH in now:
        seen.append("birth")
    new = [code for code in seen if code not in known]
    order = ("birth", "instead", "names")
    return min(new, key=lambda code: order.index(kind_of(code)), default="")


def still_known(known: Sequence[str], now: Sequence[str], complete: bool) -> list[str]:
    """The codes that were known of a link and are still true. One that isn't true any more asks again if it comes back.

    ``complete``: whether everybody was read. Reading only two people can't show that nobody agrees better.
    """
    hidden = {"birth"} if UNSEEN_BIRTH in now else set()
    return [code for code in known if code in now or code in hidden or (other_employee(code) and not complete)]


def without_instead(now: Sequence[str]) -> list[str]:
    """The codes that count as known of a new link. Those that name another employee don't: they always ask."""
    return [code for code in now if code != UNSEEN_BIRTH and not other_employee(code)]


def known_at_first(now: Sequence[str]) -> list[str]:
    """The codes that count as known of a link from before this check existed: all but a differing date of birth."""
    return [code for code in now if code not in ("birth", UNSEEN_BIRTH)]


def better_employee(
    alike: PeopleIndex, couple: Couple, taken: Container[str], different: Container[Couple] = ()
) -> str:
    """The employee in Visma to ask about if the user's linked employee has ended; "" if there is none.

    Payroll may have created somebody again who was rehired. Such a record is linked to nobody and hasn't ended; it may
    be a draft or start later. Either it agrees better with the user, or it seems to be the same person and the user's
    employment in Huma goes on. (Huma may keep the old number, so the number doesn't show which record is right.)
    A value that only these two records share still counts as strong. ``taken``: employees who are linked to somebody.
    ``different``: pairs that a person called different people.
    """
    weighing = alike.weighing
    huma, visma = couple
    if not _has_ended(weighing, visma):
        return ""
    goes_on = not weighing.huma[huma].employee.ended
    same = _same_person(alike, couple) if goes_on else frozenset()
    found: list[tuple[tuple[int, bool, int, int], str]] = []
    for other in _others(weighing, couple, same):
        if other in taken or (huma, other) in different or _has_ended(weighing, other):
            continue
        theirs = weighing.weigh(huma, other, aside=(visma,))
        if theirs.birth_differs:
            continue
        seems_the_same = goes_on and len(theirs.strong) >= 2 and not _were_born_apart(weighing, visma, other)
        if other in same or seems_the_same or _is_better(weighing, couple, other, theirs):
            found.append((theirs.rank, other))
    return max(found)[1] if found else ""


def other_records(
    alike: PeopleIndex, couple: Couple, taken: Container[str], different: Container[Couple] = ()
) -> list[str]:
    """Employees in Visma who seem to be other records of a user whose linked employee has ended.

    They have the same name and date of birth, or two strong things in common. Creating them in Huma would make a second
    user of one person. ``taken`` and ``different``: as in ``better_employee``.
    """
    weighing = alike.weighing
    huma, visma = couple
    if not _has_ended(weighing, visma):
        return []
    same = _same_person(alike, couple)
    free = (other for other in _others(weighing, couple, same) if other not in taken and (huma, other) not in different)
    return [
        other
        for other in free
        if other in same or is_worth_asking(weighing.weigh(huma, other, aside=(visma,))) == "two_strong"
    ]


def _has_ended(weighing: Weighing, visma: str) -> bool:
    return weighing.visma[visma].employee.standing is Period.FORMER


def _others(weighing: Weighing, couple: Couple, same: Iterable[str]) -> list[str]:
    huma, visma = couple
    return sorted({*_alike(weighing, huma), *same} - {visma})


def _same_person(alike: PeopleIndex, couple: Couple) -> frozenset[str]:
    """The employees in Visma with the same name and date of birth as the user or the linked employee.

    The latter counts because Huma may hide the date of birth.
    """
    huma, visma = couple
    both = (alike.weighing.huma[huma], alike.weighing.visma[visma])
    return frozenset(id_ for mine in both for id_ in alike.with_name_and_birth(Side.VISMA, mine))


def _were_born_apart(weighing: Weighing, visma: str, other: str) -> bool:
    """Whether two records in Visma have different dates of birth, as of a father and a son with one phone."""
    births = {weighing.visma[id_].things.get("birth") for id_ in (visma, other)} - {None}
    return len(births) == 2


def _is_better(weighing: Weighing, couple: Couple, other: str, theirs: Evidence) -> bool:
    """Whether ``other`` agrees better with the user than the ended employee. ``theirs``: the evidence of ``other``."""
    huma, visma = couple
    if not (theirs.keys or is_worth_asking(theirs)):
        return False
    ours = weighing.weigh(huma, visma, aside=(other,))
    # Things that only one of the two records has don't count: payroll enters a rehire with less data.
    return _on_what_both_have(weighing, theirs, visma).rank > _on_what_both_have(weighing, ours, other).rank


def _on_what_both_have(weighing: Weighing, evidence: Evidence, other: str) -> Evidence:
    has = weighing.visma[other].things
    strong, weak = (tuple(thing for thing in things if thing in has) for things in (evidence.strong, evidence.weak))
    keys = tuple(key for key in evidence.keys if key != "email" or "email" in has)
    return replace(evidence, strong=strong, weak=weak, keys=keys)


def _alike(weighing: Weighing, huma: str) -> set[str]:
    """The employees in Visma who share a rare value with the user."""
    clues = weighing.huma[huma]
    lists: Iterable[Sequence[str]] = (
        weighing.who[Side.VISMA][thing].get(clues.things.get(thing), ()) for thing in THINGS
    )
    numbered = weighing.numbers.get(clues.number, ()) if clues.number else ()
    # Two records of one person have the same value, so one more than usual is allowed.
    return set(chain.from_iterable(ids for ids in (*lists, numbered) if len(ids) <= WEAK_SHARED + 1))
