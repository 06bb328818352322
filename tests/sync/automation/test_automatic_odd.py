"""What no automatic run writes, whoever moved: placeholders, unknown codes, odd accounts."""

import pytest

from sync.models import Conflict, SyncRun
from tests.sync.scheduling import company, people, turn_on
from tests.sync.telling import told
from tests.sync.writing.conftest import Company, Person

pytestmark = pytest.mark.django_db(transaction=True)

DAY = "2099-06-30"
RESIGNED = "employee_resigned"
GERMAN_IBAN = "DE89370400440532013000"


@pytest.fixture
def fjordheim(settings, hr):
    with company(settings, hr) as found:
        people(found, 2)
        yield found


def at_rest(found: Company) -> Person:
    """Somebody about whom both sides agree, with automatic updates."""
    person = found.add()
    turn_on(found)
    return person


def assert_nothing_is_written(found: Company, person: Person, field: str, blocked: str = "") -> Conflict:
    """Nothing reaches either side, and the difference is open."""
    before = found.sandbox.state()
    run = told(found, person)
    assert found.sandbox.state() == before
    one = Conflict.objects.get(run=run, link=found.link(person))
    assert (one.field, one.blocked_to_visma, one.decision) == (field, blocked, "")
    return one


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("phone", {"phone": "00000000"}),
        ("phone", {"phone": "+47 12 34 56 78"}),
        ("email", {"email": "ukjent@ukjent.invalid"}),
        ("bank_account", {"bankAccount": {"type": "national", "number": "00000000000", "country": "NO"}}),
    ],
)
def test_a_value_that_became_a_placeholder_is_neither_sent_nor_emptied(fjordheim, field, values):
    person = at_rest(fjordheim)
    fjordheim.huma(person, **values)
    one = assert_nothing_is_written(fjordheim, person, field, "placeholder_huma")
    assert (one.suggestion, one.why) == ("visma", "huma_placeholder")


def test_an_end_that_became_none_in_huma_empties_nothing(fjordheim):
    person = fjordheim.add()
    ends = {"lastDayOfWork": DAY, "endReason": RESIGNED}
    fjordheim.sandbox.huma.edit_position(person.user_id, **ends)
    fjordheim.sandbox.visma.edit_position(
        person.employee_id, activeEnd=DAY, positionEndReason=["arbeidstakerHarSagtOppSelv"]
    )
    turn_on(fjordheim)
    fjordheim.sandbox.huma.edit_position(person.user_id, lastDayOfWork="9999-12-31")
    assert assert_nothing_is_written(fjordheim, person, "last_workday").empties_visma


def test_an_end_reason_that_we_do_not_know_is_never_reported_as_the_default(fjordheim):
    person = at_rest(fjordheim)
    fjordheim.connection.default_end_reason = "arbeidstakerHarSagtOppSelv"
    fjordheim.connection.save()
    position = fjordheim.sandbox.huma.users[person.user_id].ordered_positions()[0]
    fjordheim.sandbox.huma.edit_position(person.user_id, position.id, lastDayOfWork=DAY, endReason="employee_retired")
    one = assert_nothing_is_written(fjordheim, person, "last_workday", "unknown_end_reason")
    assert one.values is not None
    assert one.values["blocked"]["visma"] == {"code": "employee_retired"}


def test_a_bic_of_another_country_waits_for_a_person(fjordheim):
    person = at_rest(fjordheim)
    fjordheim.huma(person, bankAccount={"type": "international", "iban": GERMAN_IBAN, "bic": "NDEASESS"})
    one = assert_nothing_is_written(fjordheim, person, "bank_account")
    assert (one.suggestion, one.by_hand) == ("huma", True)


def test_a_way_of_payment_that_we_do_not_know_is_not_overwritten(fjordheim):
    person = at_rest(fjordheim)
    fjordheim.connection.both_moved = "huma"
    fjordheim.connection.save()
    method = fjordheim.in_visma(person)["salaryPaymentMethod"]
    fjordheim.clerk(person, salaryPaymentMethod={**method, "paymentType": "cheque"})
    fjordheim.huma(person, bankAccount={"type": "national", "number": "55807302158", "country": "NO"})
    assert_nothing_is_written(fjordheim, person, "bank_account")


def test_what_comes_with_signs_that_nobody_sees_is_written_without_them(fjordheim):
    person = at_rest(fjordheim)
    fjordheim.huma(person, phone="\u200b22 33\u00ad 44 55\u202c")
    run = told(fjordheim, person)
    assert run.state == SyncRun.State.FINISHED
    assert {"type": "business", "number": "+4722334455"} in fjordheim.in_visma(person)["phones"]


def test_the_vendor_s_spelling_holds_nothing_up(fjordheim):
    fjordheim.sandbox.visma.respells = True
    person = at_rest(fjordheim)
    home = {"line1": "Nyveien 7", "line2": "", "line3": "", "postalCode": "5003", "country": "NO"}
    for town in ("Bergen", "Sandnes", "Os"):
        fjordheim.huma(person, homeAddress={**home, "city": town})
        told(fjordheim, person)
        assert fjordheim.in_visma(person)["address"]["cityName"] == town.upper()
    assert not fjordheim.open(person)
