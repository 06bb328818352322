"""Stores and loads what was read of people, in EmployeeSnapshot rows."""

from collections.abc import Iterable

from sync.core.records.employee import Employee, Side, from_json, to_json
from sync.core.records.skipping import Skipped
from sync.core.records.worth_knowing import worth_knowing
from sync.models import EmployeeSnapshot, SyncRun

SNAPSHOTS_AT_ONCE = 1000
UPDATED = [
    "complete",
    "name",
    "number",
    "standing",
    "active",
    "draft",
    "worth_knowing",
    "hidden",
    "payload",
    "passed",
    "passed_prop",
]


def store_listed(run: SyncRun, vendor_ids: Iterable[str]) -> None:
    """Store the people in Huma's list; their own documents are still to be read."""
    EmployeeSnapshot.objects.bulk_create(
        [EmployeeSnapshot(run=run, side=Side.HUMA, vendor_id=vendor_id, complete=False) for vendor_id in vendor_ids],
        batch_size=SNAPSHOTS_AT_ONCE,
    )


def store_people(run: SyncRun, employees: list[Employee]) -> None:
    """Store people who were read completely; this replaces what the list said of them."""
    for begin in range(0, len(employees), SNAPSHOTS_AT_ONCE):
        EmployeeSnapshot.objects.bulk_create(
            [_row(run, employee) for employee in employees[begin : begin + SNAPSHOTS_AT_ONCE]],
            update_conflicts=True,
            unique_fields=["run", "side", "vendor_id"],
            update_fields=UPDATED,
        )


def store_skipped(run: SyncRun, passed: Iterable[Skipped]) -> None:
    """Store people who are passed over, as not complete, with what is known of them anyway."""
    EmployeeSnapshot.objects.bulk_create(
        [
            EmployeeSnapshot(
                run=run,
                side=one.side.value,
                vendor_id=one.id,
                complete=False,
                name=one.name[:255],
                number=one.number[:64],
                payload=to_json(one.known) if one.known else None,
                passed=one.reason,
                passed_prop=one.prop,
            )
            for one in passed
        ],
        batch_size=SNAPSHOTS_AT_ONCE,
        update_conflicts=True,
        unique_fields=["run", "side", "vendor_id"],
        update_fields=UPDATED,
    )


def load_skipped(run: SyncRun) -> list[Skipped]:
    """The people who were passed over while the run read."""
    rows = EmployeeSnapshot.objects.filter(run=run).exclude(passed="").order_by("pk")
    return [
        Skipped(
            Side(row.side), row.vendor_id, row.passed, row.passed_prop, from_json(row.payload) if row.payload else None
        )
        for row in rows
    ]


def _row(run: SyncRun, employee: Employee) -> EmployeeSnapshot:
    return EmployeeSnapshot(
        run=run,
        side=employee.side.value,
        vendor_id=employee.id,
        complete=True,
        name=employee.name[:255],
        number=employee.number[:64],
        standing=employee.standing.value,
        active=employee.active,
        draft=employee.draft,
        worth_knowing=" ".join(worth_knowing(employee)),
        hidden=" ".join(employee.hidden),
        payload=to_json(employee),
    )


def listed(run: SyncRun, side: str) -> list[str]:
    """The ids of the people of a side who were seen so far, in the order in which they were seen."""
    rows = EmployeeSnapshot.objects.filter(run=run, side=side)
    return list(rows.order_by("pk").values_list("vendor_id", flat=True))


def unread(run: SyncRun) -> list[str]:
    """The ids of the users in Huma whose own documents haven't been read yet, in the order of the list."""
    rows = EmployeeSnapshot.objects.filter(run=run, side=Side.HUMA, complete=False, passed="")
    return list(rows.order_by("pk").values_list("vendor_id", flat=True))


def forget(run: SyncRun, side: str, vendor_ids: Iterable[str] | None = None) -> None:
    """Delete what was read of these people of a side, or of all of them."""
    rows = EmployeeSnapshot.objects.filter(run=run, side=side)
    (rows if vendor_ids is None else rows.filter(vendor_id__in=list(vendor_ids))).delete()
