"""A list of Visma's that is read to its end, page after page, and never further than any list can be.

Whoever follows a cursor does so here; the list of everybody, which is read in slices and stored meanwhile, keeps to
the same limits (``sync.reading.visma_list``). Source: design, Who is who (Answers are bounded).
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings

from connections.api.errors import TooMuch
from connections.api.visma.documents import VismaPage


def pages(
    ask: Callable[[str | None], VismaPage], path: str, most: int, most_pages: int, what: str = "items"
) -> Iterator[VismaPage]:
    """The pages of a list; ``ask`` gives the one that a cursor asks for, ``None`` for the first.

    Raises TooMuch, naming the request by the template of its ``path``, once the list leads on after ``most`` things
    (people or other ``what``), after ``most_pages`` pages, or after too many pages in a row that brought nothing new;
    and whatever ``ask`` raises.
    """
    place: dict[str, Any] = {"side": "visma", "method": "GET", "path": path}
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
