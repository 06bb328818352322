"""Whether the numbers of bank accounts are right in themselves."""

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException
from stdnum.no import kontonr

KOSOVO, KNOWN_COUNTRY = "XK", "NO"
"""Kosovo isn't a country of ISO 3166, but one in which SWIFT registers banks."""


def check_digit_is_right(digits: str) -> bool:
    """Whether the last of a Norwegian account's eleven digits is right."""
    return bool(kontonr.is_valid(digits))


def iban_problem(iban: str) -> str:
    """Why it isn't an IBAN, as a code of ``reasons``; "" when it is one."""
    try:
        IBAN(iban)
    except SchwiftyException as error:
        return "bad_check_digits" if "Checksum" in type(error).__name__ else "bad_account"
    return ""


def bic_problem(bic: str) -> str:
    """What SWIFT registers counts, Kosovo's too; the library knows the countries of ISO 3166 only."""
    try:
        BIC(bic[:4] + KNOWN_COUNTRY + bic[6:] if bic[4:6] == KOSOVO else bic)
    except SchwiftyException:
        return "bad_account"
    return ""
