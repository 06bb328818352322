"""A whole run read in both languages: every linked page is in the requested language and no other."""

import json
import re
from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import polib
import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import Resolver404, resolve

from connections.sandbox import Sandbox
from sync.models import SyncRun
from sync.wizard import creation, review
from sync.wizard.review import ReviewFilter
from tests.sync.driving import apply, connection, read, running

CATALOGUE = polib.pofile(str(Path(__file__).parents[1] / "locale" / "nb" / "LC_MESSAGES" / "django.po"))
TRANSLATED = [
    (entry.msgid, entry.msgstr) for entry in CATALOGUE if not entry.msgid_plural and entry.msgid != entry.msgstr
]

# Texts that only the other language has. A Norwegian "all" or "by" is a word of its own, so a few are enough.
FOREIGN = {
    "nb": {text for text, _ in TRANSLATED} - {translated for _, translated in TRANSLATED} - {"English"},
    "en": {translated for _, translated in TRANSLATED} - {text for text, _ in TRANSLATED} - {"Norsk"},
}
FOREIGN_WORDS = {
    "nb": r"the|and|with|this|that|they|you|your|are|isn't|was|were|been|which|their|from|of|not|nothing|has|have|will"
    r"|would|who|what|when|where|there|only|can't|don't|never|by hand|run|changed|written|read at",
    "en": r"og|ikke|ingen|ingenting|er|på|som|av|eller|også|denne|dette|ble|blir|fra|hvem|hva|hvor|når|den|det",
}
# What the App Store calls its rights is English everywhere.
QUOTED = re.compile(r"[«'][^«»']*employees['»]|python manage\.py \w+")


class Reader(HTMLParser):
    """Collects the texts of a page, those for screen readers included, and the addresses of its links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self._unseen = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in ("script", "style", "pre")
        found = dict(attrs)
        self.said += [found[name] or "" for name in ("aria-label", "placeholder", "title") if name in found]
        if tag == "a" and found.get("href"):
            self.links.append(found["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in ("script", "style", "pre")

    def handle_data(self, data: str) -> None:
        if not self._unseen and data.strip():
            self.said.append(" ".join(data.split()))


def browser(user: User, language: str) -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def pages(client: Client, most_alike: int = 2) -> Iterator[tuple[str, Reader]]:
    """Every page and file for people that links lead to from the start page, a few of each kind."""
    waiting, seen, kinds = deque(["/admin/"]), set(), Counter[str]()
    while waiting:
        address = waiting.popleft().split("#")[0]
        if address in seen or not address.startswith("/admin/") or "/auth/" in address:
            continue
        seen.add(address)
        try:
            kind = resolve(address.split("?")[0]).view_name
        except Resolver404:
            continue
        if kinds[kind] >= most_alike or kind == "admin:logout":
            continue
        answer: Any = client.get(address)
        if answer.status_code == 302:
            waiting.append(answer["Location"])
            continue
        kinds[kind] += 1
        assert answer.status_code == 200, address
        if not answer["Content-Type"].startswith("text/"):
            continue  # a file for programs, such as a report as JSON
        page = Reader(answer.content.decode())
        yield address, page
        waiting.extend(urljoin(address, link) for link in page.links)


def foreign(said: list[str], language: str, values: str = "") -> list[str]:
    """What of it is in the other language, and isn't (a part of) the ``values`` shown, nor details for developers."""
    words = re.compile(rf"(?<![\w-])({FOREIGN_WORDS[language]})(?![\w-])", re.IGNORECASE)
    found = [text for text in said if text in FOREIGN[language] or words.search(QUOTED.sub("", text))]
    return [text for text in found if text not in values and not text.startswith('{"')]


@pytest.fixture
def sandbox(settings: Any) -> Iterator[Sandbox]:
    with running(settings, 50, seed=3) as both:
        yield both


@pytest.fixture
def run(sandbox: Sandbox, superuser: User) -> SyncRun:
    return read(connection(sandbox, superuser), superuser)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["nb", "en"])
def test_no_page_speaks_another_language(sandbox: Sandbox, run: SyncRun, superuser: User, language: str) -> None:
    client = browser(superuser, language)
    values = json.dumps([sandbox.state(), sandbox.huma.groups], ensure_ascii=False, default=str)
    wrong: dict[str, list[str]] = {}
    names: set[str] = set()
    for step in ("decide", "finish"):
        for address, page in pages(client):
            names.add(resolve(address.split("?")[0]).view_name)
            if found := foreign(page.said, language, values):
                wrong[address] = found
        if step == "decide":
            review.decide_bulk(run, superuser, ReviewFilter(show="all"), "huma")
            creation.choose_all(run, superuser, "visma", True)
            apply(run, superuser)
    assert {text: address for address, texts in wrong.items() for text in texts} == {}
    ours = {"overview", "review", "review_matches", "create", "confirm", "result", "people", "person", "history"}
    ours |= {"sync_users", "connect", "connection", "connection_settings", "connection_credentials", "index"}
    assert {f"admin:{name}" for name in ours} <= names


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["nb", "en"])
def test_no_email_speaks_another_language(
    run: SyncRun, superuser: User, settings: Any, language: str, mailoutbox: Any
) -> None:
    settings.LANGUAGE_CODE = language
    run.connection.payroll_contacts = ["payroll@example.com"]
    run.connection.save()
    creation.choose_all(run, superuser, "visma", True)
    apply(run, superuser)
    assert len(mail.outbox) == 2
    for message in mail.outbox:
        assert foreign(f"{message.subject}\n{message.body}".splitlines(), language) == []


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("", "nb"), ("nb", "nb"), ("no", "nb"), ("nn", "nb"), ("sv,da;q=0.5", "nb"), ("en-GB,en;q=0.8,nb;q=0.5", "en")],
)
def test_the_browsers_language_is_spoken_and_norwegian_otherwise(
    client: Client, db: None, wanted: str, given: str
) -> None:
    headers = {"accept-language": wanted} if wanted else {}
    assert client.get("/admin/login/", headers=headers)["Content-Language"] == given


def test_the_language_that_was_chosen_is_kept(hr: User) -> None:
    client = browser(hr, "nb")
    page = client.get("/admin/connections/connect/")
    assert 'lang="en"' in page.content.decode()
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/admin/connections/connect/"})
    assert answer["Location"] == "/admin/connections/connect/"
    assert "Get a Tenant ID from Visma.net Payroll" in client.get("/admin/connections/connect/").content.decode()
    client.post("/i18n/setlang/", {"language": "nb", "next": "/admin/"})
    assert "Hent en Tenant ID fra Visma.net Payroll" in client.get("/admin/connections/connect/").content.decode()


@pytest.mark.parametrize(
    ("language", "sentence"), [("nb", "Feil brukernavn eller passord."), ("en", "Wrong username or password.")]
)
def test_a_wrong_password_is_said_in_a_plain_sentence(client: Client, hr: User, language: str, sentence: str) -> None:
    headers = {"accept-language": language}
    answer = client.post("/admin/login/", {"username": hr.username, "password": "not this one"}, headers=headers)
    assert sentence in answer.content.decode()
