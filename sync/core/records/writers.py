"""Finds other integrations that write to a person in Huma. Source: huma.md, Reading; design, Always on (Two writers).

``connectedIntegrations`` names them per person; a field's ``integrations`` names the one that has locked it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sync.core.reasons import Reason, shown_code
from sync.core.records.document import Doc
from sync.core.records.employee import Employee

VISMA = "visma"
"""An integration writes to Visma if its name or type contains this word, in any case."""
LOCKED = "locked_disconnect"
MOST_NAMES = 10
"""How many integrations of one person are listed."""


def goes_to_visma(name: object, kind: object) -> bool:
    """Whether one of Huma's integrations writes to Visma, by its name and type."""
    return VISMA in f"{name} {kind}".casefold()


Naming = dict[tuple[bool, str], Doc]
"""The wrappers that name integrations. The key: whether the wrapper is in the position, and the wrapper's name."""


def naming(details: Doc, position: Doc | None) -> Naming:
    """The wrappers of a user and their position that name integrations. Few people have any."""
    return {
        (on_position, key): wrapped
        for on_position, document in ((False, details), (True, position or {}))
        for key, wrapped in document.items()
        if isinstance(wrapped, dict) and "integrations" in wrapped
    }


def writers(details: Doc, wrappers: Naming) -> tuple[str, ...]:
    """The names of the integrations with Visma that write to a person, each once."""
    found = [_called(name, kind) for name, kind in _connected(details) if goes_to_visma(name, kind)]
    for wrapped in wrappers.values():
        found += [shown_code(name) for name, _warning in _locking(wrapped) if goes_to_visma(name, "")]
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_NAMES]


def locks(wrappers: Naming, fields: Iterable[Any]) -> dict[str, str]:
    """For each field that is locked in Huma, the integration that has locked it."""
    locked = {place: _locked_by(wrapped) for place, wrapped in wrappers.items() if wrapped.get("editable") is False}
    found: dict[str, str] = {}
    for field in fields if locked else ():
        names = [name for key in field.json_paths if (name := locked.get((field.on_position, key)))]
        if names:
            found[field.name] = names[0]
    return found


def not_editable(employee: Employee, field: str) -> Reason:
    """Why a field can't be written in Huma, with the name of the integration that has locked it, if Huma gives one."""
    name = employee.locks.get(field)
    return Reason("not_editable_by", {"name": name}) if name else Reason("not_editable")


def _connected(details: Doc) -> Iterator[tuple[str, object]]:
    integrations = details.get("connectedIntegrations")
    for name, one in integrations.items() if isinstance(integrations, dict) else ():
        yield name, one.get("type") if isinstance(one, dict) else ""


def _called(name: str, kind: object) -> str:
    """The name to show for an integration; with its type, if only the type shows that it writes to Visma."""
    return shown_code(name if goes_to_visma(name, "") else f"{name} ({kind})")


def _locking(wrapped: Doc) -> Iterator[tuple[str, object]]:
    integrations = wrapped.get("integrations")
    for name, one in integrations.items() if isinstance(integrations, dict) else ():
        yield name, one.get("warning") if isinstance(one, dict) else ""


def _locked_by(wrapped: Doc) -> str:
    """The integration that has locked the field; if there are several, the one that says so."""
    names = sorted(_locking(wrapped), key=lambda one: one[1] != LOCKED)
    return shown_code(names[0][0]) if names else ""
