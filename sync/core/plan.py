"""From decisions to Changes: exactly what will be written where, and a fingerprint of all of it."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date

from sync.core.codes import Standing
from sync.core.employee import Canonical, Own, Side
from sync.core.fields import Field, field
from sync.core.fingerprint import Fingerprinter
from sync.core.record import record

ALWAYS_TWICE = frozenset({"twice_account", "twice_last_day", "twice_email"})
"""Looked at twice whatever the value was before, on both sides."""
BULK_CHOICES = ("huma", "visma")


@record
class Planned:
    """A Change before it is stored.

    ``person`` names whom it is for (``link:<id>``, or ``new:<id>`` for one to create). ``pin`` is the fingerprint of
    what the target said when the admin saw it, ``becomes`` of what it is to become, ``source`` of what the other side
    said. ``look_twice`` is a code of ``reasons``, or "".
    """

    person: str
    side: Side
    field: str
    before: Own
    after: Own
    pin: str
    becomes: str
    source: str
    action: str = "field"
    look_twice: str = ""


def field_change(
    *,
    person: str,
    spec: Field,
    target: Side,
    before: Own,
    after: Own,
    prints: tuple[str, str],
    fingerprint: Fingerprinter,
    today: date,
) -> Planned:
    """The Change that writes ``after`` to ``target``; ``prints`` are (Huma's, Visma's) as the admin saw them."""
    pin, source = (prints[1], prints[0]) if target is Side.VISMA else prints
    becomes = spec.canonical(target, after)
    return Planned(
        person=person,
        side=target,
        field=spec.name,
        before=before,
        after=after,
        pin=pin,
        becomes=fingerprint(spec.name, spec.version, becomes),
        source=source,
        look_twice=look_twice(spec, target, spec.canonical(target, before), becomes, today),
    )


def look_twice(spec: Field, target: Side, before: Canonical, after: Canonical, today: date) -> str:
    """Why a person should look twice at a Change, or "". Source: design, A run (Confirm)."""
    if closer := spec.look_closer(after):
        return closer
    if spec.look_twice == "twice_last_day" and after is None:
        return "twice_no_last_day"
    if spec.look_twice in ALWAYS_TWICE:
        return spec.look_twice
    if after is None:
        return "twice_emptied"
    if spec.look_twice and before is not None:
        return spec.look_twice
    if spec.on_position and isinstance(after, str) and after < today.isoformat():
        return "twice_past"
    return "twice_huma" if target is Side.HUMA else ""


def bulk_refusal(
    *,
    choice: str,
    by_bulk: bool,
    blocked: str,
    empties: bool,
    standing: str,
    filter_standing: str,
    allow_clearing: bool,
    doubted: bool = False,
) -> str:
    """Why a bulk choice leaves a difference alone: "", doubted, forbidden, empties, singly or elsewhere.

    A bulk choice never empties a field, and former employees and drafts are only touched from under their own filter.
    ``doubted``: something has come to speak against the two being one person.
    Source: design, Emptying is never a side effect, and Who is who.
    """
    if standing != filter_standing and standing != Standing.ASKS:
        return "elsewhere"
    if choice not in BULK_CHOICES:
        return ""
    if doubted:
        return "doubted"
    if blocked:
        return "forbidden"
    if empties and not allow_clearing:
        return "empties"
    return "" if by_bulk else "singly"


def plan_fingerprint(changes: Iterable[Planned]) -> str:
    """The same for the same Changes in any order; another one as soon as one of them differs."""
    lines = sorted(
        json.dumps([c.person, c.side, c.action, c.field, c.pin, c.becomes, c.source, c.after], sort_keys=True)
        for c in changes
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def last_look(spec_name: str, now: Canonical, pin: str, becomes: str, fingerprint: Fingerprinter) -> str:
    """What to do with a Change once the target was read again: ``nothing`` (it is there already), ``moved``, ``write``.

    The one place that decides whether somebody's edit in between is overwritten: it never is.
    """
    spec = field(spec_name)
    print_now = fingerprint(spec.name, spec.version, now)
    if print_now == becomes:
        return "nothing"
    return "write" if print_now == pin else "moved"
