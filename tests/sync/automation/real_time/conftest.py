"""A company with automatic updates on, whose Huma tells of two people."""

import pytest

from tests.sync import hearing


@pytest.fixture
def company(settings, hr):
    with hearing.company(settings, hr) as found:
        yield found


@pytest.fixture
def fjordheim(company):
    return company[0]


@pytest.fixture
def anna(company):
    return company[1]


@pytest.fixture
def berit(company):
    return company[2]
