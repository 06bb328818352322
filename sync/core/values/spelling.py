"""Recognises a written value that a side spells in its own way. Source: design, The vendor's spelling."""

from collections.abc import Mapping, Sequence

from sync.core.fields import Field, Pair
from sync.core.records.employee import Canonical, Side
from sync.core.values.fingerprint import Fingerprinter
from sync.core.values.text import loose

Prints = tuple[str, str]
"""The fingerprints of Huma's value and of Visma's value."""

Mark = Sequence[str]
"""The side to which a field was written last, and a fingerprint of the written value that ignores its spelling."""

NOTHING_WRITTEN: Mapping[str, Mark] = {}


def only_spelling(one: Canonical, other: Canonical) -> bool:
    """Whether two values differ only in spelling: capitals, spaces, kinds of apostrophes and hyphens."""
    return one is not None and other is not None and one != other and _flat(one) == _flat(other)


def mark(field: Field, target: Side, canonical: Canonical, fingerprint: Fingerprinter) -> list[str]:
    """The mark that a link stores after a value was written to ``target``, until that side's spelling is seen."""
    flat = None if canonical is None else _flat(canonical)
    return [target.value, fingerprint(f"{field.name} however spelt", field.version, flat)]


def seen_spelling(
    written: Mark, field: Field, pair: Pair, now: Prints, settled: Prints, fingerprint: Fingerprinter
) -> Prints | None:
    """The baseline with the target's own spelling of the written value; ``None`` if the target has another value.

    After that spelling has been seen once, another spelling counts as a move. Source: design, The vendor's spelling.
    """
    target = Side(written[0])
    mine, theirs = (0, 1) if target is Side.VISMA else (1, 0)
    if settled[theirs] not in (settled[mine], now[theirs]):
        return None
    if mark(field, target, pair.value(target, field.name).canonical, fingerprint) != list(written):
        return None
    return (settled[0], now[1]) if target is Side.VISMA else (now[0], settled[1])


def _flat(canonical: Canonical) -> str:
    parts = canonical if isinstance(canonical, tuple) else (canonical,)
    return "|".join(loose(part or "") for part in parts)
