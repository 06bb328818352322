"""The page at `/` of both servers: the people in Huma and in Visma, side by side, and the latest requests."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from werkzeug.wrappers import Request as HttpRequest

from connections.sandbox.api import Api
from connections.sandbox.clock import OSLO
from connections.sandbox.huma.state import HumaState
from connections.sandbox.huma.webhooks import Webhooks
from connections.sandbox.journal import Journal
from connections.sandbox.page.forms import Forms, Wrong
from connections.sandbox.page.news import News
from connections.sandbox.page.rows import LINES, Row, rows
from connections.sandbox.page.webhooks import panel
from connections.sandbox.server import Answer
from connections.sandbox.visma.state import VismaState

_FILES = {"/page.css": "text/css; charset=utf-8", "/page.js": "text/javascript; charset=utf-8"}
_PER_PAGE = 50
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox: Huma and Visma.net Payroll</title><link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script></head><body>
<header><h1>Huma and Visma.net Payroll <small>stand-ins on this machine, invented people</small></h1>
<form role="search"><label for="find">Find</label><input type="search" id="find" name="find" value="{find}">
<button>Search</button></form></header>
<main><div role="status" class="news" id="news" data-live>{news}</div>{panel}
<p class="sum" id="sum" data-live>{sum}</p>{people}{pager}
<h2 id="requests">Last requests</h2><div id="journal" data-live>{requests}</div></main></body></html>
"""
_SORRY = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not done</title><link rel="stylesheet" href="/page.css"></head><body>
<main><h1>Not done</h1><p>{why}</p><p><a href="/">Back to the page</a></p></main></body></html>
"""


class Page:
    """The page of one sandbox: both of its servers show the same one."""

    def __init__(self, huma: HumaState, visma: VismaState, journal: Journal, webhooks: Webhooks) -> None:
        self._huma, self._visma, self._journal, self._webhooks = huma, visma, journal, webhooks
        self._forms, self._news = Forms(huma, webhooks), News()

    def in_front_of(self, api: Api) -> Callable[[HttpRequest], Answer]:
        """The API with the page in front of it: requests for the page meet no fault and are in no journal."""

        def respond(http: HttpRequest) -> Answer:
            if self._forms.knows(http.path):
                return self._submitted(http)
            if http.method == "GET" and http.path == "/":
                return _html(200, self._shown(http))
            if http.method == "GET" and http.path in _FILES:
                content = Path(__file__).with_name(http.path[1:]).read_bytes()
                return Answer(200, content, _FILES[http.path], dict(_HEADERS))
            return api.respond(http)

        return respond

    def _submitted(self, http: HttpRequest) -> Answer:
        self._news.look(rows(self._huma, self._visma))
        try:
            return Answer(303, headers={"Location": self._forms.take(http)})
        except Wrong as wrong:
            return _html(wrong.status, _SORRY.format(why=escape(str(wrong))))

    def _shown(self, http: HttpRequest) -> str:
        everyone = rows(self._huma, self._visma)
        self._news.look(everyone)
        find, page, edited = http.args.get("find", ""), http.args.get("page", "1"), http.args.get("edit", "")
        shown = [row for row in everyone if find.casefold() in row.text()] if find else everyone
        pages = max(1, -(-len(shown) // _PER_PAGE))
        number = min(max(int(page) if page.isdecimal() else 1, 1), pages)
        cards = _Cards(self._news, {"find": find, "page": str(number)}, edited)
        return _FRAME.format(
            find=escape(find),
            news=_headline(*self._news.headline(everyone)),
            panel=panel(self._webhooks, self._huma),
            sum=_sum(shown),
            people="".join(map(cards.card, shown[(number - 1) * _PER_PAGE : number * _PER_PAGE])),
            pager=_pager(find, number, pages),
            requests=_requests(self._journal),
        )


class _Cards:
    """The cards of all people. Recent changes are marked, and one phone may be in its form."""

    def __init__(self, news: News, where: dict[str, str], edited: str) -> None:
        self._news, self._where, self._edited = news, where, edited

    def card(self, row: Row) -> str:
        lines = "".join(self._line(row, line) for line in LINES)
        id = row.id("huma") or row.id("visma")
        return (
            f'<section id="p-{id}" tabindex="-1" data-live><h2>{escape(row.name or "(no name)")}</h2>'
            f'<table><thead><tr><td></td><th scope="col">Huma {_marks(row.huma_marks)}</th>'
            f'<th scope="col">Visma {_marks(row.visma_marks)}</th></tr></thead>'
            f"<tbody>{lines}</tbody></table></section>"
        )

    def _line(self, row: Row, line: str) -> str:
        mark = ' class="differs"' if row.differs(line) else ""
        cells = self._cell(row, "huma", line) + self._cell(row, "visma", line)
        return f'<tr{mark}><th scope="row">{line}</th>{cells}</tr>'

    def _cell(self, row: Row, side: str, line: str) -> str:
        lines = row.side(side)
        if lines is None:
            return '<td class="absent">not here</td>'
        shown = escape(lines[line]) or '<span class="empty">–</span>'
        if side == "huma" and line == "Phone" and row.user and row.user.type == "user":
            shown = self._phone(row, row.user.id, shown)
        told = self._news.told(row, side, line)
        return f'<td class="fresh">{shown} <small>{told}</small></td>' if told else f"<td>{shown}</td>"

    def _phone(self, row: Row, id: str, shown: str) -> str:
        """The phone, or the form to change it. A link leads to the form, so it works without a script."""
        whose = f"phone of {escape(row.name)} in Huma"
        if id != self._edited:
            there = escape(urlencode({**self._where, "edit": id}))
            return f'{shown} <a class="edit" id="edit-{id}" href="/?{there}" aria-label="Edit the {whose}">Edit</a>'
        hidden = {**self._where, "user": id}
        fields = "".join(f'<input type="hidden" name="{name}" value="{escape(hidden[name])}">' for name in hidden)
        value = escape(row.user.values.get("phone", "")) if row.user else ""
        back = escape(f"/?{urlencode(self._where)}#p-{id}")
        return (
            f'<form method="post" action="/edit" class="inline">{fields}<input type="tel" name="phone" maxlength="255" '
            f'value="{value}" autocomplete="off" autofocus aria-label="The {whose}">'
            f'<button>Save</button><a href="{back}">Cancel</a></form>'
        )


def _html(status: int, html: str) -> Answer:
    return Answer(status, html.encode(), "text/html; charset=utf-8", dict(_HEADERS))


def _headline(said: str, followed: bool) -> str:
    return f'<span class="{"followed" if followed else "waits"}">{escape(said)}</span>' if said else ""


def _sum(shown: list[Row]) -> str:
    both = [row for row in shown if row.huma and row.visma]
    different = sum(any(row.differs(line) for line in LINES) for row in both)
    only_huma, only_visma = sum(not row.visma for row in shown), sum(not row.huma for row in shown)
    return (
        f"{len(shown)} people: {len(both)} in both systems, {different} of them differ, "
        f"{only_huma} only in Huma, {only_visma} only in Visma."
    )


def _marks(marks: list[str]) -> str:
    return " ".join(f'<span class="mark">{escape(mark)}</span>' for mark in marks)


def _pager(find: str, number: int, pages: int) -> str:
    def link(to: int, words: str) -> str:
        return f'<a href="/?{escape(urlencode({"find": find, "page": to}))}">{words}</a>'

    if pages == 1:
        return ""
    before = link(number - 1, "Previous") if number > 1 else ""
    after = link(number + 1, "Next") if number < pages else ""
    return f'<nav aria-label="Pages">{before} Page {number} of {pages} {after}</nav>'


def _requests(journal: Journal) -> str:
    last = list(journal)[-40:]
    if not last:
        return "<p>Nothing has been asked yet.</p>"
    lines = "".join(
        f"<tr><td>{one.at.astimezone(OSLO):%H:%M:%S}</td><td>{one.side.title()}</td><td>{escape(one.method)}</td>"
        f'<td class="path">{escape(one.path)}</td><td>{one.status or "no answer"}</td><td>{escape(one.fault)}</td></tr>'
        for one in reversed(last)
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Time", "Side", "Method", "Path", "Status", "Fault"))
    return f'<div class="journal"><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
