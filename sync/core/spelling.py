"""What a side makes of the spelling of what was written to it. Source: design, The vendor's spelling."""

from collections.abc import Mapping, Sequence

from sync.core.employee import Canonical, Side
from sync.core.fields import Field, Pair
from sync.core.fingerprint import Fingerprinter
from sync.core.text import loose

Prints = tuple[str, str]
"""The fingerprints of what Huma said and what Visma said."""

Mark = Sequence[str]
"""To which side a field was written last, and the fingerprint of what was written without regard to its spelling."""

NOTHING_WRITTEN: Mapping[str, Mark] = {}


def only_spelling(one: Canonical, other: Canonical) -> bool:
    """Whether two values differ in their spelling alone: capitals, spaces, kinds of apostrophes and hyphens."""
    return one is not None and other is not None and one != other and _flat(one) == _flat(other)


def mark(field: Field, target: Side, canonical: Canonical, fingerprint: Fingerprinter) -> list[str]:
    """What a link keeps of a value that was written to ``target``, until it is seen how that side spells it."""
    flat = None if canonical is None else _flat(canonical)
    return [target.value, fingerprint(f"{field.name} however spelt", field.version, flat)]


def seen_spelling(
    written: Mark, field: Field, pair: Pair, now: Prints, settled: Prints, fingerprint: Fingerprinter
) -> Prints | None:
    """The baseline with the target's own spelling of what was written there; ``None`` where it says something else.

    Once that spelling has been seen, another one isn't the vendor's any more. Source: design, The vendor's spelling.
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
