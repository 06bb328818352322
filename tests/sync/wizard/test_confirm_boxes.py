"""Confirm: exactly what is ticked is written; accounts and ends of employments aren't folded."""

import re

import pytest
from django.utils import timezone

from sync.models import Change, Conflict, EmployeeSnapshot
from tests.sync.browsing import at, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import day, in_huma, in_visma, read

pytestmark = pytest.mark.django_db


def decide(run, choice="huma", **which):
    Conflict.objects.filter(run=run, **which).update(decision=choice, decided_by="hr", decided_at=timezone.now())


def sent(page, untick=()):
    """What the browser sends for the page, but for these people's boxes."""
    html = page.content.decode()
    form = html.split('id="confirm"', 1)[1].split("</form>")[0]
    data: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(fingerprint|ticks|shown)" value="([^"]*)"', form):
        data.setdefault(name, []).append(value)
    boxes = re.findall(r'name="only"\s+value="([^"]*)"[^>]* checked[^>]*aria-label="Send for ([^"]*)"', html)
    return {**data, "only": [value for value, name in boxes if name not in untick]}


def written():
    return set(Change.objects.values_list("name", "side"))


@pytest.fixture
def decided(run):
    """Kari's name goes to Visma and Kari's phone to Huma; Ola's phone goes to Huma."""
    decide(run, "huma", link__huma_id="kari", field="given_name")
    decide(run, "visma", field="phone")
    return run


def confirm(web, run, data):
    return web.post(at("confirm_run", run.connection), data)


def test_everybody_is_ticked_and_written(web, decided):
    page = web.get(at("confirm", decided.connection))
    data = sent(page)
    assert len(data["only"]) == 3
    confirm(web, decided, data)
    assert written() == {("Kari Nordmann", "visma"), ("Kari Nordmann", "huma"), ("Ola Hansen", "huma")}


def test_whoever_is_unticked_is_not_written(web, decided):
    page = web.get(at("confirm", decided.connection))
    confirm(web, decided, sent(page, untick=["Kari Nordmann"]))
    assert written() == {("Ola Hansen", "huma")}


def test_unticked_in_one_system_is_written_in_neither(web, decided):
    data = sent(web.get(at("confirm", decided.connection)))
    data["only"] = [box for box in data["only"] if not box.startswith("visma:")]
    confirm(web, decided, data)
    assert written() == {("Ola Hansen", "huma")}


def test_with_nobody_ticked_nothing_is_written(web, decided):
    data = {**sent(web.get(at("confirm", decided.connection))), "only": []}
    said = words(confirm(web, decided, data))
    assert "Nobody is ticked, so nothing was sent." in said
    assert "3 changes · 2 people" in said
    assert not Change.objects.exists()
    decided.refresh_from_db()
    assert decided.state == "review"


def test_only_the_ticked_people_can_be_looked_at_and_stay_ticked(web, decided):
    data = sent(web.get(at("confirm", decided.connection)), untick=["Kari Nordmann"])
    limited = web.post(at("confirm", decided.connection), data)
    assert "Limited to 1 person" in words(limited)
    assert "Kari" not in words(limited)
    again = sent(limited)
    assert len(again["only"]) == 1
    confirm(web, decided, again)
    assert written() == {("Ola Hansen", "huma")}


def test_what_changed_meanwhile_is_shown_again_with_the_same_ticks(web, decided):
    page = web.get(at("confirm", decided.connection))
    decide(decided, "leave", field="given_name")
    everybody = confirm(web, decided, sent(page))
    assert "The plan has changed since you opened this page." in words(everybody)
    assert "2 changes · 2 people" in words(everybody)
    decide(decided, "huma", field="given_name")
    one = confirm(web, decided, sent(everybody, untick=["Kari Nordmann"]))
    assert "The plan has changed since you opened this page." in words(one)
    assert "Limited to 1 person" in words(one)
    assert not Change.objects.exists()


def test_the_number_is_that_of_the_ticked_people_and_what_was_typed_stays(web, fjordheim):
    type(fjordheim).objects.update(threshold_people=1, threshold_percent=1)
    run = read(fjordheim, *(person for n in range(5) for person in disagreeing(n)))
    decide(run)
    page = web.get(at("confirm", fjordheim))
    assert "Type 5 to confirm" in words(page)
    asked = confirm(web, run, {**sent(page, untick=["Person1 Name"]), "number": "5"})
    text = words(asked)
    assert "That isn't the number. Nothing was sent." in text
    assert "Type 4 to confirm" in text
    source = " ".join(asked.content.decode().split())
    assert (
        'value="5" autocomplete="off" required autofocus aria-invalid="true" aria-describedby="number-error"' in source
    )
    confirm(web, run, {**sent(asked), "number": "4"})
    assert {name for name, _side in written()} == {f"Person{n} Name" for n in (0, 2, 3, 4)}


def disagreeing(n, **visma):
    one = (f"Person{n}", "Name", str(100 + n), f"p{n}@x.no")
    return in_huma(f"h{n}", *one, phone=wrap("22 33 44 55")), in_visma(f"v{n}", *one, **visma)


def test_thousands_of_boxes_can_be_sent(web, decided):
    data = sent(web.get(at("confirm", decided.connection)))
    data["only"] += [f"visma:link:{n}" for n in range(10_000, 30_000)]
    assert confirm(web, decided, data).status_code == 302


def groups(page):
    """The parts of *Look twice*: what each is called, whether it is open, and what it says."""
    found = re.findall(r"<details( open)?>\s*<summary>(.*?)</summary>(.*?)</details>", page.content.decode(), re.DOTALL)
    plain = [[" ".join(re.sub(r"<[^>]+>", " ", part).split()) for part in parts] for parts in found]
    return {title.rpartition(" ")[0]: (bool(is_open), text) for is_open, title, text in plain}


def account(number):
    national = {"type": "national", "number": number, "country": "NO"}
    return wrap(national), {"paymentType": "bank", "internationalBankAccount": False, "localBankAccount": number}


def test_accounts_lie_open_however_many_and_new_peoples_are_among_them(web, fjordheim):
    people = []
    for n in range(30):
        one = (f"Person{n:02}", "Name", str(100 + n), f"p{n}@x.no")
        people += [
            in_huma(f"h{n}", *one, bankAccount=account("86011117947")[0], phone=wrap("22 33 44 55")),
            in_visma(f"v{n}", *one, salaryPaymentMethod=account("12345678903")[1]),
        ]
    people.append(in_huma("new", "Nina", "Ny", "8", "nina@x.no", bankAccount=account("86011117947")[0]))
    run = read(fjordheim, *people)
    decide(run)
    EmployeeSnapshot.objects.filter(run=run, vendor_id="new").update(create_chosen=True)
    found = groups(web.get(at("confirm", fjordheim)))
    is_open, text = found["Bank accounts that change or are new"]
    assert is_open
    assert text.count("Name") == 30
    assert "Nina Ny Bank account Before: empty After:" in text


def test_end_dates_lie_open_and_removed_ones_have_their_own_heading(web, fjordheim):
    type(fjordheim).objects.update(default_end_reason="arbeidstakerHarSagtOppSelv")
    fjordheim.refresh_from_db()
    people = []
    for n in range(60):
        one = (f"Person{n:02}", "Name", str(100 + n), f"p{n}@x.no")
        ends = {"ends": day(20)}
        people += [
            in_huma(f"h{n}", *one, **(ends if n < 30 else {})),
            in_visma(f"v{n}", *one, **(ends if n >= 30 else {})),
        ]
    run = read(fjordheim, *people)
    decide(run, field="last_workday")
    found = groups(web.get(at("confirm", fjordheim)))
    for title in ("Employments that get an end date", "Employments whose end date is removed"):
        is_open, text = found[title]
        assert is_open
        assert text.count("Name") == 30, title
