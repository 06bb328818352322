"""Takes in requests of Huma's webhook: checks who sent them, stores whom they name, and wakes a worker."""

import hashlib
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from connections.doctor.learning import learned
from connections.models import Connection
from sync.core.signature import bears, form_of, is_signed
from sync.core.webhook_payload import NotUnderstood, Told, read_told
from sync.models import HumaEvent, RefusedEvent
from sync.worker.queue import wake_connection

JSON = "application/json"
CODE_LENGTH = 20
MINUTE = 60
TRIES = 100


class Refused(Exception):
    """The request is refused, with an HTTP status and the code of the reason (see ``sync.wording.webhook``)."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


def find(code: str) -> Connection | None:
    """The connection with this code; ``None`` if there is none or it was disconnected."""
    if not (code.isascii() and code.isalnum() and len(code) <= CODE_LENGTH):
        return None
    needed = ("state", "automatic", "webhook_secret", "webhook_secret_old", "webhook_secret_old_until", "webhook_token")
    return Connection.objects.exclude(state=Connection.State.DISCONNECTED).filter(code=code).only(*needed).first()


def verify(connection: Connection, body: bytes, signature: str, authorization: str) -> str:
    """Which secret signed the body: ``secret`` or ``old_secret``. Raises ``Refused`` with 401."""
    if not signature:
        raise Refused(401, "unsigned")
    verified_by = _signed_by(connection, body, signature)
    if connection.webhook_token and not bears(authorization, connection.webhook_token):
        raise Refused(401, "token" if authorization else "no_token")
    return verified_by


def _signed_by(connection: Connection, body: bytes, signature: str) -> str:
    form = form_of(body, signature, connection.webhook_secret)
    if form:
        learned(connection.pk, "H8", form)
        return "secret"
    if is_signed(body, signature, connection.webhook_secret_old):
        until = connection.webhook_secret_old_until
        if until and timezone.now() < until:
            return "old_secret"
        raise Refused(401, "old_secret")
    raise Refused(401, "signature")


def understand(body: bytes, content_type: str, topic: str) -> Told:
    """The content of a verified request. Raises ``Refused`` with 415 or 400."""
    if content_type != JSON:
        raise Refused(415, "content_type")
    try:
        return read_told(body, topic, settings.WEBHOOK_MAX_PEOPLE)
    except NotUnderstood as error:
        raise Refused(400, error.why) from None


def take(connection: Connection, told: Told, body: bytes, verified_by: str) -> None:
    """Store an event, and wake a worker.

    While an equal event waits, that one is only counted. An event that names nobody, or that comes while automatic
    updates are off, is only noted.
    """
    same = {"connection": connection, "topic": told.topic, "body_hash": hashlib.sha256(body).hexdigest()}
    rest = {"huma_ids": list(told.ids), "verified_by": verified_by}
    if not (connection.automatic and told.ids):
        noted = {"state": HumaEvent.State.NOTED, "handled_at": timezone.now()}
        HumaEvent.objects.create(**same, **rest, **noted)
        return
    with transaction.atomic():
        waiting = HumaEvent.objects.filter(connection=connection, state=HumaEvent.State.WAITING)
        # A worker was woken for an event that already waits, or the end of a run will wake one.
        if not waiting.exists():
            wake_connection(connection.pk)
        for _ in range(TRIES):
            if waiting.filter(**same).update(times=F("times") + 1) or _made(**same, **rest):
                break


def _made(**event: Any) -> bool:
    """Store an event; False if an equal one has just been stored (and may have been taken since)."""
    try:
        with transaction.atomic():
            HumaEvent.objects.create(**event)
    except IntegrityError:
        return False
    return True


def refuse(connection: Connection, why: str, is_verified: bool = False) -> bool:
    """Count a refused request; False if the connection has had too many of its kind within this minute.

    The limit is only for unverified requests. Beyond it nothing is stored, so that forged requests can't keep the
    database busy. Each web process counts for itself.
    """
    if not is_verified and _this_minute(connection, why) > settings.WEBHOOK_REFUSALS_PER_MINUTE:
        return False
    now = timezone.now()
    row = RefusedEvent.objects.filter(connection=connection, why=why)
    if not row.update(times=F("times") + 1, last_at=now):
        try:
            with transaction.atomic():
                RefusedEvent.objects.create(connection=connection, why=why, last_at=now)
        except IntegrityError:
            row.update(times=F("times") + 1, last_at=now)
    return True


def _this_minute(connection: Connection, why: str) -> int:
    key = f"webhook:{connection.pk}:{why}:{int(time.time() // MINUTE)}"
    cache.add(key, 0, 2 * MINUTE)
    try:
        return cache.incr(key)
    except ValueError:  # a full cache may have dropped the key
        return 1


def headers_of(headers: Mapping[str, str]) -> tuple[str, str, str]:
    """The three headers that we use: the topic, the signature, the token."""
    return headers.get("huma-topic", ""), headers.get("huma-hmac-sha256", ""), headers.get("Authorization", "")
