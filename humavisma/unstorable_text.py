"""Refuses requests that are too large, or whose text can't be stored or searched for, with a page that says so.

PostgreSQL can't store NUL, and Python has codecs that aren't for text. Without this, both would fail later, in each
place in another way. Browsers, htmx and Huma send UTF-8.
"""

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.request import UnreadablePostError
from django.shortcuts import render

from connections.pages.uploads import too_large

_UNREADABLE = "unreadable"
_TEXT = ("utf-8", "ascii")
_AROUND_A_FILE = 64 * 1024
"""Bytes that a form may have beside the file that it sends."""


class Request(WSGIRequest):
    """A request that can be made although its Content-Type can't be parsed, so that it can be refused."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except (LookupError, ValueError):
            self.content_type, self.content_params = "", {"charset": _UNREADABLE}


class DoorMiddleware:
    """Refuses other charsets with 415, and NUL in paths and cookies, and what is too large for every page, with 400;
    NUL in a form's field becomes a space.

    Comes after the middleware for the language, and before everything that reads the request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset")
        if charset is not None:
            if not _is_text_charset(charset):
                return _refused(request, 415)
            request.encoding = "utf-8"  # whichever name was used
        if not _are_text([request.path_info, *request.COOKIES, *request.COOKIES.values()]):
            return _refused(request, 400)
        if _is_page(request) and _length(request) > most_bytes():
            found = {"mb": round(most_bytes() / 1_000_000, 1), "file": too_large(request.path_info)}
            return render(request, "too_large.html", found, status=400)
        request.GET = _without_nul(request.GET)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Clean the fields of a form, once it is known that a page reads them, and not an address for machines."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        try:
            request.POST = _without_nul(request.POST)
        except UnreadablePostError as error:
            raise BadRequest("The request broke off.") from error
        return None


def most_bytes() -> int:
    """The largest body that any page takes; the web server drops what is larger, so nothing of it can be read."""
    file = settings.PAIRS_MAX_BYTES + _AROUND_A_FILE
    return max(settings.WEBHOOK_MAX_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0, file)


def _length(request: HttpRequest) -> int:
    said = str(request.META.get("CONTENT_LENGTH") or "")
    return int(said) if said.isdecimal() and len(said) < 19 else 0


def _is_page(request: HttpRequest) -> bool:
    """Whether a person gets the answer, and not a machine."""
    return request.path_info.startswith("/admin/")


def _is_text_charset(charset: str) -> bool:
    """Whether the charset is UTF-8, or a subset of it, by any of its names."""
    try:
        return codecs.lookup(charset).name in _TEXT
    except (LookupError, ValueError):
        return False


def _without_nul(data: QueryDict) -> Any:
    """The data with NUL replaced by a space in names and values."""
    if _are_text(text for name, values in data.lists() for text in (name, *values)):
        return data
    kept = QueryDict(mutable=True)
    for name, values in data.lists():
        kept.setlist(name.replace("\0", " "), [value.replace("\0", " ") for value in values])
    return kept


def _are_text(texts: Iterable[str]) -> bool:
    return not any("\0" in text for text in texts)


def _refused(request: HttpRequest, status: int) -> HttpResponse:
    """The answer to a refused request: a page for people, a line for machines."""
    if _is_page(request):
        return render(request, "400.html", status=status)
    words = {400: "Bad request", 415: "Unsupported media type"}[status]
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain")
