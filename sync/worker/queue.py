"""Rings the doorbell: after the commit, the queue gets the name of a task and a primary key, and nothing else."""

import logging

from django.db import transaction
from django_q.brokers import get_broker
from django_q.tasks import async_task

from connections.models import Connection

logger = logging.getLogger(__name__)


def wake(run_pk: int) -> None:
    """Have a worker look at the run soon. If the queue loses this, the tick finds the run."""
    transaction.on_commit(lambda: _ring(run_pk))


def wake_connection(connection_pk: int) -> None:
    """Have a worker look soon at what is due or waits in the connection: a scheduled sync, Huma's events, and runs that
    waited for another run."""
    transaction.on_commit(lambda: _ring(connection_pk, "attend"))


def wake_roll(connection_pk: int) -> None:
    """Have a worker look soon at the connection's people whose selected position changes today."""
    transaction.on_commit(lambda: _ring(connection_pk, "roll"))


def wake_look(connection_pk: int) -> None:
    """Have a worker count soon the figures that a superuser sees before a connection's release."""
    transaction.on_commit(lambda: _ring(connection_pk, "look"))


def wake_check(connection_pk: int) -> None:
    """Have a worker look soon what is so at the connection's two systems."""
    transaction.on_commit(lambda: _ring(connection_pk, "check"))


def check_asked(connection: Connection, **kwargs: object) -> None:
    """The receiver of the signal: somebody wants the connection to be checked."""
    wake_check(connection.pk)


def wake_letters() -> None:
    """Have a worker send waiting letters soon."""
    transaction.on_commit(lambda: _ring(None, "letters"))


def _ring(pk: int | None, task: str = "advance") -> None:
    try:
        async_task(f"sync.tasks.{task}", *([] if pk is None else [pk]))
    except Exception as error:  # the broker is away: the work is stored, and the tick finds it
        logger.warning("%s %s couldn't be queued (%s); the tick finds it.", task, pk or "", type(error).__name__)


def queue_length() -> int:
    """How many tasks wait in the queue, not taken by a worker; 0 if the broker can't say."""
    try:
        return int(get_broker().queue_size())
    except Exception as error:
        logger.warning("The queue can't be looked at (%s).", type(error).__name__)
        return 0
