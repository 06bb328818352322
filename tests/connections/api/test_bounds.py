"""Answers are bounded: a vendor may send anything, and we close the connection before memory grows."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from connections.api.decoding import UNREADABLE, BeyondLimit, NotJson, WrongShape, decode, decode_page
from connections.api.errors import BadCredentials, ContractBroken, Rejected, TooMuch, Unavailable
from tests.connections.vendor import EMPLOYEE, USER, Reply, Vendor, answer, huma, visma

MB = 1024 * 1024
CHUNK = b"x" * 64 * 1024
BUFFERS = 24 * MB
"""More than what lies in the sockets between the two."""


@pytest.fixture(autouse=True)
def a_megabyte(settings: Any) -> None:
    settings.ANSWER_MAX_BYTES = MB


def head(status: int, *lines: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status} Word", "Content-Type: application/json", *lines, "", ""]).encode()


def endless(status: int = 200, how: str = "length") -> Reply:
    """Two gigabytes: announced, in chunks, until the connection ends, or packed."""
    if how == "chunks":
        return Reply(head(status, "Transfer-Encoding: chunked"), b"10000\r\n" + CHUNK + b"\r\n", 32_000)
    if how == "packed":
        packer = zlib.compressobj(wbits=31)
        first = packer.compress(b'{"id": "') + packer.compress(bytes(MB)) + packer.flush(zlib.Z_FULL_FLUSH)
        more = packer.compress(bytes(64 * MB)) + packer.flush(zlib.Z_FULL_FLUSH)
        return Reply(head(status, "Content-Encoding: gzip", "Connection: close") + first, more, 32_000, close=True)
    lines = [f"Content-Length: {2 * 1024 * MB}"] if how == "length" else ["Connection: close"]
    return Reply(head(status, *lines), CHUNK, 32_000, close=True)


HOW = ["length", "chunks", "end", "packed"]
LISTS: list[tuple[str, Callable[[Vendor], Any]]] = [
    ("/users", lambda vendor: huma(vendor).list_users(0)),
    ("/users/u1", lambda vendor: huma(vendor).user("u1")),
    ("/users/u1/positions", lambda vendor: huma(vendor).positions("u1")),
    ("/v2/employees", lambda vendor: visma(vendor).list_employees(None)),
    ("/v2/employees/e1", lambda vendor: visma(vendor).employee("e1")),
    ("/connect/token", lambda vendor: visma(vendor).token_info()),
]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(("path", "ask"), LISTS, ids=[path for path, _ask in LISTS])
def test_a_body_without_end_is_hung_up_on_and_not_asked_for_again(
    vendor: Vendor, path: str, ask: Callable[[Vendor], Any], how: str
) -> None:
    vendor.on(path, endless(how=how))
    tracemalloc.start()
    try:
        with pytest.raises(TooMuch) as caught:
            ask(vendor)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (caught.value.what, len(vendor.asked(path))) == ("bytes", 1)
    assert vendor.sent < BUFFERS
    assert peak < 8 * MB


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("status", "error"), [(503, Unavailable), (400, Rejected), (404, Rejected), (302, ContractBroken)]
)
def test_a_refusal_without_end_is_the_refusal_that_it_is(
    vendor: Vendor, status: int, error: type[Exception], how: str
) -> None:
    vendor.on("/users/u1", endless(status, how))
    with pytest.raises(error):
        huma(vendor).user("u1")
    assert vendor.sent < 4 * BUFFERS, "four times at most"


@pytest.mark.parametrize("how", HOW)
def test_a_refused_token_without_end_is_refused(vendor: Vendor, how: str) -> None:
    vendor.on("/connect/token", endless(400, how))
    with pytest.raises(BadCredentials):
        visma(vendor).token_info()
    assert vendor.sent < BUFFERS


@pytest.mark.parametrize("how", HOW)
def test_an_endless_answer_to_a_write_may_have_taken_effect_and_is_no_reason_to_write_again(
    vendor: Vendor, how: str
) -> None:
    vendor.on("/users/u1", endless(how=how))
    with pytest.raises(TooMuch) as caught:
        huma(vendor).patch_user("u1", {"phone": "1"})
    assert caught.value.may_have_taken_effect
    assert (len(vendor.asked("/users/u1")), vendor.sent < BUFFERS) == (1, True)


def test_a_page_that_is_packed_is_read(vendor: Vendor) -> None:
    vendor.on("/v2/employees/e1", answer(200, raw=gzip.compress(b'{"id": "e1"}'), Content_Encoding="gzip", ETag="1"))
    assert visma(vendor).employee("e1").body == {"id": "e1"}


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nX: ", head(200)])
@pytest.mark.parametrize("ask", [lambda c: c.user("u1"), lambda c: c.patch_user("u1", {"phone": "1"})])
def test_an_answer_that_drips_for_ever_holds_nobody(vendor: Vendor, begun: bytes, ask: Callable[[Any], Any]) -> None:
    drops = b"HTTP/1.1 100 Continue\r\n\r\n" if not begun else b"y"
    vendor.on("/users/u1", Reply(begun, drops, 100_000, drip=0.05))
    with pytest.raises(Unavailable):
        ask(huma(vendor, timeout=(0.4, 0.4)))
    assert vendor.sent < 1000, "of a hundred thousand and more"


# What is inside


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize("depth", [101, 500, 200_000])
def test_what_lies_too_deep_costs_a_single_document(vendor: Vendor, depth: int) -> None:
    vendor.on("/users/u1", answer(200, raw=b'{"id": "u1", "custom": ' + nested(depth) + b"}"))
    with pytest.raises(ContractBroken) as caught:
        huma(vendor).user("u1")
    assert (caught.value.prop, len(vendor.asked("/users/u1"))) == ("nesting", 1)


def test_what_is_deep_and_not_too_deep_comes_back_as_it_was() -> None:
    assert decode(b'{"a": ' + nested(99) + b', "b": "[[[{{{\\""}')["b"] == '[[[{{{"'


@pytest.mark.parametrize("depth", [500, 200_000])
def test_on_a_page_it_costs_only_the_one_in_whom_it_lies(vendor: Vendor, depth: int) -> None:
    deep = b'{"id": "e1", "notes": ' + nested(depth) + b', "_embedded": {"positions": []}}'
    page = b'{"data": [' + deep + b', {"id": "e2", "number": "]]", "_embedded": {"positions": []}}]}'
    vendor.on("/v2/employees", answer(200, raw=page))
    assert [one["id"] for one in visma(vendor).list_employees(None).items] == ["e1", "e2"]


def test_a_page_that_never_closes_what_it_opens_is_too_much(vendor: Vendor) -> None:
    vendor.on("/users", answer(200, raw=b'{"items": ' + b"[" * 200_000))
    with pytest.raises(TooMuch) as caught:
        huma(vendor).list_users(0)
    assert (caught.value.what, len(vendor.asked("/users"))) == ("depth", 1)


def test_many_small_things_are_too_much_before_they_are_made(vendor: Vendor, settings: Any) -> None:
    settings.ANSWER_MAX_VALUES = 10_000
    vendor.on("/users", answer(200, raw=b'{"items": [' + b"{}," * 100_000 + b"{}]}"))
    with pytest.raises(TooMuch) as caught:
        huma(vendor).list_users(0)
    assert caught.value.what == "values"


@pytest.mark.parametrize(
    "text", ['{"id": "u1", "id": "u2"}', '{"id": "u1", "x": {"y": 1, "y": 1}}', '{"id": "u1", "x": [{"" : 1, "": 2}]}']
)
def test_a_document_that_names_a_property_twice_says_nothing_for_certain(vendor: Vendor, text: str) -> None:
    vendor.on("/users/u1", answer(200, raw=text.encode()))
    with pytest.raises(ContractBroken):
        huma(vendor).user("u1")


def test_on_a_page_such_a_one_has_a_wrong_shape() -> None:
    page = decode_page(
        b'{"data": [{"id": "a", "number": "1", "number": "2"}, {"id": "b"}], "n": 1e99999999999999999999}'
    )
    assert page["data"] == [{"id": "a", "number": "2"}, {"id": "b"}]
    assert page["n"] is UNREADABLE


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" + "0" * 5000, "0." + "1" * 5000])
def test_a_number_of_any_size_goes_back_as_it_came(vendor: Vendor, number: str) -> None:
    body = f'{{"id": "e1", "unheardof": {number}}}'.encode()
    vendor.on("/v2/employees/e1", answer(200, raw=body, ETag="1"))
    read = visma(vendor).employee("e1")
    vendor.on("/v2/employees/e1", answer(202, Location="/v2/employees/jobs/j1"))
    visma(vendor).put_employee("e1", read.body, read.etag)
    sent = vendor.asked("/v2/employees/e1", "PUT")[0].body.decode()
    assert sent.lower().replace("e+", "e") == body.decode()


@pytest.mark.parametrize("number", ["1e400", "1" + "0" * 400, "1" + "0" * 5000, "1e99999999999999999999"])
def test_but_where_one_counts_it_has_to_be_one(vendor: Vendor, number: str) -> None:
    text = f'{{"id": "u1", "currentPositions": [{{"id": "p1", "percentage": {number}}}]}}'
    vendor.on("/users/u1", answer(200, raw=text.encode()))
    with pytest.raises(ContractBroken):
        huma(vendor).user("u1")


@pytest.mark.parametrize("text", [b"", b"{", b"[NaN]", b"[1" + b"0" * 5000, b"nothing", b'{"a": "\xff"}', b"[1,]"])
def test_what_isnt_json_isnt(text: bytes) -> None:
    for read in (decode, decode_page):
        with pytest.raises((NotJson, BeyondLimit)):
            read(text)


LONG = "x" * 5_000_000


@pytest.mark.parametrize(
    ("changes", "prop"),
    [
        ({"givenName": {"value": LONG}}, "givenName.value"),
        ({"homeAddress": {"value": {"line1": LONG}}}, "homeAddress.value.line1"),
    ],
)
def test_a_value_that_is_too_long_is_that_persons_trouble(
    vendor: Vendor, settings: Any, changes: dict[str, Any], prop: str
) -> None:
    settings.ANSWER_MAX_BYTES = 16 * MB
    vendor.on("/users/u1", answer(200, {**USER, **changes}))
    with pytest.raises(TooMuch) as caught:
        huma(vendor).user("u1")
    assert (caught.value.prop, caught.value.path) == (prop, "/users/{user}")
    assert "xxx" not in str(caught.value)


def test_an_id_or_a_version_that_couldnt_be_kept_is_refused(vendor: Vendor) -> None:
    vendor.on("/users", answer(200, {"items": [{"id": "u1"}, {"id": "u" * 65}]}))
    page = huma(vendor).list_users(0)
    assert [one["id"] for one in page.items if one["id"] not in page.odd] == ["u1"]
    vendor.on("/v2/employees/e1", answer(200, EMPLOYEE, ETag="e" * 201))
    with pytest.raises(TooMuch):
        visma(vendor).employee("e1")
    vendor.on("/v2/employees/e1", answer(202, Location="/v2/employees/jobs/" + "j" * 500))
    with pytest.raises(ContractBroken) as caught:
        visma(vendor).put_employee("e1", EMPLOYEE, "1")
    assert caught.value.may_have_taken_effect


def test_a_wrong_shape_never_carries_what_was_there() -> None:
    with pytest.raises(WrongShape) as caught:
        decode(b'{"fodselsnummer 01017012345": 1, "fodselsnummer 01017012345": 2}')
    assert "0101" not in str(ContractBroken(caught.value.prop))
