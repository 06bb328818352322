"""Values in one line, for lists and files; of an account, the last three signs. Source: design, History."""

import re

from sync.core.records.employee import Own
from sync.wording.display import display

SHOWN_OF_ACCOUNT = 3
_ACCOUNT = re.compile(r"[0-9A-Za-z]")
_HIDDEN = "•"


def masked(field: str, side: str, own: Own) -> str:
    """A value in one line; of an account, only the last three signs."""
    lines = display(field, side, own).lines
    return ", ".join(_mask(line) if field == "bank_account" else line for line in lines)


def tail(digits: str) -> str:
    """An account of which only the last digits are known any more; "" if there was none."""
    return f"{_HIDDEN * SHOWN_OF_ACCOUNT} {digits}" if digits else ""


def _mask(line: str) -> str:
    signs = len(_ACCOUNT.findall(line))
    if sum(sign.isdecimal() for sign in line) <= SHOWN_OF_ACCOUNT:
        return line  # words, such as "Cash"
    left = iter(range(signs))
    return _ACCOUNT.sub(lambda sign: _HIDDEN if next(left) < signs - SHOWN_OF_ACCOUNT else sign[0], line)
