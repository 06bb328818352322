"""A connection, a browser signed in as the HR admin who owns it, and a run that has read both sides."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from connections.models import Connection
from sync.models import Conflict, SyncRun
from tests.connections.companies import company
from tests.sync.browsing import signed_in
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read


@pytest.fixture
def fjordheim(hr: User) -> Connection:
    """A connection that the HR admin owns."""
    return company(hr)


@pytest.fixture
def other(db: None) -> User:
    """A colleague who owns nothing yet."""
    return User.objects.create_user("other", "other@example.com", is_staff=True)


@pytest.fixture
def web(hr: User) -> Client:
    """The HR admin's browser."""
    return signed_in(hr)


@pytest.fixture
def run(fjordheim: Connection) -> SyncRun:
    """Two people who disagree, one who may be another, one on each side only."""
    return read(
        fjordheim,
        in_huma("kari", "Kari", "Nordmann", "1", "kari@x.no", phone=wrap("22 33 44 55")),
        in_visma(
            "kari-v",
            "Karin",
            "Nordmann",
            "1",
            "kari@x.no",
            phones=[{"type": "business", "number": "+4799887766"}],
        ),
        in_huma("ola", "Ola", "Hansen", "2", "ola@x.no"),
        in_visma("ola-v", "Ola", "Hansen", "2", "ola@x.no", phones=[{"type": "business", "number": "+4722667788"}]),
        in_huma("may", "May", "Be", "3", "may@x.no", starts="2015-01-01"),
        in_visma("be-v", "May", "Be", "4", "bea@x.no"),
        in_huma("new", "Nina", "Ny", "8", "nina@x.no"),
        in_visma("old-v", "Vera", "Visma", "9", "vera@x.no"),
        started_by="hr",
    )


@pytest.fixture
def conflict(run: SyncRun) -> Callable[[str, str], Conflict]:
    """Finds a difference by the person and the field."""
    return lambda person, field: Conflict.objects.get(run=run, link__huma_id=person, field=field)
