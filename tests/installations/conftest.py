"""An installation of an earlier version: as it was kept, migrated, and with both vendors running.

It is migrated once in each process that runs tests; each test that only looks at the result gets a copy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection as database
from django.test import override_settings

from connections.models import Connection
from connections.vendors.clients import forget_clients
from sync import runner
from sync.automation import real_time
from sync.writing import context
from tests.installations import databases, keeping, state, stored, times
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


@dataclass
class Migrated:
    """A database of an earlier version that was migrated; ``before``: what was stored before."""

    version: str
    name: str
    before: stored.Rows


@pytest.fixture(scope="session", params=keeping.VERSIONS)
def mould(
    request: Any, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Migrated]:
    """A kept installation that was migrated, to be copied."""
    with django_db_blocker.unblock(), databases.empty(tmp_path_factory.mktemp("mould")) as name:
        databases.fill(name, keeping.database(request.param, database.vendor))
        with databases.using(name), override_settings(FIELD_ENCRYPTION_KEY=[keeping.KEY]):
            before = stored.all_rows()
            call_command("migrate", verbosity=0)
        yield Migrated(request.param, name, before)


@pytest.fixture
def migrated(mould: Migrated, transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Migrated]:
    """A migrated installation whose database is used now."""
    settings.FIELD_ENCRYPTION_KEY = [keeping.KEY]
    with databases.copied(mould.name, tmp_path) as name, databases.using(name):
        yield replace(mould, name=name)


@pytest.fixture
def installation(migrated: Migrated, settings: Any) -> Iterator[Installation]:
    """A kept installation that was just migrated to this version, with both vendors as they were."""
    _set(settings, QUICK)
    context._usual_job_seconds.clear()
    times.come_to_now()
    version, vendor = migrated.version, database.vendor
    company, other = (state.restored(one, job_seconds=(0.02, 0.04)) for one in keeping.companies(version, vendor))
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
