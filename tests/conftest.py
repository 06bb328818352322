"""Fixtures for all tests: users, both vendors, a mail server, a browser, our own processes."""

import os
import shutil
from collections.abc import Generator, Iterator
from typing import Any

import hypothesis
import pytest
from django.contrib.auth.models import User
from django.db import connection

from tests import clock, measuring
from tests.clock import (  # noqa: F401  # pytest takes them from here
    moment_of,
    one_day,
    pytest_generate_tests,
    pytest_runtest_call,
    pytest_runtest_protocol,
)
from tests.databases import empty_quickly, is_elsewhere, make_ready
from tests.mailserver import MailServer
from tests.redisserver import PROGRAM as REDIS

CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
PASSWORD = "correct-horse-battery"

# Without a deadline no test fails because the machine is busy.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")

# The node ids of tests that may be skipped in CI.
MAY_BE_LEFT_OUT: frozenset[str] = frozenset()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our command line options."""
    clock.add_options(parser)
    parser.addoption("--share", action="store_true", help="leave to the other database what runs there (make test)")
    parser.addoption("--measure", choices=["own", "all"], help="which branches tests reach (tests/measuring.py)")


def pytest_configure(config: pytest.Config) -> None:
    """Measure what was asked for."""
    measuring.configure(config)
    empty_quickly()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> None:
    """Skip tests that need a missing program, and deselect those that run on the other database."""
    for marker, there, name in (("browser", CHROMIUM, "chromium"), ("redis", REDIS, "redis-server")):
        left_out = pytest.mark.skip(reason=f"needs {name}, which isn't installed (apt-get install {name})")
        for item in [] if there else items:
            if item.get_closest_marker(marker):
                item.add_marker(left_out)
    elsewhere = {item for item in items if is_elsewhere(item, config.getoption("share"))}
    if config.getoption("clock"):
        elsewhere |= {item for item in items if moment_of(item) is None}
    items[:] = [item for item in items if item not in elsewhere]
    config.hook.pytest_deselected(items=list(elsewhere))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, turn a skipped test into a failure."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail") and item.nodeid not in MAY_BE_LEFT_OUT:
        report.outcome = "failed"
        report.longrepr = f"Left out, which CI doesn't allow: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI, turn a skipped module into a failure."""
    report = yield
    if CI and report.skipped and collector.nodeid not in MAY_BE_LEFT_OUT:
        report.outcome = "failed"
        report.longrepr = f"Left out, which CI doesn't allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Put a migrated database where pytest-django makes one."""
    make_ready()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Use the database that is there. It ends with the folder of the tests."""
    return True


@pytest.fixture
def hr(db: None) -> User:
    """An HR admin: staff, no superuser."""
    return User.objects.create_user("hr", "hr@example.com", PASSWORD, is_staff=True)


@pytest.fixture
def superuser(db: None) -> User:
    """A superuser, who sees everything."""
    return User.objects.create_superuser("admin", "admin@example.com", PASSWORD)


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Any]:
    """Both vendors on loopback, with few employees; the settings point there."""
    from connections import sandbox as vendors

    with vendors.Sandbox(employees=8) as running:
        settings.HUMA_API_URL = running.huma_url
        settings.VISMA_API_URL = running.visma_url
        settings.VISMA_TOKEN_URL = running.visma_token_url
        settings.VISMA_CLIENT_ID = vendors.VISMA_CLIENT_ID
        settings.VISMA_CLIENT_SECRET = vendors.VISMA_CLIENT_SECRET
        yield running


@pytest.fixture
def smtp(settings: Any) -> Iterator[MailServer]:
    """A real mail server on loopback; the settings point there."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.port
        yield server


@pytest.fixture
def process_env(transactional_db: None, settings: Any) -> dict[str, str]:
    """The environment for our own processes, with this test's database and vendors."""
    database = connection.settings_dict
    url = os.environ["DATABASE_URL"]
    if connection.vendor == "sqlite":
        url = f"sqlite:///{database['NAME']}"
    else:
        url = url.replace("/postgres?", f"/{database['NAME']}?")
    ours = {key: value for key, value in os.environ.items() if key != "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return {
        **ours,
        "DJANGO_SETTINGS_MODULE": "humavisma.settings",
        "DATABASE_URL": url,
        "EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        "HUMA_API_URL": settings.HUMA_API_URL,
        "VISMA_API_URL": settings.VISMA_API_URL,
        "VISMA_TOKEN_URL": settings.VISMA_TOKEN_URL,
        "VISMA_CLIENT_ID": settings.VISMA_CLIENT_ID,
        "VISMA_CLIENT_SECRET": settings.VISMA_CLIENT_SECRET,
    }


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, without requests of its own to the network."""
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
    if os.geteuid() == 0:
        quiet.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": quiet}
