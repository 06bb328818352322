"""Links to a person in Huma and in Visma.net, where one has to act there: as the settings say, and none by default."""

from typing import Any, cast
from urllib.parse import unquote, urlsplit

import pytest
from django.core import mail
from django.core.checks import run_checks
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from connections.person_urls import is_pattern, person_url
from sync import runner
from sync.mail import letters
from sync.models import Change, PassedPerson
from sync.runs import lifecycle
from sync.wizard import creation, review
from tests.connections.companies import heard, text_of
from tests.sync.browsing import at, signed_in
from tests.sync.driving import apply, connection
from tests.sync.made_reads import in_huma, in_visma, read

pytestmark = pytest.mark.django_db

HUMA, VISMA = "https://app.huma.example/people/{id}", "https://visma.example/e?id={id}&no={number}"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def links(settings: Any) -> None:
    settings.HUMA_PERSON_URL, settings.VISMA_PERSON_URL = HUMA, VISMA


@pytest.mark.parametrize(
    ("pattern", "right"),
    [
        (HUMA, True),
        (VISMA, True),
        ("https://x.no/#/p/{number}", True),
        ("http://localhost:8801/u/{id}", True),
        ("https://x.no/people", False),
        ("https://{id}.x.no/", False),
        ("https://x.no@{id}/", False),
        ("https://u:p@x.no/{id}", False),
        ("javascript:alert({id})", False),
        ("//x.no/{id}", False),
        ("https://x.no/{id}/{name}", False),
        ("https://x.no/{id}/{id}", False),
        ("https://x.no/{id} ", False),
        ('https://x.no/"{id}', False),
        ("https://x.no:port/{id}", False),
        ("{id}", False),
    ],
)
def test_a_malformed_address_is_an_error_of_the_installation(settings: Any, pattern: str, right: bool) -> None:
    settings.VISMA_PERSON_URL = pattern
    assert is_pattern(pattern) is right
    found = [one for one in run_checks() if one.id == "connections.E020"]
    assert bool(found) is not right
    if not right:
        assert "VISMA_PERSON_URL" in found[0].msg
        assert person_url("visma", "1", "2") == ""


def test_without_a_setting_there_is_no_link_and_no_error() -> None:
    assert person_url("huma", "h1", "1") == person_url("visma", "v1", "1") == ""
    assert not [one for one in run_checks() if one.id == "connections.E020"]


@given(st.text(min_size=1, max_size=40))
def test_whatever_the_id_is_it_stays_in_its_place(id_: str) -> None:
    from django.test import override_settings

    try:
        id_.encode()
    except UnicodeEncodeError:
        return
    with override_settings(HUMA_PERSON_URL="https://x.no/a/{id}?b={number}#c"):
        url = urlsplit(person_url("huma", id_, id_))
    assert (url.netloc, url.fragment) == ("x.no", "c")
    assert unquote(url.path) == f"/a/{id_}"
    assert unquote(url.query) == f"b={id_}"


def test_a_number_that_nobody_knows_makes_no_link(links: None) -> None:
    assert person_url("visma", "v1", "") == ""
    assert person_url("visma", "v 1", "a&b") == "https://visma.example/e?id=v%201&no=a%26b"


def link_to(url: str) -> str:
    return f'href="{url}" target="_blank" rel="noopener noreferrer"'


@pytest.fixture
def run(fjordheim: Any) -> Any:
    return read(
        fjordheim,
        in_huma("h/1", "Kari", "Nordmann", "1", "kari@x.no", phone={"value": "n/a", "editable": False}),
        in_visma("v1", "Kari", "Nordmann", "1", "kari@x.no", phones=[{"type": "business", "number": "+4799887766"}]),
        in_huma("h2", "Ola", "Hansen", "", "ola@x.no"),
        in_visma("v3", "Vera", "Visma", "3", ""),
    )


def test_pages_link_to_the_person_where_one_has_to_act(run: Any, links: None, web: Any, fjordheim: Any) -> None:
    kari = link_to("https://app.huma.example/people/h%2F1")
    assert kari in text_of(web.get(at("person", fjordheim, "huma", "h/1")))
    assert "(new tab)" in text_of(web.get(at("person", fjordheim, "huma", "h/1")))
    page = text_of(web.get(at("create", fjordheim)))
    assert link_to("https://app.huma.example/people/h2") in page
    assert link_to("https://visma.example/e?id=v3&amp;no=3") in page
    PassedPerson.objects.create(connection=fjordheim, side="huma", vendor_id="odd", name="Odd", reason="passed_shape")
    odd = link_to("https://app.huma.example/people/odd")
    assert odd in text_of(web.get(at("attention", fjordheim)))
    assert odd in text_of(web.get(at("person", fjordheim, "huma", "odd")))


def test_a_difference_that_can_be_decided_here_needs_no_link(run: Any, links: None, web: Any, fjordheim: Any) -> None:
    page = text_of(web.get(at("review", fjordheim)))
    assert page.count("Open in Huma") == page.count("Open in Visma") == 1, "the phone can be used neither way"


def test_without_settings_no_page_has_a_link(run: Any, web: Any, fjordheim: Any) -> None:
    for name, more in (("review", ()), ("create", ()), ("person", ("huma", "h/1"))):
        assert "Open in" not in text_of(web.get(at(name, fjordheim, *more)))


@pytest.mark.django_db(transaction=True)
def test_failures_and_new_drafts_have_links(sandbox: Any, hr: Any, links: None, settings: Any) -> None:
    settings.VISMA_PERSON_URL = "https://visma.example/e/{id}"
    made = heard(connection(sandbox, hr, payroll_contacts=["payroll@example.com"]))
    run = runner.drive(lifecycle.start(made, hr))
    creation.choose_all(run, hr, "visma", True)
    sandbox.faults.script("visma", "PUT", "/employees", "job-fails", times=1000)
    review.decide_bulk(run, hr, review.ReviewFilter(show="all"), "huma")
    run = apply(run, hr)
    failed = Change.objects.filter(run=run, state="failed", side="visma").exclude(link=None).first()
    assert failed
    assert failed.link
    page = text_of(signed_in(hr).get(at("result", made, run.pk)))
    assert link_to(f"https://visma.example/e/{failed.link.visma_id}") in page
    new = Change.objects.filter(run=run, action="create", state="done", side="visma").exclude(link=None).first()
    assert new
    assert new.link
    letters.send_due(made)
    (letter,) = [one for one in cast("list[EmailMultiAlternatives]", mail.outbox) if one.to == ["payroll@example.com"]]
    assert f"https://visma.example/e/{new.link.visma_id}" in letter.body
    assert f"https://visma.example/e/{new.link.visma_id}" in str(letter.alternatives[0][0])


def test_an_email_never_has_an_employment_id_in_a_link(settings: Any) -> None:
    settings.VISMA_PERSON_URL = "https://visma.example/e/{number}"
    assert person_url("visma", "v1") == ""
