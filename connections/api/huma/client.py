"""Huma's Open API. Source: huma.md, and the vendor's own description huma-openapi.yaml (1.53.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings

from connections.api import shapes
from connections.api.api_client import Caller
from connections.api.errors import Rejected, TooMuch, Unavailable
from connections.api.http import DEFAULT_PATIENCE, DEFAULT_TIMEOUT
from connections.api.huma import documents
from connections.api.huma.documents import GROUP_KINDS, Page
from connections.api.responses import Answer, Call
from connections.api.tokens import TokenInfo
from connections.api.vendor import Vendor
from connections.api.waiting.after_429 import Waiting
from connections.api.waiting.request_rate import RateLimit
from connections.api.waiting.silence import Silence

USERS_PAGE = 50
"""The largest page of users. Source: huma-openapi.yaml, GET /users."""
GROUPS_PAGE = 25
"""The largest page of groups. Source: huma-openapi.yaml, GET /groups."""
POSITIONS_PAGE = 50
"""[A] The description doesn't say how large a page of positions may be."""
MAX_FILTER_IDS = 25
"""The most companies, locations or teams that may limit a list. Source: huma-openapi.yaml, GET /users."""
CLEAR = None
"""[A] The value that clears a property, although the description doesn't allow it. Source: huma.md, Writing."""
CLEARABLE_USER = frozenset({"phone", "employmentId", "bankAccount", "homeAddress"})
CLEARABLE_POSITION = frozenset({"lastDayOfWork", "endReason"})


def may_be_about_the_email(error: Rejected) -> bool:
    """[A] Whether a user may have been refused because of an email that another user has: the path or code says so, or
    there is neither.

    Source: huma.md, assumption H7. Only the list of users tells whether somebody really has it.
    """
    said = any(f"{problem.path} {problem.code}".strip() for problem in error.problems)
    return error.status in (400, 409, 422) and (not said or _says_mail(error))


def names_the_email(error: Rejected) -> bool:
    """Whether a refusal is what H7 assumes: 400, with a code, about the email. Source: huma.md."""
    return error.status == 400 and any(problem.code for problem in error.problems) and _says_mail(error)


def _says_mail(error: Rejected) -> bool:
    return any("mail" in f"{problem.path} {problem.code}".casefold() for problem in error.problems)


class HumaClient:
    """The client for one Huma organisation with one API key. Thread safe. Methods raise subclasses of VendorError."""

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        base_url: str,
        waiting: Waiting | None = None,
        timeout: tuple[float, float] = DEFAULT_TIMEOUT,
        patience: float = DEFAULT_PATIENCE,
        rate_limit: RateLimit | None = None,
    ) -> None:
        """``timeout``: seconds to connect and to read; ``patience``: the most seconds that a GET waits after a 429."""
        self._caller = Caller(
            Vendor.HUMA,
            base_url,
            token_url=base_url.rstrip("/") + "/auth/oauth/token",
            token_form={"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret},
            problems=documents.problems,
            waiting=waiting,
            timeout=timeout,
            patience=patience,
            rate_limit=rate_limit,
        )

    @property
    def sunset(self) -> str | None:
        """The last seen Sunset header."""
        return self._caller.sunset

    @property
    def silence(self) -> Silence:
        """Since when Huma hasn't answered."""
        return self._caller.silence

    def close(self) -> None:
        """Close the open connections."""
        self._caller.close()

    def token_info(self) -> TokenInfo:
        """Ask for a token now; returns whom it is for. Raises BadCredentials. Source: huma.md, Access."""
        return self._caller.token_info()

    def look(self, template: str, ids: Mapping[str, str], params: Sequence[tuple[str, str]] = ()) -> Answer:
        """One GET as it is asked, and its answer as it came, for whoever looks how Huma answers."""
        return self._caller.call(Call(Vendor.HUMA, "GET", template, ids, tuple(params)), lambda answer: answer)

    def list_users(
        self,
        offset: int,
        limit: int = USERS_PAGE,
        groups: Mapping[str, Sequence[str]] | None = None,
        ids: Sequence[str] = (),
    ) -> Page:
        """One page of users' summaries; Huma doesn't promise the order of pages.

        ``groups``: only users of these groups, their ids by kind (one of GROUP_KINDS). ``ids``: only these users.

        Source: huma.md, Reading; huma-openapi.yaml, GET /users.
        """
        groups = groups or {}
        if any(len(chosen) > MAX_FILTER_IDS for chosen in groups.values()):
            raise ValueError(f"At most {MAX_FILTER_IDS} companies, locations or teams.")
        params = [(kind, found) for kind, chosen in groups.items() for found in chosen]
        params += [("id", found) for found in ids]
        return self._list("/users", {}, params, offset, limit, documents.users(limit, offset))

    def all_users(self, location: str = "") -> list[dict[str, Any]]:
        """Summaries of all users, or of those at one ``location`` (its id). Source: huma-openapi.yaml, GET /users."""
        params = [("location", location)] if location else []
        found = self._all("/users", {}, params, USERS_PAGE, documents.users, shared=1, most=settings.LIST_MAX_PEOPLE)
        return [user for user in found if not shapes.is_stand_in(user["id"])]

    def user(self, user_id: str) -> dict[str, Any]:
        """UserDetails, its properties wrapped. Source: huma.md, Reading."""
        return self._caller.call(Call(Vendor.HUMA, "GET", "/users/{user}", {"user": user_id}), documents.user(user_id))

    def positions(self, user_id: str) -> list[dict[str, Any]]:
        """Summaries of all positions of a user. Source: huma.md, Reading."""
        return self._all(
            "/users/{user}/positions", {"user": user_id}, [], POSITIONS_PAGE, _each(documents.POSITION_SUMMARY)
        )

    def position(self, user_id: str, position_id: str) -> dict[str, Any]:
        """One whole position, its properties wrapped. Source: huma.md, Reading."""
        ids = {"user": user_id, "position": position_id}
        return self._caller.call(
            Call(Vendor.HUMA, "GET", "/users/{user}/positions/{position}", ids), documents.position(position_id)
        )

    def groups(self) -> list[dict[str, Any]]:
        """All companies, locations and teams: ``id``, ``name``, ``type``. Source: huma-openapi.yaml, GET /groups."""
        found = self._all("/groups", {}, [("type", kind) for kind in GROUP_KINDS], GROUPS_PAGE, _each(shapes.record))
        return [{**one, "name": str(one.get("name") or ""), "type": str(one.get("type") or "")} for one in found]

    def patch_user(self, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Write the properties in ``body``, None clears one; returns UserDetails. Source: huma.md, Writing."""
        sent = _with_clearing(body, CLEARABLE_USER)
        return self._caller.call(
            Call(Vendor.HUMA, "PATCH", "/users/{user}", {"user": user_id}, body=sent), documents.user(user_id)
        )

    def patch_position(self, user_id: str, position_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Write the properties in ``body``, None clears one; returns the Position. Source: huma.md, Writing."""
        ids, sent = {"user": user_id, "position": position_id}, _with_clearing(body, CLEARABLE_POSITION)
        call = Call(Vendor.HUMA, "PATCH", "/users/{user}/positions/{position}", ids, body=sent)
        return self._caller.call(call, documents.position(position_id))

    def create_user(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a user (``givenName, familyName, email, groups``); returns the summary. Source: huma.md, Writing."""
        call = Call(Vendor.HUMA, "POST", "/users", body=_with_clearing(body, frozenset()))
        return self._caller.call(call, documents.summary)

    def _list(
        self,
        template: str,
        ids: dict[str, str],
        params: Sequence[tuple[str, str]],
        offset: int,
        limit: int,
        shape: Callable[[Answer], Page],
    ) -> Page:
        paging = (("limit", str(limit)), ("offset", str(offset)))
        return self._caller.call(Call(Vendor.HUMA, "GET", template, ids, paging + tuple(params)), shape)

    def _all(
        self,
        template: str,
        ids: dict[str, str],
        params: Sequence[tuple[str, str]],
        limit: int,
        shape: Callable[[int, int], Callable[[Answer], Page]],
        shared: int = 0,
        most: int | None = None,
    ) -> list[dict[str, Any]]:
        """All pages of a list, each id once. Raises Unavailable for a list that ends before its ``total``.

        ``shape``: gives the shape of a page, by its largest size and its offset.
        ``shared``: with 1, each page begins with the last item of the page before; if it doesn't, the list has shifted.
        Raises TooMuch after ``most`` items (LIST_MAX_ITEMS), or if more are announced.
        """
        most = most or settings.LIST_MAX_ITEMS
        place: dict[str, Any] = {"side": Vendor.HUMA, "method": "GET", "path": template}
        found: dict[str, dict[str, Any]] = {}
        offset = 0
        while True:
            again = shared if found else 0
            begin = offset - again
            page = self._list(template, ids, params, begin, limit, shape(limit, begin))
            if again and (not page.items or page.items[0]["id"] != next(reversed(found))):
                raise Unavailable("list moved while it was read", **place)
            offset += len(page.items) - again
            if max(offset, page.total or 0) > most:
                raise TooMuch("items", "items", most, page.total or 0, **place)
            known = len(found)
            found.update((entry["id"], entry) for entry in page.items)
            complete = len(page.items) < limit if page.total is None else offset >= page.total
            if complete and (page.total is None or len(found) == page.total):
                return list(found.values())
            if complete or len(found) == known:
                raise Unavailable("list doesn't add up to its total", **place)


def _each(item: shapes.Shape) -> Callable[[int, int], Callable[[Answer], Page]]:
    """The shape of pages on which every item must have the shape ``item``."""
    return lambda limit, _begin: documents.page(limit, item)


def _with_clearing(body: dict[str, Any], clearable: frozenset[str]) -> dict[str, Any]:
    """``body`` with each None replaced by the value that clears a property; only this function sends that value."""
    emptied = {key for key, value in body.items() if value is None}
    if not emptied <= clearable:
        raise ValueError(f"Can't be cleared in Huma: {', '.join(sorted(emptied - clearable))}")
    return {key: CLEAR if key in emptied else value for key, value in body.items()}
