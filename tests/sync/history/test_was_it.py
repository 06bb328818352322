"""*Was it this value?*: a typed value is compared by fingerprint, also after the values were blanked."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from connections.models import AuditEntry
from sync.history.retention import blank_values
from sync.models import AuditedPerson, Change, Conflict, SyncRun
from sync.runs.history_entries import enter_waiting
from tests.connections.companies import company
from tests.sync.browsing import at, signed_in, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = [pytest.mark.django_db, pytest.mark.both]
OLD, NEW = "12345678903", "12345678911"


def person(phone, account):
    return (
        in_huma("h1", "Berit", "Begge", "1", "berit@x.no", phone=wrap(phone), bankAccount=wrap(huma_account(account))),
        in_visma("v1", "Berit", "Begge", "1", "berit@x.no", phones=[{"type": "business", "number": "+4722334455"}]),
    )


def huma_account(number):
    return {"type": "national", "number": number, "country": "NO", "code": "NATIONAL"}


def seen(made, days, phone, account):
    """A scheduled sync of that many days ago, which read these and sent nothing."""
    when = timezone.now() - timedelta(days=days)
    run = read(made, *person(phone, account), trigger="scheduled", read_at=when)
    SyncRun.objects.filter(pk=run.pk).update(state="finished", started_at=when, read_at=when, finished_at=when)
    return run


@pytest.fixture
def made(hr, settings):
    settings.RETENTION_DAYS = 90
    made = company(hr)
    seen(made, 120, "99887766", OLD)
    seen(made, 110, "40414243", NEW)
    seen(made, 10, "40414243", NEW)
    enter_waiting()
    blank_values()
    assert not Conflict.objects.exclude(values=None).exclude(run=SyncRun.objects.latest("pk")).exists()
    return made


def asked(made, user, field, value):
    page = at("timeline", made, "huma", "h1")
    answer = signed_in(user).post(f"{page}?field={field}", {"field": field, "value": value})
    assert value not in str(answer.headers)
    assert f'value="{value}"' not in answer.content.decode()
    return words(answer)


def test_a_blanked_value_is_known_by_its_fingerprint(made, hr):
    first, second = timezone.localdate() - timedelta(days=120), timezone.localdate() - timedelta(days=110)
    said = asked(made, hr, "phone", "998 87 766")
    assert f"Yes, in Huma from {first.day} {first:%B}" in said
    assert f"until {second.day} {second:%B}" in said
    assert f"Yes, in Visma since {first.day} {first:%B}" in asked(made, hr, "phone", "+47 22 33 44 55")
    assert "and still at the last fetch." in asked(made, hr, "bank_account", "1234.56.78911")
    assert "No. Neither system had this value" in asked(made, hr, "phone", "22 22 22 23")
    assert "That is no value of this field." in asked(made, hr, "first_workday", "tomorrow")
    assert "No. Neither system had this value" in asked(made, hr, "last_workday", "1.5.2026"), "both were empty"
    entries = AuditEntry.objects.filter(action="value.asked")
    assert {one.detail["field"] for one in entries} == {"phone", "bank_account", "last_workday"}
    assert AuditedPerson.objects.filter(entry__in=entries).count() == entries.count() == 5
    stored = str(list(AuditEntry.objects.values_list("detail", flat=True)))
    assert "998" not in stored
    assert "78911" not in stored


def test_another_version_of_the_form_cant_be_told(made, hr):
    Conflict.objects.update(huma_fingerprint="0:abc", visma_fingerprint="0:def")
    assert "It can't be told." in asked(made, hr, "phone", "22 22 22 23")


def test_a_user_asks_ten_times_an_hour(made, hr, superuser):
    for _time in range(10):
        assert "No. Neither" in asked(made, hr, "phone", "22 22 22 23")
    assert "You can ask 10 times an hour." in asked(made, hr, "phone", "998 87 766")
    assert "Yes, in Huma" in asked(made, superuser, "phone", "998 87 766")
    QuerySet(AuditEntry).filter(who="hr").update(at=timezone.now() - timedelta(minutes=61))
    assert "Yes, in Huma" in asked(made, hr, "phone", "998 87 766")


def test_what_stays_after_blanking_is_shown(made, hr):
    said = words(signed_in(hr).get(at("timeline", made, "huma", "h1"), {"field": "bank_account"}))
    assert f"903 deleted {timezone.localdate().day}" in said
    assert "911 deleted" in said
    assert "Bank account: New value in Huma, seen" in said
    assert "(the same as today)" in said
    assert "(not the same as today)" in said
    assert OLD not in said.replace(" ", "")
    assert not Change.objects.exists()
