"""Until when everything that waits in a connection has to be approved."""

from connections.models import Connection
from sync.planning.payday import deadline_of, waits_since
from sync.planning.putting_on_hold import waiting
from sync.wording import payday


def deadline_sentences(connection: Connection) -> list[str]:
    """The pay that what waits longest has missed, and until when to approve; empty if the pay day isn't set."""
    held = list(waiting(connection).only("field", "settled_at"))
    account = any(one.field == "bank_account" for one in held)
    return payday.sentences(deadline_of(connection, waits_since(held)), account) if held else []
