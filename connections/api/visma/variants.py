"""The foreseen ways in which Visma may answer otherwise than assumed, and what the client does then.

The list is closed. What a connection uses is stored with it, once two reads agreed (``connections.doctor``); anything
outside of the list is never used. Source: visma-employee.md, Assumptions; docs/doctor.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

PAGE_SIZES = (100, 50, 25, 10)
CURSOR_PARAMS = ("cursor", "nextToken", "next-token", "pageToken")
BUSINESS = "business"
BUSINESS_WORDS = (BUSINESS, "work", "job", "office", "company", "jobb", "arbeid")
"""The words that may stand for ``business`` as the ``type`` of an email or a phone."""
CAMEL, PASCAL, SNAKE = "camel", "pascal", "upper_snake"
CODES = (
    "arbeidstakerHarSagtOppSelv",
    "arbeidsgiverHarSagtOppArbeidstaker",
    "kontraktEngasjementEllerVikariatErUtloept",
    "endringIOrganisasjonsstrukturEllerByttetJobbInternt",
    "arbeidsforholdetSkulleAldriVaertRapportert",
    "byttetLoenssystemEllerRegnskapsfoerer",
)
"""The end reasons as they are spelt by default. Source: visma-employee.md, Position."""


@dataclass(frozen=True)
class Variants:
    """How Visma answers one connection; the defaults are what is assumed.

    ``page_size``: how many rows a page may have (V2). ``cursor_param``: the parameter for the next page (V3).
    ``business``: the word for ``business`` (V5). ``end_reasons``: how the codes are spelt (V6). ``jobs``: newest_first
    or unordered (V7). ``etag``: strong, weak or missing (V8). ``positions``: bare, paged or single, which is: not
    embedded (V4). ``scopes``: said, unsaid or refused_401 (V1).
    """

    page_size: int = PAGE_SIZES[0]
    cursor_param: str = CURSOR_PARAMS[0]
    business: str = BUSINESS
    end_reasons: str = CAMEL
    jobs: str = "newest_first"
    etag: str = "strong"
    positions: str = "bare"
    scopes: str = "said"

    def others(self) -> dict[str, Any]:
        """What isn't as assumed, as it is stored."""
        return {name: value for name, value in asdict(self).items() if value != FORESEEN[name][0]}


FORESEEN: dict[str, tuple[Any, ...]] = {
    "page_size": PAGE_SIZES,
    "cursor_param": CURSOR_PARAMS,
    "business": BUSINESS_WORDS,
    "end_reasons": (CAMEL, PASCAL, SNAKE),
    "jobs": ("newest_first", "unordered"),
    "etag": ("strong", "weak", "missing"),
    "positions": ("bare", "paged", "single"),
    "scopes": ("said", "unsaid", "refused_401"),
}
"""By the name of a variant, all values that are foreseen; the first is what is assumed."""


def variants_of(stored: Any) -> Variants:
    """The variants that are stored; what isn't foreseen counts as not stored."""
    kept = stored if isinstance(stored, Mapping) else {}
    named = {field.name for field in fields(Variants)} & kept.keys()
    return Variants(**{name: kept[name] for name in named if kept[name] in FORESEEN[name]})


def spelt(code: str, spelling: str) -> str:
    """An end reason of ours in one of the foreseen spellings."""
    if spelling == PASCAL:
        return code[:1].upper() + code[1:]
    if spelling == SNAKE:
        return "".join(f"_{letter}" if letter.isupper() else letter for letter in code).upper()
    return code


class _Read(str):
    """A word of a document in our words; ``theirs``: as Visma said it. What was read goes out as it came in."""

    theirs: str

    @classmethod
    def of(cls, ours: str, theirs: str) -> _Read:
        made = cls(ours)
        made.theirs = theirs
        return made


class Words:
    """Translates two words of Visma's documents: on the way in to those that are assumed, on the way out back.

    Words keep their capitals. What came in goes out as it came; what we add goes out in the company's words. Documents
    are changed in place, as they come from, or go into, a request of ours.
    """

    def __init__(self, variants: Variants) -> None:
        self.etag_may_be_missing = variants.etag == "missing"
        self._word = variants.business
        self._are_ours = variants.business == BUSINESS and variants.end_reasons == CAMEL
        self._theirs = {code: spelt(code, variants.end_reasons) for code in CODES}
        self._ours = {theirs: code for code, theirs in self._theirs.items()}

    def come_in(self, document: Any) -> Any:
        """An employee (with or without embedded positions) or a position, as it is assumed to be."""
        if self._are_ours or not isinstance(document, dict):
            return document
        entries = _entries(document)
        # A document that says business says itself what it means.
        says_it = any(entry["type"].casefold() == BUSINESS for entry in entries)
        for entry in entries:
            theirs = entry["type"]
            entry["type"] = _Read.of(theirs if says_it else _other(theirs, self._word, BUSINESS), theirs)
        for position in _positions(document):
            reasons = position["positionEndReason"]
            position["positionEndReason"] = [
                _Read.of(self._ours.get(one, one), one) if isinstance(one, str) else one for one in reasons
            ]
        return document

    def go_out(self, document: Any) -> Any:
        """The same as Visma says it."""
        if self._are_ours or not isinstance(document, dict):
            return document
        entries = _entries(document)
        said = {getattr(entry["type"], "theirs", "").casefold() for entry in entries}
        for entry in entries:
            kind = entry["type"]
            if isinstance(kind, _Read):
                entry["type"] = kind.theirs
            elif BUSINESS not in said:
                entry["type"] = _other(kind, BUSINESS, self._word)
        for position in _positions(document):
            position["positionEndReason"] = [
                one.theirs if isinstance(one, _Read) else self._theirs.get(one, one) if isinstance(one, str) else one
                for one in position["positionEndReason"]
            ]
        return document


def _entries(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The emails and phones that say their type."""
    lists = [found for found in (document.get("emails"), document.get("phones")) if isinstance(found, list)]
    entries = [entry for found in lists for entry in found if isinstance(entry, dict)]
    return [entry for entry in entries if isinstance(entry.get("type"), str)]


def _positions(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The document itself, and the positions inside, where they have end reasons."""
    inside = document.get("_embedded")
    lists = (document.get("positions"), inside.get("positions") if isinstance(inside, dict) else None)
    some = [document, *(found for one in lists if isinstance(one, list) for found in one)]
    return [one for one in some if isinstance(one, dict) and isinstance(one.get("positionEndReason"), list)]


def _other(kind: str, word: str, other: str) -> str:
    """``other`` in the capitals of ``kind``, if that is ``word``; else ``kind``."""
    for capitals in _CAPITALS:
        if kind == capitals(word):
            return capitals(other)
    return kind


_CAPITALS: tuple[Callable[[str], str], ...] = (str.lower, str.capitalize, str.upper)

ASSUMED = Words(Variants())
"""Visma's words as they are assumed to be."""
