"""What GETs tell of Visma's assumptions (V…). Source: visma-employee.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connections.api.errors import BadCredentials, Rejected
from connections.api.shapes import is_stand_in
from connections.api.visma.client import PAGE_SIZE_PARAM, VismaClient
from connections.api.visma.variants import (
    BUSINESS,
    BUSINESS_WORDS,
    CODES,
    CURSOR_PARAMS,
    FORESEEN,
    PAGE_SIZES,
    spelt,
)
from connections.doctor.looking import MOST_PEOPLE, UNHELPFUL, Looks, ids, no_answer, record, records, words
from connections.doctor.seen import Found

ALL = (("includeDrafts", "true"),)
SMALL = 2
"""The rows of a page where two pages are compared."""


def access(client: VismaClient) -> Found:
    """V1: a new token, and the scopes that it names. Raises BadCredentials."""
    info = client.token_info()
    if info.scopes:
        return Found("said", variants={"scopes": "said"})
    return Found("unsaid", variants={"scopes": "unsaid"})


def refused(error: BadCredentials) -> Found:
    """V1, where access is refused."""
    if error.code == "wrong_tenant":
        return Found("refused_401", variants={"scopes": "refused_401"})
    if error.code.startswith("missing_scope"):
        return Found("scope_missing", {"error": error.code})
    return Found("token_refused", {"error": error.code})


def list_of_all(looks: Looks) -> tuple[Found, list[dict[str, Any]], str]:
    """V2, the rows of the first page with their positions, and its cursor ("" if it is the last)."""
    for size in PAGE_SIZES:
        try:
            body = record(looks.page("/employees", (PAGE_SIZE_PARAM, str(size)), *ALL, ("embed", "(positions)")))
        except Rejected as error:
            if error.status != 400 or size == PAGE_SIZES[-1]:
                raise
            continue
        rows, more = records(body.get("data")), _next(body)
        given = next((one for one in reversed(PAGE_SIZES) if one >= len(rows)), size) if more else size
        most = min(size, given)
        if most == PAGE_SIZES[0]:
            return Found("taken", variants={"page_size": most}), rows, more
        return Found("smaller", {"size": most}, {"page_size": most}), rows, more
    raise AssertionError("a page has a size")


def next_page(looks: Looks) -> Found:
    """V3: two listings of the first rows, each of two pages; if they differ, the list moves while it is read."""
    first = record(looks.page("/employees", *_few()))
    token, seen = _next(first), ids(records(first.get("data")))
    if not token:
        return Found("few")
    for name in CURSOR_PARAMS:
        second = _page_after(looks, name, token)
        if second is None or not second or second[0] in seen:
            continue
        again = record(looks.page("/employees", *_few()))
        later = _page_after(looks, name, _next(again)) if _next(again) else None
        found = {"cursor_param": name}
        if seen + second != ids(records(again.get("data"))) + (later or []):
            return Found("moves", {"name": name}, found)
        return Found("cursor" if name == CURSOR_PARAMS[0] else "renamed", {"name": name}, found)
    return Found("unusable")


def _few() -> tuple[tuple[str, str], ...]:
    return (PAGE_SIZE_PARAM, str(SMALL)), *ALL, ("fields", "(id)")


def _page_after(looks: Looks, name: str, token: str) -> list[str] | None:
    """The ids of the next page; ``None`` if it is refused."""
    try:
        return ids(records(record(looks.page("/employees", *_few(), (name, token))).get("data")))
    except UNHELPFUL:
        return None


def positions(looks: Looks, rows: list[dict[str, Any]]) -> Found:
    """V4: the positions of some employees, by themselves and inside the list; where the list lacks them, they are put
    into its rows."""
    embedded = any("positions" in record(row.get("_embedded")) for row in rows)
    shape = ""
    for row in [one for one in rows if ids([one])][: 1 if embedded else MOST_PEOPLE]:
        found = looks.person("/employees/{employee}/positions", employee=row["id"])
        if found is not None:
            shape = "paged" if isinstance(found[0], dict) else "bare"
            row.setdefault("_embedded", {"positions": record(found[0]).get("data") if shape == "paged" else found[0]})
    if not shape:
        return Found("none")
    shape = shape if embedded else "single"
    return Found(shape, variants={"positions": shape})


def types(rows: list[dict[str, Any]]) -> Found:
    """V5: the types of emails and phones."""
    entries = [entry for row in rows for name in ("emails", "phones") for entry in records(row.get(name))]
    found = [str(entry["type"]).strip().casefold() for entry in entries if isinstance(entry.get("type"), str)]
    other = [one for one in found if one not in (BUSINESS, "private")]
    word = next((one for one in BUSINESS_WORDS if one in other), "")
    if BUSINESS not in found and word and all(one == word for one in other):
        return Found("other_word", {"word": word, "n": len(other)}, {"business": word})
    if other:
        return Found("unknown", {"n": len(other), "words": words(other)})
    if BUSINESS not in found:
        return Found("none")
    return Found("business", {"n": len(found)}, {"business": BUSINESS})


def end_reasons(rows: list[dict[str, Any]]) -> Found:
    """V6: the end reasons in use."""
    given = [one.get("positionEndReason") for row in rows for one in _positions_of(row)]
    if any(isinstance(one, str) and one for one in given):
        return Found("no_list")
    found = [code.strip() for one in given if isinstance(one, list) for code in one if isinstance(code, str)]
    if not found:
        return Found("none")
    for spelling in FORESEEN["end_reasons"]:
        known = {spelt(code, spelling): code for code in CODES}
        if all(code in known for code in found):
            # Our own codes are no secret, however few have them.
            params = {"words": sorted(set(found))}
            variants = {"end_reasons": spelling}
            return Found("known" if spelling == "camel" else "spelt", params, variants)
    unknown = [code for code in found if code not in CODES]
    return Found("unknown", {"n": len(unknown), "words": words(unknown)})


def jobs(looks: Looks) -> Found:
    """V7: the order of jobs."""
    body = record(looks.page("/employees/jobs", (PAGE_SIZE_PARAM, "10")))
    if not isinstance(body.get("data"), list):
        return Found("no_answer", {"what": "data"})
    made = [one["created"] for one in records(body["data"]) if isinstance(one.get("created"), str)]
    if len(set(made)) < 2:
        return Found("few")
    order = "newest_first" if made == sorted(made, reverse=True) else "unordered"
    return Found(order, variants={"jobs": order})


def etags(looks: Looks, rows: list[dict[str, Any]]) -> Found:
    """V8: the ETag of an employee's document, and of a position's."""
    kinds = set()
    for row in rows[:3]:
        employee = next(iter(ids([row])), "")
        if not employee or is_stand_in(employee):
            continue
        found = [looks.person("/employees/{employee}", employee=employee)]
        position = next(iter(ids(_positions_of(row))), "")
        if position:
            ours = {"employee": employee, "position": position}
            found.append(looks.person("/employees/{employee}/positions/{position}", **ours))
        kinds |= {_kind(one[1].get("ETag")) for one in found if one is not None}
    # The weakest counts: a document without an ETag is the one to be careful with.
    kind = next((one for one in ("missing", "weak", "strong") if one in kinds), "")
    return Found(kind, variants={"etag": kind}) if kind else Found("none")


def _kind(etag: str | None) -> str:
    return "missing" if not etag else "weak" if etag.startswith("W/") else "strong"


def countries(rows: list[dict[str, Any]]) -> Found:
    """V9: the countries of international accounts."""
    found = [_are_the_ibans(record(row.get("salaryPaymentMethod"))) for row in rows]
    told = [one for one in found if one is not None]
    if not told:
        return Found("none")
    differ = told.count(False)
    return Found("differ", {"n": differ, "of": len(told)}) if differ else Found("same", {"n": len(told)})


def _are_the_ibans(method: dict[str, Any]) -> bool | None:
    iban = method.get("internationalIban")
    if method.get("internationalBankAccount") is not True or not isinstance(iban, str) or not iban.strip():
        return None
    names = ("internationalBankCountry", "internationalRemittanceCountry")
    return all(str(method.get(name) or "").strip().upper() == iban.strip()[:2].upper() for name in names)


def rate_limit(looks: Looks) -> Found:
    """V14: the headers about limits, of all answers so far."""
    names = sorted({name for name in looks.headers if name.casefold().startswith("x-ratelimit-")}, key=str.casefold)
    return Found("headers", {"names": names[:5]}) if names else Found("none")


def own_ids(looks: Looks, external: list[str]) -> Found:
    """H9: whether ids that Huma keeps of a Visma integration are employees in Visma."""
    told = [looks.person("/employees/{employee}", employee=id_) is not None for id_ in external]
    if not told:
        return Found("none")
    differ = told.count(False)
    return Found("differ", {"n": differ, "of": len(told)}) if differ else Found("same", {"n": len(told)})


def of_everybody(looks: Looks) -> Iterator[tuple[str, Found]]:
    """What the list of everybody and a few documents tell, by assumption."""
    found, rows, _more = list_of_all(looks)
    yield "V2", found
    for code, ask in (("V4", positions), ("V8", etags)):
        try:
            yield code, ask(looks, rows)
        except UNHELPFUL as error:
            yield code, no_answer(error)
    for code, tell in (("V5", types), ("V6", end_reasons), ("V9", countries)):
        yield code, tell(rows)


def _positions_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    return records(record(row.get("_embedded")).get("positions"))


def _next(body: dict[str, Any]) -> str:
    token = record(body.get("cursor")).get("nextToken")
    return token if isinstance(token, str) else ""
