"""Checks pages with axe, light and dark, on a laptop and on a phone, and whether anything is wider than the phone."""

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe

# Without preload: axe would fetch our style sheets again, and our policy forbids the way in which it does.
OPTIONS = {"resultTypes": ["violations"], "preload": False}
GUISES = ((1280, 900, "light"), (390, 844, "dark"))
STICKS_OUT = """() => ((page) => page.scrollWidth <= page.clientWidth ? [] :
    [...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > page.clientWidth + 1)
        .map((it) => it.outerHTML.slice(0, 80)).slice(0, 3).concat('sticks out'))(document.documentElement)"""


class Look:
    """Collects what is wrong with pages; `found` is empty if nothing is."""

    def __init__(self, page: Any, base: str) -> None:
        self.page, self.base = page, base
        self.found: dict[str, list[str]] = {}
        self._axe = Axe()

    def at(self, address: str) -> None:
        """Open the address and check it: in Norwegian on a dark phone, then in English on a laptop, left open."""
        for guise, language in zip(reversed(GUISES), ("nb", "en"), strict=True):
            self.page.context.add_cookies([{"name": "django_language", "value": language, "url": self.base}])
            self.page.goto(f"{self.base}{address}")
            self.here(f"{address} {language}", (guise,))

    def here(self, name: str, guises: Sequence[tuple[int, int, str]] = GUISES) -> None:
        """Check the open page in each size and colour scheme, with everything unfolded."""
        self.page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
        for width, height, scheme in guises:
            self.page.set_viewport_size({"width": width, "height": height})
            self.page.emulate_media(color_scheme=scheme)
            wrong = self.page.evaluate(STICKS_OUT)
            answer = self._axe.run(self.page, options=OPTIONS)
            for violation in answer.response["violations"]:
                nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                wrong.append(f"{violation['id']}: {violation['help']}: {nodes}")
            if wrong:
                self.found[f"{name} {width} {scheme}"] = wrong
        width, height, scheme = GUISES[0]
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.emulate_media(color_scheme=scheme)
