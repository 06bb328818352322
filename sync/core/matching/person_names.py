"""Whether two names may belong to one person. Source: design, Who is who (Evidence)."""

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import combinations, pairwise

from sync.core.immutable import record

MOST_WORDS = 8
"""How many words of a name are compared at most."""
_TO_ONE_LETTER = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "ŋ": "n", "ŧ": "t", "ħ": "h", "ə": "a"}
    | {"æ": "ae", "œ": "oe", "þ": "th"}
)
_TWO_LETTERS = (("oe", "o"), ("aa", "a"), ("ae", "a"), ("ue", "u"))
"""How ø, å, æ and ü are written with two letters on a keyboard that lacks them; ä and ö are treated alike."""
_WORD = re.compile(r"[^\W_]+")
_LAST_WITH_ACCENTS = "\u0530"
"""Latin, Greek and Cyrillic letters come before this character."""
_FIRST_POINTED, _LAST_POINTED = "\u05d0", "\u06ff"
"""The range of Hebrew and Arabic letters, whose vowel points are often left out."""


class Likeness(IntEnum):
    """How alike two names are; higher is more alike. ``OTHER``: no word agrees. ``UNKNOWN``: it can't be said."""

    OTHER = -1
    UNKNOWN = 0
    HALF = 1
    SAME = 2


@record
class PersonName:
    """A given and a family name as folded words, each once, in their order.

    ``joined``: two neighbouring words as one ("Anne Marie" may be written Annemarie). ``whole``: both names are there.
    ``couples``: all pairs of two words, or of a word and a joined one; people with the same name share a pair.
    ``script``: Unicode's name of the letters' script, "mixed" for several scripts, "" without letters. ``doubled``: the
    name is one word, which is both the given and the family name.
    """

    words: tuple[str, ...] = ()
    joined: frozenset[str] = frozenset()
    whole: bool = False
    script: str = ""
    doubled: bool = False
    couples: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=20_000)
def fold(text: str) -> tuple[str, ...]:
    """The words of a name in lower case, without accents, hyphens and apostrophes.

    Different spellings of one letter become the same: ø = oe = o, å = aa = a, æ = ae = a, ü = ue = u.
    """
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(_without_accents(unicodedata.normalize("NFKD", plain.translate(_TO_ONE_LETTER))))
    for two, one in _TWO_LETTERS:
        plain = plain.replace(two, one)
    return tuple(_WORD.findall(plain)) if plain.isascii() else tuple(_as_words(plain).split())


def search_words(*texts: str) -> str:
    """The folded words of names and numbers, with a space before each, so that a search finds the beginning of a word.

    A number counts as one word, and without its leading zeros as another.
    """
    words = [word for text in texts for word in fold(text)]
    words += [word.lstrip("0") for word in words if word.startswith("0")]
    return "".join(f" {word}" for word in dict.fromkeys(words) if word)


def _without_accents(letters: str) -> Iterator[str]:
    """The letters without accents. Vowel signs of other scripts stay, because they are letters of their own."""
    coloured = False
    for letter in letters:
        kind = unicodedata.category(letter)
        if kind == "Lm" or (kind == "Mn" and coloured):  # a modifier letter is used as an apostrophe
            continue
        coloured = letter < _LAST_WITH_ACCENTS or _FIRST_POINTED <= letter <= _LAST_POINTED
        yield letter


def _as_words(text: str) -> str:
    return "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in text)


@lru_cache(maxsize=20_000)
def person_name(given: str, family: str) -> PersonName:
    """A person's name, ready to be compared."""
    first, last = fold(given), fold(family)
    words = tuple(dict.fromkeys((*first, *last)))[:MOST_WORDS]
    if len(words) == 1 and first == last:
        return PersonName(words, frozenset(), True, _script(words), True, ((words[0], words[0]),))
    joined = [one + other for one, other in pairwise(words)] if len(words) > 2 else []
    whole = bool(given and family)
    return PersonName(words, frozenset(joined), whole, _script(words), False, _couples(words, joined))


def _couples(words: tuple[str, ...], joined: list[str]) -> tuple[tuple[str, str], ...]:
    found = list(combinations(words, 2))
    for place, both in enumerate(joined):
        found += [(both, word) for word in (*words[:place], *words[place + 2 :])]
    return tuple((one, other) if one < other else (other, one) for one, other in found)


def _script(words: tuple[str, ...]) -> str:
    scripts = {"LATIN" if word.isascii() else unicodedata.name(word[0], "").partition(" ")[0] for word in words}
    return "mixed" if len(scripts) > 1 else scripts.pop() if scripts else ""


def likeness(one: PersonName, other: PersonName) -> Likeness:
    """How alike two names are. The order of the words doesn't matter, and one name may have more words.

    The result is ``UNKNOWN`` if the scripts differ, or if a name is incomplete and no word agrees.
    """
    if not (one.words and other.words) or one.script != other.script or one.script == "mixed":
        return Likeness.UNKNOWN
    shorter, longer = sorted((one, other), key=lambda name: len(name.words))
    found = sum(word in longer.words or word in longer.joined for word in shorter.words)
    if found == len(shorter.words) and (found >= 2 or (one.doubled and other.doubled)):
        return Likeness.SAME
    told = [word for word in shorter.words if len(word) > 1 and (word in longer.words or word in longer.joined)]
    if told or any(word in shorter.joined for word in longer.words if len(word) > 1):
        return Likeness.HALF
    return Likeness.OTHER if one.whole and other.whole else Likeness.UNKNOWN
