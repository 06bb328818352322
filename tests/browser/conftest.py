"""Fixtures for a browser whose console stays empty, a signed-in person, a real worker process, and both vendors."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from connections.sandbox import Sandbox
from tests.mailserver import MailServer
from tests.sync import driving

# Expected messages: Chromium's about a 404 (we look at our page), and htmx's about a request that a newer one replaced.
EXPECTED = (
    *("responded with a status of 403", "responded with a status of 404", "responded with a status of 500"),
    *("htmx:afterRequest, ", "htmx:sendAbort, "),
)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """English, the size of a laptop, and no animations."""
    size = {"width": 1280, "height": 900}
    return {**browser_context_args, "locale": "en-GB", "viewport": size, "reduced_motion": "reduce"}


@pytest.fixture
def complaints(context: Any) -> Iterator[list[str]]:
    """The browser's errors, warnings and policy violations; at the end of a test there must be none."""
    heard: list[str] = []
    listen(context, heard)
    yield heard
    assert heard == []


def listen(context: Any, heard: list[str]) -> None:
    """Note every error and warning of all pages of this browser."""

    def console(message: Any) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in EXPECTED):
            heard.append(f"{message.page.url if message.page else ''}: {message.text} {message.location}")

    context.on("console", console)
    context.on("weberror", lambda error: heard.append(str(error.error)))


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Any, Any], None]:
    """Give a browser somebody's session, without opening the sign-in page."""

    def give(context: Any, user: Any) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])

    return give


@pytest.fixture
def desk(page: Any, live_server: Any, complaints: list[str]) -> Iterator[Any]:
    """An empty page, which sends no requests any more when the test has ended."""
    page.set_default_timeout(30_000)
    yield page
    for each in page.context.pages:
        each.goto("about:blank")


@pytest.fixture
def vendors(settings: Any, request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Both vendors without people; a test adds its people, and may say how slow the jobs are."""
    with driving.running(settings, employees=0, **getattr(request, "param", {})) as sandbox:
        yield sandbox


@pytest.fixture
def worker(vendors: Sandbox, smtp: MailServer, live_server: Any, process_env: dict[str, str]) -> Iterator[None]:
    """`manage.py worker`, on this test's database, vendors and mail server."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=django_settings.BASE_DIR,
        env={**process_env, "SITE_URL": live_server.url, "JOB_WAIT_FIRST_SECONDS": "0.1", "SYNC_CONCURRENCY": "2"},
        start_new_session=True,
    )
    yield
    process.terminate()
    assert process.wait(30) == 0
