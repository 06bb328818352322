"""Where linked people are after a read: on both sides, gone from one, or outside what the connection is about."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sync.core.batches import batches
from sync.core.records.employee import Side
from sync.core.records.presence import Presence, Seen, presence
from sync.models import EmployeeLink, EmployeeSnapshot, PassedPerson, SyncRun

Asked = Mapping[str, Mapping[str, str]]
"""The results of asking singly, by side and id: words of ``Seen``."""


def id_of(link: EmployeeLink, side: str) -> str:
    """The id of a linked person on a side."""
    return link.huma_id if side == Side.HUMA else link.visma_id


def changes(
    links: Iterable[EmployeeLink], huma: Collection[str], visma: Collection[str], asked: Asked
) -> dict[int, Presence]:
    """The links whose state changes, by primary key, with the new state; ``huma`` and ``visma``: the ids read."""
    found = {}
    for link in links:
        now = presence(_seen(link, Side.HUMA, huma, asked), _seen(link, Side.VISMA, visma, asked))
        if now is not None and (now.state, now.gone_from) != (link.state, link.gone_from):
            found[link.pk] = now
    return found


def _seen(link: EmployeeLink, side: str, read: Collection[str], asked: Asked) -> Seen:
    id_ = id_of(link, side)
    if id_ in read:
        return Seen.HERE
    if what := asked.get(side, {}).get(id_):
        return Seen(what)
    return Seen.GONE if link.gone_from == side else Seen.UNKNOWN


def store_presence(found: Mapping[int, Presence]) -> None:
    """Store the new states of links."""
    alike = defaultdict(list)
    for pk, now in found.items():
        alike[now.state, now.gone_from].append(pk)
    for (state, gone_from), pks in alike.items():
        for some in batches(pks):
            rows = EmployeeLink.objects.filter(pk__in=some).same_person()
            rows.update(state=state, gone_from=gone_from)


def unread(run: SyncRun) -> set[tuple[str, str]]:
    """(side, id) of the people whom the run passed over; it knows nothing of them."""
    asked: dict[str, dict[str, Any]] = run.progress.get("asked", {})
    unknown = {(side, id_) for side, found in asked.items() for id_, what in found.items() if what == Seen.UNKNOWN}
    rows = EmployeeSnapshot.objects.filter(run=run).exclude(passed="").values_list("side", "vendor_id")
    return unknown | set(rows) | set(PassedPerson.objects.filter(run=run).values_list("side", "vendor_id"))
