"""Possible matches with the same evidence are answered together, and undone together."""

import pytest

from connections.models import AuditEntry
from sync.models import Conflict, EmployeeLink, EmployeeSnapshot, PossibleMatch
from tests.sync.browsing import at, words
from tests.sync.core.documents import wrap
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = pytest.mark.django_db

GROUP = "agrees:bank_account,same_name differs:number against:"
NAMES = [("Kari", "Lie"), ("Per", "Moe"), ("Eva", "Dahl"), ("Ola", "Vik")]


def account(n):
    number = f"8601111{n:04}"
    return {"type": "national", "number": number, "country": "NO"}, {
        "paymentType": "bank",
        "internationalBankAccount": False,
        "localBankAccount": number,
    }


@pytest.fixture
def run(fjordheim):
    """A renumbered company: the same names and accounts; one has another account, one another date of birth."""
    people = []
    for n, (given, family) in enumerate(NAMES):
        huma, visma = account(n)
        if n == 3:
            visma = account(9)[1]
        people.append(in_huma(f"h{n}", given, family, f"A{n}", bankAccount=wrap(huma)))
        people.append(in_visma(f"v{n}", given, family, f"B{n}", salaryPaymentMethod=visma))
    people.append(in_huma("h9", "Nina", "Berg", "9", birthDate=wrap("1990-01-01")))
    people.append(in_visma("v9", "Nina", "Berg", "9", dateOfBirth="1980-01-01"))
    return read(fjordheim, *people)


def listed(web, run):
    return words(web.get(at("review_matches", run.connection)))


def answer(web, run, **data):
    url = at("review_match_group_decide", run.connection)
    return words(web.post(url, {"group": GROUP, "choice": "link", **data}, follow=True))


def test_the_group_comes_first_and_the_odd_ones_are_asked_about_by_themselves(web, run):
    text = listed(web, run)
    assert "3 pairs agree on the same things" in text
    assert "What agrees: Bank account, Name. What differs: Employment ID. Nothing speaks against it." in text
    assert "Ola Vik and Ola Vik" in text
    assert "What differs: Bank account, Employment ID." in text
    assert "Kari Lie and Kari Lie" not in text
    assert "5 possible matches aren't decided." in text
    assert "Nothing to decide" not in text


def test_the_list_is_shown_before_it_is_answered(web, run):
    text = words(web.get(at("review_match_group", run.connection), {"group": GROUP}))
    assert "Kari Lie A0 Kari Lie B0" in text
    assert "Type 3 to confirm" in text


def test_the_number_has_to_be_typed(web, run):
    assert "Type the number of pairs: 3." in answer(web, run, typed="2")
    assert not EmployeeLink.objects.exists()


def test_all_are_linked_and_compared_at_once(web, run):
    assert "3 people are linked." in answer(web, run, typed="3")
    links = EmployeeLink.objects.filter(state="linked").values_list("huma_id", "visma_id", "linked_by_user")
    assert set(links) == {(f"h{n}", f"v{n}", "hr") for n in range(3)}
    assert Conflict.objects.filter(run=run, field="employment_id").count() == 3
    assert not EmployeeSnapshot.objects.filter(run=run, link=None, vendor_id__in=("h0", "v0")).exists()
    assert AuditEntry.objects.get(action="people.linked_together").detail["people"] == 3


def test_it_is_taken_back_at_once(web, run):
    before = set(EmployeeSnapshot.objects.filter(run=run).values_list("vendor_id", "create_group", "create_blocked"))
    answer(web, run, typed="3")
    assert "Undo 3 linked pairs" in listed(web, run)
    assert "3 linked pairs were undone." in answer(web, run, choice="undo")
    assert not EmployeeLink.objects.exists()
    assert not Conflict.objects.filter(run=run).exists()
    after = set(EmployeeSnapshot.objects.filter(run=run).values_list("vendor_id", "create_group", "create_blocked"))
    assert after == before
    assert "3 pairs agree on the same things" in listed(web, run)


def test_who_was_settled_singly_meanwhile_is_not_counted(web, run):
    first = PossibleMatch.objects.filter(run=run, group=GROUP)[0]
    web.post(at("review_matches_decide", run.connection), {"match": first.pk, "choice": "different"})
    assert "Type the number of pairs: 2." in answer(web, run, typed="3")
    assert "2 people are linked." in answer(web, run, typed="2")


def test_what_is_not_such_a_group_cannot_be_answered_at_once(web, run):
    odd = PossibleMatch.objects.get(run=run, huma__vendor_id="h3")
    answer(web, run, group=odd.group, typed="1")
    assert not EmployeeLink.objects.exists()


def test_differing_dates_of_birth_are_asked_about_once_more(web, run):
    match = PossibleMatch.objects.get(run=run, huma__vendor_id="h9")
    url = at("review_matches_decide", run.connection)
    text = words(web.post(url, {"match": match.pk, "choice": "link"}))
    assert "Two people with different dates of birth are hardly ever the same person." in text
    assert not EmployeeLink.objects.exists()
    web.post(url, {"match": match.pk, "choice": "link", "births": "differ"})
    link = EmployeeLink.objects.get()
    assert (link.huma_id, link.visma_id, link.known, link.doubt) == ("h9", "v9", ["birth"], "")


def test_people_asks_once_more_too(web, run):
    url = at("people_link", run.connection)
    text = words(web.post(url, {"huma": "h9", "visma": "v9"}))
    assert "The dates of birth differ" in text
    web.post(url, {"huma": "h9", "visma": "v9", "births": "differ"})
    assert EmployeeLink.objects.get().state == "linked"
