"""Possible matches, links to look at and the help about them in a real browser: looked at, and answered by keyboard."""

from typing import Any
from urllib.parse import quote

import pytest

from sync.models import EmployeeLink, PossibleMatch
from tests.browser.looking import Look
from tests.connections.companies import company
from tests.sync.core.documents import wrap
from tests.sync.made_reads import day, in_huma, in_visma, read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAMES = ["Kari Lie", "Per Moe", "Eva Dahl", "Ola Vik", "Ida Berg", "Jon Ås", "Liv Ødegård"]
GROUP = "agrees:bank_account,same_name differs:number against:"


def account(n):
    return f"8601111{n:04}"


def pair(n, name, **more):
    given, family = name.split()
    method = {"paymentType": "bank", "internationalBankAccount": False, "localBankAccount": account(n)}
    bank = wrap({"type": "national", "number": account(n), "country": "NO"})
    return [
        in_huma(f"h{n}", given, family, f"A{n}", bankAccount=bank, **more.get("huma", {})),
        in_visma(f"v{n}", given, family, f"B{n}", salaryPaymentMethod=method, **more.get("visma", {})),
    ]


@pytest.fixture
def run(hr):
    """A renumbered company, a number used again, and two with other dates of birth."""
    people = [person for n, name in enumerate(NAMES) for person in pair(n, name)]
    people += [
        in_huma("r", "Kari", "Berg", "1017", "kari.berg@x.no", birthDate=wrap("1999-02-03"), starts="2026-01-01"),
        in_visma("r-v", "Kari", "Moen", "1017", dateOfBirth="1955-02-03", ends="2015-12-31"),
        in_huma("b", "Nina", "Holm", "9", birthDate=wrap("1990-01-01")),
        in_visma("b-v", "Nina", "Holm", "9", dateOfBirth="1980-01-01"),
    ]
    return read(company(hr), *people)


@pytest.fixture
def doubted(hr):
    """Linked people of each kind that asks."""
    connection = company(hr)
    born: dict[str, Any] = {"huma": {"birthDate": wrap("1990-05-17")}, "visma": {"dateOfBirth": "1990-05-17"}}

    def linked(n, name, *, number="", ends="", visma_name="", birth="1990-05-17"):
        given, family = name.split()
        huma = in_huma(f"h{n}", given, family, number or str(n), **born["huma"])
        given, family = (visma_name or name).split()
        visma = in_visma(f"v{n}", given, family, str(n), dateOfBirth=birth, **({"ends": ends} if ends else {}))
        return [huma, visma]

    read(connection, *linked(1, NAMES[0]), *linked(2, NAMES[1]), *linked(3, NAMES[2]), *linked(4, NAMES[3])).delete()
    read(
        connection,
        *linked(1, NAMES[0], birth="1955-02-03"),
        *linked(2, NAMES[1], birth="1956-02-03"),
        *linked(3, NAMES[2], number="33", ends=day(-90)),
        in_visma("v9", "Eva", "Dahl", "33", dateOfBirth="1990-05-17"),
        *linked(4, NAMES[3], visma_name="Tor Strand"),
    )
    assert sorted(EmployeeLink.objects.exclude(doubt="").values_list("doubt", flat=True)) == [
        *("birth", "birth", "instead:v9", "names"),
    ]
    return connection


@pytest.fixture
def desk(desk, sign_in, hr):
    sign_in(desk.context, hr)
    return desk


def test_nothing_is_wrong_with_the_pages_of_a_run(desk, live_server, run):
    look, at = Look(desk, live_server.url), f"/admin/connections/{run.connection.code}"
    for page in ("review/matches/", f"review/matches/group/?group={quote(GROUP)}", "who-is-who/", "people/"):
        look.at(f"{at}/{page}")
    desk.goto(f"{live_server.url}{at}/review/matches/")
    desk.locator("article", has_text="Nina Holm").get_by_role("button", name="Same person: link them").click()
    desk.get_by_role("heading", name="The dates of birth differ").wait_for()
    look.here("births differ")
    assert look.found == {}


def test_nothing_is_wrong_with_the_links_to_look_at(desk, live_server, doubted):
    look, at = Look(desk, live_server.url), f"/admin/connections/{doubted.code}"
    for page in ("links/", "links/?kind=instead", "links/?kind=names", "attention/", "people/?show=doubted"):
        look.at(f"{at}/{page}")
    assert look.found == {}


def test_a_group_is_answered_and_taken_back_by_keyboard(desk, live_server, run):
    desk.goto(f"{live_server.url}/admin/connections/{run.connection.code}/review/matches/")
    desk.get_by_role("link", name="See all 7 pairs and answer").focus()
    desk.keyboard.press("Enter")
    desk.get_by_label("Type 7 to confirm").focus()
    desk.keyboard.type("7")
    desk.keyboard.press("Enter")
    desk.get_by_text("7 people are linked.").wait_for()
    assert EmployeeLink.objects.filter(state="linked").count() == 7
    desk.get_by_role("button", name="Undo 7 linked pairs").focus()
    desk.keyboard.press("Enter")
    desk.get_by_text("7 linked pairs were undone.").wait_for()
    assert not EmployeeLink.objects.exists()
    assert PossibleMatch.objects.filter(run=run, group=GROUP, decision="").count() == 7
