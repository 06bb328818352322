"""The figures of the overview: counts only, stored with the run."""

from collections import Counter
from typing import Any

from sync.analysis.analyse import Analysis
from sync.core.codes import Standing
from sync.core.records.employee import Side
from sync.models import Conflict, EmployeeLink, SyncRun
from sync.models.groups import ONE_SIDE_EMPTY


def figures(run: SyncRun, analysis: Analysis) -> dict[str, Any]:
    """How many people and differences there are."""
    differences = [d for comparison in analysis.pairs.values() for d in comparison.differences]
    asks = [d for d in differences if d.standing == Standing.ASKS]
    people = sum(any(d.standing == Standing.ASKS for d in c.differences) for c in analysis.pairs.values())
    possible = {(Side.HUMA, p.huma) for p in analysis.matching.possible}
    possible |= {(Side.VISMA, p.visma) for p in analysis.matching.possible}
    headings = Counter((key[0], heading) for key, heading in analysis.headings.items() if key not in possible)
    return {
        Side.HUMA: len(analysis.huma),
        Side.VISMA: len(analysis.visma),
        "linked": len(analysis.matching.linked),
        "linked_by": dict(Counter(linked.by for linked in analysis.matching.linked)),
        "possible": len(analysis.matching.possible),
        "only": {
            side: {heading: count for (where, heading), count in headings.items() if where == side} for side in Side
        },
        "differences": len(asks),
        "people": people,
        "one_side_empty": sum(d.kind in ONE_SIDE_EMPTY for d in asks),
        "spelling": sum(d.kind == "spelling" for d in asks),
        "standing": dict(Counter(d.standing for d in differences)),
        "fields": dict(Counter(d.field for d in asks)),
        "unreadable": dict(Counter(name for c in analysis.pairs.values() for name in c.unreadable)),
        "new": Conflict.objects.filter(run=run, is_new=True, standing=Standing.ASKS).count(),
        "series_broken": analysis.matching.series_broken,
        "gone": len(analysis.gone),
        "outside": EmployeeLink.objects.filter(connection=run.connection_id, state=EmployeeLink.State.OUTSIDE).count(),
        "passed_over": len(analysis.unread.all),
    }
