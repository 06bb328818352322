"""People who are passed over are shown on the pages, with the reason, until they can be read again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from sync.analysis import skipped_people
from sync.models import EmployeeLink, PassedPerson, SyncRun
from sync.runs import who_is_who
from sync.wording.skipped_people import passed_sentence, property_label
from tests.connections.companies import text_of
from tests.sync import scheduling
from tests.sync.driving import apply, read, sync
from tests.sync.odd.changing import at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def web(hr):
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(hr)
    return browser


@pytest.fixture
def company(settings, hr, smtp):
    settings.LANGUAGE_CODE = "en"
    with scheduling.company(settings, hr) as found:
        anna, berit, *_others = scheduling.people(found, 8)
        scheduling.first_run(found)
        yield found, anna, berit


def name_of(person):
    return EmployeeLink.objects.get(huma_id=person.user_id).name


def test_it_is_shown_everywhere_and_is_over_by_itself(company, web, smtp):
    found, anna, berit = company
    base = f"/admin/connections/{found.connection.code}"
    found.sandbox.oddities.put("huma", anna.user_id, "document", at(("phone", "value"), 5))
    found.sandbox.oddities.put("visma", berit.employee_id, "row", at(("personNames", 0, "activeStart"), "x"))
    run = read(found.connection, found.user)
    assert "2 couldn't be fetched, and are skipped" in text_of(web.get(f"{base}/overview/"))
    smtp.messages.clear()
    apply(run, found.user)
    result = web.get(reverse("admin:result", args=[found.connection.code, run.pk]))
    assert "2 people couldn't be fetched, and were skipped" in text_of(result)
    assert f'{base}/people/?show=unread"' in result.content.decode()
    people = text_of(web.get(f"{base}/people/?show=unread"))
    assert "2 people" in people
    for person in (anna, berit):
        assert name_of(person) in people
    page = text_of(web.get(f"{base}/people/huma/{anna.user_id}/"))
    assert "We don't understand what Huma says about this person (Phone). Correct it in Huma" in page
    attention = text_of(web.get(f"{base}/attention/"))
    assert "2 people couldn't be fetched, and are skipped" in attention
    assert "We don't understand what Visma says" in attention
    (mail, *_more) = [one for one in smtp.messages if "Fjordheim" in one["Subject"]]
    body = mail.get_body(("plain",)).get_content()
    assert name_of(anna) in body
    assert "/people/?show=unread" in body
    found.sandbox.oddities.clear()
    apply(read(found.connection, found.user), found.user)
    assert "couldn't be fetched" not in text_of(web.get(f"{base}/attention/"))
    assert "Couldn't be fetched" not in text_of(web.get(f"{base}/people/"))
    assert SyncRun.objects.get(pk=run.pk).passed_over.count() == 2, "what was so stays in the history"


def test_who_is_linked_to_nobody_has_a_page_too(settings, hr, web):
    with scheduling.company(settings, hr) as found:
        anna, *_others = scheduling.people(found, 6)
        found.sandbox.oddities.put("visma", anna.employee_id, "row", at(("id",), None))
        run = read(found.connection, found.user)
        row = PassedPerson.objects.get(run=run)
        base = f"/admin/connections/{found.connection.code}/people"
        assert row.name
        assert row.name in text_of(web.get(f"{base}/?show=unread"))
        said = text_of(web.get(f"{base}/visma/{row.vendor_id}/"))
        assert "We don't understand what Visma says about this person (the id)" in said
        assert "we don't know who it is" in said
        across = text_of(web.get(f"{base}/huma/{anna.user_id}/"))
        assert "Somebody in the other system couldn't be fetched, and may be the same person" in across


def test_who_is_left_out_is_passed_over_no_more(company):
    found, anna, _berit = company
    found.sandbox.oddities.put("huma", anna.user_id, "document", at((), 5))
    code, report = sync(found.connection)
    (one,) = report["passed_over"]
    assert (code, one["employee"]) == (1, found.link(anna).number)
    who_is_who.leave_out(found.connection, found.user, "huma", anna.user_id, "Anna")
    assert not skipped_people.waiting(found.connection).exists()
    code, report = sync(found.connection)
    assert (code, report["passed_over"]) == (0, [])


def test_since_when_is_the_first_time(company):
    found, anna, _berit = company
    found.sandbox.oddities.put("huma", anna.user_id, "document", at((), 5))
    sync(found.connection)
    then = timezone.now() - timedelta(days=2)
    PassedPerson.objects.update(since=then)
    sync(found.connection)
    assert PassedPerson.objects.get(over_at=None).since == then
    assert PassedPerson.objects.count() == 2


def test_a_dry_run_says_it_and_keeps_nothing(company):
    found, anna, _berit = company
    found.sandbox.oddities.put("huma", anna.user_id, "document", at((), 5))
    code, report = sync(found.connection, "--dry-run")
    assert (code, len(report["passed_over"])) == (0, 1)
    assert not PassedPerson.objects.exists()


@pytest.mark.parametrize(
    ("prop", "label"),
    [
        ("familyName.value", "Family name"),
        ("personNames[0].lastName", "Family name"),
        ("personNames[0].activeStart", "the names and the days from which they count"),
        ("bankAccount.value.number", "Bank account"),
        ("_embedded.positions[0].activeEnd", "Last workday"),
        ("currentPositions[2].contractStartDate", "the start of the contract"),
        ("status.active", "whether the person is active"),
        ("answer", "the whole record"),
        ("unheardOf", "unheardOf"),
    ],
)
def test_a_property_is_called_what_people_call_it(prop, label):
    with translation.override("en"):
        assert property_label(prop) == label
        assert f"({label})" in passed_sentence("passed_shape", "huma", prop)
