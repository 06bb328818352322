"""Makes a kept installation: runs the story in an empty database, and stores the result."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from tests.installations import databases, keeping, state
from tests.installations.story import Story
from tests.mailserver import MailServer
from tests.sync.companies import Companies, OneCompany
from tests.sync.scheduling import QUICK

EMPLOYEES, SEED = 50, 1
FEW, OTHER_SEED = 8, 2


def make(version: str) -> int:
    """Keep an installation of this version. Returns 0 if it was kept, 2 if there is one already."""
    if keeping.is_kept(version, connection.vendor):
        sys.stderr.write(f"{version} is kept for {connection.vendor} already.\n")
        return 2
    with tempfile.TemporaryDirectory() as folder, databases.empty(Path(folder)) as name, databases.using(name):
        companies = tell()
        connection.close()
        keeping.keep(version, connection.vendor, databases.dump(name), companies)
    return 0


def tell() -> list[dict[str, Any]]:
    """Run the story in the empty database that is used now; returns both vendors' final state."""
    quick: dict[str, Any] = {"job_seconds": (0.02, 0.04)}
    ours, theirs = OneCompany(EMPLOYEES, SEED, **quick), OneCompany(FEW, OTHER_SEED, **quick)
    servers = Companies(ours, theirs)
    with (
        MailServer() as mail,
        servers,
        override_settings(
            **QUICK,
            **servers.settings(),
            FIELD_ENCRYPTION_KEY=[keeping.KEY],
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=mail.port,
        ),
    ):
        call_command("migrate", verbosity=0)
        Story(ours, theirs).tell()
        ours.wait_for_jobs()
        theirs.wait_for_jobs()
        assert mail.messages
        return [state.stored(ours, EMPLOYEES, SEED), state.stored(theirs, FEW, OTHER_SEED)]
