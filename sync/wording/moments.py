"""Times in words, as pages and sentences say them."""

from datetime import datetime

from django.utils import timezone, translation
from django.utils.formats import date_format


def moment(at: datetime | None) -> str:
    """A time in words: "22 November, 11:19", with the year if it isn't this one; "" for none."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    year = "" if local.year == timezone.localdate().year else " Y"
    english = (translation.get_language() or "").startswith("en")
    return date_format(local, f"j F{year}, H:i" if english else f"j. F{year}, H:i")
