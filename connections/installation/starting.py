"""Web and worker start only with a sound installation."""

import sys

from django.core.checks import run_checks
from django.db import connections

from connections.installation.checks import schema_matches


def require_sound_installation(exit_code: int = 2) -> None:
    """End the process with a sentence for each error of the checks, database included. Web and worker start with this.

    Our warnings are printed and don't stop the process. Raises ``SystemExit(exit_code)``.
    """
    found = [*run_checks(databases=["default"]), *schema_matches(None, databases=["default"])]
    messages = [message for message in found if not message.is_silenced()]
    for message in messages:
        if message.is_serious() or (message.id or "").startswith("connections."):
            sys.stderr.write(f"{message.msg} {message.hint or ''}".rstrip() + "\n")
    connections.close_all()
    if any(message.is_serious() for message in messages):
        raise SystemExit(exit_code)
