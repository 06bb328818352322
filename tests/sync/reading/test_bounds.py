"""An endless list or a far too large answer ends a run with a sentence that says what came."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from django.utils import translation

from connections.models import Connection
from sync.models import EmployeeLink, EmployeeSnapshot, SyncRun
from sync.wording.sentences import sentence
from tests.connections.vendor import USER, Reply, Seen, Vendor, answer
from tests.sync.driving import connection, read, running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def english(settings: Any) -> Iterator[None]:
    settings.READ_PATIENCE_SECONDS = 600.0  # what can't get better isn't waited for
    with translation.override("en"):
        yield


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with Vendor() as server:
        server.on("/users", answer(200, {"total": 1, "items": [{"id": "u1"}]}))
        server.on("/users/u1", answer(200, USER))
        server.on("/users/u1/positions", answer(200, {"total": 0, "items": []}))
        server.on("/v2/employees", answer(200, {"data": [employee("e1")]}))
        yield server


@pytest.fixture
def made(settings: Any, vendor: Vendor, hr: Any) -> Connection:
    settings.HUMA_API_URL = vendor.url
    settings.VISMA_API_URL, settings.VISMA_TOKEN_URL = vendor.url + "/v2", vendor.url + "/connect/token"
    made = Connection.objects.create(name="F", tenant_id="t", huma_client_id="i", huma_client_secret="s")
    made.owners.add(hr)
    return made


def employee(id_: str) -> dict[str, Any]:
    return {"id": id_, "_embedded": {"positions": []}}


def failed(run: SyncRun) -> str:
    """What a run that failed says; nothing came of it."""
    assert run.state == "failed"
    assert not EmployeeLink.objects.exists()
    assert not EmployeeSnapshot.objects.exclude(payload=None).exists()
    assert "…" not in sentence(run.failure, run.failure_params)
    return sentence(run.failure, run.failure_params)


def leading_on(page: Callable[[int], list[dict[str, Any]]]) -> Callable[[Seen], Reply]:
    """A list whose cursor never ends."""
    numbers = count()

    def reply(seen: Seen) -> Reply:
        number = next(numbers)
        return answer(200, {"data": page(number), "cursor": {"nextToken": f"c{number}"}})

    return reply


def test_the_two_of_these_tests_can_be_read(vendor: Vendor, made: Connection, hr: Any) -> None:
    assert read(made, hr).state == "review"


@pytest.mark.parametrize("total", [10**15, "1" + "0" * 15, 200_001])
def test_a_total_that_no_company_has(vendor: Vendor, made: Connection, hr: Any, total: Any) -> None:
    vendor.on("/users", answer(200, {"total": total, "items": [{"id": "u1"}]}))
    said = failed(read(made, hr))
    assert f"Huma says that its list has {int(total)} people, and we fetch at most 200000." in said
    assert len(vendor.asked("/users")) == 1


def test_a_list_without_a_total_that_goes_on_for_ever(vendor: Vendor, made: Connection, hr: Any, settings: Any) -> None:
    settings.LIST_MAX_PEOPLE = 300

    def page(seen: Seen) -> Reply:
        begin = int(seen.query["offset"][0])
        return answer(200, {"items": [{"id": f"u{begin + at}"} for at in range(50)]})

    vendor.on("/users", page)
    assert "Huma's list continued after 300 people." in failed(read(made, hr))
    assert len(vendor.asked("/users")) <= 8


def test_a_huma_list_that_repeats_its_ids(vendor: Vendor, made: Connection, hr: Any) -> None:
    for total in ({}, {"total": 100_000}):
        vendor.on("/users", answer(200, {**total, "items": [{"id": f"u{at}"} for at in range(50)]}))
        assert "kept changing" in failed(read(made, hr))
    assert len(vendor.asked("/users")) < 100, "it is read again three times"


def test_a_cursor_that_never_ends(vendor: Vendor, made: Connection, hr: Any, settings: Any) -> None:
    settings.LIST_MAX_PEOPLE = 50
    vendor.on("/v2/employees", leading_on(lambda page: [employee(f"e{page}-{at}") for at in range(10)]))
    assert "Visma's list continued after 50 people." in failed(read(made, hr))
    assert len(vendor.asked("/v2/employees")) == 6


PAGES: dict[str, Callable[[int], list[dict[str, Any]]]] = {
    "the same ten": lambda page: [employee(f"e{at}") for at in range(10)],
    "the same two by turns": lambda page: [employee(f"e{page % 2}")],
    "nobody": lambda page: [],
    "nobody, but for one now and then": lambda page: [employee("e1")] if page % 15 == 0 else [],
    "one more each time": lambda page: [employee(f"e{at}") for at in range(max(0, page - 5), page + 1)],
}


@pytest.mark.parametrize("pages", PAGES)
def test_a_cursor_that_leads_round_and_round(
    vendor: Vendor, made: Connection, hr: Any, settings: Any, pages: str
) -> None:
    settings.LIST_MAX_PAGES = 120
    vendor.on("/v2/employees", leading_on(PAGES[pages]))
    assert "Visma's list of employees doesn't end" in failed(read(made, hr))
    assert len(vendor.asked("/v2/employees")) <= 121


def test_a_list_of_ids_that_never_ends(vendor: Vendor, made: Connection, hr: Any, settings: Any) -> None:
    settings.LIST_MAX_PAGES = 60
    numbers = count()

    def reply(seen: Seen) -> Reply:
        if "fields" in seen.query:
            number = next(numbers)
            return answer(200, {"data": [{"id": f"i{number}"}], "cursor": {"nextToken": f"i{number}"}})
        cursor = {} if "cursor" in seen.query else {"cursor": {"nextToken": "2"}}
        return answer(200, {"data": [employee("e2" if "cursor" in seen.query else "e1")], **cursor})

    vendor.on("/v2/employees", reply)
    assert "Visma's list of employees doesn't end" in failed(read(made, hr))
    assert len(vendor.asked("/v2/employees")) <= 61


def test_a_list_with_an_empty_page_on_the_way_is_read(vendor: Vendor, made: Connection, hr: Any) -> None:
    pages = {None: ([employee("e1")], "1"), "1": ([], "2"), "2": ([], "3"), "3": ([employee("e2")], None)}

    def reply(seen: Seen) -> Reply:
        people, cursor = pages[seen.query.get("cursor", [None])[0]]
        return answer(200, {"data": people, **({"cursor": {"nextToken": cursor}} if cursor else {})})

    vendor.on("/v2/employees", reply)
    run = read(made, hr)
    assert (run.state, EmployeeSnapshot.objects.filter(run=run, side="visma").count()) == ("review", 2)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/users", "Huma sent an answer of more than 1024 kB"),
        ("/v2/employees", "Visma sent an answer of more than 1024 kB"),
        ("/connect/token", "Visma sent an answer of more than 256 kB"),
        ("/auth/oauth/token", "Huma sent an answer of more than 256 kB"),
    ],
)
def test_a_body_without_end(vendor: Vendor, made: Connection, hr: Any, settings: Any, path: str, said: str) -> None:
    settings.ANSWER_MAX_BYTES = 1024 * 1024
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n"
    vendor.on(path, Reply(head, b'{"x": [' * 1000, 300_000))
    assert said in failed(read(made, hr))
    assert vendor.sent < 32 * 1024 * 1024
    assert len(vendor.asked(path)) <= 2, "and nobody asks again"


def test_a_list_that_is_nested_without_end(vendor: Vendor, made: Connection, hr: Any) -> None:
    vendor.on("/v2/employees", answer(200, raw=b'{"data": ' + b"[" * 100_000))
    assert "Visma sent too much in one answer (nesting)" in failed(read(made, hr))
    assert len(vendor.asked("/v2/employees")) == 1


def test_an_empty_date_is_no_date_on_either_side(settings: Any, hr: Any) -> None:
    def in_visma(page: dict[str, Any]) -> dict[str, Any]:
        for one in page["data"]:
            one["dateOfBirth"] = ""
            for entry in [*one.get("personNames", []), *one["_embedded"]["positions"]]:
                entry.setdefault("activeEnd", "")
        return page

    def in_huma(document: dict[str, Any]) -> dict[str, Any]:
        for name in ("contractEndDate", "lastDayOfWork", "birthDate"):
            if "value" not in document.get(name, {"value": 1}):
                document[name]["value"] = ""
        for place in document.get("currentPositions", []):
            place.setdefault("contractEndDate", "")
        return document

    with running(settings, 8) as sandbox:
        usual = read(connection(sandbox, hr), hr)
        figures = usual.figures
        Connection.objects.all().delete()
        sandbox.faults.rewrite("visma", "GET", "/employees$", in_visma, times=1000)
        sandbox.faults.rewrite("huma", "GET", "/users/[^/]+(/positions/.*)?$", in_huma, times=1000)
        run = read(connection(sandbox, hr), hr)
        assert (run.state, run.figures) == ("review", figures)
