"""`manage.py sync --only`: who is meant, and that nothing is decided about others."""

import pytest

from connections.models import Connection
from sync.command.employees import Employee, NotOne, find
from sync.models import Change, Conflict, EmployeeLink
from tests.sync.driving import changed, connection, running, sync

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sandbox(settings):
    with running(settings, 50) as found:
        yield found


@pytest.fixture
def made(sandbox, hr):
    return connection(sandbox, hr)


def who(sandbox, way):
    return sandbox.people[way][0]


def link_of(sandbox, way) -> EmployeeLink:
    return EmployeeLink.objects.get(huma_id=who(sandbox, way).user_id)


def written(sandbox, before) -> set[str]:
    """The ids of the people whose documents are others now."""
    sandbox.wait_for_jobs()
    return {path.split("/")[2] for path in changed(before, sandbox.state())}


@pytest.mark.parametrize("name", ["number", "link", "huma", "visma"])
def test_only_who_is_named_is_written_whatever_they_are_called(sandbox, made, name):
    sync(made)
    link = link_of(sandbox, "phone_differs")
    text = {
        "number": link.number,
        "link": f"link:{link.pk}",
        "huma": f"huma:{link.huma_id}",
        "visma": f"visma:{link.visma_id}",
    }[name]
    before = sandbox.state()
    code, found = sync(made, "--conflicts", "huma", "--only", text)
    assert (code, found["changes"]["done"], found["changes"]["planned"]) == (0, 1, 1)
    assert written(sandbox, before) == {link.visma_id}
    others = Conflict.objects.filter(run=found["run"]).exclude(link=link)
    assert others.exists()
    assert not others.exclude(decision="").exists()


def test_several_may_be_named(sandbox, made):
    sync(made)
    links = [link_of(sandbox, "phone_differs"), link_of(sandbox, "address_missing")]
    before = sandbox.state()
    only = [part for link in links for part in ("--only", f"link:{link.pk}")]
    assert sync(made, "--conflicts", "huma", *only)[0] == 0
    assert written(sandbox, before) == {link.visma_id for link in links}


def test_only_who_is_named_is_created(sandbox, made):
    person = who(sandbox, "only_huma")
    before = sandbox.state()
    create = ("--create-in-visma", "--create-in-huma")
    _code, found = sync(made, *create, "--only", f"huma:{person.user_id}")
    assert found["created"] == {"huma": 0, "visma": 1}
    assert written(sandbox, before) == {EmployeeLink.objects.get(huma_id=person.user_id).visma_id}


def test_who_is_in_no_main_list_is_not_created_by_being_named(sandbox, made):
    before = sandbox.state()
    former = who(sandbox, "only_visma_former")
    _code, found = sync(made, "--create-in-huma", "--only", f"visma:{former.employee_id}")
    assert found["changes"]["planned"] == 0
    assert sandbox.state() == before


def test_a_dry_run_plans_for_nobody_else(sandbox, made):
    sync(made)
    link = link_of(sandbox, "phone_differs")
    options = ("--conflicts", "huma", "--only", f"link:{link.pk}", "--dry-run")
    assert sync(made, *options)[1]["changes"]["planned"] == 1


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize("text", ["nobody", "link:0", "link:999999", "link:x", "huma:", "visma:nobody", "", ":"])
def test_who_is_nobody_ends_it_before_anything_is_decided(sandbox, made, text, dry):
    before = sandbox.state()
    options = ("--conflicts", "huma", "--create-in-huma", "--create-in-visma", "--confirm-large")
    code, found = sync(made, *options, "--only", text, *dry)
    assert (code, found["state"]) == (2, "cancelled")
    assert found["error"]
    assert not Conflict.objects.exclude(decision="").exists()
    assert sandbox.state() == before


def test_a_number_of_two_is_not_taken_for_one_of_them(sandbox, made):
    sync(made)
    shared = who(sandbox, "same_number")
    number = sandbox.huma.users[shared.user_id].values["employmentId"]
    code, found = sync(made, "--conflicts", "huma", "--only", number)
    assert code == 2
    assert number in found["error"]
    assert not Change.objects.exists()
    assert find(made, f"huma:{shared.user_id}") == Employee(None, "huma", shared.user_id)


def test_case_does_not_count_and_leading_zeros_do(sandbox, made):
    sync(made)
    link = link_of(sandbox, "equal")
    EmployeeLink.objects.filter(pk=link.pk).update(number="aB017")
    assert find(made, " Ab017 ") == Employee(link.pk)
    for other in ("aB17", "0aB017", "B017"):
        with pytest.raises(NotOne):
            find(made, other)


def test_who_was_called_different_is_not_one_person(sandbox, made):
    sync(made)
    link = link_of(sandbox, "equal")
    EmployeeLink.objects.filter(pk=link.pk).update(state="different")
    with pytest.raises(NotOne):
        find(made, f"link:{link.pk}")


def test_another_connections_people_are_not_found(sandbox, made):
    sync(made)
    link = link_of(sandbox, "equal")
    other = Connection.objects.create(name="Other", tenant_id="other")
    for text in (f"link:{link.pk}", f"huma:{link.huma_id}", link.number):
        with pytest.raises(NotOne):
            find(other, text)


def test_the_json_says_what_only_takes(sandbox, made):
    sync(made)
    EmployeeLink.objects.update(number="")
    sandbox.faults.script("visma", "PUT", "/employees/", "job-fails", times=999)
    sandbox.faults.script("visma", "POST", "/employees", "job-fails", times=999)
    create = ("--create-in-visma", "--conflicts", "huma")
    _code, found = sync(made, *create, "--confirm-large")
    names = {one["employee"] for one in found["failures"]}
    assert names
    for name in names:
        assert find(made, name)
