"""Working days in Norway: Monday to Friday, without public holidays."""

from datetime import date

import holidays

_HOLIDAYS = holidays.country_holidays("NO")


def is_working_day(day: date) -> bool:
    """Whether the day is a working day."""
    return day.weekday() < 5 and day not in _HOLIDAYS
