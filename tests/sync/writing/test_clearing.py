"""What a field may empty in Huma, and what the client sends as emptied, are one and the same."""

from collections.abc import Iterator
from typing import Any

import pytest

from connections.api.huma.client import HumaClient
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, Sandbox
from sync.core.fields import FIELDS
from sync.core.fields.base import Field
from sync.core.records.employee import Side


@pytest.fixture(scope="module")
def company() -> Iterator[Sandbox]:
    with Sandbox(employees=20) as sandbox:
        yield sandbox


@pytest.fixture
def client(company: Sandbox) -> Iterator[HumaClient]:
    client = HumaClient(HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, base_url=company.huma_url)
    yield client
    client.close()


def document(client: HumaClient, user_id: str, field: Field) -> dict[str, Any]:
    """The document in Huma that has the field: the user's own, or that of a position."""
    if field.on_position:
        return client.position(user_id, client.positions(user_id)[0]["id"])
    return client.user(user_id)


def empty(client: HumaClient, user_id: str, field: Field) -> dict[str, Any]:
    """Empty a field in Huma, as a run does it; returns what was sent."""
    found = document(client, user_id, field)
    body = field.write_huma(found, None)
    if field.on_position:
        client.patch_position(user_id, found["id"], body)
    else:
        client.patch_user(user_id, body)
    return body


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_field_is_emptied_in_huma_exactly_where_it_may_be(company: Sandbox, client: HumaClient, field: Field) -> None:
    user_id = next(id for id, user in company.huma.users.items() if user.positions and not user.locked | user.hidden)
    if Side.HUMA not in field.clearable:
        before = company.huma.state()
        with pytest.raises(ValueError, match="Can't be cleared in Huma"):
            empty(client, user_id, field)
        assert company.huma.state() == before
        return
    sent = empty(client, user_id, field)
    now = document(client, user_id, field)
    assert sent
    assert [now[name].get("value") for name in sent] == [None] * len(sent)
