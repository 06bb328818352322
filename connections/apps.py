"""The app's place in Django."""

import sqlite3
from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class ConnectionsConfig(AppConfig):
    """Registers the installation's checks when Django starts, and sets up each connection to the database."""

    name = "connections"
    verbose_name = _("Connections")

    def ready(self) -> None:
        """Import the checks: importing registers them."""
        from connections.installation import checks, security_checks  # noqa: F401

        connection_created.connect(let_statements_be_long, dispatch_uid="let_statements_be_long")


def let_statements_be_long(connection: Any, **kwargs: Any) -> None:
    """Let SQLite take as many parameters in a statement as it really can: Django 5.2 assumes the 999 of 2020.

    So a thousand people are stored with a fourth of the statements. Django 6 asks SQLite for the limit itself.
    """
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = min(limit, 32_766)
