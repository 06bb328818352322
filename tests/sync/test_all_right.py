"""Is it all right? The sentence above a connection's lists says what the lists say, and in short on the start page."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from sync.core.all_right import State
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, PassedPerson, SyncRun
from sync.situation.all_right import answer_for, answers
from sync.situation.what_waits import attention, situation
from sync.wording.all_right import said
from tests.connections.companies import company
from tests.sync.browsing import at, signed_in, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_day")]
PHONE = "22 33 44 55"


def pair(number, huma=PHONE, visma="+4722334455"):
    """One employee, in both systems."""
    email, name = f"p{number}@x.no", f"Kari{chr(96 + number)}"
    return (
        in_huma(f"h{number}", name, "Nordmann", str(number), email, phone=wrap(huma)),
        in_visma(f"v{number}", name, "Nordmann", str(number), email, phones=[{"type": "business", "number": visma}]),
    )


def checked(connection, *people, state="finished", **more):
    """A finished run that has read these people just now."""
    run = read(connection, *(record for both in people for record in both))
    now = timezone.now()
    facts = {"state": state, "read_at": now, "finished_at": now, **more}
    SyncRun.objects.filter(pk=run.pk).update(**facts)
    run.refresh_from_db()
    return run


def sentence(connection, language="en"):
    with translation.override(language):
        return said(answer_for(connection)).text


@pytest.fixture
def made(hr):
    return company(hr)


class TestAllAgree:
    def test_everybody_agrees(self, made):
        checked(made, pair(1), pair(2))
        time = timezone.localtime().strftime("%H:")
        assert sentence(made).startswith(f"2 of 2 employees agree in both systems. Last checked today {time}")

    def test_what_was_written_agrees(self, made):
        checked(made, pair(1), pair(2, "99 88 77 66"))
        assert answer_for(made).agree == 1
        Conflict.objects.update(decision="huma", outcome="done")
        assert answer_for(made).state == State.ALL

    def test_a_later_look_at_one_person_counts(self, made):
        checked(made, pair(1), pair(2, "99 88 77 66"))
        link = EmployeeLink.objects.get(huma_id="h2")
        later = SyncRun.objects.create(connection=made, trigger="real-time", state="finished")
        later.single_people.create(huma_id="h2", link=link, compared=True)
        assert answer_for(made).state == State.ALL
        Conflict.objects.create(run=later, link=link, field="email", kind="value")
        assert (answer_for(made).agree, answer_for(made).parts) == (1, (("differences", 1),))

    def test_who_is_left_out_does_not_count(self, made):
        checked(made, pair(1), pair(2, "99 88 77 66"))
        LeftOut.objects.create(connection=made, side="visma", vendor_id="v2")
        found = answer_for(made)
        assert (found.state, found.agree, found.people) == (State.ALL, 1, 1)


class TestNotAllAgree:
    def test_differences_wait(self, made):
        checked(made, pair(1), pair(2, "99 88 77 66"))
        assert "1 of 2 employees agree in both systems: 1 difference is waiting for you." in sentence(made)

    def test_a_held_change_is_not_a_difference_that_waits_and_does_not_agree(self, made):
        run = checked(made, pair(1), pair(2, "99 88 77 66"))
        found = Conflict.objects.get(run=run)
        Conflict.objects.update(decision="huma", outcome="held")
        Change.objects.create(run=run, link=found.link, conflict=found, field="phone", side="visma", state="held")
        assert "1 of 2 employees agree in both systems: 1 change is waiting for approval." in sentence(made)

    def test_somebody_left_it_as_it_is(self, made):
        checked(made, pair(1), pair(2, "99 88 77 66"))
        Conflict.objects.update(decision="leave")
        found = answer_for(made)
        assert (found.state, found.agree, found.parts) == (State.SOME, 1, (("stands", 1),))
        assert "1 differs and nobody is asked" in sentence(made)

    def test_an_outcome_that_is_not_certain(self, made):
        run = checked(made, pair(1), pair(2, "99 88 77 66"))
        found = Conflict.objects.get(run=run)
        Conflict.objects.update(decision="huma", outcome="unknown")
        Change.objects.create(run=run, link=found.link, conflict=found, field="phone", side="visma", state="unknown")
        assert dict(answer_for(made).parts) == {"unknown": 1, "differences": 1}
        assert "1 change isn't certain" in sentence(made)

    def test_a_skipped_person_is_not_counted_twice(self, made):
        run = checked(made, pair(1), pair(2, "99 88 77 66"))
        link = EmployeeLink.objects.get(huma_id="h2")
        PassedPerson.objects.create(
            connection=made, run=run, link=link, side="huma", vendor_id="h2", reason="passed_shape"
        )
        found = answer_for(made)
        assert (found.agree, found.people, dict(found.parts)["unread"]) == (1, 2, 1)

    def test_choices_that_are_not_sent(self, made):
        checked(made, pair(1), pair(2, "99 88 77 66"), state="review", finished_at=None)
        Conflict.objects.update(decision="huma")
        assert "1 of 2 employees agree in both systems: 1 choice isn't sent yet." in sentence(made)

    def test_who_was_linked_afterwards_was_not_compared(self, made):
        checked(made, pair(1))
        EmployeeLink.objects.create(connection=made, huma_id="x", visma_id="y", linked_by="person")
        found = answer_for(made)
        assert (found.state, found.agree, found.people) == (State.SOME, 1, 2)
        assert found.parts == (("not_compared", 1),)

    def test_somebody_in_one_system_only_and_a_possible_match(self, made):
        run = checked(made, pair(1), pair(2), (in_huma("new", "Nina", "Ny", "8", "nina@x.no"),))
        assert answer_for(made).parts == (("one_system", 1),)
        seen = EmployeeSnapshot.objects.filter(run=run, link=None).get()
        other = EmployeeSnapshot.objects.create(run=run, side="visma", vendor_id="z")
        run.possible_matches.create(huma=seen, visma=other, why="name_alone")
        EmployeeSnapshot.objects.filter(pk=seen.pk).update(create_blocked="create_open_match")
        assert answer_for(made).parts == (("possible", 1),)

    def test_what_else_needs_attention(self, made):
        checked(made, pair(1))
        link = EmployeeLink.objects.get()
        made.notices.create(kind="deactivated", key="h1", link=link)
        assert answer_for(made).parts == (("other", 1),)


class TestTheConnection:
    def test_never_compared(self, made):
        assert sentence(made) == "Not compared yet."

    def test_the_last_check_failed(self, made):
        checked(made, pair(1))
        SyncRun.objects.create(connection=made, state="failed", failure="read_failed_huma", finished_at=timezone.now())
        assert sentence(made).startswith(
            "The last sync failed while it fetched from both systems. "
            "When it was last checked, 1 of 1 employee agreed in both systems. Last checked today"
        )

    def test_paused(self, made):
        checked(made, pair(1))
        made.state, made.pause_reason = "paused", "by_hand"
        made.save()
        assert sentence(made).startswith("The connection is paused, so nothing is compared or sent. When it was last")

    def test_disconnected_and_waiting_for_approval(self, made):
        checked(made, pair(1))
        made.state = "disconnected"
        made.save()
        assert sentence(made) == "Disconnected: nothing is compared any more."
        made.state = "waiting"
        made.save()
        assert sentence(made) == "Nothing is compared before an administrator has approved the connection."

    def test_a_run_is_writing(self, made):
        checked(made, pair(1), pair(2, "99 88 77 66"), state="applying", finished_at=None)
        assert sentence(made).startswith("A sync is sending changes right now. 1 of 2 employees agree")

    def test_another_program_writes(self, made):
        checked(made, pair(1))
        made.automatic, made.other_writer = True, "visma-payroll"
        made.payroll_contacts = ["payroll@example.com"]
        made.payroll_recipients.create(address="payroll@example.com", confirmed_at=timezone.now())
        made.save()
        found = answer_for(made)
        assert (found.state, found.parts) == (State.RESTS, ())
        assert sentence(made).startswith("Automatic updates are on hold. 1 of 1 employee agrees")

    @pytest.mark.parametrize(
        ("schedule", "hours", "age", "state"),
        [
            ("off", 4, 6 * 24, State.ALL),
            ("off", 4, 8 * 24, State.OLD),
            ("hours", 4, 9, State.OLD),
            ("hours", 4, 7, State.ALL),
            ("daily", 4, 47, State.ALL),
            ("daily", 4, 49, State.OLD),
        ],
    )
    def test_a_check_gets_too_old(self, made, schedule, hours, age, state):
        checked(made, pair(1), read_at=timezone.now() - timedelta(hours=age))
        made.automatic, made.schedule, made.schedule_hours = schedule != "off", schedule, hours
        made.payroll_contacts = ["payroll@example.com"]
        made.payroll_recipients.create(address="payroll@example.com", confirmed_at=timezone.now())
        made.save()
        assert answer_for(made).state == state


class TestWhereItStands:
    def test_on_the_connections_page_and_in_short_on_the_start_page(self, made, hr):
        checked(made, pair(1), pair(2, "99 88 77 66"))
        web = signed_in(hr)
        page = words(web.get(at("connection", made)))
        assert "1 of 2 employees agree in both systems: 1 difference is waiting for you. Last checked today" in page
        assert "1 of 2 agree. Last checked today" in words(web.get("/admin/"))

    def test_many_connections_need_no_more_statements_than_one(self, made, hr):
        checked(made, pair(1))

        def statements():
            with CaptureQueriesContext(database) as asked:
                rows = list(hr.connections.all())
                here = situation(rows)
                answers(here, attention(here), rows)
            return len(asked)

        one = statements()
        for number in range(3):
            checked(company(hr, tenant_id=str(number), name=str(number)), pair(1), pair(2, "99 88 77 66"))
        assert statements() == one
