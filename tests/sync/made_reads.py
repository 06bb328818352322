"""Runs that have read both sides, made from the vendors' documents without a network."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from connections.models import Connection
from sync.analysis.analyse import analyse
from sync.analysis.persist import load, store
from sync.core.records.employee import Employee
from sync.models import EmployeeSnapshot, SyncRun
from sync.reading.snapshots import store_people
from tests.sync.core.documents import Doc, huma_doc, huma_place, read_huma, read_visma, visma_doc, visma_place, wrap


def day(days: int) -> str:
    """The ISO date some days from today."""
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def in_huma(id_: str, given: str, family: str, number: str = "", email: str = "", **more: Any) -> Employee:
    """Somebody in Huma; ``contract``, ``starts`` and ``ends`` (ISO) are the position's, ``position=False``: none."""
    place: Doc = {"id": f"p-{id_}", "contractStartDate": wrap(more.pop("starts", "2020-01-01")), "status": ...}
    if ends := more.pop("ends", ""):
        place["contractEndDate"] = wrap(ends)
    if contract := more.pop("contract", ""):
        place["contractType"] = wrap(contract)
    positions = [huma_place(f"p-{id_}", **place)] if more.pop("position", True) else []
    texts = {"givenName": given, "familyName": family, "employmentId": number, "email": email}
    doc = huma_doc(id_, **{key: wrap(text or None) for key, text in texts.items()}, **more)
    return read_huma(doc, *positions, today=timezone.localdate())


def in_visma(id_: str, given: str, family: str, number: str = "", email: str = "", **more: Any) -> Employee:
    """Somebody in Visma; ``ends`` (ISO) is the position's, ``position=False``: none."""
    place = visma_place(f"p-{id_}", **({"activeEnd": ends} if (ends := more.pop("ends", "")) else {}))
    positions = [place] if more.pop("position", True) else []
    doc = visma_doc(
        id_,
        number=number or ...,
        personNames=[{"firstName": given, "lastName": family, "activeStart": "2020-01-01"}],
        emails=[{"type": "business", "address": email}] if email else [],
        **more,
    )
    return read_visma(doc, *positions, today=timezone.localdate())


def read(connection: Connection, *people: Employee, **more: Any) -> SyncRun:
    """A run in review that read these people."""
    run = SyncRun.objects.create(connection=connection, **more)
    store_people(run, list(people))
    today = timezone.localdate()
    passed = ("visma_empty", "same_company")
    asked = {side: dict.fromkeys(ids, "gone") for side, ids in known_ids(connection).items()}
    store(run, analyse(connection, load(run, "huma"), load(run, "visma"), today, passed, asked), today)
    return run


def known_ids(connection: Connection) -> dict[str, list[str]]:
    """The ids of the linked people by side; those who aren't read are asked for singly, and are gone."""
    pairs = list(connection.links.exclude(state="different").values_list("huma_id", "visma_id"))
    return {"huma": [huma for huma, _visma in pairs], "visma": [visma for _huma, visma in pairs]}


def snapshot(run: SyncRun, vendor_id: str) -> EmployeeSnapshot:
    """What the run read of somebody."""
    return EmployeeSnapshot.objects.get(run=run, vendor_id=vendor_id)
