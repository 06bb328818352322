"""Notices from Huma: what to enter in Huma, the notices that came, and those that were refused."""

import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from connections.models import AuditEntry
from connections.sandbox.huma.signing import signed
from sync.models import HumaEvent, RefusedEvent, SyncRun
from tests.connections.companies import text_of
from tests.sync.browsing import signed_in

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-my-own-choice"


@pytest.fixture(autouse=True)
def fresh_counts():
    cache.clear()


@pytest.fixture
def address(fjordheim):
    return f"/admin/connections/{fjordheim.code}/webhook/"


def tell(connection, secret=None, token="", topic="users-update", number=1):
    """Huma (or somebody else) sends an event about two people."""
    body = json.dumps({"topic": topic, "users": [{"id": f"a-{number}"}, {"id": f"b-{number}"}]}).encode()
    headers = signed(body, secret or connection.webhook_secret, token=token, topic=topic)
    path = f"/webhooks/huma/{connection.code}/"
    return Client().post(path, body, content_type="application/json", headers=headers).status_code


def test_it_says_what_to_enter_in_huma(web, fjordheim, address, settings):
    settings.SITE_URL = "https://humavisma.example.com"
    page = text_of(web.get(address))
    assert f"https://humavisma.example.com/webhooks/huma/{fjordheim.code}/" in page
    assert fjordheim.webhook_secret in page
    assert page.count("data-copy=") == 2
    assert "No notice from Huma yet" in page
    assert "Refused" not in page


def test_the_secret_is_folded_away_until_it_is_asked_for(web, fjordheim, address):
    page = text_of(web.get(address))
    (fold,) = re.findall(r"<details[^>]*>\s*<summary>Show the signing key</summary>.*?</details>", page, re.S)
    assert fjordheim.webhook_secret in fold
    assert " open" not in fold
    assert page.count(fjordheim.webhook_secret) == 1
    assert web.get(address)["Cache-Control"].find("no-store") >= 0


def test_the_address_on_the_page_is_the_one_that_answers(web, fjordheim, address):
    page = text_of(web.get(address))
    (path,) = re.findall(r'id="webhook-address">http://testserver([^<]*)<', page)
    assert Client().get(path).status_code == 405


def test_the_connections_pages_lead_to_it(web, fjordheim, address):
    page = text_of(web.get(f"/admin/connections/{fjordheim.code}/"))
    assert page.count(f'href="{address}"') == 2


def test_it_says_that_automatic_updates_are_off(web, fjordheim, address):
    assert "We note changes in Huma" in text_of(web.get(address))
    fjordheim.automatic = True
    fjordheim.save()
    assert "We note changes in Huma" not in text_of(web.get(address))


def test_events_are_shown_in_words(web, fjordheim, address):
    fjordheim.automatic = True
    fjordheim.save()
    for _ in range(2):
        assert tell(fjordheim, topic="users-create") == 200
    run = SyncRun.objects.create(connection=fjordheim, trigger="real-time", state="finished")
    HumaEvent.objects.create(
        connection=fjordheim, topic="users-update", huma_ids=["a"], verified_by="old_secret", state="done", run=run
    )
    HumaEvent.objects.create(connection=fjordheim, topic="users-export", verified_by="secret", state="done")
    HumaEvent.objects.create(connection=fjordheim, topic="other", verified_by="secret", state="noted")
    page = text_of(web.get(address))
    for words in (
        'New in Huma <span class="quiet-text"> 2 times </span>',
        '<td class="num" data-label="People">2</td>',
        "Signed with the signing key",
        "Waiting",
        "Changed in Huma",
        "Signed with the old signing key",
        f"/result/{run.pk}/",
        "Exported from Huma",
        "There was nothing to send.",
        "Something else",
        "Nothing had to be done.",
    ):
        assert words in page
    assert "users-" not in page
    assert "a-1" not in page


def test_a_second_read_is_announced_and_what_came_of_it_can_be_opened(web, fjordheim, address):
    tell(fjordheim)
    HumaEvent.objects.update(state="done", again_at=timezone.now(), again_ids=["a-1"])
    page = text_of(web.get(address))
    assert "We ask Huma once more in a moment, in case its answer was older than the change." in page
    assert "There was nothing to send." not in page
    run = SyncRun.objects.create(connection=fjordheim, trigger="real-time", state="finished")
    HumaEvent.objects.update(again_at=None, again_run=run)
    page = text_of(web.get(address))
    assert f"/result/{run.pk}/" in page
    assert "once more in a moment" not in page
    assert "There was nothing to send." not in page


def test_the_last_twenty_are_enough(web, fjordheim, address):
    for number in range(25):
        tell(fjordheim, number=number)
    assert text_of(web.get(address)).count("Changed in Huma") == 20


def test_what_waits_for_the_end_of_a_pause_says_so(web, fjordheim, address):
    fjordheim.automatic, fjordheim.state = True, "paused"
    fjordheim.save()
    tell(fjordheim)
    assert "It is waiting for the end of the pause." in text_of(web.get(address))


def test_refused_requests_are_counted_by_their_reason(web, fjordheim, address):
    for _ in range(3):
        assert tell(fjordheim, secret="another") == 401
    page = text_of(web.get(address))
    assert "With a wrong signature." in page
    assert '<td class="num" data-label="Times">3</td>' in page


def test_every_reason_has_its_words(web, fjordheim, address):
    reasons = "unsigned signature old_secret no_token token too_large too_many content_type not_json topic users"
    for why in (*reasons.split(), "broken_off", "length"):
        RefusedEvent.objects.create(connection=fjordheim, why=why, last_at=timezone.now())
    page = text_of(web.get(address))
    assert not re.search(r'<th scope="row">[a-z_]+</th>', page)


def test_a_secret_is_replaced_after_a_question_and_the_old_one_stays_for_a_day(web, fjordheim, address):
    old = fjordheim.webhook_secret
    question = text_of(web.get(f"{address}secret/"))
    assert "The old one stays valid for 24 hours" in question
    fjordheim.refresh_from_db()
    assert fjordheim.webhook_secret == old
    web.post(f"{address}secret/")
    fjordheim.refresh_from_db()
    new = fjordheim.webhook_secret
    assert new != old
    day = fjordheim.webhook_secret_old_until - timezone.now()
    assert timedelta(hours=23) < day <= timedelta(hours=24)
    assert tell(fjordheim, secret=old) == tell(fjordheim, secret=new) == 200
    page = text_of(web.get(address))
    assert "The old signing key is valid until" in page
    assert new in page
    assert old not in page


def test_the_old_secret_can_be_ended_at_once(web, fjordheim, address):
    old = fjordheim.webhook_secret
    web.post(f"{address}secret/")
    web.post(f"{address}secret/end-old/")
    fjordheim.refresh_from_db()
    assert tell(fjordheim, secret=old) == 401
    assert tell(fjordheim) == 200
    page = text_of(web.get(address))
    assert "The old signing key is valid until" not in page
    assert "Signed with the old signing key, which isn't valid any more." in page


def test_a_token_is_set_replaced_and_removed(web, fjordheim, address):
    web.post(f"{address}token/", {"token": TOKEN})
    fjordheim.refresh_from_db()
    assert tell(fjordheim) == 401
    assert tell(fjordheim, token=TOKEN) == 200
    page = text_of(web.get(address))
    assert "An access token is set" in page
    assert TOKEN not in page
    web.post(f"{address}token/", {"token": TOKEN[::-1]})
    assert tell(fjordheim, token=TOKEN) == 401
    assert tell(fjordheim, token=TOKEN[::-1]) == 200
    web.post(f"{address}token/", {"remove": "1"})
    assert tell(fjordheim) == 200


@pytest.mark.parametrize(
    "typed", ["", "short", "with a space in it!", "ærlig-talt-et-godt-ord", "x" * 201, "\x00" * 20]
)
def test_a_token_that_no_header_can_carry_is_not_taken(web, fjordheim, address, typed):
    response = web.post(f"{address}token/", {"token": typed})
    assert response.status_code == 200
    assert "One field must be corrected." in text_of(response)
    fjordheim.refresh_from_db()
    assert fjordheim.webhook_token == ""


def test_the_audit_trail_says_who_and_never_a_secret(web, fjordheim, address):
    secrets = [fjordheim.webhook_secret, TOKEN]
    web.post(f"{address}secret/")
    web.post(f"{address}secret/end-old/")
    web.post(f"{address}token/", {"token": TOKEN})
    web.post(f"{address}token/", {"remove": "1"})
    fjordheim.refresh_from_db()
    secrets.append(fjordheim.webhook_secret)
    left = AuditEntry.objects.filter(connection=fjordheim).order_by("pk")
    actions = ["webhook.rotated", "webhook.old_ended", "webhook.token_set", "webhook.token_cleared"]
    assert list(left.values_list("who", "action")) == [("hr", action) for action in actions]
    assert not [row for row in left.values() for secret in secrets if secret in str(row)]
    trail = text_of(web.get(f"/admin/connections/{fjordheim.code}/"))
    for words in (
        "Replaced the webhook's signing key",
        "Ended the webhook's old signing key",
        "Set the webhook's access token",
    ):
        assert words in trail


def test_it_is_its_owners_and_superusers_page(fjordheim, address, other, superuser):
    assert signed_in(other).get(address).status_code == 404
    for rest in ("secret/", "secret/end-old/", "token/"):
        assert signed_in(other).post(address + rest).status_code == 404
    assert signed_in(superuser).get(address).status_code == 200
    assert not AuditEntry.objects.exists()


def test_a_disconnected_connection_shows_no_secret(web, fjordheim, address):
    fjordheim.state = "disconnected"
    fjordheim.save()
    for method in (web.get, web.post):
        response = method(f"{address}secret/")
        assert response.status_code == 302
        assert response["Location"] == f"/admin/connections/{fjordheim.code}/"
    assert web.get(address).status_code == 302
    assert web.post(f"{address}token/", {"token": TOKEN}).status_code == 302
    assert not AuditEntry.objects.exists()


def test_no_plain_page_shows_a_secret(fjordheim, superuser):
    fjordheim.webhook_token = TOKEN
    fjordheim.save()
    page = text_of(signed_in(superuser).get(f"/admin/connections/connection/{fjordheim.pk}/change/"))
    assert TOKEN not in page
    assert fjordheim.webhook_secret not in page
