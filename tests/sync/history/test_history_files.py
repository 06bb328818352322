"""The history as CSV, as a workbook, and as the command prints it."""

import csv
import io
import zipfile

import pytest
from django.core.management import CommandError, call_command

from connections.models import AuditEntry
from connections.pages.audit_words import action_words
from sync.models import HistoryEntry
from tests.sync.history.files import EXPORT, lines_of, rows_of, sheets_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def test_the_files_say_who_made_them_and_no_cell_is_a_formula(web, ended, hr):
    rows = rows_of(web.post(EXPORT, {"file": "csv"}))
    assert {row["Name"] for row in rows} == {"Kari Nordmann", "Ola Hansen", "'=Nina Ny"}
    phone = next(row for row in rows if row["Outcome"] == "Updated")
    assert (phone["Before"], phone["After"], phone["Sent to"]) == ("'+4799887766", "'+4722334455", "Visma")
    assert "86011117947" not in str(rows)
    about, changes = sheets_of(web.post(EXPORT, {"file": "xlsx", "field": "phone"}))
    assert about[0] == ["History", "humavisma"]
    assert about[1] == ["By", "hr"]
    assert about[3] == ["Filter", "Phone"]
    assert about[4] == ["Entries", "2"]
    assert [row[2] for row in changes] == ["Name", *(row["Name"] for row in rows if row["Field"] == "Phone")]
    one = AuditEntry.objects.filter(action="history.exported").latest("pk")
    assert (one.who, one.detail) == ("hr", {"rows": 2, "file": "xlsx", "filter": {"field": "phone"}})
    assert action_words(one) == "Downloaded the history (2 entries)"
    web.post(EXPORT, {"file": "csv", "search": "nordmann"})
    assert "nordmann" not in str(AuditEntry.objects.latest("pk").detail).lower()


def test_a_file_that_is_broken_off_leaves_nothing_on_the_disk(web, ended, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    answer = web.post(EXPORT, {"file": "xlsx"})
    assert answer.status_code == 200
    assert list(tmp_path.iterdir()) == []
    answer.close()


def test_a_file_made_while_entries_are_deleted_has_what_is_left(web, ended, monkeypatch):
    monkeypatch.setattr("sync.history.exports.AT_ONCE", 2)
    parts = iter(web.post(EXPORT, {"file": "csv"}).streaming_content)
    begun = [next(parts), next(parts)]
    HistoryEntry.objects.order_by("at", "pk")[:1].get().delete()
    text = b"".join([*begun, *parts]).decode("utf-8-sig")
    assert len(list(csv.DictReader(io.StringIO(text), delimiter=";"))) == 4
    assert AuditEntry.objects.latest("pk").detail["rows"] == 5


def test_the_command_prints_what_the_pages_show(ended, tmp_path):
    code = ended.connection.code
    lines = lines_of(code)
    assert len(lines) == 5
    phone = next(one for one in lines if one["outcome"] == "done")
    assert phone == {
        **phone,
        "run": ended.pk,
        "trigger": "manual",
        "connection": code,
        "employee": "1",
        "field": "phone",
        "huma": "22 33 44 55",
        "visma": "+4799887766",
        "suggestion": None,
        "decision": "huma",
        "by": "hr",
        "side": "visma",
        "before": "+4799887766",
        "after": "+4722334455",
        "reason": None,
    }
    assert {one["decision"] for one in lines} == {"huma", "undecided", "leave", None}
    [held] = lines_of(code, "--outcome", "held")
    assert (held["before"], held["after"], held["by"]) == ("•••• •• ••119", "•••• •• ••947", "automatic")
    assert [one["employee"] for one in lines_of("--person", "ola", "--field", "phone")] == ["2"]
    assert lines_of("--decision", "undecided", "--since", "2020-01-01")[0]["field"] == "given_name"
    assert lines_of("--until", "2020-01-01") == []
    out = io.StringIO()
    call_command("history", code, stdout=out)
    assert "Kari Nordmann (1) | Phone | +4799887766 → +4722334455 | Use Huma's (hr) | Updated" in out.getvalue()
    for kind in ("csv", "xlsx"):
        call_command("history", "--format", kind, "--output", str(tmp_path / kind))
    assert (tmp_path / "csv").read_text("utf-8-sig").count("\n") == 6
    assert (tmp_path / "csv").stat().st_mode & 0o077 == 0
    assert zipfile.is_zipfile(tmp_path / "xlsx")
    assert AuditEntry.objects.filter(who="command", action="history.exported").count() == 8


MISTAKES: list[tuple[list[str], str]] = [
    (["nobody"], "There is no connection"),
    (["--since", "yesterday"], "isn't a day"),
    (["--since", "2026-02-01", "--until", "2026-01-01"], "later than"),
    (["--format", "xlsx"], "needs --output"),
    (["--person", "\t"], "a part of a name"),
]


def test_a_mistake_in_the_command_is_one_line(ended):
    for options, said in MISTAKES:
        with pytest.raises(CommandError, match=said) as error:
            call_command("history", *options)
        assert error.value.returncode == 2
