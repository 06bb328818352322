"""A company that was connected and waits for its release."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from connections.connect import connecting
from connections.models import Connection, ReleaseRequest
from connections.sandbox import Sandbox
from tests.connections.companies import OTHER_GUID, company
from tests.sync.driving import running


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    """Both sides, with some who are in one of them only."""
    with running(settings, 12) as found:
        for way in ("possible_match", "only_huma", "only_visma_former"):
            found.add_person(way)
        yield found


@pytest.fixture
def waiting(sandbox: Sandbox, hr: User, superuser: User) -> Connection:
    """A connection that waits, and nobody has been told yet."""
    company(hr, name="Another AS", tenant_id=OTHER_GUID)
    access = connecting.Access(sandbox.TENANT_ID, sandbox.HUMA_CLIENT_ID, sandbox.HUMA_CLIENT_SECRET)
    return connecting.connect(hr, access, {"name": "Fjordheim AS"}, hr)


def at(connection: Connection, rest: str = "") -> str:
    """The address of one of its pages."""
    return f"/admin/connections/{connection.code}/{rest}"


def request_of(connection: Connection) -> ReleaseRequest:
    """What a superuser is, or was, asked about it."""
    found = connection.release_requests.first()
    assert found
    return found
