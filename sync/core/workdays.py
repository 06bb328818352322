"""Working days in Norway: Monday to Friday, but for public holidays.

Source: lov om 1 og 17 mai, lov om trudomssamfunn.
"""

from datetime import date, timedelta

FIXED = frozenset({(1, 1), (5, 1), (5, 17), (12, 25), (12, 26)})
"""(month, day) of the holidays that don't move."""
FROM_EASTER = (-3, -2, 0, 1, 39, 49, 50)
"""Maundy Thursday, Good Friday, Easter Day and Monday, Ascension Day, Whit Sunday and Monday, in days from Easter."""


def is_working_day(day: date) -> bool:
    """Whether offices are open on it."""
    return day.weekday() < 5 and (day.month, day.day) not in FIXED and (day - easter(day.year)).days not in FROM_EASTER


def easter(year: int) -> date:
    """Easter Day, by the Gregorian calendar (the method of Meeus, Jones and Butcher)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leaps, lunar = century // 4, (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leaps - lunar + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    return date(year, 3, 22) + timedelta(days=epact + weekday - 7 * late)
