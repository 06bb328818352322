"""The form of the page Automatic updates."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from sync.automation.switching import SETTINGS

MAX_HOURS = 168


class AutomaticForm(forms.Form):
    """What automatic updates may write, and when scheduled syncs run."""

    both_moved = forms.ChoiceField(
        label=_("When a value was changed in Huma and in Visma"),
        choices=[("ask", _("Ask first")), ("huma", _("Use Huma's value"))],
        widget=forms.RadioSelect,
        help_text=_(
            "If Huma's value is used, it overwrites what was entered in Visma, and nobody is asked. If people are "
            "asked, nothing is sent until they decide."
        ),
    )
    accounts = forms.ChoiceField(
        label=_("Changed bank accounts"),
        choices=[("look", _("Wait for approval")), ("once", _("Send them at once"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether changed bank accounts wait, or are sent at once.")},
        help_text=_(
            "Somebody who gets into another person's profile in Huma could redirect the salary. A changed account "
            "waits, with before and after, until an owner approves or rejects it. Until then salary goes to the old "
            "account. A person's first account never waits: recipients of payroll notices are told."
        ),
    )
    schedule = forms.ChoiceField(
        label=_("Scheduled sync"),
        choices=[("off", _("Off")), ("hours", _("Every few hours")), ("daily", _("Daily at a time"))],
        widget=forms.RadioSelect,
        help_text=_(
            "Fetches everybody from both systems and finds what real time missed. It starts some minutes past the "
            "time you choose, so that not all connections start at once."
        ),
    )
    schedule_hours = forms.IntegerField(
        label=_("Hours between syncs"), min_value=1, max_value=MAX_HOURS, required=False
    )
    schedule_time = forms.TimeField(
        label=_("Time of day for a daily sync (Norwegian time)"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "60"}),
    )

    def __init__(self, data: Any, connection: Connection) -> None:
        self.connection = connection
        initial = {name: getattr(connection, name) for name in SETTINGS}
        if connection.accounts_asks:
            del initial["accounts"]  # nobody has chosen it yet, and saving something else doesn't choose it
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        needed = {"hours": "schedule_hours", "daily": "schedule_time"}.get(cleaned.get("schedule", ""))
        if needed and cleaned.get(needed) is None and needed not in self.errors:
            self.add_error(needed, gettext("This is needed for the schedule that you chose."))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """The settings as the connection stores them; fields that weren't filled in stay as they are."""
        return {name: self.cleaned_data[name] for name in SETTINGS if self.cleaned_data[name] is not None}
