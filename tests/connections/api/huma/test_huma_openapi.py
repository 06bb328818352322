"""The vendor's own description allows every request that our Huma client sends."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from operator import methodcaller
from typing import Any
from uuid import uuid4

import pytest

from connections.api.errors import VendorError
from connections.api.huma.client import CLEARABLE_POSITION, CLEARABLE_USER, HumaClient
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, Request, Sandbox
from tests.connections.huma_description import CLEARABLE, Description, description

ADDRESS = {"line1": "Storgata 1", "line2": "", "line3": "", "postalCode": "0155", "city": "Oslo", "country": "NO"}
USER_BODIES: list[dict[str, Any]] = [
    {"givenName": "Åse", "familyName": "Berg", "email": "aase@example.no", "phone": "+4722334455"},
    {"employmentId": "1001"},
    {"homeAddress": ADDRESS},
    {"bankAccount": {"type": "national", "number": "12345678903", "country": "NO"}},
    {"bankAccount": {"type": "international", "iban": "SE4550000000058398257466", "bic": "ESSESESS"}},
    *({name: None} for name in sorted(CLEARABLE_USER)),
]
POSITION_BODIES: list[dict[str, Any]] = [
    {"firstDayOfWork": "2024-01-01"},
    {"lastDayOfWork": "2031-06-30", "endReason": "temporary_contract_or_position_ended"},
    *({name: None} for name in sorted(CLEARABLE_POSITION)),
]
METHODS = sorted({name for name, found in vars(HumaClient).items() if callable(found) and name[0] != "_"} - {"close"})
NEW_USER = {"givenName": "Ny", "familyName": "Person", "email": "ny@example.no"}


@pytest.fixture(scope="module")
def company() -> Iterator[Sandbox]:
    with Sandbox(employees=60) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def vendors_own() -> Description:
    return description()


def everything(sandbox: Sandbox) -> dict[str, list[Callable[[HumaClient], Any]]]:
    """Each method of the client, in every way that we use it."""
    user = next(id for id, one in sandbox.huma.users.items() if one.positions and not one.locked | one.hidden)
    position = next(iter(sandbox.huma.users[user].positions))
    groups = [id for id, group in sandbox.huma.groups.items() if group["type"] == "team"]
    ids = [str(uuid4()) for _ in range(25)]
    asked: dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]] = {
        "token_info": [((), {})],
        "list_users": [
            ((0,), {}),
            ((50, 10), {"groups": {"company": ids, "location": ids, "team": ids}}),
            ((0,), {"groups": {"team": groups[:1]}}),
        ],
        "all_users": [((), {}), ((ids[0],), {})],
        "look": [
            (("/users", {}, (("limit", "50"), ("offset", "0"), *(("location", one) for one in ids))), {}),
            (("/users", {}, (("limit", "1"), ("offset", "0"), ("isActive", "false"))), {}),
            (("/users", {}, (("limit", "1"), ("offset", "0"), ("id", user))), {}),
            (("/users/{user}", {"user": user}), {}),
        ],
        "user": [((user,), {}), ((str(uuid4()),), {})],
        "positions": [((user,), {})],
        "position": [((user, position), {})],
        "groups": [((), {})],
        "patch_user": [((user, body), {}) for body in USER_BODIES],
        "patch_position": [((user, position, body), {}) for body in POSITION_BODIES],
        "create_user": [(({**NEW_USER, "groups": joined},), {}) for joined in (groups[:2], [])],
    }
    return {name: [methodcaller(name, *args, **named) for args, named in ways] for name, ways in asked.items()}


def sent(sandbox: Sandbox, ask: Callable[[HumaClient], Any]) -> list[Request]:
    """The requests that asking makes, the token's among them."""
    before = len(sandbox.journal)
    client = HumaClient(HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, base_url=sandbox.huma_url, timeout=(2, 5))
    try:
        ask(client)
    except VendorError:
        pass
    finally:
        client.close()
    return list(sandbox.journal)[before:]


def test_every_method_is_looked_at(company: Sandbox) -> None:
    assert sorted(everything(company)) == METHODS


@pytest.mark.parametrize("method", METHODS)
def test_every_request_is_as_the_vendor_describes_it(company: Sandbox, vendors_own: Description, method: str) -> None:
    for ask in everything(company)[method]:
        requests = sent(company, ask)
        assert len(requests) > (method != "token_info")
        for request in requests:
            assert vendors_own.request_problems(request) == [], f"{request.method} {request.path}"


def test_null_is_sent_for_exactly_what_can_be_cleared() -> None:
    assert {"UserDetailsInput": CLEARABLE_USER, "PositionUpdateInput": CLEARABLE_POSITION} == CLEARABLE


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/users/1", {"givenName": None}),
        ("/users/1", {"phone": 22334455}),
        ("/users/1", {"fone": "1"}),
        ("/users/1", {"homeAddress": {"line1": "Storgata 1"}}),
        ("/users/1", {"bankAccount": {"type": "national", "number": "1"}}),
        ("/users/1/positions/2", {"firstDayOfWork": None}),
        ("/users/1/positions/2", {"endReason": "bored"}),
    ],
)
def test_a_wrong_request_would_be_found(vendors_own: Description, path: str, body: Any) -> None:
    request = Request("huma", "PATCH", path, 200, datetime.now(UTC), body, content_type="application/json")
    assert vendors_own.request_problems(request)
