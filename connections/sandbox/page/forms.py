"""The page's forms: set a phone in Huma, register a webhook, remove one. Every POST ends in a redirect."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from werkzeug.wrappers import Request as HttpRequest

from connections.sandbox.huma.input import USER
from connections.sandbox.huma.state import HumaState
from connections.sandbox.huma.webhooks import Webhooks

LOOPBACK = ("127.0.0.1", "localhost")


class Wrong(Exception):
    """The form can't be accepted; the message tells the person who sent it why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Forms:
    """The three forms, by path."""

    def __init__(self, huma: HumaState, webhooks: Webhooks) -> None:
        self._huma, self._webhooks = huma, webhooks
        self._by_path: dict[str, tuple[Callable[[dict[str, str]], str], set[str]]] = {
            "/edit": (self._edit, {"user", "phone", "find", "page"}),
            "/webhooks": (self._register, {"url", "secret", "token"}),
            "/webhooks/remove": (self._remove, {"url"}),
        }

    def knows(self, path: str) -> bool:
        """Whether this is the path of a form."""
        return path in self._by_path

    def take(self, http: HttpRequest) -> str:
        """Do what a form says; returns the address to redirect to. Raises `Wrong`."""
        if http.method != "POST":
            raise Wrong(405, "A form is sent to this address.")
        # Another website in the same browser must not be able to write, or to make us call an address.
        here, origin = http.host.rpartition(":")[0] or http.host, http.headers.get("Origin")
        if here not in LOOPBACK or origin not in (None, f"http://{http.host}"):
            raise Wrong(403, "The form was not sent from this page.")
        handle, names = self._by_path[http.path]
        if set(http.form) != names:
            raise Wrong(400, "The form is not complete.")
        return handle({name: value.strip() for name, value in http.form.items()})

    def _edit(self, sent: dict[str, str]) -> str:
        phone = sent["phone"]
        if USER["phone"](phone) or not all(map(str.isprintable, phone)):
            raise Wrong(400, "A phone has at most 255 characters, on one line.")
        with self._huma.lock:
            if sent["user"] not in self._huma.users:
                raise Wrong(404, "This person is not in Huma any more.")
            self._huma.edit(sent["user"], phone=phone or None)
        return f"/?{urlencode({'find': sent['find'], 'page': sent['page']})}#p-{sent['user']}"

    def _register(self, sent: dict[str, str]) -> str:
        try:
            self._webhooks.register(**sent)
        except ValueError as error:
            raise Wrong(400, str(error)) from None
        return "/#webhook"

    def _remove(self, sent: dict[str, str]) -> str:
        self._webhooks.remove(sent["url"])
        return "/#webhook"
