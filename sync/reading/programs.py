"""The email addresses of Huma's users who aren't people but accounts of programs: nobody can be added with them.

A run keeps them with how far it has read Huma's list: as keyed fingerprints, never as addresses. Source: design, Who is
who.
"""

from collections.abc import Collection, Iterable

from connections.models import Connection
from sync.core.employee import Employee, Side
from sync.models import SyncRun
from sync.reading.reader import fingerprinter

KEPT_AS = ("program_email", 1)
"""What such a fingerprint is of, and its version."""


def email_prints(connection: Connection, programs: Iterable[Employee]) -> list[str]:
    """The fingerprints of the addresses that programs have."""
    fingerprint = fingerprinter(connection)
    return [fingerprint(*KEPT_AS, email) for one in programs if (email := one.canonical("email"))]


def seen_by(run: SyncRun) -> list[str]:
    """The fingerprints of the addresses of all programs in the list that the run has read."""
    found: list[str] = run.progress.get(Side.HUMA, {}).get("program_emails", [])
    return found


def addresses_of(connection: Connection, prints: Collection[str], people: Iterable[Employee]) -> set[str]:
    """Those people's canonical addresses that are a program's in Huma."""
    if not prints:
        return set()
    fingerprint, wanted = fingerprinter(connection), frozenset(prints)
    emails = {str(email) for one in people if (email := one.canonical("email"))}
    return {email for email in emails if fingerprint(*KEPT_AS, email) in wanted}
