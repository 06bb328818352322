"""What GETs tell of Huma's assumptions (H…). Source: huma.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connections.api.errors import Rejected
from connections.api.huma.client import USERS_PAGE
from connections.api.huma.documents import USER_WRAPPERS
from connections.doctor.looking import MOST_PEOPLE, Looks, ids, record, records, words
from connections.doctor.seen import Found

MOST_IDS = 5
"""How many ids of a Visma integration are looked up."""
SMALLER = 25
Params = tuple[tuple[str, str], ...]


def limits_of(groups: Mapping[str, Sequence[str]]) -> Params:
    """The parameters that limit a list to the connection's companies, locations and teams."""
    return tuple((kind, found) for kind, chosen in groups.items() for found in chosen)


class People:
    """The people who are looked at: the first page of the list, and the details of some of them."""

    def __init__(self, looks: Looks, limits: Params) -> None:
        self._looks, self._limits = looks, limits
        self._rows: list[dict[str, Any]] = []
        self.details: list[dict[str, Any]] = []

    def listed(self) -> Iterator[tuple[str, Found]]:
        """H3 and H2."""
        yield "H3", self._page()
        yield "H2", self._inactive()

    def _page(self) -> Found:
        try:
            body = self._body(USERS_PAGE)
        except Rejected as error:
            if error.status != 400:
                raise
            self._rows = records(self._body(SMALLER).get("items"))
            return Found("smaller", {"size": SMALLER})
        self._rows, total = records(body.get("items")), body.get("total")
        if isinstance(total, int) and len(self._rows) < min(total, USERS_PAGE):
            return Found("smaller", {"size": len(self._rows)})
        return Found("no_total" if total is None else "total")

    def _body(self, limit: int, *more: tuple[str, str]) -> dict[str, Any]:
        return record(self._looks.page("/users", ("limit", str(limit)), ("offset", "0"), *self._limits, *more))

    def _inactive(self) -> Found:
        if any(_is_inactive(row) for row in self._rows):
            return Found("listed")
        rows = records(self._body(1, ("isActive", "false")).get("items"))
        some = next(iter(ids([row for row in rows if _is_inactive(row)])), "")
        if not some:
            return Found("none")
        found = ids(records(self._body(1, ("id", some)).get("items")))
        return Found("listed" if some in found else "not_listed")

    def read(self) -> None:
        """The details of up to ``MOST_PEOPLE`` people."""
        users = [row for row in self._rows if row.get("type") in (None, "user")]
        for user in ids(users)[:MOST_PEOPLE]:
            body = self._looks.person("/users/{user}", user=user)
            if body is not None:
                self.details.append(record(body[0]))

    def of_details(self) -> Iterator[tuple[str, Found]]:
        """H1 and H4."""
        yield "H1", self._hidden()
        yield "H4", self._accounts()

    def _hidden(self) -> Found:
        if not self.details:
            return Found("none")
        missing = {name: sum(one.get(name) is None for one in self.details) for name in USER_WRAPPERS}
        everybody = sorted(name for name, n in missing.items() if n == len(self.details))
        some = sorted(name for name, n in missing.items() if 0 < n < len(self.details))
        # Where any property is shown as empty, a missing one isn't how Huma shows emptiness.
        if some and not any(_is_shown_empty(one.get(name)) for one in self.details for name in USER_WRAPPERS):
            return Found("unclear", {"names": some})
        if everybody:
            return Found("hidden", {"names": everybody})
        return Found("some", {"names": some}) if some else Found("all", {"n": len(self.details)})

    def _accounts(self) -> Found:
        values = [record(record(one.get("bankAccount")).get("value")) for one in self.details]
        found = [value["type"] for value in values if isinstance(value.get("type"), str)]
        other = [one for one in found if one.strip().casefold() not in ("national", "international")]
        if other:
            return Found("other", {"n": len(other), "words": words(other)})
        return Found("known", {"words": sorted(set(found))}) if found else Found("none")

    def external_ids(self) -> list[str]:
        """Ids that Huma keeps of an integration with Visma, a few."""
        found: list[str] = []
        for one in self.details:
            for name, entry in record(one.get("connectedIntegrations")).items():
                inside = record(entry)
                id_ = inside.get("externalId")
                if "visma" in f"{name} {inside.get('type')}".casefold() and isinstance(id_, str) and id_.strip():
                    found.append(id_.strip())
        return list(dict.fromkeys(found))[:MOST_IDS]


def _is_inactive(row: dict[str, Any]) -> bool:
    return record(row.get("status")).get("active") is False


def _is_shown_empty(wrapper: Any) -> bool:
    return isinstance(wrapper, dict) and wrapper.get("value") is None
