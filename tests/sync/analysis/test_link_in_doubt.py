"""Something serious speaks against a link: only what is chosen for this person alone is written."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from sync import runner
from sync.analysis.links import relooking
from sync.automation import answering_held
from sync.models import Conflict, SyncRun
from sync.runs import lifecycle
from sync.wizard import retry, review
from tests.connections.companies import text_of
from tests.sync import bell
from tests.sync.browsing import at, signed_in
from tests.sync.hearing import NEW, company, tell
from tests.sync.telling import hold_phones, of, phone, six_people, told
from tests.sync.writing.conftest import Company, Person

pytestmark = pytest.mark.django_db(transaction=True)
ALL = review.ReviewFilter(show="all")
ANOTHER_BIRTH = "1955-01-01"


@pytest.fixture
def found(settings: Any, hr: User) -> Iterator[tuple[Company, Person]]:
    """A company without automatic updates, and one of its people."""
    with company(settings, hr) as (made, anna, _berit):
        made.connection.automatic = False
        made.connection.save()
        yield made, anna


def another_birth(fjordheim: Company, anna: Person) -> None:
    """Huma says another date of birth than Visma, which a read notices."""
    fjordheim.huma(anna, birthDate=ANOTHER_BIRTH)
    lifecycle.cancel(fjordheim.read(), fjordheim.user)
    assert fjordheim.link(anna).doubt == "birth"


def doubted_by_real_time(fjordheim: Company, anna: Person) -> None:
    """The same, noticed beside an open run."""
    fjordheim.connection.automatic = True
    fjordheim.connection.save()
    fjordheim.huma(anna, birthDate=ANOTHER_BIRTH)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert fjordheim.link(anna).doubt == "birth"


def chosen_for_all(fjordheim: Company, anna: Person) -> SyncRun:
    """Anna has a new phone in Huma, and Huma was chosen for everybody."""
    fjordheim.huma(anna, phone=NEW)
    run = fjordheim.read()
    assert review.decide_bulk(run, fjordheim.user, ALL, "huma").changed
    return run


def of_anna(run: SyncRun, fjordheim: Company, anna: Person) -> Conflict:
    return Conflict.objects.get(run=run, link=fjordheim.link(anna), field="phone")


class TestWhatIsHeld:
    @pytest.fixture
    def fjordheim(self, settings: Any, hr: User) -> Iterator[Company]:
        with six_people(settings, hr) as made:
            yield made

    def test_an_approval_of_everything_leaves_the_person_waiting(self, fjordheim: Company) -> None:
        numbers = hold_phones(fjordheim)
        anna, berit = list(numbers)[:2]
        before = phone(fjordheim, anna)
        fjordheim.huma(anna, birthDate=ANOTHER_BIRTH)
        told(fjordheim, anna)
        chosen = answering_held.select(fjordheim.connection, None, True)
        assert chosen.doubted == 1
        answering_held.approve(fjordheim.connection, fjordheim.user, chosen.pks, str(chosen.people))
        bell.until_quiet()
        assert (phone(fjordheim, anna), phone(fjordheim, berit)) == (before, numbers[berit])
        assert of(fjordheim, anna)

    def test_who_comes_into_doubt_after_the_approval_waits_again(self, fjordheim: Company) -> None:
        anna = next(iter(hold_phones(fjordheim)))
        before = phone(fjordheim, anna)
        fjordheim.huma(anna, birthDate=ANOTHER_BIRTH)
        answering_held.approve(fjordheim.connection, fjordheim.user, [one.pk for one in of(fjordheim, anna)])
        bell.until_quiet()
        assert fjordheim.link(anna).doubt == "birth"
        assert (phone(fjordheim, anna), len(of(fjordheim, anna))) == (before, 1)

    def test_it_can_be_approved_once_somebody_said_still_right(self, fjordheim: Company) -> None:
        numbers = hold_phones(fjordheim)
        anna = next(iter(numbers))
        fjordheim.huma(anna, birthDate=ANOTHER_BIRTH)
        told(fjordheim, anna)
        relooking.still_right(fjordheim.connection, fjordheim.user, [fjordheim.link(anna).pk])
        answering_held.approve(fjordheim.connection, fjordheim.user, [one.pk for one in of(fjordheim, anna)])
        bell.until_quiet()
        assert phone(fjordheim, anna) == numbers[anna]

    def test_the_page_says_why_it_waits(self, fjordheim: Company) -> None:
        anna = next(iter(hold_phones(fjordheim)))
        fjordheim.huma(anna, birthDate=ANOTHER_BIRTH)
        told(fjordheim, anna)
        web = signed_in(fjordheim.user)
        words = "Nothing is approved until somebody has answered whether this is still the same person."
        assert text_of(web.get(at("held", fjordheim.connection))).count(words) == 1
        asked = web.post(at("held_ask", fjordheim.connection), {"answer": "approve", "all": "1"})
        assert "1 more keeps waiting: it isn't certain" in text_of(asked)


class TestWhatWasChosen:
    def test_a_choice_for_many_is_not_carried_over_when_both_are_read_again(
        self, found: tuple[Company, Person]
    ) -> None:
        fjordheim, anna = found
        before = phone(fjordheim, anna)
        run = chosen_for_all(fjordheim, anna)
        fjordheim.huma(anna, birthDate=ANOTHER_BIRTH)
        again = runner.drive(lifecycle.read_again(run, fjordheim.user))
        assert of_anna(again, fjordheim, anna).decision == ""
        fjordheim.apply(again)
        assert phone(fjordheim, anna) == before

    def test_a_choice_for_many_is_not_written_when_the_doubt_comes_before_the_confirmation(
        self, found: tuple[Company, Person]
    ) -> None:
        fjordheim, anna = found
        before = phone(fjordheim, anna)
        run = chosen_for_all(fjordheim, anna)
        doubted_by_real_time(fjordheim, anna)
        page = text_of(signed_in(fjordheim.user).get(at("confirm", fjordheim.connection)))
        assert "1 choice isn't sent" in page
        fjordheim.apply(run)
        assert phone(fjordheim, anna) == before

    def test_what_is_chosen_for_the_person_alone_afterwards_is_written(self, found: tuple[Company, Person]) -> None:
        fjordheim, anna = found
        run = chosen_for_all(fjordheim, anna)
        doubted_by_real_time(fjordheim, anna)
        review.decide(run, fjordheim.user, [of_anna(run, fjordheim, anna).pk], "huma")
        fjordheim.apply(run)
        assert phone(fjordheim, anna) == NEW

    def test_still_right_lets_the_earlier_choice_stand(self, found: tuple[Company, Person]) -> None:
        fjordheim, anna = found
        run = chosen_for_all(fjordheim, anna)
        doubted_by_real_time(fjordheim, anna)
        relooking.still_right(fjordheim.connection, fjordheim.user, [fjordheim.link(anna).pk])
        fjordheim.apply(run)
        assert phone(fjordheim, anna) == NEW


class TestWhatFailed:
    def test_a_retry_leaves_the_person_alone(self, found: tuple[Company, Person]) -> None:
        fjordheim, anna = found
        before = phone(fjordheim, anna)
        pattern = f"/employees/{anna.employee_id}$"
        fjordheim.sandbox.faults.script("visma", "PUT", pattern, "job-fails", float("inf"))
        run = chosen_for_all(fjordheim, anna)
        fjordheim.apply(run)
        fjordheim.sandbox.faults.clear()
        assert retry.to_retry(run)
        another_birth(fjordheim, anna)
        assert retry.to_retry(run) == []
        page = text_of(signed_in(fjordheim.user).get(at("result", fjordheim.connection, run.pk)))
        assert "1 person isn't tried again" in page
        assert phone(fjordheim, anna) == before

    def test_a_retry_that_is_ready_when_the_doubt_comes_is_not_written(self, found: tuple[Company, Person]) -> None:
        fjordheim, anna = found
        before = phone(fjordheim, anna)
        pattern = f"/employees/{anna.employee_id}$"
        fjordheim.sandbox.faults.script("visma", "PUT", pattern, "job-fails", float("inf"))
        run = chosen_for_all(fjordheim, anna)
        fjordheim.apply(run)
        fjordheim.sandbox.faults.clear()
        again = retry.retry_failed(run, fjordheim.user)
        doubted_by_real_time(fjordheim, anna)
        fjordheim.apply(again)
        assert phone(fjordheim, anna) == before


def test_what_was_still_right_and_has_agreed_since_asks_again_when_it_differs_anew(
    found: tuple[Company, Person],
) -> None:
    """A differing date of birth was confirmed and corrected in Huma; a year later the user becomes somebody else."""
    fjordheim, anna = found
    right = fjordheim.sandbox.huma.users[anna.user_id].values["birthDate"]
    another_birth(fjordheim, anna)
    relooking.still_right(fjordheim.connection, fjordheim.user, [fjordheim.link(anna).pk])
    lifecycle.cancel(fjordheim.read(), fjordheim.user)
    assert fjordheim.link(anna).doubt == "", "it is known"
    fjordheim.huma(anna, birthDate=right)
    lifecycle.cancel(fjordheim.read(), fjordheim.user)
    fjordheim.huma(anna, birthDate="2001-01-01", givenName="Somebody", familyName="Else", phone=NEW)
    lifecycle.cancel(fjordheim.read(), fjordheim.user)
    assert fjordheim.link(anna).doubt == "birth"
    before = phone(fjordheim, anna)
    fjordheim.connection.automatic = True
    fjordheim.connection.save()
    tell(fjordheim, anna)
    bell.until_quiet()
    assert phone(fjordheim, anna) == before
