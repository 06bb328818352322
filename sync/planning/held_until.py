"""Until when what waits in a connection has to be approved."""

from connections.models import Connection
from sync.planning.holding import waiting
from sync.planning.payday import deadline_of, waits_since
from sync.wording import payday


def until(connection: Connection) -> list[str]:
    """Until when what waits in a connection has to be approved, where it knows its pay day."""
    held = list(waiting(connection).only("field", "settled_at"))
    account = any(one.field == "bank_account" for one in held)
    return payday.sentences(deadline_of(connection, waits_since(held)), account) if held else []
