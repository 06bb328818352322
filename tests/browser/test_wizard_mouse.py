"""The whole wizard by mouse, from signing in to the email; afterwards both sides have what was chosen."""

import re
from typing import Any

import pytest

from sync.models import SyncRun
from tests.browser.story import TYPED, Story, until
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(vendors: Any) -> Story:
    return Story(vendors)


def test_the_whole_wizard_by_mouse(story, worker, desk, live_server, hr, smtp):
    desk.goto(live_server.url)
    sign_in(desk)
    connect(desk)
    ask_for_the_number(desk)
    synchronize(desk)
    settle_the_match(desk)
    decide(desk, story)
    choose_who_is_added(desk, story)
    confirm(desk, story)
    look_at_the_result(desk)
    story.is_what_was_chosen()
    read_the_mail(desk, smtp)


def button(page: Any, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def sign_in(page: Any) -> None:
    page.get_by_label("Username").fill("hr")
    page.get_by_label("Password").fill(PASSWORD)
    button(page, "Sign in").click()


def connect(page: Any) -> None:
    page.get_by_role("link", name="Connect a company").click()
    for name, text in TYPED.items():
        page.get_by_role("textbox", name=name).fill(text)
    page.get_by_role("checkbox").check()
    button(page, "Connect").click()
    page.get_by_role("heading", name="Fjordheim AS", level=1).wait_for()


def ask_for_the_number(page: Any) -> None:
    """Lower the threshold, so that the number of people has to be typed."""
    page.get_by_role("link", name="Change the settings").click()
    page.get_by_role("spinbutton", name="Never ask at this number of people or fewer").fill("2")
    button(page, "Save").click()


def synchronize(page: Any) -> None:
    page.get_by_role("link", name="Synchronize users").last.click()
    button(page, "Synchronize users").click()
    page.wait_for_url("**/overview/")
    page.get_by_text("Nothing has been sent yet.").wait_for()


def settle_the_match(page: Any) -> None:
    button(page, "Next: Review").click()
    page.get_by_role("link", name="Possible matches").click()
    button(page, "Same person: link them").click()
    page.get_by_text("Linked", exact=True).wait_for()
    page.get_by_role("link", name="Differences").first.click()


def choose(page: Any, field: str, name: str, choice: str) -> None:
    group = page.get_by_role("group", name=f"{field}, {name}: what is right?")
    group.get_by_role("radio", name=choice).click()
    if choice == "Never sync this field":
        page.get_by_role("button", name=choice).click()
    page.get_by_role("group", name=f"{field}, {name}: what is right?").get_by_role(
        "radio", name=choice, checked=True
    ).wait_for()


def bulk(page: Any, choice: str, count: int) -> None:
    page.locator("details.bulk summary").click()
    page.locator("details.bulk").get_by_role("button", name=choice).click()
    page.get_by_role("button", name=f"Save for {count} difference").click()
    page.get_by_text(f"Saved for {count} difference").wait_for()


def decide(page: Any, story: Story) -> None:
    everything = 11
    page.get_by_text(f"0 of {everything} decided").wait_for()
    button(page, "Suggested 3").click()
    page.wait_for_url("**show=suggested")
    bulk(page, "As suggested", 3)  # no Employment ID in Huma, twice; a last workday in Huma alone
    page.get_by_role("link", name="Differences").click()
    page.get_by_label("Kind").select_option("spelling")
    page.wait_for_url("**kind=spelling")
    bulk(page, "Leave as is", 1)
    page.get_by_role("link", name="Clear filter").first.click()
    choose(page, "Phone", story.name("phone_differs"), "Use Huma's")
    choose(page, "Bank account", story.name("account_differs"), "Use Visma's")
    choose(page, "Address", story.name("address_differs"), "Use Huma's")
    choose(page, "Given name", story.name("given_name"), "Never sync this field")
    choose(page, "Email", story.name("possible_match"), "Leave as is")
    page.get_by_role("searchbox", name="Find an employee").press_sequentially(story.name("family_name"))
    page.get_by_role("article", name=story.name("phone_differs")).wait_for(state="detached")
    choose(page, "Family name", story.name("family_name"), "Use Huma's")
    page.get_by_text(f"{everything - 1} of {everything} decided").wait_for()
    button(page, "Next: Create").click()


def choose_who_is_added(page: Any, story: Story) -> None:
    page.get_by_role("checkbox", name=f"Add to Visma.net Payroll: {story.name('only_huma')}").click()
    page.get_by_text("1 person will be added").wait_for()
    page.get_by_role("row", name=story.name("only_huma", 1)).get_by_role("button", name="Never add").click()
    page.get_by_text("Left out").first.wait_for()
    page.get_by_role("checkbox", name=f"Add to Huma: {story.name('only_visma')}").click()
    page.get_by_text("2 people will be added").wait_for()
    page.get_by_label("Bergen").check()
    page.locator("#options-saved").get_by_text("Saved").wait_for()
    button(page, "Next: Confirm").click()


def confirm(page: Any, story: Story) -> None:
    page.get_by_role("heading", name="Look twice").wait_for()
    people = page.get_by_role("heading", name=re.compile("The changes are about")).inner_text().split()[4]
    page.get_by_label(f"Type {people} to confirm").fill("1")
    page.get_by_role("button", name=re.compile("^Send [0-9]+ changes$")).click()
    page.get_by_text("That isn't the number. Nothing was sent.").wait_for()
    assert story.sandbox.journal.writes() == []
    page.get_by_label(f"Type {people} to confirm").fill(people)
    page.get_by_role("button", name=re.compile("^Send [0-9]+ changes$")).dblclick()
    page.wait_for_url(re.compile("/run/|/result/"))


def look_at_the_result(page: Any) -> None:
    page.wait_for_url("**/result/**")
    page.get_by_text("Your connection between Huma and Visma.net Payroll is active").wait_for()
    run = SyncRun.objects.get()
    assert run.state == "finished"
    assert f"/result/{run.pk}/" in page.url


def read_the_mail(page: Any, smtp: Any) -> None:
    assert until(lambda: len(smtp.messages) == 3)
    bosses = "hr@example.com, boss@example.com"
    # Payroll is asked to confirm the address, and hears how many new drafts there are.
    assert sorted(message["to"] for message in smtp.messages) == [bosses, "payroll@example.com", "payroll@example.com"]
    (result,) = [message for message in smtp.messages if message["to"] == bosses]
    assert result["subject"].startswith("Fjordheim AS")
    page.goto("about:blank")
    link = re.search(r"http\S+/result/\d+/", result.get_body(("plain",)).get_content())
    assert link
    page.goto(link.group())
    page.get_by_role("heading", name="Result", level=1).wait_for()
