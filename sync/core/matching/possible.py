"""Possible matches: two records that may be one person, and which of them are shown. Source: design, Who is who."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from sync.core.immutable import record
from sync.core.matching.evidence import Evidence, is_plain

BEST = 3
"""How many possible matches of one person are shown."""

Id = str


@record
class Possible:
    """Two records that may be one person; ``why`` is a code of ``reasons``.

    ``at_once``: whether it may be answered together with all others that have the same evidence.
    """

    huma: Id
    visma: Id
    why: str
    evidence: Evidence
    at_once: bool = False

    @property
    def rank(self) -> tuple[int, bool, int, int]:
        """As the evidence's; what a pairs file says counts as an equal number."""
        strong, key, name, weak = self.evidence.rank
        return strong, key or self.why.startswith("pair_"), name, weak


def best_of(possible: Iterable[Possible]) -> tuple[Possible, ...]:
    """The best possible matches of each person, the strongest first."""
    there = sorted(possible, key=lambda one: (one.huma, one.visma))
    there.sort(key=lambda one: one.rank, reverse=True)
    in_all = Counter(key for one in there for key in (f"h{one.huma}", f"v{one.visma}"))
    shown: dict[Id, int] = defaultdict(int)
    found = []
    for one in there:
        if shown[f"h{one.huma}"] < BEST and shown[f"v{one.visma}"] < BEST:
            shown[f"h{one.huma}"] += 1
            shown[f"v{one.visma}"] += 1
            only = in_all[f"h{one.huma}"] == in_all[f"v{one.visma}"] == 1
            at_once = only and is_plain(one.evidence)
            found.append(Possible(one.huma, one.visma, one.why, one.evidence, at_once))
    return tuple(found)
