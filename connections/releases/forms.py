"""Forms of the pages where superusers approve, refuse and expect pairings."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from connections.api.unseen import seen
from connections.pages import request_params
from connections.pages.form_fields import TENANT_SHAPE, GuidField
from connections.releases import expected_pairings


class AnswerForm(forms.Form):
    """An answer to the request that the page showed."""

    request = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_request(self) -> int:
        """The request's primary key; 0, which none has, for anything that isn't a number."""
        return request_params.number(self.cleaned_data["request"])


class ReleaseForm(AnswerForm):
    """The last step before a connection is approved."""

    asked = forms.BooleanField(
        label=_(
            "I have asked the company on a number that I know, and this is the Tenant ID that they see in Visma.net."
        ),
        error_messages={"required": _("Ask the company first. Names and figures prove nothing.")},
    )


class RefusalForm(AnswerForm):
    """Why a connection is rejected; who connected reads it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is shown to whoever connected."),
    )

    def clean_reason(self) -> str:
        reason = "\n".join(line for part in self.cleaned_data["reason"].splitlines() if (line := seen(part)))
        if not reason:
            raise ValidationError(self.fields["reason"].error_messages["required"], code="required")
        return reason


class ExpectForm(forms.Form):
    """One expected pairing."""

    tenant_id = GuidField(label=_("Tenant ID"), wrong_shape=TENANT_SHAPE)
    who = forms.CharField(
        label=_("Username or email of who will connect"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    pair: tuple[str, User]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "tenant_id" in cleaned and "who" in cleaned:
            try:
                self.pair = expected_pairings.check(cleaned["tenant_id"], cleaned["who"])
            except ValueError as error:
                self.add_error(None, str(error))
        return cleaned


class UploadForm(forms.Form):
    """Many pairings at once."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Two columns: Tenant ID, and the username or email address of who will connect."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    rows: list[expected_pairings.Row]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            self.rows = expected_pairings.read(expected_pairings.text_of(file.read(expected_pairings.MOST_BYTES + 1)))
        except expected_pairings.NoTable as error:
            raise ValidationError(str(error)) from None
        return file


class StoreForm(forms.Form):
    """The right rows of an uploaded file, as the page showed them."""

    table = forms.CharField(max_length=expected_pairings.MOST_BYTES, widget=forms.HiddenInput)

    rows: list[expected_pairings.Row]

    def clean_table(self) -> str:
        table: str = self.cleaned_data["table"]
        try:
            self.rows = expected_pairings.read(table)
        except expected_pairings.NoTable as error:
            raise ValidationError(str(error)) from None
        return table
