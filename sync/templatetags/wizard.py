"""Template tags that show values: differences are marked, lines stay lines. Everything is escaped here."""

from collections.abc import Iterable
from datetime import datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from connections.person_urls import person_url
from sync.core.records.employee import Side
from sync.wizard.cards import Choice, Row
from sync.wording.display import Display, Segment
from sync.wording.moments import moment
from sync.wording.sentences import side_name

register = template.Library()
_BREAK = mark_safe("<br>")  # a constant


@register.simple_tag
def marked(row: Row, side: str) -> SafeString:
    """One side's value in a difference, with ``<mark>`` around what differs from the other side."""
    shown = row.huma if side == Side.HUMA else row.visma
    index = 0 if side == Side.HUMA else 1
    other_empty = (row.visma if side == Side.HUMA else row.huma).empty
    lines = [_segments(pair[index]) for pair in row.segments]
    rest = shown.lines[len(lines) :]
    if other_empty or shown.empty:
        return show_lines(shown)
    return _join([*lines, *(format_html("<mark>{}</mark>", line) for line in rest)])


@register.filter
def show_lines(shown: Display | None) -> SafeString:
    """The lines of a value below each other; nothing for an empty value without a word for it."""
    return _join(shown.lines) if shown else SafeString()


@register.inclusion_tag("humavisma/partials/open_in.html")
def open_in(side: str, id_: str, number: str = "", name: str = "") -> dict[str, str]:
    """A link to a person in Huma or in Visma.net, in a new tab; nothing if the installation has no address for it."""
    url = person_url(side, id_ or "", number or "") if side else ""
    return {"url": url, "system": side_name(side) if side else "", "name": name}


@register.filter
def named_side(side: str) -> str:
    """The name of a side."""
    return side_name(side)


def _segments(pieces: Iterable[Segment]) -> SafeString:
    return format_html_join(
        "",
        "{}{}{}",
        ((_OPEN, p.text, _CLOSE) if p.changed else ("", p.text, "") for p in pieces),
    )


_OPEN, _CLOSE = mark_safe("<mark>"), mark_safe("</mark>")  # constants


def _join(lines: Iterable[str]) -> SafeString:
    return format_html_join(_BREAK, "{}", ((line,) for line in lines))


@register.filter
def of(counts: dict[str, int], key: str) -> int:
    """The count for ``key``, or 0."""
    return counts.get(key, 0)


@register.filter
def when(at: datetime | None) -> str:
    """A time in words: "22 November, 11:19", with the year if it isn't this one."""
    return moment(at)


@register.filter
def minutes(seconds: int) -> int:
    """Whole minutes."""
    return seconds // 60


@register.filter
def impossible(row: Row) -> list[tuple[list[Choice], str]]:
    """The choices that aren't possible, grouped by reason, so that a common reason is shown once."""
    reasons: dict[str, list[Choice]] = {}
    for choice in row.choices:
        if not choice.possible:
            reasons.setdefault(choice.reason, []).append(choice)
    return [(choices, reason) for reason, choices in reasons.items()]
