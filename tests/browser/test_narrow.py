"""No page scrolls sideways, however narrow the window: a small phone's, or one on a desk whose scrollbar takes room."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse

from sync.runs import pilot_group
from tests.browser.looking import STICKS_OUT
from tests.sync import driving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (405, 390, 375, 360, 335, 320)


@pytest.fixture
def window(launch_browser: Callable[..., Any], hr: Any, sign_in: Any) -> Iterator[Any]:
    """A browser on a desk, with scrollbars that take room."""
    browser = launch_browser(ignore_default_args=["--hide-scrollbars"])
    context = browser.new_context()
    sign_in(context, hr)
    page = context.new_page()
    yield page
    page.goto("about:blank")
    browser.close()


def wide(page: Any, base: str, address: str) -> list[str]:
    """What sticks out of a page, at which width and in which language, with everything unfolded."""
    found = []
    for language in ("nb", "en"):
        page.context.add_cookies([{"name": "django_language", "value": language, "url": base}])
        assert page.goto(f"{base}{address}").ok, address
        page.evaluate("document.querySelectorAll('main details').forEach((it) => { it.open = true; })")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 700})
            if sticks := page.evaluate(STICKS_OUT):
                found.append(f"{address} {language} {width}: {sticks}")
    return found


def test_no_page_is_wider_than_its_window(window, live_server, settings, hr):
    def at(name: str, *more: Any) -> str:
        return reverse(f"admin:{name}", args=more)

    found = []
    for name in ("index", "connect", "help", "password_change"):
        found += wide(window, live_server.url, at(name))
    with driving.running(settings, employees=8) as sandbox:
        for way in ("possible_match", "draft", "only_huma_without_number", "only_visma_former", "not_editable"):
            sandbox.add_person(way)
        fjordheim = driving.connection(sandbox, hr)
        driving.read(fjordheim, hr)
        link = fjordheim.links.filter(state="linked")[0]
        pilot_group.add(fjordheim, hr, [("huma", link.huma_id)], fjordheim.pilot_version)
        names = ("connection", "connection_settings", "connection_doctor", "connection_pause", "ready", "automatic")
        wizard = ("sync_users", "overview", "review", "review_matches", "create", "confirm")
        for name in (*names, *wizard, "webhook", "people", "to_fix", "pilot", "pilot_everyone", "pairs", "history"):
            found += wide(window, live_server.url, at(name, fjordheim.code))
    assert found == []
