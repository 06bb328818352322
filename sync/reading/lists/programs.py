"""The email addresses of Huma's users who are programs and not people: nobody can be added with such an address.

A run keeps them in its progress, as keyed fingerprints and never as addresses. Source: design, Who is who.
"""

from collections.abc import Collection, Iterable

from connections.models import Connection
from sync.core.records.employee import Canonical, Employee, Side
from sync.models import SyncRun
from sync.reading.reader import fingerprinter

KEPT_AS = ("program_email", 1)
"""The name and version of such a fingerprint."""


def email_prints(connection: Connection, programs: Iterable[Employee]) -> list[str]:
    """The fingerprints of the programs' addresses."""
    fingerprint = fingerprinter(connection)
    return [fingerprint(*KEPT_AS, email) for one in programs if (email := one.canonical("email"))]


def seen_by(run: SyncRun) -> list[str]:
    """The fingerprints of the addresses of all programs in the list that the run read."""
    found: list[str] = run.progress.get(Side.HUMA, {}).get("program_emails", [])
    return found


def is_programs(run: SyncRun, email: Canonical) -> bool:
    """Whether a program had this canonical address when the run read."""
    return fingerprinter(run.connection)(*KEPT_AS, email) in seen_by(run)


def addresses_of(connection: Connection, prints: Collection[str], people: Iterable[Employee]) -> set[str]:
    """The canonical addresses of these people that a program in Huma has, too."""
    if not prints:
        return set()
    fingerprint, wanted = fingerprinter(connection), frozenset(prints)
    emails = {str(email) for one in people if (email := one.canonical("email"))}
    return {email for email in emails if fingerprint(*KEPT_AS, email) in wanted}
