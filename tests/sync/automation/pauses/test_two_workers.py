"""Two workers meet refused credentials at the same time: one pause, one email, and everything is caught up once."""

import secrets
import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from django_q.tasks import async_task

from connections import sandbox as vendors
from connections.models import AuditEntry, Connection
from sync.models import HumaEvent, SyncRun
from sync.worker.queue import wake_connection
from tests.mailserver import MailServer
from tests.sync.scheduling import company, make_due, people, turn_on
from tests.sync.workers import Workers
from tests.sync.writing.conftest import NUMBER

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.kill, pytest.mark.postgres]

QUICK = {"SLICE_SECONDS": "1.5", "JOB_WAIT_FIRST_SECONDS": "0.05", "SYNC_CONCURRENCY": "2"}


def minutes_pass(until: Callable[[], object], most: int = 60) -> bool:
    """Ticks come one after the other, until it is so; False when it never is."""
    for _ in range(most):
        async_task("sync.tasks.tick", save=False)
        end = time.monotonic() + 1
        while time.monotonic() < end:
            if until():
                return True
            time.sleep(0.05)
    return False


def test_two_workers_pause_once_and_catch_up_once(
    settings: object, hr: User, smtp: MailServer, process_env: dict[str, str]
) -> None:
    with company(settings, hr) as found:
        several = people(found, 8)  # no more than may change in an hour without a look
        turn_on(found)
        smtp.messages.clear()
        connection = found.connection
        for person in several:
            found.huma(person, phone=NUMBER)

        def visma_refuses() -> None:
            found.sandbox.visma.tenants.clear()
            found.sandbox.visma_tokens.revoke_all()

        # The schedule writes; what Huma tells of is read at the same time by the other worker.
        found.sandbox.faults.before("visma", "PUT", "/employees/", visma_refuses)
        workers = Workers(
            {
                **process_env,
                **QUICK,
                "HUMA_API_URL": found.sandbox.huma_url,
                "VISMA_API_URL": found.sandbox.visma_url,
                "VISMA_TOKEN_URL": found.sandbox.visma_token_url,
                "VISMA_CLIENT_ID": vendors.VISMA_CLIENT_ID,
                "VISMA_CLIENT_SECRET": vendors.VISMA_CLIENT_SECRET,
            }
        )
        try:
            workers()
            workers.begin()
            make_due(connection)
            HumaEvent.objects.create(
                connection=connection,
                topic="users-update",
                huma_ids=[person.user_id for person in several],
                body_hash=secrets.token_hex(32),
            )
            wake_connection(connection.pk)
            assert minutes_pass(lambda: Connection.objects.get().state == "paused" and smtp.messages)
            working = SyncRun.objects.filter(state__in=("fetching", "review", "applying"))
            assert minutes_pass(lambda: not working.exists())
            assert minutes_pass(lambda: HumaEvent.objects.get().state == "waiting")

            found.sandbox.visma.tenants.add(vendors.TENANT_ID)
            Connection.objects.update(retry_next=timezone.now())

            def caught_up() -> bool:
                phones = [one["number"] for person in several for one in found.in_visma(person)["phones"]]
                return phones.count(NUMBER) == len(several) and HumaEvent.objects.get().state == "done"

            assert minutes_pass(caught_up)
            assert minutes_pass(lambda: len(smtp.messages) == 2)
            assert minutes_pass(lambda: not working.exists())
        finally:
            workers.end()
        subjects = [str(message["Subject"]) for message in smtp.messages]
        assert len(subjects) == len({str(message["Message-ID"]) for message in smtp.messages}) == 2
        assert all(subject.startswith("Fjordheim: ") for subject in subjects)
        assert AuditEntry.objects.filter(action="connection.refused").count() == 1
        assert AuditEntry.objects.filter(action="connection.works_again").count() == 1
