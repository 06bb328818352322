"""The app's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncConfig(AppConfig):
    """The sync's models and pages."""

    name = "sync"
    verbose_name = _("Sync")
