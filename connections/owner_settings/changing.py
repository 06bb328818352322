"""Changes the settings of a connection, with an audit entry that says what was and what is."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django.db import transaction

from connections.models import LIMITS, Connection, audit
from connections.owner_settings import recipients

SETTINGS = (
    "name",
    "recipients",
    "payroll_contacts",
    "pay_day",
    "cutoff_day",
    "cutoff_at",
    "month_by_hand",
    "pay_by_hand",
    "cutoff_by_hand",
    "default_end_reason",
    *LIMITS.values(),
    "huma_groups",
    "fields_off",
    "threshold_percent",
    "threshold_people",
)
"""The settings that an owner may change, by the names of the model's fields."""


def change_settings(connection: Connection, user: Any, chosen: Mapping[str, Any], confirmed: bool = False) -> list[str]:
    """Store the settings that differ and return their names; the audit entry holds old → new.

    ``chosen``: some of SETTINGS. ``confirmed``: the recipients of payroll notices among them count as confirmed; else
    new ones are asked to confirm.
    """
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        changed = {name: [getattr(row, name), value] for name, value in chosen.items() if getattr(row, name) != value}
        for name, (_old, new) in changed.items():
            setattr(row, name, new)
        if changed:
            row.save(update_fields=list(changed))
            audit(user, "settings.changed", row, **{name: [*map(plain, pair)] for name, pair in changed.items()})
        if "payroll_contacts" in chosen:
            recipients.keep(row, user, confirmed)
    connection.refresh_from_db()
    return list(changed)


def plain(value: Any) -> Any:
    """A setting in the form in which the audit trail stores it."""
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else value
