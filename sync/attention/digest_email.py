"""Composes the digest: what waits, and whose data was changed automatically. Names and field labels, never a value."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.models import Connection
from sync.mail.composing import Composer
from sync.mail.message import absolute, message
from sync.mail.payroll_letters import counts_only
from sync.models import Change, Letter
from sync.planning.waiting_deadline import deadline_sentences
from sync.runs.result_email import MOST_PROBLEMS as MOST_NAMED
from sync.situation.lines import counted, line
from sync.situation.what_waits import Kind, Waits
from sync.wording.sentences import field_label, sentence


@dataclass(frozen=True)
class Section:
    """One connection: ``lines`` about what waits, with the page's address; ``people``: (name, labels) of changes.

    ``unnamed``: the number of people, if the address isn't confirmed and gets no names.
    """

    name: str
    lines: list[str]
    url: str
    people: list[tuple[str, str]]
    more: int = 0
    unnamed: int = 0


def digest_email(letter: Letter) -> EmailMultiAlternatives | None:
    """One person's digest; ``None`` if all its connections were disconnected meanwhile."""
    waits, changed = letter.params.get("waits", {}), letter.params.get("changed", {})
    there = Connection.objects.exclude(state=Connection.State.DISCONNECTED).filter(pk__in={*waits, *changed})
    connections = {str(row.pk): row for row in there.order_by("name")}
    if not connections:
        return None
    waiting = [_waiting(row, waits[pk]) for pk, row in connections.items() if pk in waits]
    people = [_changed(row, changed[pk], letter.to) for pk, row in connections.items() if pk in changed]
    count = len(connections)
    name = ngettext("%(n)d connection", "%(n)d connections", count) % {"n": count}
    things = sum(sum(counts.values()) for pk, counts in waits.items() if pk in connections)
    persons = sum(len(section.people) + section.more + section.unnamed for section in people)
    context = {
        "connection": name if count > 1 else next(iter(connections.values())).name,
        "several": count > 1,
        "waiting": waiting,
        "changed": people,
        "url": waiting[0].url if len(waiting) == 1 else absolute(reverse("admin:index")),
        "subject": ", ".join(_subject(things, persons)),
    }
    return message("digest", context, letter.to, letter.message_id)


def _subject(things: int, persons: int) -> list[str]:
    parts = []
    if things:
        parts.append(
            ngettext("%(n)d thing needs your attention", "%(n)d things need your attention", things) % {"n": things}
        )
    if persons:
        text = ngettext("details of %(n)d person changed", "details of %(n)d people changed", persons)
        parts.append(text % {"n": persons})
    return parts


def _waiting(connection: Connection, counts: Mapping[str, int]) -> Section:
    known = [kind for kind in Kind if kind in counts]
    lines = [_line(connection, kind, counts[kind]) for kind in known]
    return Section(connection.name, lines, absolute(reverse("admin:attention", args=[connection.code])), [])


def _line(connection: Connection, kind: Kind, count: int) -> str:
    if kind == Kind.PAUSED:
        return (
            _("Paused: %(why)s") % {"why": sentence(connection.pause_reason)}
            if connection.pause_reason
            else _("Paused.")
        )
    if kind == Kind.FAILED:
        return _("The last sync failed.")
    if kind in (Kind.NOBODY_HEARS, Kind.ACCOUNTS):
        return line(Waits(kind, count, connection))
    if kind == Kind.HELD:
        return " ".join([counted(kind, count), *deadline_sentences(connection)])
    return counted(kind, count)


def _changed(connection: Connection, pks: list[int], to: list[str]) -> Section:
    rows = Change.objects.filter(pk__in=pks, run__connection=connection).order_by("name", "pk")
    fields: dict[tuple[int | None, str], list[str]] = {}
    for link, name, field in rows.values_list("link", "name", "field"):
        labels = fields.setdefault((link, name), [])
        if field_label(field) not in labels:
            labels.append(field_label(field))
    people = [(name or "–", ", ".join(labels)) for (_link, name), labels in fields.items()]
    if any(counts_only(connection, address) for address in to):
        return Section(connection.name, [], "", [], unnamed=len(people))
    return Section(connection.name, [], "", people[:MOST_NAMED], max(0, len(people) - MOST_NAMED))


EMAILS: dict[str, Composer] = {Letter.Kind.DIGEST: digest_email}
