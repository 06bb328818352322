"""Reads a list of Visma to its end, page after page, within the limits of a list.

All code that follows a cursor uses this module, except the list of all employees, which is read in slices with the same
limits (``sync.reading.lists.visma_list``). Source: design, Who is who (Answers are bounded).
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings

from connections.api.errors import TooMuch
from connections.api.vendor import Vendor
from connections.api.visma.documents import VismaPage


def pages(
    ask: Callable[[str | None], VismaPage], path: str, most: int, most_pages: int, what: str = "items"
) -> Iterator[VismaPage]:
    """The pages of a list; ``ask`` returns the page of a cursor, ``None`` for the first page.

    Raises TooMuch, with the template of the request's ``path``, if the list goes on after ``most`` items (people or
    other ``what``), after ``most_pages`` pages, or after too many pages in a row without anything new; and whatever
    ``ask`` raises.
    """
    place: dict[str, Any] = {"side": Vendor.VISMA, "method": "GET", "path": path}
    seen: set[str] = set()
    cursor: str | None = None
    idle = 0
    for number in range(1, most_pages + 1):
        page = ask(cursor)
        known = len(seen)
        seen.update(item["id"] for item in page.items)
        idle = idle + 1 if len(seen) == known else 0
        yield page
        cursor = page.cursor
        if cursor is None:
            return
        if len(seen) > most:
            raise TooMuch("data", what, most, **place)
        if idle > settings.LIST_MAX_IDLE_PAGES:
            raise TooMuch("cursor.nextToken", "pages", number, **place)
    raise TooMuch("cursor.nextToken", "pages", most_pages, **place)
