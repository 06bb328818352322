"""`manage.py pairs`: who is who, as a company's own list says it; links only, and nothing at a vendor."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from connections.models import AuditEntry, Connection
from sync.models import AskedPair, EmployeeLink, EmployeeSnapshot, PossibleMatch, SyncRun
from sync.runs import who_is_who
from tests.sync import driving, scheduling
from tests.sync.writing.conftest import Company, Person

pytestmark = pytest.mark.django_db(transaction=True)
HEAD = "huma_email,huma_id,visma_number"


@pytest.fixture(autouse=True)
def english(settings: Any) -> Iterator[None]:
    settings.LANGUAGE_CODE = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def company(settings: Any, hr: Any) -> Iterator[Company]:
    """Three linked people, and three whom nothing links but what a file says."""
    with scheduling.company(settings, hr) as found:
        scheduling.people(found, 3)
        yield found


def stranger(company: Company, at: int) -> Person:
    """Somebody with other numbers and emails in both systems, of whom half a name and the account agree."""
    person = company.add()
    company.huma(person, employmentId=f"H{at}", email=f"h{at}@huma.example", givenName=f"Given{at}")
    company.clerk(person, number=f"V{at}")
    company.email(person, f"v{at}@visma.example")
    return person


def unlike(company: Company, at: int) -> Person:
    """The same, but with another date of birth."""
    person = stranger(company, at)
    company.huma(person, birthDate="1950-01-01")
    return person


def run(made: Connection, path: Path, *options: str, text: str = "") -> tuple[int, dict[str, Any], str]:
    """Exit code, JSON and the line on stderr."""
    out, error, code = io.StringIO(), "", 0
    if text:
        path.write_text(text, encoding="utf-8")
    try:
        call_command("pairs", made.code, str(path), "--json", *options, stdout=out)
    except CommandError as stopped:
        code, error = stopped.returncode, str(stopped)
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, json.loads(out.getvalue() or "{}"), error


def file(*rows: str) -> str:
    return "\n".join([HEAD, *rows, ""])


def linked(made: Connection) -> set[tuple[str, str]]:
    return set(made.links.filter(linked_by="pair", state="linked").values_list("huma_id", "visma_id"))


def test_it_links_whom_the_evidence_allows_and_asks_about_the_others(company: Company, tmp_path: Path) -> None:
    one, other = stranger(company, 1), unlike(company, 2)
    before = company.sandbox.state()
    content = file("H1@huma.EXAMPLE,,v1", f",{other.user_id},V2", "nobody@x.no,,V1")
    dry = run(company.connection, tmp_path / "pairs.csv", "--dry-run", text=content)
    assert not EmployeeLink.objects.exists()
    assert not SyncRun.objects.exists()
    code, said, _error = run(company.connection, tmp_path / "pairs.csv")
    assert said == {
        "linked": 1,
        "possible": 1,
        "already_linked": 0,
        "not_filled_in": 0,
        "refused": [{"row": 4, "reason": "Nobody in Huma has this email."}],
    }
    assert (code, said) == dry[:2]
    assert code == 1
    assert linked(company.connection) == {(one.user_id, one.employee_id)}
    assert company.sandbox.state() == before, "nothing was sent to Huma or Visma"
    assert AuditEntry.objects.get(action="people.paired").detail["link"] == 1

    again = run(company.connection, tmp_path / "pairs.csv")[1]
    assert (again["linked"], again["already_linked"], again["possible"]) == (0, 1, 1)

    read = driving.read(company.connection, company.user)
    asked = PossibleMatch.objects.get(run=read, huma__vendor_id=other.user_id)
    assert (asked.visma.vendor_id, asked.why) == (other.employee_id, "pair_against"), "each later read asks about it"
    who_is_who.unlink(EmployeeLink.objects.get(huma_id=one.user_id), company.user)
    reason = run(company.connection, tmp_path / "pairs.csv")[1]["refused"][0]["reason"]
    assert reason.startswith("Somebody has said that these are different people.")


def test_with_the_wizards_open_read_the_pair_is_compared_at_once(company: Company, tmp_path: Path) -> None:
    person = stranger(company, 1)
    read = company.read()
    assert not EmployeeLink.objects.filter(huma_id=person.user_id).exists()
    requests = len(company.sandbox.journal)
    code, said, _error = run(company.connection, tmp_path / "p.csv", text=file(f",{person.user_id},V1"))
    assert (code, said["linked"]) == (0, 1)
    assert len(company.sandbox.journal) == requests, "nobody was asked anything"
    assert {"email", "employment_id"} <= {field for _id, field in driving.differences(read)}
    people = EmployeeSnapshot.objects.filter(run=read, vendor_id__in=(person.user_id, person.employee_id))
    assert {(one.create_group, one.link_id is not None) for one in people} == {("", True)}
    read.refresh_from_db()
    assert read.state == SyncRun.State.REVIEW


def test_a_read_of_yesterday_is_read_anew(company: Company, tmp_path: Path) -> None:
    person = stranger(company, 1)
    read = company.read()
    old = timezone.now() - timedelta(hours=25)
    read.progress["read_at"] = old.isoformat()
    SyncRun.objects.filter(pk=read.pk).update(read_at=old, progress=read.progress)
    requests = len(company.sandbox.journal)
    assert run(company.connection, tmp_path / "p.csv", text=file(f",{person.user_id},V1"))[1]["linked"] == 1
    assert len(company.sandbox.journal) > requests
    own = SyncRun.objects.get(trigger="command")
    assert own.state == SyncRun.State.CANCELLED
    kept = EmployeeSnapshot.objects.filter(run=own).values_list("payload", flat=True)
    assert len(kept) > 6
    assert not any(kept), "its values are forgotten"


def test_a_company_in_which_hardly_anybody_is_linked_is_one_with_the_file(
    settings: Any, hr: Any, tmp_path: Path
) -> None:
    with scheduling.company(settings, hr) as found:
        people = [stranger(found, at) for at in range(4)]
        for at, person in enumerate(people):
            found.huma(person, familyName=f"Family{at}", phone="+4722000000")
        content = file(*(f",{person.user_id},V{at}" for at, person in enumerate(people)))
        first = driving.read(found.connection, found.user)
        assert (first.state, first.failure) == ("failed", "same_company")
        assert run(found.connection, tmp_path / "p.csv", text=file(f",{people[0].user_id},V0"))[0] == 2
        code, said, error = run(found.connection, tmp_path / "p.csv", text=content)
        assert (code, error, said["linked"]) == (0, "", 4)
        assert len(linked(found.connection)) == 4
        assert driving.read(found.connection, found.user).state == SyncRun.State.REVIEW


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (file("a@other.example,,9001", "b@other.example,,9002"), "No row names somebody in Huma and somebody in Visma"),
        ("name,number\nKari,17\n", "The first row has to name the columns"),
        ("x", "The first row has to name the columns"),
        ("\n", "The file is empty."),
        (file("a@x.no,,"), "No row is filled in."),
        (file(*[",h,17"] * 50), "The file has more than 20 rows."),
        (file("x" * 2000), "The file is larger than 1 kB."),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_line(
    company: Company, settings: Any, tmp_path: Path, content: str, sentence: str
) -> None:
    settings.PAIRS_MAX_ROWS, settings.PAIRS_MAX_BYTES = 20, 1000
    code, said, error = run(company.connection, tmp_path / "p.csv", text=content)
    assert code == 2
    assert error.startswith(sentence)
    assert said.get("linked", 0) == 0
    assert not linked(company.connection)


def test_a_file_of_which_no_row_can_be_used_says_why_for_each(company: Company, tmp_path: Path) -> None:
    company.clerk(stranger(company, 1), number="0033")
    path = tmp_path / "p.csv"
    strangers = file("a@other.example,,9001", "h1@huma.example,,9002")
    code, said, error = run(company.connection, path, text=strangers)
    assert (code, said["error"]) == (2, error)
    assert error.startswith("No row names somebody in Huma and somebody in Visma")
    assert said["refused"] == [
        {"row": 2, "reason": "Nobody in Huma has this email."},
        {"row": 3, "reason": "No employee in Visma has this number."},
    ]
    out = io.StringIO()
    with pytest.raises(CommandError, match="No row names somebody"):
        call_command("pairs", company.connection.code, str(path), stdout=out)
    assert "Row 2: Nobody in Huma has this email." in out.getvalue()

    code, said, error = run(company.connection, path, text=file("h1@huma.example,,33"))
    assert (code, error) == (1, "")
    assert "one has it with zeros in front" in said["refused"][0]["reason"]


def test_where_hardly_anybody_is_linked_refused_rows_keep_their_reasons(settings: Any, hr: Any, tmp_path: Path) -> None:
    with scheduling.company(settings, hr) as found:
        people = [stranger(found, at) for at in range(4)]
        for at, person in enumerate(people):
            found.huma(person, familyName=f"Family{at}", phone="+4722000000")
        formula = {"row": 2, "reason": "The row has a formula. Write the value itself."}
        code, said, error = run(found.connection, tmp_path / "p.csv", text=file("=1+1,,V0"))
        assert (code, error, said["refused"]) == (1, "", [formula])
        code, said, error = run(found.connection, tmp_path / "p.csv", text=file("=1+1,,V0", f",{people[0].user_id},V0"))
        assert (code, said["linked"], said["refused"]) == (2, 0, [formula])
        assert said["error"] == error


def test_a_file_that_is_not_there_is_one_clear_line(company: Company, tmp_path: Path) -> None:
    code, _said, error = run(company.connection, tmp_path / "nowhere.csv")
    assert (code, error) == (2, "The file can't be read: No such file or directory.")


def test_each_row_that_is_refused_says_why(company: Company, tmp_path: Path) -> None:
    one, two, three, four = (stranger(company, at) for at in range(1, 5))
    company.clerk(three, number="0033")
    twin = company.add()
    for person in (twin, four):
        company.huma(person, email="twin@huma.example")
        company.clerk(person, number="same")
    known = company.sandbox.people["equal"][0]
    number = company.sandbox.visma.employees[str(known.employee_id)].body["number"]
    read = company.read()
    who_is_who.leave_out(company.connection, company.user, "visma", two.employee_id, "Two")
    rows = {
        f",{one.user_id},V1": "Row 3 says something else about one of the two.",
        f",{one.user_id},0033": "Row 2 says something else about one of the two.",
        f",{two.user_id},V2": "This person is left out.",
        f",{three.user_id},33": "No employee in Visma has this number, but one has it with zeros in front.",
        f",{known.user_id},{number}": "",
        f",{known.user_id} ,{number}": "Row 6 says the same.",
        f",{three.user_id},{number}": "Row 6 says something else",
        "twin@huma.example,,V1": "Several people in Huma have this email.",
        f"twin@huma.example,{one.user_id},V1": "The email and the ID belong to two different people in Huma.",
        f",{four.user_id},same": "Several employees in Visma have this number.",
        ",nobody,V1": "Nobody in Huma has this ID.",
        "=1+1,,V1": "The row has a formula.",
        ",,V1": "",
    }
    del rows[f",{three.user_id},{number}"]
    code, said, _error = run(company.connection, tmp_path / "p.csv", text=file(*rows))
    reasons = {one["row"]: one["reason"] for one in said["refused"]}
    for row, (text, expected) in enumerate(rows.items(), 2):
        assert reasons.get(row, "").startswith(expected) if expected else row not in reasons, (text, reasons.get(row))
    assert (code, said["already_linked"], said["not_filled_in"], said["linked"]) == (1, 1, 1, 0)
    taken = run(company.connection, tmp_path / "p.csv", text=file(f",{known.user_id},V1"))[1]["refused"]
    assert taken[0]["reason"].startswith("One of the two is linked with somebody else.")
    assert read.state == SyncRun.State.REVIEW


def test_who_is_gone_or_could_not_be_read_is_refused_with_that(company: Company, tmp_path: Path) -> None:
    one, odd = stranger(company, 1), stranger(company, 2)
    gone = company.add()
    company.read()
    del company.sandbox.huma.users[gone.user_id]
    company.sandbox.faults.rewrite("huma", "GET", f"/users/{odd.user_id}$", lambda user: {**user, "givenName": 7}, 1000)
    number = company.in_visma(gone)["number"]
    SyncRun.objects.filter(state="review").update(state="cancelled")
    content = file(f",{gone.user_id},{number}", f",{odd.user_id},V2", f",{one.user_id},V1")
    said = run(company.connection, tmp_path / "p.csv", text=content)[1]
    reasons = [row["reason"] for row in said["refused"]]
    assert reasons[0] == "This person is no longer in Huma."
    assert reasons[1].startswith("This person couldn't be fetched from Huma.")
    assert said["linked"] == 1


def test_a_program_is_called_so_also_by_its_email(company: Company, tmp_path: Path) -> None:
    program, person = stranger(company, 1), stranger(company, 2)
    company.sandbox.huma.users[program.user_id].type = "service_user"
    content = file("H1@huma.example,,V1", f",{person.user_id},V2")
    said = run(company.connection, tmp_path / "p.csv", text=content)[1]
    assert said["refused"] == [{"row": 2, "reason": "This user in Huma is an account of a program, not a person."}]
    assert said["linked"] == 1


def test_while_a_sync_sends_nothing_is_linked(company: Company, tmp_path: Path) -> None:
    person = stranger(company, 1)
    SyncRun.objects.create(connection=company.connection, trigger="scheduled", state="applying")
    code, _said, error = run(company.connection, tmp_path / "p.csv", text=file(f",{person.user_id},V1"))
    assert (code, error) == (2, "A sync is sending right now. Wait until it has ended, then try again.")
    assert not linked(company.connection)


def test_it_says_in_words_what_it_did(company: Company, tmp_path: Path) -> None:
    person, out = stranger(company, 1), io.StringIO()
    path = tmp_path / "p.csv"
    path.write_bytes(file(f",{person.user_id},V1").replace(",", ";").encode("cp1252"))
    call_command("pairs", company.connection.code, str(path), stdout=out)
    assert out.getvalue().startswith("Linked: 1. To be asked about, under Review: 0.")
    assert not AskedPair.objects.exists()
