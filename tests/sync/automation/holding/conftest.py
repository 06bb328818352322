"""A company in which some changes of phones are held."""

import pytest

from tests.sync.telling import hold_phones, six_people


@pytest.fixture
def fjordheim(settings, hr):
    with six_people(settings, hr) as found:
        yield found


@pytest.fixture
def held_phones(fjordheim):
    return hold_phones(fjordheim)
