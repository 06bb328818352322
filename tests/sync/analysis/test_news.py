"""The notices that a whole run leaves, and how they close when the matter is over."""

import pytest
from django.utils import timezone

from connections.models import AuditEntry
from sync.analysis import notices
from sync.analysis.links.linking import retire_gone
from sync.models import EmployeeLink, Notice, SyncRun
from sync.runs import who_is_who
from tests.connections.companies import company
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = pytest.mark.django_db


def pair(number, **more):
    """Somebody on both sides; what is more is Huma's."""
    id_, email = f"{number}", f"p{number}@x.no"
    return (
        in_huma(f"h{id_}", "Kari", f"Nordmann{id_}", id_, email, **more),
        in_visma(f"v{id_}", "Kari", f"Nordmann{id_}", id_, email),
    )


def look(made, *people, trigger="manual", finish=True):
    """A run that read these people, and, unless it is given up, was finished."""
    run = read(made, *people, trigger=trigger)
    if finish:
        SyncRun.objects.filter(pk=run.pk).update(state="finished", finished_at=timezone.now())
    return run


def told(made):
    return sorted((notice.kind, notice.name) for notice in notices.waiting(made))


@pytest.fixture
def made(hr):
    return company(hr)


@pytest.fixture
def everybody():
    return [one for number in range(1, 31) for one in pair(number)]


def without(people, *ids):
    return [one for one in people if one.id not in ids]


@pytest.mark.parametrize("trigger", ["manual", "command", "scheduled"])
def test_each_kind_of_news_is_told_once(made, everybody, trigger):
    look(made, *everybody)
    now = [
        *without(everybody, "h1", "h2", "v3"),
        *pair(1, status={"active": False})[:1],
        in_huma("new", "Nina", "Ny", "99", "nina@x.no"),
    ]
    for _again in range(2):
        look(made, *now, trigger=trigger)
        assert told(made) == [
            ("deactivated", "Kari Nordmann1"),
            ("deleted", "Kari Nordmann2"),
            ("gone", "Kari Nordmann3"),
            ("new_person", "Nina Ny"),
        ]


def test_before_a_first_run_has_finished_nobody_is_new(made, everybody):
    alone = in_huma("new", "Nina", "Ny", "99", "nina@x.no")
    given_up = look(made, *everybody, alone, finish=False)
    SyncRun.objects.filter(pk=given_up.pk).update(state="cancelled")
    look(made, *everybody, alone)
    look(made, *everybody, alone)
    assert told(made) == []


def test_only_who_could_be_added_is_new(made, everybody):
    look(made, *everybody)
    look(
        made,
        *everybody,
        in_huma("left", "Former", "Employee", "97", "a@x.no", ends="2021-01-01"),
        in_huma("off", "Not", "Active", "98", "b@x.no", status={"active": False}),
        in_huma("hired", "Con", "Sultant", "99", "c@x.no", contract="Consultant"),
    )
    assert told(made) == []


def test_it_is_over_when_she_is_active_again_and_told_anew_when_it_comes_again(made, everybody):
    off = [*without(everybody, "h1"), *pair(1, status={"active": False})[:1]]
    look(made, *everybody)
    look(made, *off)
    assert len(told(made)) == 1
    look(made, *everybody)
    assert not Notice.objects.exists()
    look(made, *off)
    assert len(told(made)) == 1


def test_it_is_over_when_she_has_ended_in_visma(made, everybody):
    off = pair(1, status={"active": False})[0]
    look(made, *everybody)
    look(made, *without(everybody, "h1"), off)
    look(made, *without(everybody, "h1", "v1"), off, in_visma("v1", "Kari", "Nordmann1", "1", ends="2021-01-01"))
    assert not Notice.objects.exists()


def test_it_is_over_when_the_gone_are_back(made, everybody):
    look(made, *everybody)
    look(made, *without(everybody, "h1"))
    assert told(made) == [("deleted", "Kari Nordmann1")]
    look(made, *everybody)
    assert not Notice.objects.exists()


def test_it_is_over_when_the_new_one_is_in_visma_too_or_gone_again(made, everybody):
    new, other = pair(50), pair(51)
    look(made, *everybody)
    look(made, *everybody, new[0], other[0])
    assert len(told(made)) == 2
    look(made, *everybody, *new)
    assert not Notice.objects.exists()


def test_what_a_person_does_about_it_counts_at_once(made, hr, everybody):
    look(made, *everybody)
    off = [*without(everybody, "h1"), pair(1, status={"active": False})[0]]
    new = in_huma("new", "Nina", "Ny", "99", "nina@x.no")
    look(made, *without(off, "v3"), new)
    assert [kind for kind, _name in told(made)] == ["deactivated", "gone", "new_person"]
    who_is_who.leave_out(made, hr, "huma", "new", "Nina Ny")
    who_is_who.unlink(EmployeeLink.objects.get(huma_id="h1"), hr)
    retire_gone(made, "huma", ["h3"])
    assert told(made) == []


def test_a_closed_one_stays_closed_for_as_long_as_it_holds(made, hr, everybody):
    off = [*without(everybody, "h1"), pair(1, status={"active": False})[0]]
    look(made, *everybody)
    look(made, *off)
    [notice] = Notice.objects.all()
    assert notices.close(made, hr, [notice.pk]) == 1
    assert notices.close(made, hr, [notice.pk]) == 0
    look(made, *off)
    assert told(made) == []
    look(made, *everybody)
    look(made, *off)
    assert len(told(made)) == 1
    entry = AuditEntry.objects.get(action="notices.closed")
    assert (entry.who, entry.detail) == ("hr", {"notices": [notice.pk], "kinds": ["deactivated"]})


def test_a_notice_of_another_connection_is_not_closed(made, hr, everybody):
    other = company(hr, name="Other", tenant_id="2")
    notices.tell(other, "new_person", "n", name="New")
    assert notices.close(made, hr, Notice.objects.values_list("pk", flat=True)) == 0
    assert told(other) == [("new_person", "New")]
