"""Tells a monitor whether this installation works right now."""

import logging

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sync.worker.heartbeat import worker_alive

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """`{"worker": bool, "database": bool}`: 200 if both work, else 503. Anybody may ask, so it says nothing else."""
    try:
        state = {"worker": worker_alive(), "database": True}
    except DatabaseError as error:
        logger.error("The database doesn't answer: %s", type(error).__name__)
        state = {"worker": False, "database": False}
    return JsonResponse(state, status=200 if all(state.values()) else 503)
