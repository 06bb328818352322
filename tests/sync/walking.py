"""Walks through lists by Next and Previous, with their links and buttons."""

import re

from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

NAME = re.compile(r"Person\d\d\d")


def names(response):
    """The people on a page, in order, each once."""
    said = re.sub(r'<ul class="messagelist".*?</ul>', "", response.content.decode(), flags=re.DOTALL)
    return list(dict.fromkeys(NAME.findall(said)))


def follow(web, url, response, rel):
    """The page behind Next or Previous of a list, as its link or button leads there; ``None`` without one."""
    html = response.content.decode()
    key = {"next": "after", "prev": "before"}[rel]
    if link := re.search(rf'rel="{rel}" href="\?([^"]*)"', html):
        return web.get(f"{url}?{link.group(1).replace('&amp;', '&')}")
    if button := re.search(rf'form="[a-z-]+" name="{key}" value="([^"]*)"', html):
        fields = dict(re.findall(r'<input type="hidden" form="filter" name="(\w+)" value="([^"]*)"', html))
        for name, options in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', html, re.DOTALL):
            fields[name] = next(iter(re.findall(r'<option value="([^"]*)" selected', options)), "")
        found = re.search(r'type="search"[^>]* value="([^"]+)"', html)
        data = {**fields, key: button.group(1), "search": found.group(1) if found else ""}
        return web.post(url, data, follow=True)
    return None


def staying(response):
    """The mark by which a click comes back to this page."""
    return re.findall(r'name="at" value="([^"]*)"', response.content.decode())[0]


def walk(web, url, act=lambda shown: None):
    """Work through a list from its beginning by Next; ``act`` does something with whom each page shows."""
    response, seen = web.get(url), []
    while response is not None:
        shown = names(response)
        assert shown
        seen.append(shown)
        act(shown)
        response = follow(web, url, response, "next")
    return seen


def disagreeing(connection, count):
    """``count`` people who differ only in their phone."""
    people = []
    for n in range(count):
        one = (f"Person{n:03}", "Name", str(100 + n), f"p{n}@x.no")
        people += [in_huma(f"h{n}", *one, phone=wrap("22 33 44 55")), in_visma(f"v{n}", *one)]
    return read(connection, *people)


def one_sided(connection, count):
    """``count`` people in Huma only."""
    return read(
        connection, *(in_huma(f"h{n}", f"Person{n:03}", "Name", str(100 + n), f"p{n}@x.no") for n in range(count))
    )


def everybody(count):
    return [f"Person{n:03}" for n in range(count)]
