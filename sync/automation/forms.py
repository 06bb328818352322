"""Forms of the sync's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from sync.automation.switching import SETTINGS

MAX_HOURS = 168


class AutomaticForm(forms.Form):
    """What automatic updates are allowed, and when both sides are read whole."""

    both_moved = forms.ChoiceField(
        label=_("When a value was changed in Huma and in Visma"),
        choices=[("ask", _("Ask a person")), ("huma", _("Huma's value wins"))],
        widget=forms.RadioSelect,
        help_text=_(
            "If Huma's value wins, what payroll entered in Visma is overwritten without anybody being asked. Where a "
            "person is asked, nothing is written until she decides."
        ),
    )
    accounts = forms.ChoiceField(
        label=_("Changed bank accounts"),
        choices=[("look", _("Let them wait for approval")), ("once", _("Write them at once"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether changed bank accounts wait, or are written at once.")},
        help_text=_(
            "Whoever gets into somebody's profile in Huma could redirect a salary. A changed account waits with before "
            "and after until an owner approves or rejects it, and salary goes to the old one until then. Somebody's "
            "first account never waits: recipients of payroll notices are told."
        ),
    )
    schedule = forms.ChoiceField(
        label=_("Scheduled sync"),
        choices=[("off", _("Off")), ("hours", _("Every few hours")), ("daily", _("Daily at a time"))],
        widget=forms.RadioSelect,
        help_text=_(
            "Reads everybody on both sides and finds what real time missed. It begins some minutes after the full "
            "time, so that not all connections begin at once."
        ),
    )
    schedule_hours = forms.IntegerField(
        label=_("How many hours, where it is every few hours"), min_value=1, max_value=MAX_HOURS, required=False
    )
    schedule_time = forms.TimeField(
        label=_("The time of day, where it is daily (Norwegian time)"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "60"}),
    )

    def __init__(self, data: Any, connection: Connection) -> None:
        self.connection = connection
        initial = {name: getattr(connection, name) for name in SETTINGS}
        if connection.accounts_asks:
            del initial["accounts"]  # nobody has chosen it yet: it isn't chosen by saving something else
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        needed = {"hours": "schedule_hours", "daily": "schedule_time"}.get(cleaned.get("schedule", ""))
        if needed and cleaned.get(needed) is None and needed not in self.errors:
            self.add_error(needed, gettext("This is needed for the schedule that you chose."))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """The settings as the connection stores them; what wasn't filled in stays as it is."""
        return {name: self.cleaned_data[name] for name in SETTINGS if self.cleaned_data[name] is not None}
