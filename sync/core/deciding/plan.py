"""Turns decisions into Changes: exactly what will be written where, and a fingerprint of the whole plan."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date

from sync.core.codes import Standing
from sync.core.fields import Field, field
from sync.core.immutable import record
from sync.core.records.employee import Canonical, Own, Side
from sync.core.values.fingerprint import Fingerprinter

ALWAYS_TWICE = frozenset({"twice_account", "twice_last_day", "twice_email"})
"""A person looks twice at these on both sides, whatever the value was before."""
BULK_CHOICES = ("huma", "visma")


@record
class Planned:
    """A Change before it is stored.

    ``person`` says for whom it is (``link:<id>``, or ``new:<id>`` for somebody to create). Three fingerprints: ``pin``
    of the target's value when the admin saw it, ``becomes`` of the value to write, ``source`` of the other side's
    value. ``look_twice`` is a code of ``reasons``, or "".
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
    """Why a bulk choice doesn't decide a difference: doubted, forbidden, empties, singly or elsewhere; "" if it does.

    A bulk choice empties no field unless ``allow_clearing``. It decides former employees and drafts only under their
    own filter. ``doubted``: something now speaks against the two records being one person.
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
    """The fingerprint of a plan: the same for the same Changes in any order, another one if any Change differs."""
    lines = sorted(
        json.dumps([c.person, c.side, c.action, c.field, c.pin, c.becomes, c.source, c.after], sort_keys=True)
        for c in changes
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def last_look(spec_name: str, now: Canonical, pin: str, becomes: str, fingerprint: Fingerprinter) -> str:
    """What to do with a Change after the target was read again: ``nothing`` (already there), ``moved`` or ``write``.

    This is the only place that decides whether an edit made meanwhile is overwritten: it never is.
    """
    spec = field(spec_name)
    print_now = fingerprint(spec.name, spec.version, now)
    if print_now == becomes:
        return "nothing"
    return "write" if print_now == pin else "moved"
