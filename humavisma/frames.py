"""Room for the calls of a request, in one piece.

CPython keeps the frames of calls in chunks of 16 KB. A loop whose calls begin just at the end of one gets a new chunk
from the system with each call and gives it back with each return; rendering a page then takes two to three times as
long, or not, as the depth of the stack has it (github.com/python/cpython/issues/142183; mended in 3.13 and later).
A function that asks for a large frame gets a large chunk, and all that it calls has its frames in the rest of that.
"""

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponse

Result = TypeVar("Result")

SLOTS = 40_000
"""Of 8 bytes: more than 256 KB, so that it gets 512 KB, of which it leaves nearly 200. Untouched memory costs none."""


def with_room(call: Callable[[], Result]) -> Result:
    """What ``call`` gives; its own calls, and theirs, have their frames in one piece."""
    return call()


with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)


class RoomForFramesMiddleware:
    """Stands first: everything that a request needs is called by it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return with_room(lambda: self.get_response(request))
