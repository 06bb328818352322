"""The list of supported fields, in the order in which pages show them."""

from sync.core.fields.address import ADDRESS
from sync.core.fields.bank import BANK_ACCOUNT
from sync.core.fields.base import Field
from sync.core.fields.contact import EMAIL, PHONE
from sync.core.fields.dates import FIRST_WORKDAY, LAST_WORKDAY
from sync.core.fields.names import FAMILY_NAME, GIVEN_NAME
from sync.core.fields.number import EMPLOYMENT_ID

FIELDS: tuple[Field, ...] = (
    GIVEN_NAME,
    FAMILY_NAME,
    EMAIL,
    PHONE,
    FIRST_WORKDAY,
    LAST_WORKDAY,
    EMPLOYMENT_ID,
    BANK_ACCOUNT,
    ADDRESS,
)
_BY_NAME = {field.name: field for field in FIELDS}


def field(name: str) -> Field:
    """The field called ``name``; raises ``KeyError`` for an unknown one."""
    return _BY_NAME[name]


def names() -> tuple[str, ...]:
    """The names of all fields."""
    return tuple(_BY_NAME)
