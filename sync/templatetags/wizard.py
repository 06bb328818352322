"""Showing values: what differs is marked, lines stay lines. Everything is escaped here."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from sync.display import Display, Segment
from sync.sentences import side_name
from sync.services.cards import Row

register = template.Library()
_BREAK = mark_safe("<br>")  # a constant


@register.simple_tag
def marked(row: Row, side: str) -> SafeString:
    """What one side says in a difference, with ``<mark>`` around what the other side has otherwise."""
    shown = row.huma if side == "huma" else row.visma
    index = 0 if side == "huma" else 1
    other_empty = (row.visma if side == "huma" else row.huma).empty
    lines = [_segments(pair[index]) for pair in row.segments]
    rest = shown.lines[len(lines) :]
    if other_empty or shown.empty:
        return show_lines(shown)
    return _join([*lines, *(format_html("<mark>{}</mark>", line) for line in rest)])


@register.filter
def show_lines(shown: Display | None) -> SafeString:
    """A value's lines below each other; nothing for an empty value without a word for it."""
    return _join(format_html("{}", line) for line in shown.lines) if shown else SafeString()


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


def _join(lines: Iterable[SafeString]) -> SafeString:
    return _BREAK.join(lines) if not isinstance(lines, SafeString) else lines


@register.filter
def of(counts: dict[str, int], key: str) -> int:
    """What ``counts`` has for ``key``, 0 without it."""
    return counts.get(key, 0)
