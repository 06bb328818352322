"""The report of a connection: one entry for every assumption, to show, to print and to send to us."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.api.visma.variants import variants_of
from connections.doctor.assumptions import ASSUMPTIONS, GET, Assumption
from connections.doctor.seen import CONFIRMED, OPEN, OTHERWISE, codes_of, result_of, sentence
from connections.models import Connection, Diagnosis, Lesson

RESULTS = {
    CONFIRMED: gettext_lazy("As assumed"),
    OTHERWISE: gettext_lazy("Otherwise"),
    OPEN: gettext_lazy("Not seen yet"),
}

SAYS_LITTLE = "saved"
"""Of a draft: whether it got a number isn't known yet."""


@dataclass(frozen=True)
class Entry:
    """What is known of one assumption. ``seen``: the code and its parameters, or ``None``; ``at``: when it was."""

    assumption: Assumption
    result: str
    seen: dict[str, Any] | None
    at: datetime | None
    more: str = ""

    @property
    def label(self) -> str:
        """The result in words."""
        return str(RESULTS[self.result])

    @property
    def assumed(self) -> str:
        """What is assumed, in words."""
        return _(self.assumption.assumed)

    @property
    def does(self) -> str:
        """What the product does about it, in words; "" where it is as assumed, or open."""
        return _(self.assumption.does) if self.result == OTHERWISE else ""

    @property
    def said(self) -> str:
        """What was seen, in words."""
        if self.seen is None:
            if self.assumption.by == GET:
                return _("Not looked at yet.")
            return _("Noted at the next change or notice that shows it.")
        params = {name: value for name, value in self.seen.items() if name != "code"}
        said = sentence(self.assumption.code, self.seen["code"], params)
        extra = sentence(self.assumption.code, self.more, {}) if self.more else ""
        return " ".join(part for part in (said, extra) if part)

    def as_json(self) -> dict[str, Any]:
        """The entry as the command prints it. Source: design, Fixed interfaces."""
        seen = dict(self.seen) if self.seen else None
        if seen is not None and self.more:
            seen["write"] = self.more
        return {"assumption": self.assumption.code, "result": self.result, "seen": seen}


def report(connection: Connection) -> list[Entry]:
    """An entry for every assumption, in the documents' order."""
    row = Diagnosis.objects.filter(connection=connection).first()
    findings = row.findings if row and isinstance(row.findings, dict) else {}
    lessons: dict[str, Lesson] = {}
    noted = Lesson.objects.filter(connection=connection).order_by("last_at", "pk")
    # What says less comes first, so that it is replaced; of two that say as much, the later one counts.
    for lesson in sorted(noted, key=lambda one: one.outcome != SAYS_LITTLE):
        if lesson.assumption in ASSUMPTIONS and lesson.outcome in codes_of(lesson.assumption):
            lessons[lesson.assumption] = lesson
    return [_entry(one, findings.get(one.code), lessons.get(one.code)) for one in ASSUMPTIONS.values()]


def _entry(assumption: Assumption, found: Any, lesson: Lesson | None) -> Entry:
    """What was seen by a look counts first; what a write showed comes beside it, or instead of nothing."""
    code = found.get("code") if isinstance(found, dict) else None
    if isinstance(code, str):
        params = found.get("params")
        seen = {"code": code, **(params if isinstance(params, dict) else {})}
        result, at = result_of(assumption.code, code), parse_datetime(str(found.get("at")))
        return Entry(assumption, result, seen, at, lesson.outcome if lesson else "")
    if lesson:
        result = result_of(assumption.code, lesson.outcome)
        return Entry(assumption, result, {"code": lesson.outcome}, lesson.last_at)
    return Entry(assumption, OPEN, None, None)


def as_json(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The report as the command prints it."""
    return [one.as_json() for one in entries]


def file_of(connection: Connection) -> str:
    """The report as a JSON file to send to us: no value, no name, no id of the company."""
    row = Diagnosis.objects.filter(connection=connection).first()
    whole = {
        "about": "humavisma, check of a connection. It holds no values and no names.",
        "version": settings.VERSION,
        "checked": row.checked_at.isoformat() if row and row.checked_at else None,
        "checked_by_version": row.version if row else None,
        "trouble": row.trouble if row else None,
        "variants": variants_of(connection.variants).others(),
        "report": as_json(report(connection)),
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def text_of(connection: Connection, entries: Iterable[Entry]) -> str:
    """The report in words, an assumption a paragraph."""
    row = Diagnosis.objects.filter(connection=connection).first()
    lines = [_("Check of a connection between Huma and Visma.net Payroll. It holds no values and no names.")]
    if row and row.checked_at:
        at = date_format(localtime(row.checked_at), "SHORT_DATETIME_FORMAT")
        lines.append(_("Last checked %(at)s by version %(version)s.") % {"at": at, "version": row.version})
    for one in entries:
        lines += ["", f"{one.assumption.code}  {one.label}: {one.assumed}", f"    {one.said}"]
        lines += [f"    {one.does}"] if one.does else []
    return "\n".join(lines) + "\n"
