"""The page at `/` of both servers: who is in Huma, who is in Visma, side by side, and what was asked last."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from werkzeug.wrappers import Request as HttpRequest

from .api import Api
from .clock import OSLO
from .huma_state import HumaState
from .journal import Journal
from .page_rows import LINES, Row, rows
from .server import Answer
from .visma_state import VismaState

_STYLE = Path(__file__).with_name("page.css")
_PER_PAGE = 50
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'",
    "Cache-Control": "no-store",
}
_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox: Huma and Visma.net Payroll</title><link rel="stylesheet" href="/page.css"></head><body>
<header><h1>Huma and Visma.net Payroll <small>stand-ins on this machine, invented people</small></h1>
<form><label for="find">Find</label><input type="search" id="find" name="find" value="{find}">
<button>Search</button></form></header>
<main><p class="sum">{sum}</p>{people}{pager}<h2 id="requests">Last requests</h2>{requests}</main></body></html>
"""


def with_page(api: Api, huma: HumaState, visma: VismaState, journal: Journal) -> Callable[[HttpRequest], Answer]:
    """The API, with the page and its stylesheet in front of it: neither meets a fault or enters the journal."""

    def respond(http: HttpRequest) -> Answer:
        if http.method == "GET" and http.path == "/":
            html = _page(rows(huma, visma), journal, http.args.get("find", ""), http.args.get("page", "1"))
            return Answer(200, html.encode(), "text/html; charset=utf-8", dict(_HEADERS))
        if http.method == "GET" and http.path == "/page.css":
            return Answer(200, _STYLE.read_bytes(), "text/css; charset=utf-8", dict(_HEADERS))
        return api.respond(http)

    return respond


def _page(everyone: list[Row], journal: Journal, find: str, page: str) -> str:
    shown = [row for row in everyone if find.casefold() in row.text()] if find else everyone
    pages = max(1, -(-len(shown) // _PER_PAGE))
    number = min(max(int(page) if page.isdecimal() else 1, 1), pages)
    both = [row for row in shown if row.huma and row.visma]
    different = sum(any(row.differs(line) for line in LINES) for row in both)
    only_huma, only_visma = sum(not row.visma for row in shown), sum(not row.huma for row in shown)
    return _FRAME.format(
        find=escape(find),
        sum=f"{len(shown)} people: {len(both)} on both sides, {different} of them read differently, "
        f"{only_huma} only in Huma, {only_visma} only in Visma.",
        people="".join(map(_card, shown[(number - 1) * _PER_PAGE : number * _PER_PAGE])),
        pager=_pager(find, number, pages),
        requests=_requests(journal),
    )


def _card(row: Row) -> str:
    lines = "".join(_line(row, line) for line in LINES)
    return (
        f"<section><h2>{escape(row.name or '(no name)')}</h2><table><thead><tr><td></td>"
        f'<th scope="col">Huma {_marks(row.huma_marks)}</th>'
        f'<th scope="col">Visma {_marks(row.visma_marks)}</th></tr></thead>'
        f"<tbody>{lines}</tbody></table></section>"
    )


def _line(row: Row, line: str) -> str:
    cells = []
    for side in (row.huma, row.visma):
        if side is None:
            cells.append('<td class="absent">not here</td>')
        else:
            cells.append(f"<td>{escape(side[line]) or '<span class=empty>–</span>'}</td>")
    mark = ' class="differs"' if row.differs(line) else ""
    return f'<tr{mark}><th scope="row">{line}</th>{"".join(cells)}</tr>'


def _marks(marks: list[str]) -> str:
    return " ".join(f"<span class=mark>{escape(mark)}</span>" for mark in marks)


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
        f"<td class=path>{escape(one.path)}</td><td>{one.status or 'no answer'}</td><td>{escape(one.fault)}</td></tr>"
        for one in reversed(last)
    )
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Time", "Side", "Method", "Path", "Status", "Fault"))
    return f'<div class="journal"><table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>'
