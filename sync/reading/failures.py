"""Why reading fails: turns a client's errors into reasons with sentences."""

from connections.api.errors import BadCredentials, ContractBroken, Rejected, TooMuch, Unavailable, VendorError
from connections.pauses.refusal_codes import refusal
from sync.core.reasons import Reason
from sync.core.records.employee import Side


class CannotRead(Exception):
    """The run can't go on; ``reason`` has a code of ``reasons`` and its parameters."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def reason_for_reading(error: VendorError) -> Reason:
    """Why a run failed while it read, by the error of a client."""
    side = error.side or Side.HUMA
    match error:
        case BadCredentials(application=True):
            return Reason("application_refused")
        case BadCredentials():
            return Reason(refusal(side, error.code))
        case TooMuch():
            return _too_much(side, error)
        case ContractBroken():
            return Reason(f"contract_{side}")
        case Unavailable() | Rejected():
            return Reason(f"read_failed_{side}")
    return Reason("bug")


def _too_much(side: str, error: TooMuch) -> Reason:
    """The reason for a side that sent too much, with the figures."""
    if error.what == "total" and side == Side.HUMA:
        return Reason("total_beyond_huma", {"seen": error.seen, "limit": error.limit})
    if error.what == "bytes":
        return Reason(f"answer_too_long_{side}", {"limit": error.limit // 1024})
    return Reason(f"answer_beyond_{side}", {"prop": error.prop})
