"""Checks of account numbers: check digits, IBAN and SWIFT/BIC."""

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.no import kontonr

KOSOVO, KNOWN_COUNTRY = "XK", "NO"
"""Kosovo isn't in ISO 3166, but SWIFT registers banks there. Checks use the known country in its place."""


def check_digit_is_right(digits: str) -> bool:
    """Whether the last of a Norwegian account's eleven digits is the right check digit."""
    return bool(kontonr.is_valid(digits))


def iban_problem(iban: str) -> str:
    """Why the text isn't an IBAN, as a code of ``reasons``; "" if it is one."""
    try:
        IBAN(iban)
    except SchwiftyException as error:
        return "bad_check_digits" if "Checksum" in type(error).__name__ else "bad_account"
    return ""


def bic_problem(bic: str) -> str:
    """Why the text isn't a SWIFT/BIC, as a code of ``reasons``; "" if it is one.

    Codes of Kosovo count too, though the library knows only the countries of ISO 3166.
    """
    try:
        BIC(bic[:4] + KNOWN_COUNTRY + bic[6:] if bic[4:6] == KOSOVO else bic)
    except SchwiftyException:
        return "bad_account"
    return ""
