"""Takes a Write one step further, from one stored state to the next, and handles every error."""

import logging

from django.db import InterfaceError, OperationalError

from connections.api.decoding import WrongShape
from connections.api.errors import BadCredentials, ContractBroken, Gone, Rejected, Stale, Unavailable, property_name
from connections.bug_report import bug_report
from connections.pauses.pausing import credentials_refused
from sync.core.records import skipping
from sync.models import Change, Write
from sync.writing import creating, huma, visma, write_state
from sync.writing.context import Context, LeaseTooShort
from sync.writing.skip_person import is_theirs_alone, pass_over

logger = logging.getLogger(__name__)

SHORT_PAUSE = 0.5


def step(context: Context, write: Write) -> float | None:
    """Take a Write one step further. Returns the seconds until its next step, ``None`` when it is settled.

    Only one thread at a time calls this for a person. A bug is logged and becomes an outcome; only errors of a database
    that doesn't answer are raised.
    """
    try:
        pause = _step(context, write)
    except (write_state.TakenOver, LeaseTooShort):
        return SHORT_PAUSE
    if write.state == Write.State.SETTLED:
        return None
    write_state.wait(write, pause or 0.0)
    return pause or 0.0


def _step(context: Context, write: Write) -> float | None:
    if context.stopping and write.state in write_state.UNSENT:
        write_state.end(write, Change.State.STOPPED, "stopped")
        return None
    try:
        return _next(context, write)
    except Unavailable as error:
        return _later(write, error.retry_after)
    except Stale:
        return _later(write)
    except BadCredentials as error:
        return _refused(context, write, error)
    except Gone:
        write_state.end(write, Change.State.FAILED, "gone")
        return None
    except (ContractBroken, WrongShape) as error:
        logger.error("Write %s: %s", write.pk, error)
        return _puzzled(context, write, error)
    except Rejected as error:
        return _give_up(write, "rejected", error)
    except (write_state.TakenOver, LeaseTooShort, OperationalError, InterfaceError):
        raise
    except Exception as error:
        logger.error("Write %s met a bug: %s", write.pk, bug_report(error))
        write.refresh_from_db()
        pass_over(context, write, skipping.BUG)
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


def _refused(context: Context, write: Write, error: BadCredentials) -> float | None:
    """Handle a refused access, which concerns only this person or everybody."""
    try:
        reason = is_theirs_alone(context, write, error)
    except Unavailable as trouble:
        return _later(write, trouble.retry_after)
    if reason:
        pass_over(context, write, reason)
        return _give_up(write, reason)
    credentials_refused(write.run.connection, error)
    return _give_up(write, "application_refused" if error.application else "bad_credentials")


def _later(write: Write, retry_after: float | None = None) -> float | None:
    """Try again later, with growing pauses. After UNAVAILABLE_MINUTES a Write that wasn't sent has failed.

    A Write that may have been sent is looked for during the same time again. If no look is answered, it is unknown.
    """
    if write_state.patience_is_over(write) and (write.state in write_state.UNSENT or write_state.was_looked_for(write)):
        return _give_up(write, "unavailable")
    return retry_after or write_state.growing_pause(write.trouble_since)


def _puzzled(context: Context, write: Write, error: ContractBroken | WrongShape) -> float | None:
    """Handle an answer that we don't understand. After a write, its effect is looked for, and it isn't sent again."""
    if write.state == Write.State.SENDING and getattr(error, "may_have_taken_effect", False):
        with context.lock:
            context.puzzled.add(write.pk)
        return SHORT_PAUSE
    pass_over(context, write, skipping.SHAPE, property_name(error.prop))
    return _give_up(write, "broken_contract")


def _give_up(write: Write, reason: str, error: Rejected | None = None) -> float | None:
    """End the Write: failed if nothing was sent, unknown if it may have been sent, which a person is shown."""
    problems = error.problems if error else ()
    if write.state in write_state.UNSENT:
        write_state.end(write, Change.State.FAILED, reason, problems)
    else:
        reason = "job_lost" if write.state == Write.State.ACCEPTED else "unknown_outcome"
        write_state.end(write, Change.State.UNKNOWN, reason, problems)
    return None
