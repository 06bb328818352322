"""To fix in Huma and Visma: what can't be decided here, on a page and as a file, for whoever mends it."""

import csv
import importlib
import io
from dataclasses import replace
from typing import Any

import pytest
from django.utils import translation

from connections.models import AuditEntry
from sync.core import mending
from sync.core.reasons import SENTENCES
from sync.core.records.employee import Side, to_json
from sync.models import Conflict, PassedPerson, SyncRun
from sync.people.to_fix import ToFix, to_fix
from sync.runs import lifecycle
from sync.wording.masking import masked
from tests.connections.companies import text_of
from tests.sync.browsing import at, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = [pytest.mark.django_db, pytest.mark.both]

NUMBER = "86011117947"
BAD = {"type": "national", "number": "86011117940", "country": "NO"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def run(fjordheim: Any) -> SyncRun:
    """One of everything that can't be decided here, and one difference that can."""
    twice = in_visma("v4", "Tove", "To", "4", "tove@x.no")
    twice = replace(twice, positions=(*twice.positions, replace(twice.positions[0], id="second")))
    made = read(
        fjordheim,
        in_huma("h1", "Anna", "=Ås", "1", "anna@x.no", phone={"value": "n/a", "editable": False}),
        in_visma("v1", "Anna", "=Ås", "1", "anna@x.no", phones=[{"type": "business", "number": "+4799887766"}]),
        in_huma("h2", "Berit", "Bank", "2", "berit@x.no", bankAccount={"value": BAD, "editable": False}),
        in_visma(
            "v2",
            "Berit",
            "Bank",
            "2",
            "berit@x.no",
            salaryPaymentMethod={"paymentType": "bank", "localBankAccount": NUMBER},
        ),
        in_huma("h3", "Carl", "Choose", "3", "carl@x.no", phone=wrap("22334455")),
        in_visma("v3", "Carl", "Choose", "3", "carl@x.no", phones=[{"type": "business", "number": "+4799887766"}]),
        in_huma("h4", "Tove", "To", "4", "tove@x.no", starts="2019-01-01"),
        twice,
        in_huma("h5", "Uno", "Utan", "", "uno@x.no"),
        in_visma("v6", "Vera", "Visma", "6", ""),
    )
    PassedPerson.objects.create(
        connection=fjordheim, side="huma", vendor_id="h7", name="Xo Odd", reason="passed_shape", prop="phone"
    )
    return made


def lines(run: SyncRun) -> dict[str, ToFix]:
    return {f"{one.name}: {one.what}": one for one in to_fix(run.connection)}


def test_each_says_whom_what_why_and_where(run: SyncRun) -> None:
    found = lines(run)
    assert {name: [side.value for side in one.places] for name, one in found.items()} == {
        "Anna =Ås: Phone": ["huma"],
        "Berit Bank: Bank account": ["huma"],
        "Tove To: First workday": ["huma", "visma"],
        "Uno Utan: Can't be added to Visma": ["huma"],
        "Vera Visma: Can't be added to Huma": ["visma"],
        "Xo Odd: The whole person": ["huma"],
    }
    assert all(one.why for one in found.values())
    assert "look up in both systems which dates belong together" in found["Tove To: First workday"].why
    assert found["Berit Bank: Bank account"].huma.endswith("940")
    assert NUMBER[:8] not in found["Berit Bank: Bank account"].visma.replace(" ", "")


def test_the_page_has_it_all_and_leads_to_each_person(run: SyncRun, web: Any, fjordheim: Any, settings: Any) -> None:
    settings.HUMA_PERSON_URL = "https://huma.example/{id}"
    page = web.get(at("to_fix", fjordheim))
    assert "Vera Visma" in words(page)
    assert "There is no business email in Visma" in words(page)
    assert "Carl Choose" not in words(page), "that can be decided here"
    assert at("person", fjordheim, "huma", "h1") in text_of(page)
    assert 'href="https://huma.example/h5"' in text_of(page)
    assert NUMBER not in text_of(page).replace(" ", "")
    for name in ("people", "attention", "review"):
        assert at("to_fix", fjordheim) in text_of(web.get(at(name, fjordheim)))


def test_the_file_has_it_all_without_formulas_and_is_in_the_audit(run: SyncRun, web: Any, fjordheim: Any) -> None:
    answer = web.post(at("to_fix_download", fjordheim))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert [row["Name"] for row in rows] == ["Anna =Ås", "Berit Bank", "Tove To", "Uno Utan", "Vera Visma", "Xo Odd"]
    assert rows[0]["Visma"].startswith("'+47")
    assert rows[1]["To be fixed in"] == "Huma"
    assert NUMBER not in text.replace(" ", "")
    assert AuditEntry.objects.get(action="to_fix.exported").detail == {"rows": 6}
    assert web.get(at("to_fix_download", fjordheim)).status_code == 405


def pairs(numbers: str, **hidden: Any) -> list[Any]:
    """People who are alike in both systems, of whom Huma hides something."""
    sides = [(n, f"Given{n}", f"Family{n}", n, f"p{n}@x.no") for n in numbers]
    return [one for id_, *rest in sides for one in (in_huma(f"h{id_}", *rest, **hidden), in_visma(f"v{id_}", *rest))]


def test_what_is_hidden_is_listed_for_each_or_once_for_everybody(fjordheim: Any, hr: Any) -> None:
    run = read(fjordheim, *pairs("12", homeAddress=...), *pairs("3", phone=...))
    assert set(lines(run)) == {"Given1 Family1: Address", "Given2 Family2: Address", "Given3 Family3: Phone"}
    lifecycle.cancel(run, hr)
    run = read(fjordheim, *pairs("123", homeAddress=...))
    assert set(lines(run)) == {"Everybody (3): Address"}


def test_what_is_hidden_stays_listed_when_the_values_are_forgotten(fjordheim: Any, web: Any) -> None:
    run = read(fjordheim, *pairs("12", homeAddress=...), *pairs("3", phone=...), trigger="scheduled")
    before = set(lines(run))
    assert lifecycle.end(run, "finished", ["review"])
    lifecycle.forget_values(run)
    assert set(lines(run)) == before == {"Given1 Family1: Address", "Given2 Family2: Address", "Given3 Family3: Phone"}
    assert "Given3 Family3" in words(web.get(at("to_fix", fjordheim)))
    fjordheim.fields_off = ["address"]
    fjordheim.save()
    assert {one.what for one in to_fix(fjordheim)} == {"Phone"}


def test_of_what_was_read_before_the_hidden_fields_are_told_alike() -> None:
    for record in (*pairs("1", homeAddress=..., phone=...), *pairs("2")):
        migration = importlib.import_module("sync.migrations.0020_hidden_fields")
        assert migration.hidden_of(to_json(record)).split() == list(record.hidden)


def test_when_it_was_mended_and_read_again_the_list_is_empty(run: SyncRun, web: Any, fjordheim: Any, hr: Any) -> None:
    lifecycle.cancel(run, hr)
    PassedPerson.objects.all().delete()
    read(fjordheim, *pairs("1234"))
    assert "There is nothing to fix" in words(web.get(at("to_fix", fjordheim)))


def test_values_that_were_forgotten_are_left_away(run: SyncRun) -> None:
    Conflict.objects.update(values=None)
    found = lines(run)["Berit Bank: Bank account"]
    assert (found.huma, found.visma) == ("", "")


@pytest.mark.parametrize(
    ("side", "own"),
    [
        ("huma", {"type": "national", "number": NUMBER, "country": "NO"}),
        ("huma", {"type": "international", "iban": f"NO93{NUMBER}", "bic": "DNBANOKKXXX"}),
        ("visma", {"paymentType": "bank", "localBankAccount": NUMBER}),
        ("visma", {"paymentType": "cash"}),
    ],
)
def test_of_an_account_only_three_signs_are_shown(side: str, own: Any) -> None:
    text = masked("bank_account", side, own)
    assert NUMBER[:4] not in text.replace(" ", "")
    assert sum(sign.isdecimal() for sign in text) <= 3 * len(text.split(", "))


def test_every_reason_has_a_place() -> None:
    named = mending._IN_HUMA | mending._IN_VISMA | mending._AT_SOURCE | mending.ANSWERED_HERE
    assert named <= SENTENCES.keys()
    for code in SENTENCES:
        assert mending.where(code, Side.HUMA)
    assert mending.where("bad_account", Side.VISMA) == (Side.VISMA,)
