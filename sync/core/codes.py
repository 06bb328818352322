"""Codes that several rules and tables share. The database stores them as they are written here."""

from enum import StrEnum


class Standing(StrEnum):
    """The filter of Review that shows a difference. Source: design, Who is right."""

    ASKS = "asks"
    """A person is asked."""
    LEFT = "left"
    """Somebody left it as it is, and neither side has moved since."""
    FORMER = "former"
    """The employment has ended on both sides."""
    DRAFT = "draft"
    """Payroll hasn't completed the employee yet."""


class CreateGroup(StrEnum):
    """The list of Create that shows a person. Source: design, A run (Create)."""

    MAIN = "main"
    FORMER = "former"
    NOT_EMPLOYEE = "not_employee"
    NO_POSITION = "no_position"
    DRAFT = "draft"
    RETURNED = "returned"
    """A sync added them once, and somebody removed them afterwards."""
    NOT_A_PERSON = "not_a_person"


class Action(StrEnum):
    """What a Change does."""

    FIELD = "field"
    """It writes one field of an employee."""
    CREATE = "create"
    """It adds somebody."""
