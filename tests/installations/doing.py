"""The steps of the story of a kept installation: what people, the worker and both vendors do."""

import json
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.test import Client

from connections import sandbox as vendors
from connections.models import Connection
from connections.sandbox.seed.seed import Person as Seeded
from sync import runner
from sync.attention import digest
from sync.automation import real_time, schedule
from sync.mail import letters, outbox
from sync.models import Change, EmployeeLink, SyncRun
from tests.installations.keeping import PASSWORD
from tests.installations.times import next_working_day
from tests.sync.companies import OneCompany
from tests.sync.driving import apply
from tests.sync.telling import accounts
from tests.sync.writing.conftest import Person


class Work:
    """One installation with two companies: `main` has automatic updates, `small` has just begun."""

    connection: Connection

    def __init__(self, main: OneCompany, small: OneCompany) -> None:
        self.main, self.small = main, small
        self.admin = User.objects.create_superuser("admin", "admin@example.com", PASSWORD)
        self.hr = User.objects.create_user("hr", "hr@example.com", PASSWORD, is_staff=True)
        self.colleague = User.objects.create_user("colleague", "colleague@example.com", PASSWORD, is_staff=True)
        self.accounts = iter(accounts(40))
        self.phones = iter(range(1, 1000))
        # People without differences, to whom something happens later.
        self.known = iter([_found(self.main.add_person()) for _ in range(40)])

    def of(self, way: str) -> Person:
        """The first person who was seeded in that way in the main company."""
        return _found(self.main.people[way][0])

    def applied(self, run: SyncRun) -> SyncRun:
        """Confirm a run, write it to its end, and send its mail."""
        run = apply(run, self.hr)
        assert run.state == SyncRun.State.FINISHED, run.state
        self.main.wait_for_jobs()
        self.post_mail()
        return run

    def new_phone(self, person: Person | None = None) -> str:
        """Give somebody another phone in Huma; returns their id there."""
        person = person or next(self.known)
        self.main.huma.edit(person.user_id, phone=f"+4740{next(self.phones):06}")
        return person.user_id

    def new_account(self, person: Person) -> None:
        """Give somebody another bank account in Huma."""
        number = next(self.accounts)
        account = {"type": "national", "number": number, "country": "NO", "code": "NATIONAL"}
        self.main.huma.edit(person.user_id, bankAccount=account)

    def event(self, ids: Iterable[str | None], topic: str = "users-update", secret: str = "") -> int:
        """Send an event to the webhook; returns the answer's status."""
        body = json.dumps({"topic": topic, "users": [{"id": id_} for id_ in ids]}).encode()
        self.connection.refresh_from_db()
        headers = vendors.signed(body, secret or self.connection.webhook_secret, topic=topic)
        path = f"/webhooks/huma/{self.connection.code}/"
        return Client().post(path, body, content_type="application/json", headers=headers).status_code

    def huma_tells(self, *ids: str | None, topic: str = "users-update") -> None:
        """Send an event about people, and work it off."""
        assert self.event(ids, topic) == 200
        self.attend()

    def attend(self) -> None:
        """Do what a worker does when a connection is woken."""
        real_time.attend(self.connection)
        for run in SyncRun.objects.filter(runner.is_working(), connection=self.connection):
            runner.drive(run)
        self.main.wait_for_jobs()
        self.post_mail()

    def clock(self) -> None:
        """Run the scheduled sync."""
        assert schedule.start_due()
        self.attend()

    def waiting(self, *ids: str | None) -> list[int]:
        """The held Changes of these people that wait."""
        rows = Change.objects.filter(state="held", answer="", link__huma_id__in=ids)
        return list(rows.order_by("pk").values_list("pk", flat=True))

    def link(self, person: Person) -> EmployeeLink:
        """The person's link."""
        return EmployeeLink.objects.get(connection=self.connection, huma_id=person.user_id)

    def write_digest(self) -> None:
        """Write the day's digest."""
        assert digest.write_due(next_working_day())
        self.post_mail()

    def post_mail(self) -> None:
        """Send all due emails."""
        for letter in outbox.due():
            letters.send(letter)


def _found(seeded: Seeded) -> Person:
    return Person(seeded.user_id or "", seeded.employee_id or "")
