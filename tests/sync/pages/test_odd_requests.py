"""Any request to any address, signed in or not, gets a page or a short line, never an error of ours."""

import html
import io
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.core.signals import got_request_exception
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from hypothesis import given
from hypothesis import strategies as st

from humavisma.unstorable_text import Request
from sync.models import SyncRun
from sync.pages.vendor_ids import VendorIdConverter
from tests.sync.made_reads import in_huma, read
from tests.sync.odd_input import BODIES, CONTENT_TYPES, HEADERS, LONG, NAMES, PATH_PARTS, TEXTS

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]  # the stricter one; both would take minutes each

PART = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
RIGHT = {
    "choice": "huma",
    "to": "visma",
    "answer": "approve",
    "show": "all",
    "typed": "1",
    "from": "person",
    "on": "on",
    "action": "delete_selected",
    "_selected_action": "1",
    "language": "en",
}
"""Values that pass a form's first checks."""
EVERYWHERE = ("NUL", "a number of the database's size", "nothing")
"""These texts are sent to every address. Of the other texts each address gets a share."""


def share(number: int, odd: Sequence[Any], size: int = 6) -> Iterator[Any]:
    """Every ``size``-th odd value; ``number``, of an address for instance, says which one is the first."""
    yield from odd[number % size :: size]


def groups(all_of_them: Sequence[Any], size: int) -> list[tuple[int, Sequence[Any]]]:
    """Groups of ``size``, each with the number of its first one: a test for each one would mostly prepare."""
    return [(begin, all_of_them[begin : begin + size]) for begin in range(0, len(all_of_them), size)]


def routes(patterns: Any, before: str = "/") -> Iterator[str]:
    """Every address of the product, its parts as `<kind:name>`."""
    for one in patterns:
        route = str(one.pattern) if isinstance(one.pattern, RoutePattern) else "nowhere/"
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, before + route)
        elif isinstance(one, URLPattern):
            yield before + route


ROUTES = sorted(set(routes(get_resolver().url_patterns)))


@pytest.fixture
def faults(settings: Any, monkeypatch: Any) -> Iterator[list[str]]:
    """Collects the exceptions of requests, and fails the test afterwards if there are any."""
    monkeypatch.setattr("django.test.client.WSGIRequest", Request)  # as our application makes them
    settings.CONNECT_PATIENCE_SECONDS = 0.1
    heard: list[str] = []

    def hear(sender: Any, request: Any, **kwargs: Any) -> None:
        kind, error, trace = sys.exc_info()
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
        heard.append(f"{kind.__name__ if kind else ''}: {str(error)[:200]} at {place}")

    got_request_exception.connect(hear)
    yield heard
    got_request_exception.disconnect(hear)
    assert heard == []


class Visitor:
    """Sends a request, takes back what it did, and looks at the answer."""

    def __init__(self, user: User | None, faults: list[str]) -> None:
        self.client, self.faults = Client(raise_request_exception=False), faults
        if user:
            self.client.force_login(user)

    def get(self, address: str, data: Any = None, **more: Any) -> None:
        self._looked_at("GET", address, lambda: self.client.get(address, data, **more))

    def post(self, address: str, data: Any, **more: Any) -> None:
        self._looked_at("POST", address, lambda: self.client.post(address, data, **more))

    def send(self, address: str, body: bytes, content_type: str) -> None:
        """Post a body unchanged, with any content type."""
        self._looked_at("POST", address, lambda: self.client.generic("POST", address, body, content_type))

    def raw(self, address: str, path: str, **more: Any) -> None:
        """Request a path unchanged, quoted or not."""
        self._looked_at("GET", path, lambda: self.client.get(address, PATH_INFO=path, **more))

    def _looked_at(self, method: str, address: str, send: Any) -> None:
        with transaction.atomic():
            answer = send()
            if answer.streaming:
                b"".join(answer.streaming_content)  # as a web server would send it, and so close it
            transaction.set_rollback(True)
        if answer.status_code >= 500 and not address.startswith("/healthz"):
            self.faults.append(f"{method} {address[:100]}: {answer.status_code}")


def filled(route: str, run: SyncRun, **other: str) -> str:
    """The address with valid parameters, or with those in ``other``."""
    values = {"code": run.connection.code, "pk": str(run.pk), "side": "huma", "vendor_id": "kari", "object_id": "1"}
    return PART.sub(lambda part: other.get(part["name"], values.get(part["name"], "1")), route)


AT_ONCE = 24
SOME_ROUTES = groups(ROUTES, AT_ONCE)
of_some_routes = pytest.mark.parametrize(("first", "some"), SOME_ROUTES, ids=[some[0] for _first, some in SOME_ROUTES])


@of_some_routes
def test_whatever_stands_in_a_form_or_a_query_string(run, superuser, faults, first, some):
    others = [kind for kind in TEXTS if kind not in EVERYWHERE]
    visitor = Visitor(superuser, faults)
    for number, route in enumerate(some, first):
        address = filled(route, run)
        for nth, kind in enumerate((*EVERYWHERE, *share(number, others))):
            text, htmx = TEXTS[kind], {"HX-Request": "true"} if nth % 2 else {}
            in_address = ("search", "kind", "next", "q") if len(text) > 10_000 else NAMES
            visitor.get(address, dict.fromkeys(in_address, text), headers=htmx)
            visitor.post(address, {**dict.fromkeys(NAMES, text), **RIGHT}, headers=htmx)
        visitor.post(address, dict.fromkeys(NAMES, "\u202e"))
        visitor.get(address, {f"a{nth}": "" for nth in range(2000)})
        visitor.post(address, {"\0": "x", "x" * 5000: "x"})


@of_some_routes
def test_whatever_stands_where_a_code_or_an_id_belongs(run, superuser, faults, first, some):
    visitor, nobody = Visitor(superuser, faults), Visitor(None, faults)
    for number, route in enumerate(some, first):
        for name in (part["name"] for part in PART.finditer(route)):
            for text in PATH_PARTS if "review/decide" in route else share(number, PATH_PARTS):
                visitor.get(filled(route, run, **{name: quote(text, safe="%/<>'|\\")}))
            for text in share(number, ("a\0b", "a/b", "<b>", "å" * 900, "\ufffe", "\n"), size=3):
                visitor.raw("/", filled(route, run, **{name: text}).encode().decode("latin-1"))
                visitor.post(filled(route, run, **{name: quote(text)}), {**RIGHT, "search": "x"})
            nobody.get(filled(route, run, **{name: "a%00b"}))
            nobody.post(filled(route, run, **{name: "a%00b"}), {})


@of_some_routes
def test_whatever_comes_from_somebody_who_is_not_signed_in(run, faults, first, some):
    visitor = Visitor(None, faults)
    for number, route in enumerate(some, first):
        for text in share(number, ("a\0b", LONG, "\n", "http://[", "²"), size=2):
            visitor.get(filled(route, run), dict.fromkeys(("next", "q"), text))
            visitor.post(filled(route, run), dict.fromkeys(("username", "password", "next", "language"), text))


@pytest.mark.parametrize(("first", "some"), groups(CONTENT_TYPES, AT_ONCE))
def test_whatever_a_body_calls_itself(run, superuser, faults, first, some):
    """Each type meets each body and each address, and each address each body; not every three of them.

    An address that reads a body gets two of them from each type.
    """
    addresses = [filled(route, run) for route in ROUTES if "login" in route or "review" in route or "settings" in route]
    addresses += [f"/webhooks/huma/{run.connection.code}/", "/healthz", "/i18n/setlang/"]
    visitor = Visitor(superuser, faults)
    for number, content_type in enumerate(some, first):
        for nth, address in enumerate(addresses):
            reads = "/review/" in address or "huma" in address or "login" in address
            for body in share(number + nth, BODIES, size=8) if reads else BODIES[:2]:
                visitor.send(address, body, content_type)
            visitor.get(address, {"q": "x"}, CONTENT_TYPE=content_type)


@pytest.mark.parametrize(("first", "some"), groups(HEADERS, AT_ONCE))
def test_whatever_stands_in_a_header(run, superuser, faults, first, some):
    """All headers meet each address and each method, from both visitors: where one gets, the other posts."""
    addresses = ("/", "/admin/", filled("/admin/connections/<slug:code>/review/", run), "/healthz")
    for number, headers in enumerate(some, first):
        for who, visitor in enumerate((Visitor(superuser, faults), Visitor(None, faults))):
            for nth, address in enumerate(addresses):
                given = {key: value for key, value in headers.items() if key != "Cookie"}
                more: dict[str, Any] = {"HTTP_COOKIE": headers["Cookie"]} if "Cookie" in headers else {}
                if "Cookie" in headers:
                    visitor.client.cookies.clear()
                if (number + who + nth) % 2:
                    visitor.get(address, headers=given, **more)
                else:
                    visitor.post(address, {"search": "x"}, headers=given, **more)
            visitor.post("/admin/login/", {"username": "x", "password": "y"}, headers=headers)


@given(st.text(min_size=1))
def test_whatever_a_vendor_calls_a_person_an_address_leads_there(vendor_id):
    converter = VendorIdConverter()
    quoted = converter.to_url(vendor_id)
    assert "/" not in quoted
    assert quoted not in (".", "..")
    assert converter.to_python(quoted) == vendor_id


@pytest.mark.parametrize("vendor_id", ["a/b", "<b>", "..", "~2F", "a b?c#d%2F", "å\"'"])
def test_a_person_with_an_odd_id_has_a_page(fjordheim, superuser, vendor_id):
    read(fjordheim, in_huma(vendor_id, "Kari", "Nordmann", "1", "kari@x.no"))
    client = Client(headers={"accept-language": "en"})
    client.force_login(superuser)
    listed = client.get(f"/admin/connections/{fjordheim.code}/people/").content.decode()
    address = html.unescape(re.findall(r'class="name" href="([^"]+)"', listed)[0])
    shown = client.get(address)
    assert shown.status_code == 200
    assert "Kari Nordmann" in shown.content.decode()


@pytest.mark.parametrize("vendor_id", ["a/b", "<b>", "", ".."])
def test_nobody_can_be_linked_whom_there_is_not(run, superuser, vendor_id):
    client = Client(headers={"accept-language": "en"})
    client.force_login(superuser)
    address = filled("/admin/connections/<slug:code>/people/link/", run)
    for data in ({"huma": vendor_id, "visma": "ola-v"}, {"huma": "", "visma": vendor_id}):
        answer = client.post(address, data)
        assert answer.status_code == 302
        assert client.get(answer["Location"]).status_code == (404 if vendor_id else 200)


def test_what_is_no_text_is_refused_with_a_page_of_ours(run, superuser):
    client = Client(headers={"accept-language": "en"})
    client.force_login(superuser)
    review = filled("/admin/connections/<slug:code>/review/", run)
    answers = [
        client.get(f"{review}a%00b/"),
        client.get(review, CONTENT_TYPE="text/plain; charset=utf-7"),
        client.post(review, "search=x", content_type="application/x-www-form-urlencoded; charset=utf-7"),
        client.post(review, {f"a{number}": "" for number in range(50_001)}),
        client.post(review, {"search": "x" * 3_000_000}),
    ]
    assert [answer.status_code for answer in answers] == [400, 415, 415, 400, 400]
    assert all("read" in answer.content.decode() or "leses" in answer.content.decode() for answer in answers)
    hook = client.post(f"/webhooks/huma/{run.connection.code}/", b"{}", content_type="application/json; charset=utf-7")
    assert (hook.status_code, len(hook.content) < 40) == (415, True)


@pytest.mark.parametrize("charset", ["UTF-8", "utf8", '"utf-8"', "us-ascii"])
def test_every_name_of_utf_8_is_one(run, superuser, charset):
    client = Client()
    client.force_login(superuser)
    form = f"application/x-www-form-urlencoded; charset={charset}"
    review = filled("/admin/connections/<slug:code>/review/", run)
    assert client.post(review, "search=K%C3%A5re", content_type=form).status_code == 200


def test_a_filter_that_there_is_not_is_left_out(run, superuser):
    client = Client(headers={"accept-language": "en"})
    client.force_login(superuser)
    review = filled("/admin/connections/<slug:code>/review/", run)
    everything = client.get(review).content.decode()
    assert "Kari" in everything
    for text in (LONG, "nix", "<b>", "🤷", "a\0"):
        assert "Kari" in client.get(review, {"kind": text, "field": text, "show": text}).content.decode()


def test_the_application_makes_a_request_of_whatever_comes(transactional_db):
    """Content-Types that Django's own request breaks at, before any of our code could refuse it."""
    from humavisma.wsgi import application

    for content_type in CONTENT_TYPES:
        for method, body in (("GET", b""), ("POST", b"a=b")):
            statuses: list[str] = []
            environ = {
                "REQUEST_METHOD": method,
                "PATH_INFO": "/admin/login/",
                "SERVER_NAME": "testserver",
                "SERVER_PORT": "80",
                "CONTENT_TYPE": content_type.encode().decode("latin-1"),
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
                "wsgi.url_scheme": "http",
            }
            list(application(environ, lambda status, headers, statuses=statuses: statuses.append(status)))
            assert int(statuses[0][:3]) < 500, (content_type, statuses)
