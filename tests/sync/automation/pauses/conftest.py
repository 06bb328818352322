"""A company that keeps itself up to date, and the emails that come."""

from datetime import time

import pytest

from tests.sync.bell import until_quiet
from tests.sync.scheduling import company, people, turn_on


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(autouse=True)
def no_digest(settings):
    """The day's digest would come among the emails that are looked at, on a working day from seven in the morning."""
    settings.DIGEST_TIME = time.max


@pytest.fixture
def fjordheim(settings, hr, smtp):
    with company(settings, hr) as found:
        people(found, 4)
        yield found


@pytest.fixture
def person(fjordheim):
    """Somebody in a company that keeps itself up to date."""
    added = fjordheim.add()
    turn_on(fjordheim)
    until_quiet()
    return added


@pytest.fixture
def mails(fjordheim, person, smtp):
    """Returns the subjects of the emails that came since the company was set up."""
    before = len(smtp.messages)
    return lambda: [str(message["Subject"]) for message in smtp.messages[before:]]
