"""`manage.py worker`: runs a worker until it is told to stop."""

from typing import Any

from django.core.management.base import BaseCommand

from connections.installation.starting import require_sound_installation
from connections.pauses.credential_retry import ask_soon
from sync.worker.supervisor import Worker


class Command(BaseCommand):
    """Exit codes: 0 told to stop, 1 the cluster ended unasked, 2 the installation can't work."""

    help = "Does the work in the background: syncs and emails. Stop it with SIGTERM or Ctrl-C."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        require_sound_installation()
        ask_soon()
        raise SystemExit(Worker().run())
