"""The demo's mail: a server that stores sent mail as files, and pages to read it. Nothing leaves the machine."""

import email
import email.policy
import logging
import threading
from email.message import EmailMessage
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller

_STYLE = (
    "body{font:16px/1.5 system-ui;margin:2rem auto;max-width:46rem;padding:0 1rem;color-scheme:light dark}"
    "pre{white-space:pre-wrap}iframe{width:100%;height:40rem;border:1px solid #8888;background:#fff}li{margin:.5rem 0}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; frame-ancestors 'self'"


# aiosmtpd's logger logs every line of every session.
logging.getLogger("mail.log").setLevel(logging.WARNING)


class _Keeper:
    """Writes each message into the folder, with a number as its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the library's name
        self.count += 1
        (self.folder / f"{self.count:04}.eml").write_bytes(envelope.content)
        return "250 OK"


class MailDesk:
    """Both servers, running inside the `with` block."""

    def __init__(self, folder: Path, smtp_port: int, page_port: int) -> None:
        self._smtp = Controller(_Keeper(folder), hostname="127.0.0.1", port=smtp_port)
        handler = type("Pages", (_Pages,), {"folder": folder})
        self._pages = ThreadingHTTPServer(("127.0.0.1", page_port), handler)

    def __enter__(self) -> Self:
        self._smtp.start()
        threading.Thread(target=self._pages.serve_forever, args=(0.1,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._smtp.stop()
        self._pages.shutdown()
        self._pages.server_close()


class _Pages(BaseHTTPRequestHandler):
    """`/` lists the mail, `/0001` shows one, `/0001.html` is its HTML part alone."""

    folder: Path

    def do_GET(self) -> None:  # the library's name
        name, _, kind = self.path.strip("/").partition(".")
        if not name:
            self._answer(_page("Sent mail", self._list()))
        elif not name.isdigit() or not (path := self.folder / f"{name}.eml").is_file():
            self._answer(_page("No such mail", '<p><a href="/">All mail</a></p>'), HTTPStatus.NOT_FOUND)
        elif kind == "html":
            self._answer(_part(_read(path), "html"))
        else:
            self._answer(_page(str(_read(path)["subject"]), _letter(name, _read(path))))

    def _list(self) -> str:
        letters = sorted(self.folder.glob("*.eml"), reverse=True)
        if not letters:
            return "<p>Nothing was sent yet.</p>"
        rows = ((path.stem, _read(path)) for path in letters)
        items = (
            f'<li><a href="/{name}">{escape(str(letter["subject"]))}</a><br>to {escape(str(letter["to"]))},'
            f" {escape(str(letter['date']))}</li>"
            for name, letter in rows
        )
        return f"<ul>{''.join(items)}</ul>"

    def _answer(self, html: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        body = html.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the demo's terminal shows only what a person needs."""


def _read(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""


def _letter(name: str, message: EmailMessage) -> str:
    head = "".join(
        f"<dt>{label}</dt><dd>{escape(str(message[label]))}</dd>" for label in ("From", "To", "Date", "Message-ID")
    )
    frame = f'<h2>HTML</h2><iframe src="/{name}.html" title="HTML" sandbox></iframe>' if _part(message, "html") else ""
    return f'<p><a href="/">All mail</a></p><dl>{head}</dl><pre>{escape(_part(message, "plain"))}</pre>{frame}'


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    )
