"""The report as a workbook: About, Summary, Changes, Waits. Accounts show their last three digits only."""

from collections.abc import Iterator
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from connections.models import name_of
from sync.pages.spreadsheets import Cell, Sheet, workbook
from sync.payroll_ready.changes import group_label
from sync.payroll_ready.report import Report
from sync.wording.payroll_ready import day_and_month


def as_workbook(report: Report, user: Any) -> IO[bytes]:
    """The workbook, open at its beginning. ``user``: who downloads it."""
    ready = report.ready
    about = [
        (_("Connection"), ready.connection.name),
        (_("Downloaded by"), name_of(user)),
        (_("Downloaded"), timezone.localtime().strftime("%Y-%m-%d %H:%M")),
        (_("Period"), report.period),
        (_("Pay day"), day_and_month(ready.day) if ready.day else _("not set")),
    ]
    summary: list[tuple[str, Cell]] = [
        (_("Result"), report.line),
        (_("Linked people"), ready.verdict.people),
        (_("People who agree"), ready.verdict.agree),
        (_("Changes"), ready.verdict.changes),
        (_("Things that wait"), ready.verdict.things),
        (_("Both systems last read completely"), ready.checked_at),
    ]
    if report.why:
        summary.append((_("Why it isn't ready"), f"{report.why} {report.helps}"))
    summary += [(one.line, one.count) for one in report.waits]
    return workbook(
        about,
        [
            Sheet(_("Summary"), (_("What"), _("Value")), summary),
            Sheet(_("Changes"), _heads(), _changes(report)),
            Sheet(_("Waits"), (_("What waits"), _("Name"), _("Employment ID"), _("Field"), _("Why")), _waits(report)),
        ],
    )


def _heads() -> tuple[str, ...]:
    return (_("Group"), _("Name"), _("Employment ID"), _("Field"), _("Before"), _("After"), _("When"), _("By"))


def _changes(report: Report) -> Iterator[tuple[Cell, ...]]:
    for one in report.changes:
        values = (one.before, one.after) if one.kept or one.after else (_("no longer kept"), _("no longer kept"))
        yield group_label(one.group), one.name, one.number, one.what, *values, one.at, one.by


def _waits(report: Report) -> Iterator[tuple[Cell, ...]]:
    for one in report.waits:
        for who in one.people:
            yield one.line, who.name, who.number, who.what, who.note
        if one.more or not one.people:
            yield one.line, _("%(n)d in all") % {"n": one.count}, "", "", " ".join(one.to_do)
