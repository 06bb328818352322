"""Huma sends events of new, deleted or deactivated people, or of many at once: who is told, and nothing is ended."""

import pytest

from sync.models import EmployeeLink, Notice
from tests.sync import bell, scheduling
from tests.sync.hearing import NEW, live, notices, phone, states, tell

pytestmark = pytest.mark.django_db(transaction=True)


def nothing_written(found):
    return found.sandbox.journal.writes() == []


def test_somebody_new_is_named_once(fjordheim):
    person = fjordheim.add("only_huma")
    for _ in range(2):
        tell(fjordheim, person, topic="users-create")
        bell.until_quiet()
    notice = Notice.objects.get()
    assert (notice.kind, notice.key) == ("new_person", person.user_id)
    assert notice.name
    assert states() == ["done"] * 2
    assert not live().exists()
    assert nothing_written(fjordheim)


def test_somebody_who_is_linked_is_not_new(fjordheim, anna):
    tell(fjordheim, anna, topic="users-create")
    bell.until_quiet()
    assert notices() == []


def test_somebody_who_was_there_on_the_first_run_is_not_new(settings, hr):
    with scheduling.company(settings, hr) as found:
        found.add()
        person = found.add("only_huma")
        scheduling.turn_on(found)
        tell(found, person)
        bell.until_quiet()
    assert notices() == []


def test_of_another_company_of_the_organisation_nobody_is_named(fjordheim):
    ours = next(id_ for id_, group in fjordheim.sandbox.huma.groups.items() if group["type"] == "company")
    fjordheim.connection.huma_companies = [ours]
    fjordheim.connection.save()
    theirs, another = fjordheim.add("only_huma"), fjordheim.add("only_huma")
    fjordheim.sandbox.huma.users[theirs.user_id].groups = [ours]
    fjordheim.sandbox.huma.users[another.user_id].groups = []
    tell(fjordheim, theirs, another, topic="users-create")
    bell.until_quiet()
    assert list(Notice.objects.values_list("key", flat=True)) == [theirs.user_id]


def test_who_has_gone_over_to_another_company_is_not_written_any_more(fjordheim, anna, berit):
    ours = next(id_ for id_, group in fjordheim.sandbox.huma.groups.items() if group["type"] == "company")
    fjordheim.connection.huma_companies = [ours]
    fjordheim.connection.save()
    fjordheim.sandbox.huma.users[anna.user_id].groups = []
    fjordheim.sandbox.huma.users[berit.user_id].groups = [ours]
    for person in (anna, berit):
        fjordheim.huma(person, phone=NEW)
    tell(fjordheim, anna, berit)
    bell.until_quiet()
    assert phone(fjordheim, anna) != NEW
    assert phone(fjordheim, berit) == NEW
    assert states() == ["done"]


def test_somebody_deleted_in_huma_is_ended_nowhere(fjordheim, anna):
    before = fjordheim.sandbox.state()["visma"]
    fjordheim.sandbox.huma.delete(anna.user_id)
    tell(fjordheim, anna, topic="users-delete")
    bell.until_quiet()
    assert notices() == ["deleted"]
    assert EmployeeLink.objects.get(huma_id=anna.user_id).state == "gone"
    assert fjordheim.sandbox.state()["visma"] == before
    assert nothing_written(fjordheim)
    tell(fjordheim, anna, topic="users-delete")
    bell.until_quiet()
    assert notices() == ["deleted"]
    assert states() == ["done"] * 2


def test_an_event_that_says_deleted_of_somebody_who_is_there_deletes_nobody(fjordheim, anna):
    tell(fjordheim, anna, topic="users-delete")
    bell.until_quiet()
    assert notices() == []
    assert EmployeeLink.objects.get(huma_id=anna.user_id).state == "linked"


def test_somebody_deactivated_stays_employed(fjordheim, anna):
    before = fjordheim.sandbox.state()["visma"]
    fjordheim.sandbox.huma.activate(anna.user_id, False)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert notices() == ["deactivated"]
    assert fjordheim.sandbox.state()["visma"] == before
    assert nothing_written(fjordheim)


def test_an_export_is_an_update_for_each(fjordheim, anna, berit):
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna, berit, topic="users-export")
    bell.until_quiet()
    assert phone(fjordheim, anna) == NEW
    assert live().get().people == sorted([anna.user_id, berit.user_id])


def test_somebody_gone_from_visma_is_told_of(fjordheim, anna):
    fjordheim.sandbox.visma.delete(anna.employee_id)
    fjordheim.huma(anna, phone=NEW)
    tell(fjordheim, anna)
    bell.until_quiet()
    assert notices() == ["gone"]
    assert nothing_written(fjordheim)
    assert states() == ["done"]
