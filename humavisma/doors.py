"""What may come in at all: text that is text. What can't be stored or looked for ends here, and a page says so.

PostgreSQL knows no NUL, and Python has codecs that aren't of text; both would break somewhere behind the door, in each
place in another way. UTF-8 is what browsers, htmx and Huma send.
"""

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.request import UnreadablePostError
from django.shortcuts import render

_UNREADABLE = "unreadable"
_TEXT = ("utf-8", "ascii")


class Request(WSGIRequest):
    """A request whose Content-Type can't be taken apart is made all the same, so that it can be refused."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except (LookupError, ValueError):
            self.content_type, self.content_params = "", {"charset": _UNREADABLE}


class DoorMiddleware:
    """Refuses another charset with 415, NUL in paths and cookies with 400; in a field NUL is a space.

    Stands behind the language, before all that reads.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        charset = (request.content_params or {}).get("charset")
        if charset is not None:
            if not _is_text_charset(charset):
                return _refused(request, 415)
            request.encoding = "utf-8"  # whatever it was called
        if not _are_text([request.path_info, *request.COOKIES, *request.COOKIES.values()]):
            return _refused(request, 400)
        request.GET = _without_nul(request.GET)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """What a form sends is looked at once it is known that a page, and no machine's address, reads it."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        try:
            request.POST = _without_nul(request.POST)
        except UnreadablePostError as error:
            raise BadRequest("The request broke off.") from error
        return None


def _is_text_charset(charset: str) -> bool:
    """Whether it is UTF-8, or a part of it, by any of its names."""
    try:
        return codecs.lookup(charset).name in _TEXT
    except (LookupError, ValueError):
        return False


def _without_nul(data: QueryDict) -> Any:
    """Names and values in which NUL is a space, as every sign that can't be seen is no more than that."""
    if _are_text(text for name, values in data.lists() for text in (name, *values)):
        return data
    kept = QueryDict(mutable=True)
    for name, values in data.lists():
        kept.setlist(name.replace("\0", " "), [value.replace("\0", " ") for value in values])
    return kept


def _are_text(texts: Iterable[str]) -> bool:
    return not any("\0" in text for text in texts)


def _refused(request: HttpRequest, status: int) -> HttpResponse:
    """A page for people; a line for machines."""
    if request.path_info.startswith("/admin/"):
        return render(request, "400.html", status=status)
    words = {400: "Bad request", 415: "Unsupported media type"}[status]
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain")
