"""Disconnects: the credentials are deleted, what is known of people stays."""

from typing import Any

from django.db import transaction

from connections.models import Connection, audit, new_webhook_secret
from connections.pairing import releasing
from connections.signals import disconnecting
from connections.vendors.clients import forget_clients


def disconnect(connection: Connection, user: Any) -> None:
    """Delete the credentials at once and stop running work; people, links and runs stay."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if row.state != Connection.State.DISCONNECTED:
            disconnecting.send(Connection, connection=row, user=user)
            releasing.ends(row, user)
            row.state, row.pause_reason, row.automatic = Connection.State.DISCONNECTED, "", False
            row.paused_until = row.retry_next = None
            row.huma_client_id = row.huma_client_secret = row.webhook_secret_old = row.webhook_token = ""
            row.webhook_secret = new_webhook_secret()  # after reconnecting, the new one has to be entered in Huma
            row.save()
            audit(user, "connection.disconnected", row)
    forget_clients(connection)
    connection.refresh_from_db()
