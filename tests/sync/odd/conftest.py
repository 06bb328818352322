"""A company of twelve who agree, and one of them whose documents are odd."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.sync import scheduling
from tests.sync.writing.conftest import Company, Person

OTHERS = 12


@contextmanager
def company(settings: Any, owner: User) -> Iterator[tuple[Company, Person, list[Person]]]:
    """The company after its first run, the odd one, and the others."""
    with scheduling.company(settings, owner) as found:
        anna, *others = scheduling.people(found, 1 + OTHERS)
        scheduling.first_run(found)
        yield found, anna, others


@pytest.fixture
def twelve(settings: Any, hr: User) -> Iterator[tuple[Company, Person, list[Person]]]:
    with company(settings, hr) as found:
        yield found
