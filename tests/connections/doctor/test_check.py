"""The check of a connection says what is so at its two systems, whatever they do, and writes nothing there."""

import json
import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as installation
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override

from connections.api.visma.variants import FORESEEN, variants_of
from connections.doctor import check as doctor
from connections.doctor.assumptions import ASSUMPTIONS, BOTH, GET, WRITES
from connections.doctor.report import file_of, report, text_of
from connections.doctor.seen import CONFIRMED, OPEN, OTHERWISE, codes_of, result_of, sentence
from connections.models import Connection, Lesson
from connections.sandbox import Sandbox
from connections.sandbox.modes import MODES, names
from tests.connections.doctor.conftest import checked_company

pytestmark = pytest.mark.django_db

WITH_GET = [one.code for one in ASSUMPTIONS.values() if one.by in (GET, BOTH)]
TOLD_BY_GET: dict[str, tuple[str, str, dict[str, Any]]] = {
    "positions-paged": ("V4", "paged", {"positions": "paged"}),
    "weak-etag": ("V8", "weak", {"etag": "weak"}),
    "no-etag": ("V8", "missing", {"etag": "missing"}),
    "small-pages": ("V2", "smaller", {"page_size": 25}),
    "cursor-renamed": ("V3", "renamed", {"cursor_param": "nextToken"}),
    "not-embedded": ("V4", "single", {"positions": "single"}),
    "types-work": ("V5", "other_word", {"business": "work"}),
    "end-reasons-capital": ("V6", "spelt", {"end_reasons": "pascal"}),
    "jobs-oldest-first": ("V7", "unordered", {"jobs": "unordered"}),
    "scopes-unsaid": ("V1", "unsaid", {"scopes": "unsaid"}),
    "no-rate-limit": ("V14", "none", {}),
    "visma-shifts": ("V3", "moves", {}),
}
"""By mode: the assumption that is otherwise, what is seen of it, and what the client does about it."""
TOLD_BY_WRITES = {"number-refused", "number-ignored", "no-number", "email-waits", "old-reads"}
"""The modes that only a write or an event shows (tests/sync/writing/test_learning.py)."""


def results(connection: Connection) -> dict[str, tuple[str, str]]:
    """Of each assumption that a GET can settle: the result, and what was seen."""
    return {
        one.assumption.code: (one.result, one.seen["code"] if one.seen else "")
        for one in report(connection)
        if one.assumption.code in WITH_GET
    }


def asked(sandbox: Sandbox, side: str, since: int = 0) -> list[Any]:
    """The requests to a side after a moment of the journal, without those for tokens."""
    return [one for one in sandbox.journal[since:] if one.side == side and "token" not in one.path]


@pytest.mark.parametrize("mode", ["", *names()])
def test_it_reports_exactly_the_mode_and_confirms_everything_else(settings: Any, hr: User, mode: str) -> None:
    with checked_company(settings, hr, *[mode] if mode else []) as (sandbox, connection):
        before, since = sandbox.state(), len(sandbox.journal)
        row = doctor.check(connection)
        assert (row.trouble, row.version) == ("", installation.VERSION)
        found = results(connection)
        expected = TOLD_BY_GET.get(mode)
        if expected:
            code, seen, variants = expected
            assert found.pop(code) == (OTHERWISE, seen)
            assert connection.variants == variants
        else:
            assert connection.variants == {}
        assert {code: one for code, one in found.items() if one[0] != CONFIRMED} == {}
        assert {one.method for one in sandbox.journal[since:] if "token" not in one.path} == {"GET"}
        assert all(len(asked(sandbox, side, since)) <= 100 for side in ("huma", "visma"))
        shifted = mode.endswith("-shifts")
        assert _ordered(sandbox.state()) == _ordered(before) if shifted else sandbox.state() == before


def _ordered(state: dict[str, Any]) -> str:
    return json.dumps(state, sort_keys=True)


def test_every_mode_is_told_by_a_look_or_by_a_write() -> None:
    told = {mode.name for mode in MODES if mode.assumption}
    assert TOLD_BY_GET.keys() | TOLD_BY_WRITES == told
    assert {TOLD_BY_GET[mode.name][0] for mode in MODES if mode.name in TOLD_BY_GET and mode.assumption} <= set(
        WITH_GET
    )
    for mode in MODES:
        if mode.name in TOLD_BY_GET:
            assert TOLD_BY_GET[mode.name][0] == mode.assumption, mode.name


def test_the_registry_is_that_of_the_documents() -> None:
    rows: dict[str, tuple[str, str]] = {}
    for name in ("huma", "visma-employee"):
        text = (installation.BASE_DIR / "docs" / "vendors" / f"{name}.md").read_text()
        found = re.findall(r"^\| ([HV]\d+) \| .+? \| ([^|]+?) \| ([^|]+?) \|$", text, re.MULTILINE)
        rows |= {code: (by, does) for code, by, does in found}
    assert rows.keys() == ASSUMPTIONS.keys()
    for code, (by, does) in rows.items():
        wanted = BOTH if by.startswith("GET, then") else GET if by.startswith("GET") else WRITES
        assert ASSUMPTIONS[code].by == wanted, code
        assert does == ASSUMPTIONS[code].does, code


@pytest.mark.parametrize("language", ["en", "nb"])
def test_everything_that_may_be_seen_has_a_sentence(language: str) -> None:
    params = {"size": 25, "n": 3, "of": 9, "word": "work", "words": ["a", "b"], "names": ["x"], "name": "y"}
    with override(language):
        for code in ASSUMPTIONS:
            assert {result_of(code, one) for one in codes_of(code)} >= {CONFIRMED}, code
            for seen in codes_of(code) | {"unsteady", "no_answer", "not_reached"}:
                said = sentence(code, seen, {**params, "error": "e", "what": "404"})
                assert said.endswith("."), (code, seen)
                assert "%" not in said
            assert result_of(code, "of another version") == OPEN
            assert sentence(code, "of another version", {}) == ""
            assert sentence(code, "no_answer", {}) == "", "stored by another version"


def test_only_what_is_foreseen_is_taken_over() -> None:
    stored = {"page_size": 7, "cursor_param": "evil&x=1", "business": "work", "unheard_of": 1, "etag": None}
    assert variants_of(stored).others() == {"business": "work"}
    assert variants_of("nonsense").others() == variants_of(None).others() == {}
    for name, values in FORESEEN.items():
        assert variants_of({name: values[-1]}).others() == {name: values[-1]}


def test_a_difference_that_a_second_look_does_not_see_again_stays_open(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        sandbox.faults.rewrite("visma", "GET", r"/employees/jobs$", lambda body: {**body, "data": body["data"][::-1]})
        doctor.check(connection)
        assert results(connection)["V7"] == (OPEN, "unsteady")
        assert connection.variants == {}
        doctor.check(connection)
        assert results(connection)["V7"] == (CONFIRMED, "newest_first")


def test_what_was_taken_over_ends_when_it_is_as_assumed_again(settings: Any, hr: User) -> None:
    with checked_company(settings, hr, "cursor-renamed") as (sandbox, connection):
        doctor.check(connection)
        assert connection.variants == {"cursor_param": "nextToken"}
        sandbox.visma.cursor_param = "cursor"
        doctor.check(connection)
        assert connection.variants == {}


def test_what_is_not_foreseen_is_told_and_changes_nothing(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        for one in sandbox.visma.employees.values():
            for document in one.positions.values():
                if document.body.get("positionEndReason"):
                    document.body["positionEndReason"] = ["noeHeltAnnet"]
            for entry in one.body.get("emails") or []:
                entry["type"] = "spouse" if entry["type"].lower() == "private" else entry["type"]
        doctor.check(connection)
        found = {one.assumption.code: one.seen for one in report(connection)}
        assert found["V6"] is not None
        assert (found["V6"]["code"], found["V6"]["words"]) == ("unknown", ["noeHeltAnnet"])
        assert connection.variants == {}


def test_a_word_that_only_one_person_has_is_not_named(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        one = next(iter(sandbox.visma.employees.values()))
        position = next(iter(one.positions.values()))
        position.body |= {"activeEnd": "2020-01-31", "positionEndReason": ["FordiOlaNordmannVilleDet"]}
        one.body["emails"] = [*one.body["emails"], {"type": "OlaNordmann", "address": "ola@example.com"}]
        doctor.check(connection)
        assert results(connection)["V6"] == (OTHERWISE, "unknown")
        assert results(connection)["V5"] == (OTHERWISE, "unknown")
        assert "Nordmann" not in file_of(connection) + text_of(connection, report(connection))


def test_the_report_holds_no_value_and_no_name(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (sandbox, connection):
        doctor.check(connection)
        told = (file_of(connection) + text_of(connection, report(connection))).casefold()
        assert "holds no values" in told
        for user in sandbox.huma.users.values():
            values = [str(user.values.get(name) or "") for name in ("familyName", "email", "phone", "employmentId")]
            for value in values:
                assert len(value) < 5 or not re.search(rf"\b{re.escape(value.casefold())}\b", told), value
            assert user.id not in told
        for id_ in (*sandbox.visma.employees, connection.tenant_id, connection.huma_client_id, connection.code):
            assert id_.casefold() not in told


def test_the_command_prints_one_entry_for_every_assumption(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (_sandbox, connection):
        out = StringIO()
        call_command("doctor", connection.code, "--json", stdout=out)
        rows = json.loads(out.getvalue())
        assert [one["assumption"] for one in rows] == list(ASSUMPTIONS)
        assert all(one.keys() == {"assumption", "result", "seen"} for one in rows)
        assert {one["result"] for one in rows} == {CONFIRMED, OPEN}
        out = StringIO()
        with override("en"):
            call_command("doctor", connection.code, stdout=out)
        assert "V3  As assumed: Visma's next page is asked for with the parameter “cursor”." in out.getvalue()


def test_without_a_code_every_connection_is_checked(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (_sandbox, connection):
        out, err = StringIO(), StringIO()
        call_command("doctor", "--json", stdout=out)
        assert json.loads(out.getvalue()).keys() == {connection.code}
        Connection.objects.create(name="Solvik", tenant_id="another", state="paused")
        with pytest.raises(CommandError) as refused:
            call_command("doctor", "--json", stdout=out, stderr=err)
        assert refused.value.returncode == 1
        Connection.objects.update(state="paused")
        with pytest.raises(CommandError) as refused:
            call_command("doctor", stdout=out, stderr=err)
        assert refused.value.returncode == 2


def test_what_a_write_showed_stands_in_the_report(settings: Any, hr: User) -> None:
    with checked_company(settings, hr) as (_sandbox, connection):
        now = timezone.now()
        for code, outcome, days in (("V11", "done", 3), ("V11", "refused", 1), ("V8", "accepted", 1), ("H5", "?", 0)):
            at = now - timedelta(days=days)
            Lesson.objects.create(connection=connection, assumption=code, outcome=outcome, last_at=at)
        doctor.check(connection)
        found = {one.assumption.code: one.as_json() for one in report(connection)}
        assert found["V11"] == {"assumption": "V11", "result": CONFIRMED, "seen": {"code": "refused"}}
        assert found["V8"]["seen"] == {"code": "strong", "write": "accepted"}
        assert found["H5"] == {"assumption": "H5", "result": OPEN, "seen": None}
