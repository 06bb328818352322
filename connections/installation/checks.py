"""Django system checks of the installation; each error has a hint of what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from connections.api.loopback import is_loopback
from connections.fields import EncryptedTextField, Unreadable, get_fernet
from connections.models import RELEASE_MODES as MODES
from connections.person_urls import SETTINGS as PERSON_URLS
from connections.person_urls import is_pattern

_SAMPLE = 20
_TESTS = "testserver"
_Apps = Sequence[AppConfig] | None


@register(Tags.security)
def key_is_usable(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """FIELD_ENCRYPTION_KEY is there and well formed."""
    try:
        get_fernet()
    except ImproperlyConfigured as error:
        hint = _(
            "Make one with: python -c 'from cryptography.fernet import Fernet;"
            " print(Fernet.generate_key().decode())' — and keep it: what is stored can't be read without it."
        )
        return [Error(str(error), hint=hint, id="connections.E001")]
    return []


@register(Tags.database)
def key_reads_what_is_stored(
    app_configs: _Apps, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The keys can read the newest rows of every encrypted field."""
    try:
        get_fernet()
    except ImproperlyConfigured:
        return []  # key_is_usable reports it
    return [message for alias in databases or () for message in _unreadable_fields(alias)]


def _unreadable_fields(alias: str) -> Iterator[CheckMessage]:
    try:
        tables = set(connections[alias].introspection.table_names())
    except DatabaseError:
        return  # database_answers reports it
    for model, field in _encrypted_fields():
        if model._meta.db_table not in tables:
            continue
        try:
            newest = model._default_manager.using(alias).order_by("-pk")
            list(newest.exclude(**{field.name: ""}).values_list(field.name, flat=True)[:_SAMPLE])
        except Unreadable:
            yield Error(
                _("FIELD_ENCRYPTION_KEY can't read what is stored in %(model)s.%(field)s.")
                % {"model": model._meta.label, "field": field.name},
                hint=_("Put the key that it was stored with back, after the new one, separated by a comma."),
                id="connections.E002",
            )
        except DatabaseError:
            continue  # the column isn't there yet: schema_matches reports it


def _encrypted_fields() -> Iterator[tuple[type[Model], Field[Any, Any]]]:
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField):
                yield model, field


@register(Tags.database, deploy=True)
def schema_matches(app_configs: _Apps, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The database answers and every migration is applied. A deployment check, so that `migrate` doesn't run it."""
    messages: list[CheckMessage] = []
    for alias in databases or ():
        try:
            executor = MigrationExecutor(connections[alias])
            missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            messages.append(
                Error(
                    _("The database doesn't answer (%(error)s).") % {"error": type(error).__name__},
                    hint=_("Look at DATABASE_URL, and whether the database server runs."),
                    id="connections.E003",
                )
            )
            continue
        if missing:
            messages.append(
                Error(
                    _("The database's tables don't match this version: %(count)d migrations are missing.")
                    % {"count": len(missing)},
                    hint=_("Run: python manage.py migrate"),
                    id="connections.E004",
                )
            )
    return messages


@register
def vendors_have_addresses(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """The addresses of Huma and Visma are addresses to which requests can be sent."""
    names = ("HUMA_API_URL", "VISMA_API_URL", "VISMA_TOKEN_URL")
    return [
        Error(
            _("%(name)s isn't an address.") % {"name": name},
            hint=_("Remove the line to use the default address, or give one that begins with https://."),
            id="connections.E005",
        )
        for name in names
        if not _is_address(getattr(settings, name))
    ]


@register
def person_links_lead_somewhere(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """The addresses of a person, where they are set, are addresses with a place for the person's id or number."""
    return [
        Error(
            _("%(name)s isn't the address of a person.") % {"name": name},
            hint=_("Begin it with https://, and write {id} or {number} once where the person's own part stands."),
            id="connections.E020",
        )
        for name in PERSON_URLS
        if getattr(settings, name) and not is_pattern(getattr(settings, name))
    ]


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port_is_one = parts.port is None or parts.port > 0  # reading the port checks it
    except ValueError:
        return False
    named = bool(parts.hostname) and "@" not in parts.netloc  # what stands before an @ can look like the host
    return port_is_one and parts.scheme in ("http", "https") and named and not set(text) & set(" \t\n\\")


ABOVE_ZERO = ("SYNC_CONCURRENCY", "HUMA_REQUESTS_PER_SECOND", "VISMA_REQUESTS_PER_SECOND")


@register
def speeds_are_above_zero(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """The numbers of requests a second are above 0: with 0, nothing would ever be read or sent."""
    return [
        Error(
            _("%(name)s must be above 0.") % {"name": name},
            hint=_("Leave it out of the environment to get the default."),
            id="connections.E011",
        )
        for name in ABOVE_ZERO
        if not getattr(settings, name) > 0
    ]


@register
def release_mode_is_known(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """CONNECT_NEEDS_RELEASE is one of the known words: a typing mistake must not let anybody in."""
    if settings.CONNECT_NEEDS_RELEASE in MODES:
        return []
    return [
        Error(
            _("CONNECT_NEEDS_RELEASE must be one of: %(modes)s.") % {"modes": ", ".join(MODES)},
            hint=_("Remove the line to use auto, which asks for approval when another company is connected."),
            id="connections.E010",
        )
    ]


@register
def mail_is_set_up(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """In production, mail goes to a mail server and not to the terminal."""
    silent = ("console", "dummy", "locmem", "filebased")
    if settings.DEBUG or not any(name in settings.EMAIL_BACKEND for name in silent):
        return []
    return [
        Warning(
            _("Email isn't set up: nobody gets the result of a sync."),
            hint=_("Set DEFAULT_FROM_EMAIL, and EMAIL_URL, such as smtp+tls://user:password@mail.example.com."),
            id="connections.W001",
        )
    ]


@register
def site_address_is_set(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """Links in mails need the installation's address, and people's passwords need https."""
    if settings.DEBUG:
        return []
    site = urlsplit(settings.SITE_URL)
    if not site.hostname or site.scheme not in ("http", "https"):
        return [
            Warning(
                _("SITE_URL isn't set, so the links in emails lead nowhere."),
                hint=_("Set it to the address that people open, such as https://humavisma.example.com."),
                id="connections.W002",
            )
        ]
    if site.scheme != "https" and site.hostname != _TESTS and not is_loopback(site.hostname):
        return [
            Warning(
                _("SITE_URL isn't https: passwords and personal data are sent unencrypted."),
                hint=_("Put a proxy with a certificate in front, and set SITE_URL to its https address."),
                id="connections.W003",
            )
        ]
    return []


@register
def visma_application_is_set(app_configs: _Apps, **kwargs: Any) -> list[CheckMessage]:
    """The installation's own credentials at Visma are there."""
    if settings.VISMA_CLIENT_ID and settings.VISMA_CLIENT_SECRET:
        return []
    return [
        Warning(
            _("VISMA_CLIENT_ID or VISMA_CLIENT_SECRET isn't set: no company can be connected."),
            hint=_("Take them from the app's page in the Visma Developer Portal."),
            id="connections.W004",
        )
    ]
