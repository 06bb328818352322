"""The whole wizard with the keyboard alone: nothing is clicked, and the result is the same."""

import re
from typing import Any

import pytest

from tests.browser.keys import Keys
from tests.browser.story import TYPED, Story, until
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(vendors: Any) -> Story:
    return Story(vendors)


def test_the_whole_wizard_by_keyboard(story, worker, desk, live_server, hr, smtp):
    keys = Keys(desk)
    desk.goto(live_server.url)
    connect(desk, keys)
    synchronize(desk, keys)
    settle_the_match(desk, keys)
    decide(desk, keys, story)
    choose_who_is_added(desk, keys, story)
    desk.get_by_role("heading", name="Look twice").wait_for()
    keys.go("Send ")
    desk.wait_for_url("**/result/**")
    story.is_what_was_chosen()
    assert until(lambda: len(smtp.messages) == 3)


def connect(page: Any, keys: Keys) -> None:
    keys.fill("Username", "hr")
    keys.fill("Password", PASSWORD)
    keys.press("Enter")
    page.get_by_role("heading", name="Connect your first company").wait_for()
    keys.go("Connect a company")
    page.wait_for_url("**/connect/")
    for name, text in TYPED.items():
        keys.fill(name, text)
    keys.to("I have the authority")
    keys.press("Space")
    keys.go("Connect")
    page.get_by_role("heading", name="Fjordheim AS", level=1).wait_for()


def synchronize(page: Any, keys: Keys) -> None:
    keys.go("Synchronize users")
    page.wait_for_url("**/sync/")
    page.get_by_role("heading", name="What happens").wait_for()
    keys.go("Synchronize users", times=2)  # the menu has a link of that name
    page.wait_for_url("**/overview/")


def settle_the_match(page: Any, keys: Keys) -> None:
    keys.go("Next: Review")
    page.wait_for_url("**/review/")
    keys.go("Possible matches")
    page.wait_for_url("**/matches/")
    keys.go("Same person: link them")
    page.get_by_text("Linked", exact=True).wait_for()
    keys.go("Differences")
    page.wait_for_url("**/review/")


def choose(page: Any, keys: Keys, name: str, field: str, choice: str, *arrows: str) -> None:
    """Walk to the difference, move with the arrows, and choose; the focus begins at "Not decided", the last choice."""
    group = f"{field}, {name}: what is right?"
    keys.to(group)
    assert keys.focused == f"{group} Not decided"
    for arrow in arrows:
        keys.press(arrow)
    keys.press("Space")
    if choice == "Never sync this field":
        page.get_by_role("button", name=choice).wait_for()
        keys.press("Enter")
    saved = page.get_by_role("group", name=group).get_by_role("radio", name=choice, checked=True)
    saved.wait_for()
    page.get_by_role("status").get_by_text(f"Saved: {choice}").wait_for(state="attached")
    assert keys.focused.startswith(f"{group} {choice}")


def bulk(page: Any, keys: Keys, choice: str, count: int) -> None:
    keys.go("One choice for")
    keys.go(choice)
    page.wait_for_url("**/bulk/")
    keys.go(f"Save for {count} difference")
    page.get_by_text(f"Saved for {count} difference").wait_for()


def decide(page: Any, keys: Keys, story: Story) -> None:
    chosen = {
        story.name("family_name"): ("Family name", "Use Huma's", "ArrowRight"),
        story.name("phone_differs"): ("Phone", "Use Huma's", "ArrowDown"),
        story.name("account_differs"): ("Bank account", "Use Visma's", "ArrowRight", "ArrowRight"),
        story.name("address_differs"): ("Address", "Use Huma's", "ArrowRight"),
        story.name("given_name"): ("Given name", "Never sync this field", "ArrowLeft"),
        story.name("possible_match"): ("Email", "Leave as is", "ArrowLeft", "ArrowLeft"),
    }
    keys.go("Suggested 3")
    page.wait_for_url("**show=suggested")
    bulk(page, keys, "As suggested", 3)
    keys.go("Differences")
    page.wait_for_url("**/review/")
    keys.to("Kind")
    keys.type("Only cap")
    page.wait_for_url("**kind=spelling")
    bulk(page, keys, "Leave as is", 1)
    keys.go("Clear filter")
    page.wait_for_url("**/review/")
    for name in page.get_by_role("article").get_by_role("heading", level=2).all_inner_texts():
        if name in chosen:
            choose(page, keys, name, *chosen[name])
    page.get_by_text("10 of 11 decided").wait_for()
    keys.go("Next: Create")
    page.wait_for_url("**/create/")


def choose_who_is_added(page: Any, keys: Keys, story: Story) -> None:
    page.get_by_label("Bergen").wait_for()
    keys.go(f"Never add : {story.name('only_huma', 1)}")
    page.get_by_text("Left out").first.wait_for()
    keys.to(f"Add to Visma.net Payroll: {story.name('only_huma')}")
    keys.press("Space")
    page.get_by_text("1 person will be added").wait_for()
    keys.to(f"Add to Huma: {story.name('only_visma')}")
    keys.press("Space")
    page.get_by_text("2 people will be added").wait_for()
    keys.to("Bergen")
    keys.press("Space")
    page.locator("#options-saved").get_by_text(re.compile("Saved")).wait_for()
    keys.go("Next: Confirm")
    page.wait_for_url("**/confirm/")
