"""The servers that the clients are tested against."""

from collections.abc import Iterator

import pytest

from tests.connections.vendor import Vendor


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as server:
        yield server
