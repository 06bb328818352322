"""Gives each request one large chunk of memory for the frames of its calls.

CPython keeps frames in chunks of 16 KB. If the calls of a loop begin at the end of a chunk, each call takes a new chunk
from the system, and each return gives it back. Depending on the depth of the stack, rendering a page then takes two to
three times as long (github.com/python/cpython/issues/142183; fixed in 3.13 and later). A function that needs a large
frame gets a large chunk, and the functions that it calls have their frames in the rest of that chunk.
"""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse

Result = TypeVar("Result")

SLOTS = 40_000
"""Slots of 8 bytes: more than 256 KB, so the chunk has 512 KB, of which nearly 200 are free. Unused memory is free."""


def with_room(call: Callable[[], Result]) -> Result:
    """The result of ``call``, whose calls have their frames in one large chunk."""
    return call()


with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)


class RoomForFramesMiddleware:
    """Comes first, so that it calls everything that a request needs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return with_room(lambda: self.get_response(request))
