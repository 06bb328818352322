"""Which fields a person gets who is created on the other side, and which are left out."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext

from connections.models import Connection
from sync.core.deciding.create import NAMES_AND_EMAIL, creation
from sync.core.fields import FIELDS
from sync.core.records.employee import Side, from_json
from sync.models import EmployeeSnapshot
from sync.reading.reader import enabled_fields
from sync.wording.sentences import field_label, sentence, side_name


@dataclass(frozen=True)
class Omitted:
    """A field that a new person doesn't get, and why."""

    label: str
    why: str


def what_comes_along(person: EmployeeSnapshot, connection: Connection) -> tuple[list[str], list[Omitted]]:
    """The labels of the fields that a new person gets on the other side, and the omitted ones with the reason."""
    if not person.payload:
        return [], []
    employee = from_json(person.payload)
    made = creation(employee, timezone.localdate(), connection.default_end_reason, connection.fields_off)
    enabled = {spec.name for spec in enabled_fields(connection)} | {*NAMES_AND_EMAIL, "employment_id"}
    gets = [field_label(spec.name) for spec in FIELDS if spec.name in made.values]
    if person.side == Side.HUMA and not person.number and not person.create_blocked:
        gets.append(gettext("The number that Visma assigns"))
    omitted = [
        Omitted(field_label(name), sentence(reason.code, {"source": side_name(person.side), **reason.params}))
        for name, reason in made.omitted.items()
        if name in enabled
    ]
    return gets, omitted
