"""An installation of an earlier version: as it was kept, and migrated to this version with both vendors running."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection as database

from connections.models import Connection
from connections.vendors.clients import forget_clients
from sync import runner
from sync.automation import real_time
from sync.writing import context
from tests.installations import databases, keeping, state, times
from tests.sync.companies import Companies, OneCompany
from tests.sync.scheduling import QUICK


@dataclass
class Installation:
    """A migrated installation. `company` belongs to `connection`, with automatic updates; another has just begun."""

    connection: Connection
    company: OneCompany
    other: OneCompany
    owner: User
    superuser: User

    def attend(self) -> None:
        """Do what a worker does after an event from Huma, to the end."""
        real_time.attend(self.connection)
        for run in self.connection.runs.filter(runner.is_working()):
            runner.drive(run)
        self.company.wait_for_jobs()


@pytest.fixture(params=keeping.VERSIONS)
def kept(request: Any, transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[str]:
    """The version of the kept installation whose database is used now, without changes."""
    settings.FIELD_ENCRYPTION_KEY = [keeping.KEY]
    with databases.empty(tmp_path) as name:
        databases.fill(name, keeping.database(request.param, database.vendor))
        with databases.using(name):
            yield request.param


@pytest.fixture
def installation(kept: str, settings: Any) -> Iterator[Installation]:
    """A kept installation that was just migrated to this version, with both vendors as they were."""
    _set(settings, QUICK)
    context._usual_job_seconds.clear()
    call_command("migrate", verbosity=0)
    times.come_to_now()
    company, other = (state.restored(one, job_seconds=(0.02, 0.04)) for one in keeping.companies(kept, database.vendor))
    servers = Companies(company, other)
    with servers:
        _set(settings, servers.settings())
        yield Installation(
            Connection.objects.get(tenant_id=company.tenant_id),
            company,
            other,
            owner=User.objects.get(username="hr"),
            superuser=User.objects.get(username="admin"),
        )
        for one in Connection.objects.all():
            forget_clients(one)


def _set(settings: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
