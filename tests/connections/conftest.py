"""The servers that the clients are tested against."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.connections.vendor import Vendor


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as server:
        yield server


@pytest.fixture
def site(client: Client, hr: User) -> Client:
    """An HR admin's browser, in English."""
    client.force_login(hr)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def other_hr(db: None) -> User:
    """Another HR admin."""
    return User.objects.create_user("other", "other@example.com", is_staff=True)
