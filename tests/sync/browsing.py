"""What tests of pages need: a signed-in browser, addresses, and a page's words."""

import re
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from connections.models import Connection
from tests.connections.companies import text_of


def signed_in(user: User) -> Client:
    """A browser in English, without htmx."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def at(name: str, connection: Connection, *more: Any) -> str:
    """The address of a page."""
    return reverse(f"admin:{name}", args=[connection.code, *more])


def words(response: Any) -> str:
    """The text of a page without tags, as one line with plain apostrophes."""

    main = re.sub(r"<(script|style|noscript).*?</\1>", " ", text_of(response))
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def fingerprint_of(page: str) -> str:
    """The fingerprint of the plan that Confirm showed."""
    found = re.search(r'name="fingerprint" value="([0-9a-f]*)"', page)
    assert found
    return found.group(1)
