"""Check this connection: what is so at its own two systems, and the report as a file to send to us."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from connections.doctor.check import STEPS, why_not
from connections.doctor.due import ask_soon, is_asked, is_running, is_silent
from connections.doctor.report import Entry, file_of, report, text_of
from connections.doctor.seen import CONFIRMED, OPEN, OTHERWISE
from connections.doctor.words import adapted, trouble_in_words, why_not_now
from connections.models import Connection, Diagnosis
from connections.pages.nav import page_context
from connections.pages.permissions import connection_for, hr_page

TONES = {CONFIRMED: "success", OTHERWISE: "warning", OPEN: ""}


@require_GET
@hr_page
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The last report, and how far the check under way is."""
    connection = connection_for(request.user, code)
    row = Diagnosis.objects.filter(connection=connection).first()
    entries = report(connection)
    why = why_not(connection)
    context = page_context(
        request,
        connection,
        _("Check this connection"),
        row=row,
        groups=_groups(entries),
        counts=[(label.lower(), tone, len(some)) for label, tone, some, _lead in _groups(entries)],
        adapted=adapted(connection),
        why_not=why_not_now(why) if why else "",
        trouble=trouble_in_words(row.trouble) if row else "",
        **_progress(connection, row),
    )
    return render(request, "connections/doctor.html", context)


def _groups(entries: list[Entry]) -> list[tuple[str, str, list[Entry], str]]:
    """The entries by their result, the most important first: label, tone, entries, what follows."""
    leads = {
        OTHERWISE: _("Here your two systems do something else than we assumed. What we do about it stands beside it."),
        OPEN: _("Nothing has shown these yet. What is already known to be safe is done until then."),
        CONFIRMED: _("Here everything is as we assumed."),
    }
    labels = {OTHERWISE: _("Otherwise"), OPEN: _("Not seen yet"), CONFIRMED: _("As assumed")}
    found = [(code, [one for one in entries if one.result == code]) for code in (OTHERWISE, OPEN, CONFIRMED)]
    return [(labels[code], TONES[code], some, leads[code]) for code, some in found if some]


def _progress(connection: Connection, row: Diagnosis | None) -> dict[str, Any]:
    running = is_running(row)
    done = row.done if row and running else 0
    return {
        "running": running,
        "silent": is_silent(row),
        "asked": not running and connection.state == Connection.State.ACTIVE and is_asked(row),
        "done": done,
        "parts": len(STEPS),
        "left": [_(step.label) for step in STEPS[done:]],
        "live_url": reverse("admin:connection_doctor_live", args=[connection.code]),
    }


@require_POST
@hr_page
def start(request: HttpRequest, code: str) -> HttpResponse:
    """Have the worker check the connection now; one that is under way goes on."""
    connection = connection_for(request.user, code)
    why = why_not(connection)
    row = Diagnosis.objects.filter(connection=connection).first()
    if why:
        messages.error(request, why_not_now(why))
    elif is_running(row):
        messages.info(request, why_not_now("busy"))
    else:
        ask_soon(connection)
    return redirect("admin:connection_doctor", code)


@require_GET
@hr_page
def live(request: HttpRequest, code: str) -> HttpResponse:
    """The part of the page with the progress, which the page polls; afterwards the whole page again."""
    connection = connection_for(request.user, code)
    progress = _progress(connection, Diagnosis.objects.filter(connection=connection).first())
    if not (progress["running"] or progress["asked"]):
        address = reverse("admin:connection_doctor", args=[code])
        return HttpResponse(headers={"HX-Redirect": address}) if getattr(request, "htmx", False) else redirect(address)
    return render(request, "connections/partials/doctor_progress.html", {"connection": connection, **progress})


@require_GET
@hr_page
def json_file(request: HttpRequest, code: str) -> HttpResponse:
    """The report as JSON."""
    return _download(file_of(connection_for(request.user, code)), "application/json", "json")


@require_GET
@hr_page
def text_file(request: HttpRequest, code: str) -> HttpResponse:
    """The report in words."""
    connection = connection_for(request.user, code)
    return _download(text_of(connection, report(connection)), "text/plain; charset=utf-8", "txt")


def _download(text: str, content_type: str, ending: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="humavisma-check.{ending}"'}
    return HttpResponse(text, content_type=content_type, headers=headers)
