"""Pages of lists that are too long to be counted: a page begins after the last row of the one before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet

from connections.pages.request_params import number
from sync.pages.paging import Place

Row = TypeVar("Row")
ENTRIES = ("-at", "-pk")
RUNS = ("-pk",)


@dataclass(frozen=True)
class Shown(Generic[Row]):
    """One page; ``newer`` and ``older``: the marks with which the pages beside it are found, "" if there is none."""

    rows: list[Row]
    newer: str = ""
    older: str = ""


def page(rows: QuerySet[Any], among: QuerySet[Any], fields: tuple[str, ...], place: Place, per_page: int) -> Shown[Any]:
    """The page at ``place``, newest first. ``among``: all rows that the user may see; a mark names one of them."""
    names = [name.lstrip("-") for name in fields]
    mark = number(place.after) or number(place.before)
    key = among.filter(pk=mark).order_by().values_list(*names).first() if mark else None
    if key is None:
        found = list(rows.order_by(*fields)[: per_page + 1])
        return _shown(found[:per_page], False, len(found) > per_page)
    if place.after:
        found = list(rows.filter(older_than(names, key)).order_by(*fields)[: per_page + 1])
        return _shown(found[:per_page], True, len(found) > per_page)
    found = list(rows.filter(_newer_than(names, key)).order_by(*names)[: per_page + 1])
    return _shown(found[:per_page][::-1], len(found) > per_page, True)


def older_than(names: list[str], key: tuple[Any, ...]) -> Q:
    """The rows after ``key``. The first condition alone lets the database begin in the middle of its index."""
    return _beyond(names, key, "lt")


def _newer_than(names: list[str], key: tuple[Any, ...]) -> Q:
    return _beyond(names, key, "gt")


def _beyond(names: list[str], key: tuple[Any, ...], sign: str) -> Q:
    first, *second = (Q(**{f"{name}__{sign}": value}) for name, value in zip(names, key, strict=True))
    return Q(**{f"{names[0]}__{sign}e": key[0]}) & (first | second[0]) if second else first


def _shown(rows: list[Any], newer: bool, older: bool) -> Shown[Any]:
    if not rows:
        return Shown([])
    return Shown(rows, str(rows[0].pk) if newer else "", str(rows[-1].pk) if older else "")


def chunks(rows: QuerySet[Any], fields: tuple[str, ...], size: int) -> Iterator[list[Any]]:
    """All rows in lists of ``size``, each read when it is wanted. A row that is deleted meanwhile isn't among them."""
    names, key = [name.lstrip("-") for name in fields], None
    while True:
        some = list((rows.filter(older_than(names, key)) if key else rows).order_by(*fields)[:size])
        if some:
            yield some
        if len(some) < size:
            return
        key = tuple(getattr(some[-1], name) for name in names)
