"""Django system checks for settings that leave a door open: with them neither web nor worker starts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext as _

from connections.api.loopback import is_loopback

SHORTEST_KEY = 50
FEWEST_SIGNS = 5
"""A key has at least this many different characters: Django's own number."""
NO_SECRETS = ("django-insecure-", "insecure-")
"""How example keys begin, which are published in files."""
VENDORS = ("HUMA_API_URL", "VISMA_API_URL", "VISMA_TOKEN_URL")

_Apps = Sequence[AppConfig] | None


@register
def secret_key_is_secret(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """SECRET_KEY can't be guessed: whoever knows it can make anybody's session."""
    key = settings.SECRET_KEY
    hint = _("Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'")
    if len(key) < SHORTEST_KEY:
        text = _("SECRET_KEY is too short: it has %(length)d characters, and needs %(least)d.")
        text %= {"length": len(key), "least": SHORTEST_KEY}
    elif settings.DEBUG:
        return []  # a developer's machine needs no secrets
    elif len(set(key)) < FEWEST_SIGNS:
        text = _("SECRET_KEY can be guessed: it has hardly any different characters.")
    elif key.startswith(NO_SECRETS):
        text = _("SECRET_KEY is one that was made for a developer's machine.")
    else:
        return []
    return [Error(text, hint=hint, id="connections.E006")]


@register
def debug_is_off_for_people(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """DEBUG is off where people work: Django's debug page shows what is in memory."""
    if not (settings.DEBUG and urlsplit(settings.SITE_URL).scheme.lower() == "https"):
        return []
    return [
        Error(
            _("DEBUG is on, and SITE_URL is https: error pages would show personal data to everybody."),
            hint=_("Set DEBUG=false, or on a developer's machine SITE_URL=http://localhost:8000."),
            id="connections.E007",
        )
    ]


@register
def hosts_are_named(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """ALLOWED_HOSTS has names: a site that answers to every name can be made to send links to another site."""
    if not any(host.strip() == "*" for host in settings.ALLOWED_HOSTS):
        return []
    return [
        Error(
            _("ALLOWED_HOSTS is *: anybody could make up an address that the site answers to."),
            hint=_("Name the hosts, or remove the line to use the host of SITE_URL."),
            id="connections.E008",
        )
    ]


@register
def secrets_travel_encrypted(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """The vendors' addresses are https: with plain http their keys and people's pay cross the network in clear."""
    return [
        Error(
            _("%(name)s is plain http: keys and personal data would be sent unencrypted.") % {"name": name},
            hint=_("Give an address that begins with https://. Plain http is for stand-ins on this machine."),
            id="connections.E009",
        )
        for name in VENDORS
        if _is_open(getattr(settings, name))
    ]


def _is_open(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme.lower() == "http" and not is_loopback(parts.hostname)
    except ValueError:
        return False  # vendors_have_addresses reports it
