"""``POST /webhooks/huma/<code>/``: Huma tells whose data changed. Verifies, stores and answers; a worker does the rest.

Answers don't say why a request is refused, and log lines hold nothing of what was sent.
"""

import logging
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from connections.models import Connection
from sync.automation import intake
from sync.automation.intake import Refused

logger = logging.getLogger(__name__)

WORDS = {
    200: "OK",
    400: "Bad request",
    401: "Unauthorized",
    404: "Not found",
    411: "Length required",
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many requests",
    503: "Try again later",
}


@csrf_exempt
def huma(request: HttpRequest, code: str) -> HttpResponse:
    """Take a request of Huma's webhook; ``sync.automation.intake`` has the reasons for which it is refused."""
    if request.method != "POST":
        _log(None, "method")
        return _quiet(HttpResponseNotAllowed(["POST"], "Method not allowed\n", content_type="text/plain"))
    try:
        return _answer(_take(request, code))
    except (OperationalError, InterfaceError) as error:
        logger.error("A request of Huma's webhook couldn't be stored (%s).", type(error).__name__)
        return _answer(503)


def _take(request: HttpRequest, code: str) -> int:
    """Take the request, and return the status of the answer."""
    connection, verified_by = None, ""
    try:
        body, trouble = _body(request)
        connection = intake.find(code)
        if trouble:
            raise trouble
        if connection is None:
            raise Refused(404, "code")
        topic, signature, authorization = intake.headers_of(request.headers)
        verified_by = intake.verify(connection, body, signature, authorization)
        told = intake.understand(body, request.content_type or "", topic)
        intake.take(connection, told, body, verified_by)
    except Refused as refused:
        _log(connection, refused.why)
        few = connection is None or intake.refuse(connection, refused.why, bool(verified_by))
        return refused.status if few or refused.status != 401 else 429
    return 200


def _body(request: HttpRequest) -> tuple[bytes, Refused | None]:
    """The raw body, or why it isn't read; at most WEBHOOK_MAX_BYTES are read.

    Django reads no body without a Content-Length. If the server ends the stream itself, the body is read from there.
    """
    most, stream = settings.WEBHOOK_MAX_BYTES, request
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length and request.headers.get("Transfer-Encoding"):
        if not request.META.get("wsgi.input_terminated"):
            return b"", Refused(411, "length")
        stream = request.META["wsgi.input"]
    promised = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
    if promised > most:
        return b"", Refused(413, "too_large")
    try:
        body = _read(stream, most + 1)
    except OSError:  # the sender hung up
        return b"", Refused(400, "broken_off")
    if len(body) < promised:
        return b"", Refused(400, "broken_off")
    return (b"", Refused(413, "too_large")) if len(body) > most else (body, None)


def _read(stream: Any, most: int) -> bytes:
    parts: list[bytes] = []
    while most > 0 and (part := stream.read(min(most, 65536))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _log(connection: Connection | None, why: str) -> None:
    whose = f"connection {connection.pk}" if connection else "no connection"
    logger.warning("A request of Huma's webhook for %s was refused: %s.", whose, why)


def _answer(status: int) -> HttpResponse:
    return _quiet(HttpResponse(f"{WORDS[status]}\n", status=status, content_type="text/plain"))


def _quiet(response: HttpResponse) -> HttpResponse:
    """Suppress Django's own log line, which holds the address; we have logged our own."""
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
