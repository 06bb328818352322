"""The part of the settings' form about the pay day and the cut-off for changes."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.models import CUTOFF_AT, Connection
from connections.pages.form_fields import with_limits

MONTHS_AHEAD = 12


class PayDayForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """Both days of the month, or neither; and one month that differs."""

    month_by_hand = forms.ChoiceField(
        label=_("A month with other days"), required=False, help_text=_("Such as December. Its days aren't moved.")
    )

    class Meta:
        model = Connection
        fields = ["pay_day", "cutoff_day", "cutoff_at", "month_by_hand", "pay_by_hand", "cutoff_by_hand"]
        labels = {
            "pay_day": _("Pay day (day of the month)"),
            "cutoff_day": _("Cut-off for changes (day of the month)"),
            "cutoff_at": _("Time of the cut-off (Norwegian time)"),
            "pay_by_hand": _("Pay day of that month"),
            "cutoff_by_hand": _("Cut-off of that month"),
        }
        help_texts = {
            "pay_day": _(
                "At a weekend or on a public holiday, the working day before counts. 31 is the last day of the month."
            ),
            "cutoff_day": _("Moved in the same way. A later day than the pay day's is in the month before."),
            "cutoff_at": _("12:00 unless you set another time."),
        }
        widgets = {
            "cutoff_at": forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "60"}),
            "pay_by_hand": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "cutoff_by_hand": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }
        formfield_callback = staticmethod(with_limits)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cutoff_at"].required = False
        field = self.fields["month_by_hand"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("No month")), *_months(str(self.initial.get("month_by_hand") or ""))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned["cutoff_at"] = cleaned.get("cutoff_at") or CUTOFF_AT
        if not self.errors:
            self._both_or_neither(cleaned)
            self._whole_month(cleaned)
        return cleaned

    def _both_or_neither(self, cleaned: dict[str, Any]) -> None:
        for name, other in (("pay_day", "cutoff_day"), ("cutoff_day", "pay_day")):
            if cleaned.get(name) is None and cleaned.get(other) is not None:
                self.add_error(name, gettext("Fill in the pay day and the cut-off, or neither."))

    def _whole_month(self, cleaned: dict[str, Any]) -> None:
        month, pay, cutoff = (cleaned.get(name) for name in ("month_by_hand", "pay_by_hand", "cutoff_by_hand"))
        if not month:
            cleaned["pay_by_hand"] = cleaned["cutoff_by_hand"] = None
            if pay or cutoff:
                self.add_error("month_by_hand", gettext("Choose which month this is."))
            return
        for name in ("pay_day", "pay_by_hand", "cutoff_by_hand"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, gettext("This is needed for a month with other days."))
        if pay and cutoff and cutoff > pay:
            self.add_error("cutoff_by_hand", gettext("The cut-off can't be after the pay day."))
        if pay and abs(_index(f"{pay:%Y-%m}") - _index(month)) > 1:
            self.add_error("pay_by_hand", gettext("Choose a day of that month, or of the month before or after."))


def _months(stored: str) -> list[tuple[str, str]]:
    """This month and the next ones as (2026-12, "December 2026"); the stored month comes first if it is over."""
    today = timezone.localdate()
    now = _index(f"{today:%Y-%m}")
    ahead = [f"{index // 12}-{index % 12 + 1:02}" for index in range(now, now + MONTHS_AHEAD + 1)]
    names = ahead if stored in ("", *ahead) else [stored, *ahead]
    return [(name, date_format(date.fromisoformat(f"{name}-01"), "F Y")) for name in names]


def _index(month: str) -> int:
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1
