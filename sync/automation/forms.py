"""The form of the page Automatic updates."""

from copy import copy
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from connections.models import Connection
from connections.pages.form_fields import with_limits
from sync.automation.switching import SETTINGS


class SwitchForm(forms.Form):
    """A button of automatic updates, and the run whose result asked."""

    to = forms.ChoiceField(choices=[(name, name) for name in ("on", "off", "look", "not_yet")])
    run = forms.IntegerField(required=False, min_value=0, max_value=10**18 - 1)


NEEDED: dict[str, str] = {Connection.Schedule.HOURS: "schedule_hours", Connection.Schedule.DAILY: "schedule_time"}
"""The field that says more about a schedule."""


class AutomaticForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """What automatic updates may write, and when scheduled syncs run. Choices and ranges are the model's."""

    class Meta:
        model = Connection
        fields = SETTINGS
        labels = {
            "both_moved": _("When a value was changed in Huma and in Visma"),
            "accounts": _("Changed bank accounts"),
            "schedule": _("Scheduled sync"),
            "schedule_hours": _("Hours between syncs"),
            "schedule_time": _("Time of day for a daily sync (Norwegian time)"),
        }
        help_texts = {
            "both_moved": _(
                "If Huma's value is used, it overwrites what was entered in Visma, and nobody is asked. If people are "
                "asked, nothing is sent until they decide."
            ),
            "accounts": _(
                "Somebody who gets into another person's profile in Huma could redirect the salary. A changed account "
                "waits, with before and after, until an owner approves or rejects it. Until then salary goes to the "
                "old account. A person's first account never waits: recipients of payroll notices are told."
            ),
            "schedule": _(
                "Fetches everybody from both systems and finds what real time missed. It starts some minutes past the "
                "time you choose, so that not all connections start at once."
            ),
        }
        error_messages = {
            "accounts": {"required": _("Choose whether changed bank accounts wait, or are sent at once.")},
        }
        widgets = {
            "both_moved": forms.RadioSelect,
            "accounts": forms.RadioSelect,
            "schedule": forms.RadioSelect,
            "schedule_time": forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "60"}),
        }
        formfield_callback = staticmethod(with_limits)

    def __init__(self, data: Any, connection: Connection) -> None:
        # Nobody has chosen about accounts yet where it asks, and saving something else doesn't choose it.
        initial = {"accounts": None} if connection.accounts_asks else {}
        super().__init__(data, instance=copy(connection), initial=initial)  # it changes its instance
        for name in ("schedule_hours", "schedule_time"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        needed = NEEDED.get(cleaned.get("schedule", ""))
        if needed and cleaned.get(needed) is None and needed not in self.errors:
            self.add_error(needed, gettext("This is needed for the schedule that you chose."))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """The settings as the connection stores them; fields that weren't filled in stay as they are."""
        return {name: self.cleaned_data[name] for name in SETTINGS if self.cleaned_data[name] is not None}
