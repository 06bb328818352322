"""The last check before anything is sent: no invisible characters, no placeholders, no values of a wrong kind.

Values that are read today have passed the same rules; this check is for plans of an older version.
"""

from sync.core.fields import field as field_named
from sync.core.fields.base import Field
from sync.core.records.employee import Own, Side
from sync.core.values.placeholders import found_in, is_placeholder
from sync.core.values.text import clean
from sync.models import Change, Write
from sync.writing import write_state
from sync.writing.context import Context


def fits(context: Context, change: Change) -> bool:
    """Clean the value to be written; False if it mustn't be sent: then the Change has failed, with the reason."""
    spec, after = field_named(change.field), cleaned(change.after)
    if reason := _why_not(spec, Side(change.side), after):
        write_state.settle(change, Change.State.FAILED, reason)
        return False
    if after != change.after:
        change.after = after
        becomes = spec.canonical(Side(change.side), after)
        change.becomes = context.fingerprint(spec.name, spec.version, becomes)
        change.save(update_fields=["after", "becomes"])
    return True


def fit_person(change: Change, write: Write, needed: tuple[str, ...]) -> bool:
    """The same for a person to be created: values that mustn't be sent are left out. False if a needed one is."""
    target, after = Side(change.side), change.after or {}
    values = {name: cleaned(own) for name, own in after["values"].items()}
    why = {name: reason for name, own in values.items() if (reason := _why_not(field_named(name), target, own))}
    for name in needed:
        if name in why:
            write_state.end(write, Change.State.FAILED, why[name])
            return False
    values = {name: own for name, own in values.items() if name not in why}
    if values != after["values"]:
        change.after = {**after, "values": values}
        change.save(update_fields=["after"])
    return True


def cleaned(own: Own) -> Own:
    """A value in a side's own form without invisible characters."""
    if isinstance(own, dict):
        return {key: cleaned(part) for key, part in own.items()}
    return clean(own) if isinstance(own, str) else own


def _why_not(spec: Field, target: Side, after: Own) -> str:
    problem = "" if after is None else spec.unfit(target, after)
    return found_in(target.other) if is_placeholder(problem) else problem
