"""An error in our own code at one person is logged, without a value, and everybody else is written."""

import logging
from typing import Any

import pytest

from sync.analysis import comparing
from sync.automation import switching
from sync.core.fields import field as field_named
from sync.models import Change, PassedPerson
from sync.planning import planning
from sync.reading import reader
from tests.connections.companies import heard
from tests.sync import bell
from tests.sync.driving import sync
from tests.sync.hearing import NEW, phone, states, tell
from tests.sync.odd.changing import assert_written, new_phones
from tests.sync.telling import accounts, approve, new_account, waits

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.writes]


def breaking(monkeypatch: Any, module: Any, name: str, meant: Any) -> None:
    """The function raises an error with a value in its text, for the one person who is meant."""
    real = getattr(module, name)

    def broken(*args: Any, **kwargs: Any) -> Any:
        if meant(*args, **kwargs):
            raise ValueError(f"a secret value {NEW}")
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, broken)


def where_it_breaks(monkeypatch: Any, step: str, anna: Any, link: int) -> None:
    if step == "normalising":
        breaking(monkeypatch, reader, "huma_employee", lambda details, *_more: details["id"] == anna.user_id)
    elif step == "normalising visma":
        breaking(monkeypatch, reader, "visma_employee", lambda document, *_more: document["id"] == anna.employee_id)
    elif step == "comparing":
        breaking(monkeypatch, comparing, "compare", lambda pair, *_more: pair.huma.id == anna.user_id)
    elif step == "planning":
        breaking(monkeypatch, planning, "field_change", lambda **made: made["person"] == f"link:{link}")
    else:
        spec = field_named("phone")
        real = spec.write_visma

        def broken(document: Any, after: Any, today: Any) -> None:
            if document["id"] == anna.employee_id:
                raise ValueError(f"a secret value {after}")
            real(document, after, today)

        monkeypatch.setitem(spec.__dict__, "write_visma", broken)


STEPS = ["normalising", "normalising visma", "comparing", "planning", "writing"]


@pytest.mark.parametrize("step", STEPS)
def test_in_a_full_run(twelve, monkeypatch, caplog, step):
    found, anna, others = twelve
    numbers = new_phones(found, others)
    new_phones(found, [anna])
    before = found.sandbox.state()
    where_it_breaks(monkeypatch, step, anna, found.link(anna).pk)
    with caplog.at_level(logging.ERROR):
        code, report = sync(found.connection, "--conflicts", "huma", "--confirm-large")
    assert_written(found, numbers, before)
    assert (code, report["state"], len(report["passed_over"])) == (1, "finished", 1)
    assert report["changes"]["failed"] == (1 if step == "writing" else 0)
    assert "ValueError" in caplog.text
    assert "in broken" in caplog.text, "with where it came from"
    assert NEW not in caplog.text


@pytest.mark.parametrize("step", STEPS)
def test_in_real_time(twelve, monkeypatch, step):
    found, anna, (berit, *_rest) = twelve
    switching.turn_on(heard(found.connection), found.user)
    found.connection.refresh_from_db()
    for person in (anna, berit):
        found.huma(person, phone=NEW)
    where_it_breaks(monkeypatch, step, anna, found.link(anna).pk)
    tell(found, anna, berit)
    bell.until_quiet()
    assert states() == ["done"]
    assert (phone(found, berit), phone(found, anna) == NEW) == (NEW, False)
    assert PassedPerson.objects.get(over_at=None).reason == "passed_bug"


def test_what_was_approved_of_them_waits_again(twelve, monkeypatch):
    found, anna, _others = twelve
    switching.turn_on(heard(found.connection), found.user)
    switching.change(found.connection, found.user, {"schedule": "off", "accounts": "look"})
    new_account(found, anna, accounts(1)[0])
    tell(found, anna)
    bell.until_quiet()
    (held,) = waits(found.connection)
    where_it_breaks(monkeypatch, "comparing", anna, found.link(anna).pk)
    approve(found, [held])
    assert [one.pk for one in waits(found.connection)] == [held.pk]


def test_what_was_not_sent_of_them_is_sent_once_it_works_again(twelve, monkeypatch):
    found, anna, _others = twelve
    switching.turn_on(heard(found.connection), found.user)
    found.connection.refresh_from_db()
    found.huma(anna, phone=NEW)
    found.sandbox.huma.edit_position(anna.user_id, firstDayOfWork="2020-02-03")
    with monkeypatch.context() as patched:
        where_it_breaks(patched, "writing", anna, found.link(anna).pk)
        tell(found, anna)
        bell.until_quiet()
    assert set(Change.objects.values_list("field", "state", "reason")) == {
        ("phone", "failed", "bug"),
        ("first_workday", "failed", "passed_bug"),
    }
    tell(found, anna, number=2)
    bell.until_quiet()
    assert phone(found, anna) == NEW
    assert not found.open(anna), "the first workday, too"
