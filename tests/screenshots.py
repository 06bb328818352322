"""The README's pictures, of the real product with the demo's data: `make screenshots` takes them anew."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, ViewportSize, sync_playwright

from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, TENANT_ID
from humavisma.demo.environment import BASE_DIR, Demo, Ports

FOLDER = BASE_DIR / "docs" / "screenshots"
PORTS = Ports(web=8300, huma=8303, visma=8304, mail=8305, smtp=8306)
LAPTOP: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 844}


def main() -> int:
    """Start the demo, take its pictures, end it."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.stderr.write("There is no Chromium (apt-get install chromium).\n")
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        where = Demo(Path(folder), PORTS)
        ports = [f"--{name}-port={port}" for name, port in vars(PORTS).items()]
        demo = subprocess.Popen(
            [sys.executable, "-m", "humavisma.demo", f"--folder={folder}", *ports],
            cwd=BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert demo.stdout
            if not any("Ctrl-C ends it" in line for line in demo.stdout):
                return 1
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                page = browser.new_page(viewport=LAPTOP, locale="en-GB", reduced_motion="reduce")
                walk(page, where)
        finally:
            demo.terminate()
            demo.communicate(timeout=30)
    return 0


def walk(page: Page, where: Demo) -> None:
    """Connect, review, choose and run, with a picture of what an HR admin sees at each step."""
    sign_in_and_connect(page, where)
    page.get_by_role("link", name="Synchronize users").last.click()
    page.get_by_role("button", name="Synchronize users").click()
    page.wait_for_url("**/overview/", timeout=60_000)
    take(page, "overview")
    base = page.url.removesuffix("overview/")
    page.goto(f"{base}review/")
    decide(page)
    page.goto(f"{base}create/")
    while (everybody := page.get_by_role("button", name="Select all")).count():
        everybody.first.click()
        page.wait_for_timeout(500)
    page.goto(f"{base}confirm/")
    take(page, "confirm")
    number = page.get_by_label("to confirm")
    number.fill(page.locator("label[for=number]").inner_text().split()[1])
    page.locator("button[form=confirm]").click()
    page.wait_for_url("**/result/**", timeout=60_000)
    page.wait_for_timeout(3000)
    page.reload()
    take(page, "result")


def sign_in_and_connect(page: Page, where: Demo) -> None:
    """From the sign-in to the connection's page."""
    page.goto(where.url)
    page.get_by_label("Username").fill("hr")
    page.get_by_label("Password").fill(where.password("hr"))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Connect a company").click()
    for name, text in {
        "Tenant ID": TENANT_ID,
        "Client ID": HUMA_CLIENT_ID,
        "Client secret": HUMA_CLIENT_SECRET,
        "Name of the connection": "Fjordheim AS",
    }.items():
        page.get_by_role("textbox", name=name).fill(text)
    page.get_by_role("combobox", name="Default end reason").select_option("arbeidstakerHarSagtOppSelv")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Connect", exact=True).click()


def decide(page: Page) -> None:
    """Make some choices of each kind, as an HR admin would, and take pictures in between."""
    bulk(page, "As suggested")
    choose(page, "Use Huma's", 1)
    choose(page, "Leave as is", 3)
    page.get_by_role("article").nth(1).evaluate("it => scrollTo(0, it.offsetTop - 90)")
    take(page, "review")
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    page.get_by_role("article").nth(1).evaluate("it => scrollTo(0, it.offsetTop - 70)")
    take(page, "review-phone")
    page.set_viewport_size(LAPTOP)
    page.emulate_media(color_scheme="light")
    page.get_by_role("link", name="Differences").first.click()
    bulk(page, "Use Huma's")


def bulk(page: Page, choice: str) -> None:
    """One choice for all that are shown, confirmed."""
    page.locator("details.bulk summary").click()
    page.locator("details.bulk").get_by_role("button", name=choice).click()
    page.get_by_role("button", name="Save for").click()


def choose(page: Page, choice: str, index: int) -> None:
    """A choice for one of the differences."""
    difference: Any = page.locator("form.difference").nth(index)
    difference.get_by_role("radio", name=choice).click()
    page.locator("form.difference").nth(index).get_by_role("radio", name=choice, checked=True).wait_for()
    page.wait_for_timeout(300)


def take(page: Page, name: str) -> None:
    """One picture of what the window shows."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
