"""Pages of lists whose rows leave or move while somebody works through them.

A page begins after the last row of the page before, and not after a number of rows. So somebody who has decided about a
page skips nobody on the next one. The address names the last shown row by a *mark*, which holds no value of a person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet

from connections.pages import request_params

Row = TypeVar("Row")
Key = tuple[Any, ...]
"""The values by which rows are ordered; no two rows have the same."""
LONGEST_MARK = 120


@dataclass(frozen=True)
class Place:
    """Where a page begins: after, before or at a row; else by a number, as in addresses of an older version."""

    after: str = ""
    before: str = ""
    at: str = ""
    number: int = 1

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Place":
        """The place that a query string or a form names; the beginning if it names none."""
        after, before, at = (str(data.get(name) or "")[:LONGEST_MARK] for name in ("after", "before", "at"))
        return cls(after, before, at, request_params.number(data.get("page")) or 1)

    @classmethod
    def of(cls, place: "Place | int | str") -> "Place":
        """The place itself, or the place of the page with that number."""
        return place if isinstance(place, Place) else cls(number=request_params.number(place) or 1)

    @property
    def query(self) -> dict[str, str]:
        """The place as parameters for an address; empty for the beginning."""
        named = {"after": self.after, "before": self.before, "at": self.at}
        found = {name: mark for name, mark in named.items() if mark}
        return found or ({"page": str(self.number)} if self.number > 1 else {})


@dataclass(frozen=True)
class Part(Generic[Row]):
    """One page. ``start``: the number of its first row in the present list, from 1; ``first`` and ``last``: the marks
    of its ends, "" if no rows are left from here on."""

    object_list: list[Row]
    start: int
    total: int
    first: str = ""
    last: str = ""

    @property
    def end(self) -> int:
        """The number of its last row."""
        return self.start + len(self.object_list) - 1

    @property
    def has_previous(self) -> bool:
        """Whether there are rows before this page."""
        return bool(self.object_list) and self.start > 1

    @property
    def has_next(self) -> bool:
        """Whether there are rows after this page."""
        return bool(self.object_list) and self.end < self.total

    @property
    def is_past(self) -> bool:
        """Whether no rows are left from here on, although there are rows before."""
        return not self.object_list and self.total > 0

    @property
    def stays(self) -> str:
        """The mark that shows this page again after something on it was answered; "" for the first page."""
        return self.first if self.start > 1 else ""


@dataclass(frozen=True)
class Order(Generic[Row]):
    """The order of a list. ``fields``: the fields of its query, descending ones with ``-``; ``mark``: gives a row's
    mark; ``key``: gives the values of the fields for a mark, ``None`` if the row is gone."""

    fields: tuple[str, ...]
    mark: Callable[[Row], str]
    key: Callable[[str], Key | None]

    def backwards(self) -> list[str]:
        """The fields for the opposite order."""
        return [field[1:] if field.startswith("-") else f"-{field}" for field in self.fields]

    def beyond(self, key: Key, *, before: bool = False) -> Q:
        """A query for the rows after ``key``, or before it."""
        found, same = Q(), Q()
        for field, value in zip(self.fields, key, strict=True):
            name = field.lstrip("-")
            smaller = field.startswith("-") != before
            found |= same & Q(**{f"{name}__{'lt' if smaller else 'gt'}": value})
            same &= Q(**{name: value})
        return found


def by_pk(
    among: QuerySet[Any], fields: tuple[str, ...], pk: Callable[[Any], int] = lambda row: int(row.pk)
) -> Order[Any]:
    """An order whose marks are primary keys of rows with these fields.

    ``among``: all rows of the connection, also those that have left the list. Rows of other connections must not be
    among them: their marks would tell where they would stand.
    """
    names = [field.lstrip("-") for field in fields]

    def key(mark: str) -> Key | None:
        return among.filter(pk=request_params.number(mark)).order_by().values_list(*names).first()

    return Order(fields, lambda row: str(pk(row)), key)


def part(
    rows: QuerySet[Any], order: Order[Row], place: Place | int | str, per_page: int, total: int | None = None
) -> Part[Row]:
    """The page of a query at ``place``. ``total``: the number of rows, if it is known already."""
    place = Place.of(place)
    total = rows.count() if total is None else total
    ordered = rows.order_by(*order.fields)
    mark = place.after or place.before or place.at
    key = order.key(mark) if mark else None
    if key is None:
        pages = max(1, -(-total // per_page))
        start = (min(place.number, pages) - 1) * per_page
        return _part(list(ordered[start : start + per_page]), start + 1, total, order.mark)
    if place.after:
        behind = order.beyond(key)
        shown = list(ordered.filter(behind)[:per_page])
        return _part(shown, total - rows.filter(behind).count() + 1, total, order.mark)
    before = rows.filter(order.beyond(key, before=True))
    count = before.count()
    if place.at:
        return _part(list(ordered.exclude(order.beyond(key, before=True))[:per_page]), count + 1, total, order.mark)
    shown = list(before.order_by(*order.backwards())[:per_page])[::-1]
    if not shown:
        return part(rows, order, Place(), per_page, total)
    return _part(shown, count - len(shown) + 1, total, order.mark)


def part_of_list(
    rows: Sequence[Row],
    place: Place | int | str,
    per_page: int,
    *,
    key_of: Callable[[Row], Key],
    mark: Callable[[Row], str],
    key: Callable[[str], Key | None],
) -> Part[Row]:
    """The page at ``place`` of rows in memory, which are ordered by ``key_of``."""
    place, total = Place.of(place), len(rows)
    named = place.after or place.before or place.at
    found = key(named) if named else None
    if found is None:
        start = (min(place.number, max(1, -(-total // per_page))) - 1) * per_page
    elif place.after:
        start = sum(key_of(row) <= found for row in rows)
    else:
        start = sum(key_of(row) < found for row in rows)
        if place.before and not place.after:
            first = max(0, start - per_page)
            return _part(list(rows[first : start or per_page]), first + 1, total, mark)
    return _part(list(rows[start : start + per_page]), start + 1, total, mark)


def _part(rows: list[Row], start: int, total: int, mark: Callable[[Row], str]) -> Part[Row]:
    return Part(rows, start, total, mark(rows[0]) if rows else "", mark(rows[-1]) if rows else "")
