"""The help says how people are matched, with the weights that the core uses."""

import pytest

from sync.core.matching.evidence import STRONG_SHARED, WEAK_SHARED
from tests.sync.browsing import at, words

pytestmark = pytest.mark.django_db


def test_every_thing_is_listed_with_its_weight(web, fjordheim):
    text = words(web.get(at("who_is_who", fjordheim)))
    for label in ("Date of birth", "Bank account", "Email", "Phone"):
        weak = f"where {STRONG_SHARED + 1} to {WEAK_SHARED} people in a system have it"
        assert f"{label} where one person in each system has it {weak}" in text
    assert f"First workday never where 1 to {WEAK_SHARED} people in a system have it" in text


def test_people_and_possible_matches_lead_to_it(web, run):
    for name in ("people", "review_matches"):
        assert at("who_is_who", run.connection) in web.get(at(name, run.connection)).content.decode()
