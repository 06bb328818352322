"""Pairs file, on its pages: the template, the upload, the preview, and what is kept of it."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test import Client
from django.utils import timezone, translation

from connections.models import AuditEntry
from sync import runner
from sync.history import retention
from sync.models import AskedPair, EmployeeLink, PairsUpload, PossibleMatch, SyncRun
from sync.runs import lifecycle, who_is_who
from tests.connections.companies import company, text_of
from tests.sync import driving
from tests.sync.browsing import at, fingerprint_of, signed_in, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = [pytest.mark.django_db, pytest.mark.both]
HEAD = "huma_email;huma_id;visma_number\n"
ACCOUNT = {"national": {"accountNumber": "86011117947", "countryCode": "NO"}}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def run(fjordheim: Any) -> SyncRun:
    """One linked pair; three in each system whose numbers and emails differ, and one of them by another name."""
    return read(
        fjordheim,
        in_huma("h0", "Berit", "Begge", "0", "berit@x.no"),
        in_visma("v0", "Berit", "Begge", "0", "berit@x.no"),
        in_huma("h1", "Kari", "Nordmann", "1", "kari@x.no"),
        in_huma("h2", "Kari", "Nordmann", "2", "kari.n@x.no"),
        in_huma("h3", "Nina", "=Ny", "3", "+nina@x.no"),
        in_visma("v1", "Kari", "Nordmann", "901", "k1@y.no"),
        in_visma("v2", "Kari", "Nordmann", "0902", "k2@y.no"),
        in_visma("v3", "Per", "Vår", "903", "p3@y.no"),
    )


def upload(web: Client, run: SyncRun, content: str | bytes, encoding: str = "utf-8") -> Any:
    data = content.encode(encoding) if isinstance(content, str) else content
    return web.post(at("pairs", run.connection), {"file": SimpleUploadedFile("pairs.csv", data)}, follow=True)


def table(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_the_template_has_whom_nobody_is_linked_with_and_comes_back_as_it_is(web, run, fjordheim):
    who_is_who.leave_out(fjordheim, run.connection.owners.get(), "visma", "v3", "Per Vår")
    assert "The template has 5 people" in words(web.get(at("pairs", fjordheim)))
    rows = table(web.post(at("pairs_template", fjordheim)))
    assert [(row["huma_id"], row["visma_number"]) for row in rows] == [
        ("h1", ""),
        ("h2", ""),
        ("", "901"),
        ("", "0902"),
        ("h3", ""),
    ]
    nina = rows[-1]
    assert (nina["huma_email"], nina["huma_name"]) == ("'+nina@x.no", "Nina =Ny"), "no cell is a formula"
    assert AuditEntry.objects.get(action="pairs.template").detail == {"people": 5}
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), delimiter=";")
    writer.writeheader()
    writer.writerows([rows[0] | {"visma_number": "901"}, nina | {"visma_number": "0902"}, *rows[2:4]])
    shown = words(upload(web, run, out.getvalue()))
    assert "1 pair will be linked. You are asked about 1 pair. 2 rows aren't filled in." in shown


def test_nobody_is_linked_before_the_preview_is_confirmed(web, run, fjordheim):
    before = set(EmployeeLink.objects.values_list("pk", flat=True))
    page = upload(web, run, HEAD + "kari@x.no;;901\n;h3;903\nnobody@x.no;;0902\n;h0;0\n")
    shown = words(page)
    assert "Nobody is linked yet. 1 pair will be linked. You are asked about 1 pair. 1 row is refused." in shown
    assert "1 pair is linked already." in shown
    assert "Nobody in Huma has this email." in shown
    assert "No part of the names agrees." in shown
    assert "Kari Nordmann" in shown
    assert "What agrees: Name" in shown
    assert set(EmployeeLink.objects.values_list("pk", flat=True)) == before
    assert not AskedPair.objects.exists()

    done = web.post(at("pairs_preview", fjordheim), {"fingerprint": fingerprint_of(text_of(page))}, follow=True)
    assert "1 pair is linked. Nothing was sent to Huma or Visma." in words(done)
    assert "1 pair is a possible match: answer it here." in words(done)
    link = EmployeeLink.objects.get(huma_id="h1")
    assert (link.visma_id, link.linked_by, link.linked_by_user) == ("v1", "pair", "hr")
    assert PossibleMatch.objects.open_in(run).get(huma__vendor_id="h3").why == "pair_against"
    assert "The pairs file says so, but something speaks against it." in words(done)
    assert not PairsUpload.objects.exists()
    assert AuditEntry.objects.get(action="people.paired").people.get().link == link
    assert "Linked by a pairs file" in words(web.get(at("people", fjordheim), {"show": "by_pair"}))
    assert "a pairs file says so, and enough agreed" in words(web.get(at("person", fjordheim, "huma", "h1")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_of_a_spreadsheet_is_read_in_its_encoding(web, run, encoding):
    assert "1 pair will be linked." in words(upload(web, run, HEAD + "kari@x.no;;901;Kåre Ås\n", encoding))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty."),
        (b"PK\x03\x04\x00\x00", "The file isn't a table of text. Save it as CSV (UTF-8)."),
        ("name;number\nKari;1\n", "The first row has to name the columns"),
        (HEAD + ";;901\n", "No row is filled in."),
        (HEAD + ";h1;901\n" * 30, "The file has more than 20 rows."),
        (HEAD + "x" * 5000, "The file is larger than 4 kB."),
        (HEAD + "a@other.no;;9901\n", "Is the file another company's"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(web, run, settings, content, said):
    settings.PAIRS_MAX_ROWS, settings.PAIRS_MAX_BYTES = 20, 4000
    assert said in words(upload(web, run, content))


@pytest.mark.parametrize(
    ("rows", "reasons", "is_in_doubt"),
    [
        ("=1+1;;901\n+4;;0902\n", ["The row has a formula.", "The row has a formula."], False),
        ("kari@x.no;;902\n", ["one has it with zeros in front."], False),
        (";elsewhere;901\na@other.no;;0902\n", ["Nobody in Huma has this ID.", "Nobody in Huma has this email."], True),
        (";h1;12\n;h2;13\n;h3;902\n", ["No employee in Visma has this number."], True),
        (";h1;12\n;h2;902\n;h3;902\n", ["No employee in Visma has this number.", "zeros in front."], False),
    ],
)
def test_a_file_of_which_no_row_can_be_used_says_why_for_each(web, run, fjordheim, rows, reasons, is_in_doubt):
    page = upload(web, run, HEAD + rows)
    said = words(page)
    for reason in reasons:
        assert reason in said
    count = rows.count("\n")
    assert (f"{count} rows are refused." if count > 1 else "1 row is refused.") in said
    assert ("Is the file another company's" in said) == is_in_doubt
    assert "Discard the file" in said
    assert 'name="fingerprint"' not in text_of(page), "there is nothing to confirm"


def test_a_file_that_no_page_takes_is_refused_with_the_limit_that_counts(web, run, fjordheim):
    answer = web.post(at("pairs", fjordheim), {"file": SimpleUploadedFile("p.csv", b"x" * 3_000_000)})
    assert answer.status_code == 400
    assert "The file is larger than 2000 kB. Split it into several files. Nothing was changed." in words(answer)
    assert f'href="{at("pairs", fjordheim)}">Choose another file' in text_of(answer)


def test_a_higher_limit_of_the_installation_counts(web, run, fjordheim, settings):
    settings.PAIRS_MAX_BYTES = 4_000_000
    content = HEAD + "kari@x.no;;901\n" + (";;;" + "x" * 100_000 + "\n") * 35
    assert "1 pair will be linked." in words(upload(web, run, content))
    assert "The file is larger than 4000 kB." in words(upload(web, run, content * 2))


def test_a_body_that_no_page_takes_is_refused_before_it_is_read(web, fjordheim):
    answer = web.post(at("people", fjordheim), {"search": "x" * 3_000_000})
    assert answer.status_code == 400
    assert "At most 2.6 MB can be read at once." in words(answer)


def test_what_was_uploaded_is_only_in_the_encrypted_row(web, run, fjordheim):
    upload(web, run, HEAD + "kari@x.no;;901\nnobody.here@secret.example;;901\n")
    row = PairsUpload.objects.get()
    assert "nobody.here@secret.example" in str(row.content)
    with database.cursor() as cursor:
        cursor.execute("SELECT content FROM sync_pairsupload")
        assert "secret" not in cursor.fetchone()[0]
    assert "secret" not in str({key: value.value for key, value in web.cookies.items()})
    assert "secret" not in str(dict(web.session.items()))
    PairsUpload.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert "The file isn't kept any longer" in words(web.post(at("pairs_preview", fjordheim), follow=True))
    retention.drop_uploads()
    assert not PairsUpload.objects.exists()


def test_a_discarded_file_is_gone_at_once(web, run, fjordheim):
    upload(web, run, HEAD + "kari@x.no;;901\n")
    assert "The file was discarded." in words(web.post(at("pairs_preview", fjordheim), {"to": "drop"}, follow=True))
    assert not PairsUpload.objects.exists()


def test_a_second_tab_hears_that_the_pairs_are_linked_already(web, run, fjordheim):
    page = upload(web, run, HEAD + "kari@x.no;;901\n")
    confirmed = {"fingerprint": fingerprint_of(text_of(page))}
    assert "1 pair is linked." in words(web.post(at("pairs_preview", fjordheim), confirmed, follow=True))
    again = words(web.post(at("pairs_preview", fjordheim), confirmed, follow=True))
    assert "These pairs were linked already, maybe in another tab. Nothing was done twice." in again
    dropped = words(web.post(at("pairs_preview", fjordheim), {"to": "drop"}, follow=True))
    assert "The file was used or discarded already" in dropped
    other = web.post(at("pairs_preview", fjordheim), {"fingerprint": "another"}, follow=True)
    assert "The file isn't kept any longer. Upload it again." in words(other)
    assert EmployeeLink.objects.filter(linked_by="pair").count() == 1


def test_another_owner_does_not_see_it(web, run, fjordheim, other):
    fjordheim.owners.add(other)
    upload(web, run, HEAD + "kari@x.no;;901\n")
    assert signed_in(other).get(at("pairs_preview", fjordheim)).status_code == 302
    assert signed_in(other).post(at("pairs_preview", fjordheim), {"to": "drop"}).status_code == 302
    assert PairsUpload.objects.count() == 1


def test_what_has_changed_since_the_preview_is_shown_again(web, run, fjordheim, hr):
    page = upload(web, run, HEAD + "kari@x.no;;901\n")
    who_is_who.link(fjordheim, hr, "h1", "v3")
    done = web.post(at("pairs_preview", fjordheim), {"fingerprint": fingerprint_of(text_of(page))}, follow=True)
    assert "Something changed since the page was shown." in words(done)
    assert "One of the two is linked with somebody else." in words(done)
    assert not EmployeeLink.objects.filter(linked_by="pair").exists()


def test_without_an_open_read_of_today_it_says_what_to_do(web, run, fjordheim, hr):
    SyncRun.objects.filter(pk=run.pk).update(read_at=timezone.now() - timedelta(hours=25))
    answer = upload(web, run, HEAD + "kari@x.no;;901\n")
    assert "What we fetched is older than 24 hours." in words(answer)
    assert not PairsUpload.objects.exists()
    lifecycle.cancel(run, hr)
    assert "Synchronize users first" in words(web.get(at("pairs", fjordheim)))


def test_while_a_sync_sends_nobody_is_linked(web, run, fjordheim):
    page = upload(web, run, HEAD + "kari@x.no;;901\n")
    SyncRun.objects.create(connection=fjordheim, trigger="scheduled", state="applying")
    done = web.post(at("pairs_preview", fjordheim), {"fingerprint": fingerprint_of(text_of(page))}, follow=True)
    assert "A sync is sending right now." in words(done)
    assert PairsUpload.objects.exists()


def test_a_long_file_is_shown_in_pages(web, run, fjordheim):
    rows = "".join(f"nobody{number}@x.no;;901\n" for number in range(250))
    page = upload(web, run, HEAD + rows + "kari@x.no;;901\n")
    assert "250 rows are refused." in words(page)
    assert "1–100 of 251" in words(page)
    assert "101–200 of 251" in words(web.get(at("pairs_preview", fjordheim), {"after": "101"}))


def test_a_sync_that_stopped_because_hardly_anybody_is_linked_goes_on_with_the_file(web, hr, sandbox):
    made = driving.connection(sandbox, hr)
    for number, user in enumerate(sandbox.huma.users.values()):
        if user.type == "user":
            user.values.update(employmentId=f"H{number}", email=f"h{number}@x.no", familyName=f"F{number}")
            user.values.pop("birthDate", None)
            user.values.pop("phone", None)
    stopped = runner.drive(lifecycle.start(made, hr))
    assert stopped.failure == "same_company"
    both = [one for way in sandbox.people.values() for one in way if one.user_id and one.employee_id]
    rows = [(one.user_id, sandbox.visma.employees[one.employee_id].body["number"]) for one in both]
    page = upload(web, stopped, HEAD + "".join(f";{huma};{number}\n" for huma, number in rows))
    assert "will be linked" in words(page)
    done = web.post(at("pairs_preview", made), {"fingerprint": fingerprint_of(text_of(page))}, follow=True)
    assert "The sync compares again, with what the file says." in words(done)
    stopped.refresh_from_db()
    assert runner.drive(stopped).state == SyncRun.State.REVIEW
    assert EmployeeLink.objects.filter(linked_by="pair").exists()


def test_a_field_that_is_switched_off_cannot_be_named(web, run, fjordheim):
    fjordheim.fields_off = ["email"]
    fjordheim.save()
    assert "The column huma_email can't be used" in words(upload(web, run, HEAD + "kari@x.no;;901\n"))
    assert "1 pair will be linked." in words(upload(web, run, HEAD + ";h1;901\n"))


def test_a_company_of_another_owner_is_nobodys(web, superuser):
    other = company(superuser, tenant_id="other")
    read(other, in_huma("h", "X", "Y", "1", "x@x.no", phone=wrap("22334455")))
    for name in ("pairs", "pairs_preview", "pairs_template"):
        assert web.post(at(name, other)).status_code == 404
