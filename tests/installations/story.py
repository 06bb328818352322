"""The story of a kept installation: a company is connected, synchronized once, and gets automatic updates for a month.
Every step does what a page, Huma's webhook, the worker or a command would do."""

import io
from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone
from django_q.models import OrmQ

from connections import sandbox as vendors
from connections.connect import connecting
from connections.models import Connection
from connections.owner_settings import changing, owners
from connections.pauses import pausing
from sync import runner
from sync.analysis import notices
from sync.analysis.links import candidates
from sync.automation import answering_held, date_roll, switching
from sync.core.codes import CreateGroup
from sync.models import EmployeeLink, SyncRun
from sync.runs import lifecycle
from sync.runs import who_is_who as people
from sync.wizard import creation, matches
from sync.wizard.retry import retry_failed
from sync.worker import heartbeat
from tests.installations.doing import Work
from tests.installations.times import days_pass
from tests.sync.driving import apply, decide, read
from tests.sync.writing.conftest import Person

FIRST = (
    ("phone_differs", "phone", "huma"),
    ("given_name", "given_name", "huma"),
    ("address_missing", "address", "huma"),
    ("account_missing_in_visma", "bank_account", "huma"),
    ("last_workday", "last_workday", "huma"),
    ("email_differs", "email", "visma"),
    ("no_employment_id", "employment_id", "visma"),
    ("not_editable", "phone", "huma"),
    ("family_name", "family_name", "leave"),
    ("address_differs", "address", "leave"),
    ("last_workday_in_visma", "last_workday", "leave"),
    ("account_differs", "bank_account", "leave"),
    ("first_workday", "first_workday", "never"),
    ("address_capitals", "address", "never"),
)
"""The decisions of the first run: whose, which field, how. The rest stays undecided."""
LAST = (("end_reason", "last_workday", "huma"), ("phone_unparsable", "phone", "leave"))
"""The choices in the run that is open at the end."""


class Story(Work):
    """The story, from the first day to the last."""

    def tell(self) -> None:
        """Run the whole story."""
        self.connect()
        self.first_run()
        self.switch_on()
        self.changes_arrive()
        self.clerk_works()
        self.accounts_are_held()
        self.many_are_held()
        self.people_come_and_go()
        self.owners_tidy_up()
        self.things_go_wrong()
        self.other_company()
        self.last_day()
        heartbeat.beat()
        OrmQ.objects.all().delete()  # as if a worker had done them

    def connect(self) -> None:
        """HR connects the company, and sets it up."""
        chosen = {"name": "Fjordheim AS", "recipients": ["hr@example.com", "boss@example.com"]}
        access = connecting.Access(self.main.tenant_id, self.main.key, vendors.HUMA_CLIENT_SECRET)
        self.connection = connecting.connect(self.hr, access, chosen, self.hr)
        groups = [id_ for id_, one in self.main.huma.groups.items() if one["type"] == "company"]
        more = {
            "payroll_contacts": ["payroll@example.com"],
            "default_end_reason": "arbeidstakerHarSagtOppSelv",
            "huma_groups": groups[:1],
            "threshold_people": 4,
            "threshold_percent": 5,
        }
        changing.change_settings(self.connection, self.hr, more, confirmed=True)
        owners.add_owner(self.connection, self.hr, self.colleague)

    def first_run(self) -> None:
        """Some is decided, somebody is linked, created, left out; one write fails and is tried again."""
        given_up = read(self.connection, self.hr)
        lifecycle.cancel(given_up, self.hr)
        run = read(self.connection, self.hr)
        for way, field, choice in FIRST:
            decide(run, self.hr, self.of(way).user_id, field, choice)
        self.decide_matches(run)
        self.choose_new(run)
        failing = self.of("given_name").employee_id
        self.main.faults.script("visma", "PUT", f"/employees/{failing}", "job-fails", times=99)
        moved = self.of("not_editable")
        self.main.visma.edit(moved.employee_id, phones=[{"type": "business", "number": "+4723456780"}])
        run = self.applied(run)
        self.main.faults.clear()
        assert set(run.changes.values_list("state", flat=True)) == {"done", "failed", "moved"}
        self.applied(retry_failed(run, self.hr))
        days_pass(1)

    def decide_matches(self, run: SyncRun) -> None:
        """Who is certain is linked, one pair is different, the others stay open."""
        certain = self.of("possible_match").user_id
        _page, cards = matches.matches(run)
        (mine,) = (card for card in cards if card.huma.vendor_id == certain)
        other = next(card for card in cards if card.huma.vendor_id != certain)
        matches.link_match(run, self.hr, mine.match.pk)
        matches.call_different(run, self.hr, other.match.pk)

    def choose_new(self, run: SyncRun) -> None:
        """Two are added on each side, one of each never is."""
        for target in ("huma", "visma"):
            rows = candidates.possible(run, target).filter(create_group=CreateGroup.MAIN).order_by("name", "pk")
            never, *chosen = rows[:3]
            assert chosen
            creation.never_add(run, self.hr, never.pk, "works elsewhere")
            assert creation.choose(run, self.hr, [one.pk for one in chosen], True)

    def switch_on(self) -> None:
        """Automatic updates, with accounts after a look."""
        switching.turn_on(self.connection, self.hr)
        switching.change(self.connection, self.hr, {"schedule": "hours", "schedule_hours": 6, "accounts": "look"})
        days_pass(1)

    def changes_arrive(self) -> None:
        """A week in which people change their phones and addresses in Huma, one of them twice at once."""
        self.huma_tells(self.new_phone(), self.new_phone())
        days_pass(1)
        address = {"line1": "Storgata 3", "postalCode": "0155", "city": "OSLO", "country": "NO"}
        person = next(self.known)
        self.main.huma.edit(person.user_id, homeAddress=address)
        self.huma_tells(person.user_id)
        days_pass(1)
        self.new_phone()  # Huma's event got lost
        self.clock()
        days_pass(1)
        undecided = self.of("account_missing_in_huma")
        self.main.huma.edit(undecided.user_id, phone="+4740099001")
        self.huma_tells(undecided.user_id)
        emptied = next(self.known)
        self.main.huma.edit(emptied.user_id, phone=None)
        self.huma_tells(emptied.user_id)
        days_pass(2)
        leaving = next(self.known)
        day = (timezone.localdate().replace(day=1)).isoformat()
        self.main.huma.edit_position(leaving.user_id, contractEndDate=None, lastDayOfWork=f"2099{day[4:]}")
        self.huma_tells(leaving.user_id)
        days_pass(1)

    def clerk_works(self) -> None:
        """The payroll clerk changes something, too; somebody in Huma does so at the same time."""
        for both in (False, True):
            person = next(self.known)
            self.main.visma.edit(person.employee_id, phones=[{"type": "business", "number": f"+4741{both:06}"}])
            if both:
                self.new_phone(person)
        self.clock()
        days_pass(1)

    def accounts_are_held(self) -> None:
        """Five changed accounts are held: approved, rejected, changed once more, taken back in Huma, and waiting."""
        some = [next(self.known) for _ in range(5)]
        before = dict(self.main.huma.users[some[3].user_id].values)
        for person in some:
            self.new_account(person)
        self.huma_tells(*(person.user_id for person in some))
        answering_held.approve(self.connection, self.hr, self.waiting(some[0].user_id))
        self.attend()
        answering_held.reject(self.connection, self.colleague, self.waiting(some[1].user_id))
        days_pass(1)
        self.new_account(some[2])
        self.main.huma.edit(some[3].user_id, bankAccount=before["bankAccount"])
        self.huma_tells(some[2].user_id, some[3].user_id)
        days_pass(1)

    def many_are_held(self) -> None:
        """Too many phones within an hour: some are approved, some rejected, some still wait."""
        some = [self.new_phone() for _ in range(9)]
        self.huma_tells(*some)
        waiting = self.waiting(*some)
        assert len(waiting) == 5, waiting
        answering_held.approve(self.connection, self.hr, waiting[:2])
        self.attend()
        answering_held.reject(self.connection, self.hr, waiting[2:3])
        self.write_digest()
        days_pass(2)

    def people_come_and_go(self) -> None:
        """Somebody begins, leaves, is deleted, gets another position; a person is added in Huma."""
        new = self.main.add_person("only_huma")
        self.huma_tells(new.user_id, topic="users-create")
        inactive, deleted, gone = (next(self.known) for _ in range(3))
        self.main.huma.deactivate(inactive.user_id)
        self.main.huma.delete(deleted.user_id)
        self.huma_tells(inactive.user_id)
        self.huma_tells(deleted.user_id, topic="users-delete")
        self.main.visma.delete(gone.employee_id)
        days_pass(1)
        self.clock()
        self.another_position(next(self.known))
        closed = notices.waiting(self.connection).filter(kind="deactivated").values_list("pk", flat=True)
        assert notices.close(self.connection, self.hr, list(closed))
        days_pass(4)

    def another_position(self, person: Person) -> None:
        """On its day somebody's position becomes another one."""
        yesterday, today = timezone.localdate() - timedelta(days=1), timezone.localdate()
        user = self.main.huma.users[person.user_id]
        (old,) = user.positions
        self.main.huma.edit_position(person.user_id, old, contractEndDate=yesterday.isoformat())
        begins = {"contractStartDate": today.isoformat(), "firstDayOfWork": today.isoformat()}
        self.main.huma.add_position(person.user_id, begins)
        # It was known a month ago that it would change today.
        EmployeeLink.objects.filter(huma_id=person.user_id).update(changes_on=today)
        for pk in date_roll.due():
            assert not date_roll.look(Connection.objects.get(pk=pk))

    def owners_tidy_up(self) -> None:
        """Who is who and who stays out is changed on People's pages."""
        unlinked, left_out, back = (next(self.known) for _ in range(3))
        people.unlink(self.link(unlinked), self.hr)
        for person, why in ((left_out, "gets paid elsewhere"), (back, "by mistake")):
            people.leave_out(self.connection, self.hr, "visma", person.employee_id, self.link(person).name, why)
        people.take_back(self.connection.left_out.get(vendor_id=back.employee_id), self.hr)
        days_pass(1)

    def things_go_wrong(self) -> None:
        """A pause, forged events, a reading and a write that failed; then a command makes it good."""
        pausing.pause(self.connection, self.hr)
        self.post_mail()
        self.new_phone()
        days_pass(1)
        pausing.resume(self.connection, self.colleague)
        self.attend()
        self.event(["nobody"], secret="forged")
        self.main.faults.script("huma", "GET", "/users", "404", times=999)
        failed = runner.drive(lifecycle.start(self.connection, self.hr))
        assert failed.state == SyncRun.State.FAILED, failed.state
        self.main.faults.clear()
        refused = next(self.known)
        self.new_phone(refused)
        self.main.faults.script("visma", "PUT", f"/employees/{refused.employee_id}", "job-fails", times=99)
        self.huma_tells(refused.user_id)
        self.main.faults.clear()
        days_pass(2)
        call_command("sync", self.connection.code, "--json", stdout=io.StringIO())
        self.write_digest()
        days_pass(3)

    def other_company(self) -> None:
        """A second company is synchronized once, and what failed is about to be tried again."""
        access = connecting.Access(self.small.tenant_id, self.small.key, vendors.HUMA_CLIENT_SECRET)
        made = connecting.connect(self.colleague, access, {"name": "Bergheim AS"}, self.colleague)
        run = read(made, self.colleague)
        person = self.small.people["phone_differs"][0]
        decide(run, self.colleague, person.user_id, "phone", "huma")
        self.small.faults.script("visma", "PUT", f"/employees/{person.employee_id}", "job-fails", times=99)
        run = apply(run, self.colleague)
        self.small.faults.clear()
        assert retry_failed(run, self.colleague).state == SyncRun.State.CONFIRM
        self.post_mail()

    def last_day(self) -> None:
        """Choices are made in an open run, a scheduled sync has passed, and Huma has just told of somebody."""
        self.clock()
        run = read(self.connection, self.hr)
        self.main.wait_for_jobs()
        for way, field, choice in LAST:
            decide(run, self.hr, self.of(way).user_id, field, choice)
        rows = candidates.possible(run, "visma").order_by("name")[:1]
        assert creation.choose(run, self.hr, [one.pk for one in rows], True)
        self.event([self.new_phone()])
