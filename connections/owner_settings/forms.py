"""Forms of the settings: what is synchronized, who is told, and who sees the connection."""

from copy import copy
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from connections.api.huma.client import MAX_FILTER_IDS
from connections.api.unseen import seen
from connections.models import LIMITS, Connection
from connections.owner_settings.owners import NoSuchUser, find_staff
from connections.owner_settings.payday_form import PayDayForm
from connections.pages.form_fields import EmailsField
from connections.supported import end_reasons, supported_fields


def language_of_emails() -> str:
    """In which language emails come, where it isn't the page's; else "". It is the installation's for everybody."""
    code = settings.LANGUAGE_CODE
    if get_language() == code:
        return ""
    return gettext("Emails are in %(language)s.") % {"language": gettext(str(dict(settings.LANGUAGES)[code]))}


class AboutForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """A connection's name, and who gets its emails."""

    class Meta:
        model = Connection
        fields = ["name", "recipients", "payroll_contacts", "default_end_reason"]
        labels = {"name": _("Name of the connection")}
        help_texts = {"name": _("For you and your colleagues: emails begin with it.")}

    recipients = EmailsField(
        label=_("Who gets the result by email"),
        required=False,
        help_text=_("One address a line. The email names people, and never shows values."),
    )
    payroll_contacts = EmailsField(
        label=_("Recipients of payroll notices"),
        required=False,
        help_text=_(
            "One address a line. They get an email at once when a bank account was changed automatically, and when "
            "there are new drafts in Visma, and on the next working day one about last workdays and names that were. "
            "No login is needed. Names are sent once they have confirmed the address with a click."
        ),
    )
    default_end_reason = forms.ChoiceField(
        label=_("Default end reason"),
        required=False,
        help_text=_(
            "Visma demands an end reason with every last workday, and reports it to the authorities. This one is "
            "used where Huma has none. You can choose it later: until then such a last workday isn't sent."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["default_end_reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("Not chosen yet")), *end_reasons()]
        if said := language_of_emails():
            for name in ("recipients", "payroll_contacts"):
                self.fields[name].help_text = f"{self.fields[name].help_text} {said}"

    def clean_name(self) -> str:
        """The name without invisible characters; something has to be left of it."""
        name = seen(self.cleaned_data["name"])
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"], code="required")
        return name


class SettingsForm(AboutForm, PayDayForm):
    """The settings that an owner may change. ``groups`` are Huma's (id, name, type); None if Huma gave no answer."""

    fields_on = forms.MultipleChoiceField(
        label=_("Fields that are synchronized"),
        error_messages={"required": _("Choose at least one field.")},
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A field that is switched off is not compared, stored or sent."),
    )

    class Meta(PayDayForm.Meta):
        fields = [*AboutForm.Meta.fields, *PayDayForm.Meta.fields, "threshold_percent", "threshold_people"]
        labels = {
            **AboutForm.Meta.labels,
            **PayDayForm.Meta.labels,
            "threshold_percent": _("Ask for the number when more than this share of employees would change (%)"),
            "threshold_people": _("Never ask at this number of people or fewer"),
        }
        help_texts = {**AboutForm.Meta.help_texts, **PayDayForm.Meta.help_texts}

    def __init__(self, data: Any, connection: Connection, groups: list[dict[str, Any]] | None) -> None:
        fields = supported_fields()
        on = [field.name for field in fields if field.name not in connection.fields_off]
        super().__init__(data, instance=copy(connection), initial={"fields_on": on})  # it changes its instance
        self._all_fields = [field.name for field in fields]
        self._set_choices("fields_on", [(field.name, field.label) for field in fields])
        self.groups_known = groups is not None
        for kind, name in LIMITS.items():
            known = [group for group in groups or [] if group["type"] == kind]
            self._add_groups(name, _ONLY[kind], getattr(connection, name), known)
        if groups is not None:
            self._add_groups("huma_groups", _JOIN, connection.huma_groups, groups)

    def chosen(self) -> dict[str, Any]:
        """The connection's settings as its model stores them, without those that couldn't be shown."""
        chosen = {name: value for name, value in self.cleaned_data.items() if name != "fields_on"}
        chosen["fields_off"] = [name for name in self._all_fields if name not in self.cleaned_data["fields_on"]]
        return chosen

    def _add_groups(self, name: str, label: Any, ids: list[str], groups: list[dict[str, Any]]) -> None:
        """A choice of Huma's groups; a stored group that is gone from Huma stays, so that it can be removed."""
        if not self.groups_known:
            return
        known = {group["id"]: group["name"] for group in sorted(groups, key=lambda g: str(g["name"]).casefold())}
        gone = {id: gettext("No longer in Huma (%(id)s)") % {"id": id} for id in ids if id not in known}
        choices = list((known | gone).items())
        if not choices:
            return
        self.fields[name] = GroupsField(
            label=label,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=choices,
            limited=name != "huma_groups",
        )
        self.initial[name] = ids

    def _set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices


class GroupsField(forms.MultipleChoiceField):
    """Some of Huma's groups; ``limited``: at most as many as Huma's list of users accepts as a filter."""

    def __init__(self, *, limited: bool, **kwargs: Any) -> None:
        self.limited = limited
        super().__init__(**kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if self.limited and len(value) > MAX_FILTER_IDS:
            raise ValidationError(gettext("At most %(most)d can be chosen."), params={"most": MAX_FILTER_IDS})


_ONLY = {
    "company": _("Only these companies in Huma"),
    "location": _("Only these locations in Huma"),
    "team": _("Only these teams in Huma"),
}
_JOIN = _("Groups that they join")


class OwnerForm(forms.Form):
    """Another person who will see and run the connection."""

    who = forms.CharField(
        label=_("Username or email of a colleague"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_who(self) -> Any:
        try:
            return find_staff(self.cleaned_data["who"].strip())
        except NoSuchUser:
            raise ValidationError(
                gettext("No user here has that username or email. Ask your administrator to add your colleague first.")
            ) from None
