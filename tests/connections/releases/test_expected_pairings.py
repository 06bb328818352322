"""Pairings that a superuser expects: entered singly or as a table, used once, by exactly one user."""

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from connections.connect import connecting, disconnecting
from connections.models import AuditEntry, Connection, ExpectedPairing
from connections.pairing import reservations
from connections.releases import expected_pairings
from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, TENANT_ID
from tests.connections.companies import OTHER_GUID, company, text_of

PAGE = "/admin/connections/pairings/"
THIRD = "22222222-2222-4333-8444-555555555555"
ACCESS = connecting.Access(TENANT_ID, HUMA_CLIENT_ID, HUMA_CLIENT_SECRET)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def another(other_hr):
    """Another company's connection, so that a new one needs a release."""
    return company(other_hr, name="Another AS", tenant_id=OTHER_GUID)


@pytest.fixture
def page(site, superuser):
    site.force_login(superuser)
    return site


def connect(user):
    return connecting.connect(user, ACCESS, {"name": "Fjordheim AS"}, user)


def upload(page, content, follow=True):
    content = content.encode() if isinstance(content, str) else content
    return page.post(f"{PAGE}upload/", {"file": SimpleUploadedFile("pairings.csv", content)}, follow=follow)


def expected():
    rows = ExpectedPairing.objects.filter(used_at=None)
    return set(rows.values_list("tenant_id", "user__username"))


def test_who_is_expected_needs_no_release_and_the_connection_says_so(page, hr, sandbox):
    said = text_of(page.post(f"{PAGE}expect/", {"tenant_id": TENANT_ID.upper(), "who": "HR@example.com"}, follow=True))
    assert "1 connection is entered." in said
    made = connect(hr)
    assert made.state == "active"
    assert "Entered beforehand by an administrator: hr" in text_of(page.get(f"/admin/connections/{made.code}/"))
    assert "Connected as an administrator had entered beforehand" in text_of(
        page.get(f"/admin/connections/{made.code}/")
    )
    assert expected() == set()


def test_nobody_else_may_use_it(page, hr, sandbox, superuser):
    stranger = User.objects.create_user("stranger", "stranger@example.com", is_staff=True)
    expected_pairings.expect(superuser, [(TENANT_ID, hr)])
    made = connect(stranger)
    assert made.state == "waiting"
    assert expected() == {(TENANT_ID, "hr")}


def test_nor_for_another_company(page, hr, sandbox, superuser):
    expected_pairings.expect(superuser, [(THIRD, hr)])
    assert connect(hr).state == "waiting"


def test_it_counts_once(page, hr, sandbox, superuser):
    expected_pairings.expect(superuser, [(TENANT_ID, hr)])
    made = connect(hr)
    disconnecting.disconnect(made, hr)
    reservations.free(reservations.reserved().get().pk, superuser)
    connecting.renew(made, hr, HUMA_CLIENT_ID, HUMA_CLIENT_SECRET)
    assert made.state == "waiting"


def test_it_is_listed_and_can_be_removed(page, hr, sandbox, superuser):
    expected_pairings.expect(superuser, [(TENANT_ID, hr)])
    said = text_of(page.get(PAGE))
    assert TENANT_ID in said
    assert "Entered by admin" in said
    one = ExpectedPairing.objects.get()
    assert "The entry is removed." in text_of(page.post(f"{PAGE}{one.pk}/remove/", follow=True))
    assert connect(hr).state == "waiting"
    assert [entry.action for entry in AuditEntry.objects.filter(action__startswith="pairing.").order_by("pk")] == [
        "pairing.expected",
        "pairing.not_expected",
    ]


@pytest.mark.parametrize(
    ("tenant", "who", "sentence"),
    [
        ("123", "hr", "A Tenant ID has 32 digits and letters"),
        (TENANT_ID, "nobody", "No user here is called “nobody”"),
        (OTHER_GUID, "hr", "This Tenant ID is already connected."),
        (THIRD, "hr", "This Tenant ID is entered already."),
        ("33333333-2222-4333-8444-555555555555", "hr", "is reserved for another Huma organisation. Free it first."),
    ],
)
def test_what_is_wrong_is_said(page, hr, superuser, tenant, who, sentence):
    expected_pairings.expect(superuser, [(THIRD, hr)])
    gone = company(hr, name="Gone AS", tenant_id="33333333-2222-4333-8444-555555555555")
    disconnecting.disconnect(gone, hr)
    assert sentence in text_of(page.post(f"{PAGE}expect/", {"tenant_id": tenant, "who": who}))
    assert expected() == {(THIRD, "hr")}


@pytest.mark.parametrize(
    "content",
    [
        f"Tenant ID;Bruker\n{TENANT_ID};hr\n{THIRD};bjørn\n",
        f"tenant_id,who\r\n{TENANT_ID},hr\r\n{THIRD},bjørn\r\n".encode("cp1252"),
        f"\ufeff{TENANT_ID} ; hr\n\n{THIRD.upper()};  bjørn ".encode(),
        f'"{TENANT_ID}","hr"\n"{{{THIRD}}}","bjørn@example.com"',
    ],
)
def test_a_table_is_shown_before_it_is_stored(page, hr, content):
    User.objects.create_user("bjørn", "bjørn@example.com", is_staff=True)
    response = upload(page, content)
    said = text_of(response)
    assert "Nothing has been stored yet." in said
    assert "Enter 2 connections" in said
    assert expected() == set()
    table = response.context["table"]
    assert "2 connections are entered." in text_of(page.post(f"{PAGE}store/", {"table": table}, follow=True))
    assert expected() == {(TENANT_ID, "hr"), (THIRD, "bjørn")}


def test_each_row_says_what_is_wrong_with_it_and_the_others_are_stored(page, hr):
    rows = [f"{TENANT_ID};hr", f"{TENANT_ID};hr", "not one;hr", f"{THIRD};nobody", f"{THIRD};hr;more", ";"]
    response = upload(page, "\n".join(rows))
    said = text_of(response)
    assert "4 rows can't be stored." in said
    assert "This Tenant ID is in an earlier row already." in said
    assert "A Tenant ID has 32 digits" in said
    assert "No user here is called “nobody”" in said
    assert "A row has two columns" in said
    page.post(f"{PAGE}store/", {"table": response.context["table"]})
    assert expected() == {(TENANT_ID, "hr")}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n \n", "The file is empty."),
        (b"PK\x03\x04\x00\x00\x00", "The file isn't a table of text. Save it as CSV."),
        (b"x;y\n" * 1001, "The file needs 1 to 1000 rows."),
        (b"x" * 200_001, "The file is too large"),
        (b"Tenant ID;Who\n", "The file needs 1 to 1000 rows."),
        (b'"' + b"x" * 199_000, "Save it as CSV."),
    ],
)
def test_what_is_no_table_is_said(page, content, sentence):
    assert sentence in text_of(upload(page, content))


def test_a_file_that_no_page_takes_is_refused_with_the_limit_that_counts(page):
    said = text_of(upload(page, b"x" * 3_000_000))
    assert "The file is too large: at most 1000 rows." in said
    assert f'href="{PAGE}">Choose another file' in said


def test_what_was_stored_meanwhile_is_left_as_it_is(page, hr, superuser):
    table = upload(page, f"{TENANT_ID};hr").context["table"]
    expected_pairings.expect(superuser, [(TENANT_ID, User.objects.get(username="other"))])
    assert "Nothing was stored." in text_of(page.post(f"{PAGE}store/", {"table": table}, follow=True))
    assert expected() == {(TENANT_ID, "other")}


@pytest.mark.parametrize("address", ["", "expect/", "upload/", "store/", "1/remove/", "reserved/1/free/"])
def test_it_is_the_superusers_page(site, client, address, hr):
    data = {"tenant_id": TENANT_ID, "who": "hr", "table": f"{TENANT_ID};hr"}
    for response in (site.get(PAGE + address), site.post(PAGE + address, data)):
        assert response.status_code in (403, 405)
    site.logout()
    assert "/admin/login/" in site.post(PAGE + address, data).headers.get("Location", "/admin/login/")
    assert expected() == set()


def test_a_reserved_tenant_is_listed_and_freed_after_a_question(page, hr):
    gone = company(hr, name="Gone AS", tenant_id=THIRD)
    disconnecting.disconnect(gone, hr)
    said = text_of(page.get(PAGE))
    assert "Gone AS" in said
    assert THIRD in said
    pairing = reservations.reserved().get()
    asked = text_of(page.get(f"{PAGE}reserved/{pairing.pk}/free/"))
    assert "The organisation that had it needs an approval too if it comes back." in asked
    assert reservations.reserved().exists()
    assert "The Tenant ID is free." in text_of(page.post(f"{PAGE}reserved/{pairing.pk}/free/", follow=True))
    assert not reservations.reserved().exists()
    assert page.get(f"{PAGE}reserved/{pairing.pk}/free/").status_code == 404
    assert Connection.objects.filter(pk=gone.pk, state="disconnected").exists()
