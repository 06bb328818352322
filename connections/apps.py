"""The app's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConnectionsConfig(AppConfig):
    """Registers the installation's checks when Django starts."""

    name = "connections"
    verbose_name = _("Connections")

    def ready(self) -> None:
        """Import the checks: importing registers them."""
        from connections import checks  # noqa: F401
