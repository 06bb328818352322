"""The two vendors that we talk to."""

from enum import StrEnum


class Vendor(StrEnum):
    """A vendor, in errors, requests and columns. ``sync.core.records.employee.Side`` has the same values."""

    HUMA = "huma"
    VISMA = "visma"

    @property
    def label(self) -> str:
        """Its name on pages and in emails, the same in every language."""
        return self.value.capitalize()
