"""One step of one Write: from what is stored of it to the next thing that is stored. Every error ends here."""

import logging

from connections.errors import BadCredentials, ContractBroken, Gone, Rejected, Unavailable
from sync.core.shape import WrongShape
from sync.execute import creating, huma, life, visma
from sync.execute.context import Context
from sync.models import Change, Write

logger = logging.getLogger(__name__)

PAUSES = (0.2, 0.5, 1, 2, 4, 8, 15, 30)
NEW = (Write.Document.NEW_USER, Write.Document.NEW_EMPLOYEE)


def step(context: Context, write: Write) -> float | None:
    """Take one Write a step further. Gives the seconds until its next step, ``None`` when it is settled.

    Called by one thread at a time for a person. Only a bug gets out of here, as a logged exception and an outcome.
    """
    if context.stopping and write.state in life.UNSENT:
        life.settle_all(life.open_changes(write), Change.State.STOPPED, "stopped")
        life.finish(write)
        return None
    try:
        return _next(context, write)
    except Unavailable as error:
        return _unavailable(context, write, error)
    except BadCredentials:
        return _give_up(write, "bad_credentials")
    except Gone:
        return _give_up(write, "gone")
    except (ContractBroken, WrongShape) as error:
        logger.error("Write %s: %s", write.pk, error)
        return _look_first(context, write)
    except Rejected as error:
        return _give_up(write, "rejected", error)
    except Exception:
        logger.exception("Write %s met a bug.", write.pk)
        write.refresh_from_db()
        return _give_up(write, "bug")


def _next(context: Context, write: Write) -> float | None:
    match write.state, write.document:
        case Write.State.ACCEPTED, Write.Document.NEW_EMPLOYEE:
            return creating.follow_in_visma(context, write)
        case Write.State.SENDING, Write.Document.NEW_EMPLOYEE:
            return creating.lost_in_visma(context, write)
        case Write.State.SENDING, Write.Document.NEW_USER:
            return creating.lost_in_huma(context, write)
        case Write.State.ACCEPTED, _:
            return visma.follow(context, write)
        case Write.State.SENDING, (Write.Document.EMPLOYEE | Write.Document.VISMA_POSITION):
            return visma.settle_lost(context, write)
        case _, Write.Document.NEW_EMPLOYEE:
            return creating.send_to_visma(context, write)
        case _, Write.Document.NEW_USER:
            return creating.send_to_huma(context, write)
        case _, (Write.Document.EMPLOYEE | Write.Document.VISMA_POSITION):
            return visma.send(context, write)
    return huma.send(context, write)


def _unavailable(context: Context, write: Write, error: Unavailable) -> float | None:
    """Try later, with growing pauses; after UNAVAILABLE_MINUTES it failed, or is unknown if it may have been sent."""
    if life.patience_is_over(write):
        return _give_up(write, "unavailable")
    if write.state == Write.State.SENDING and not error.may_have_taken_effect and error.method != "GET":
        life.not_sent(write)
    with context.lock:
        tries = context.looks[-write.pk] = context.looks.get(-write.pk, -1) + 1
    return float(error.retry_after or PAUSES[min(tries, len(PAUSES) - 1)])


def _look_first(context: Context, write: Write) -> float | None:
    """An answer that we don't understand: what was sent is looked for once, before it is called unknown."""
    write.refresh_from_db(fields=["state"])
    with context.lock:
        seen = write.pk in context.puzzled
        context.puzzled.add(write.pk)
    if write.state == Write.State.SENDING and not seen:
        return PAUSES[1]
    return _give_up(write, "broken_contract")


def _give_up(write: Write, reason: str, error: Rejected | None = None) -> float | None:
    """Nothing was sent → failed. It may have been → unknown, shown to a person."""
    problems = error.problems if error else ()
    if write.state in life.UNSENT:
        life.settle_all(life.open_changes(write), Change.State.FAILED, reason, problems)
    else:
        reason = "job_lost" if write.state == Write.State.ACCEPTED else "unknown_outcome"
        life.settle_all(life.open_changes(write), Change.State.UNKNOWN, reason, problems)
    life.finish(write)
    return None
