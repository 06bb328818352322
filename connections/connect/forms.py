"""Forms of the connect pages. A secret is never shown again, and isn't lost when another field is wrong."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from connections.connect.connecting import Access
from connections.models import Connection
from connections.owner_settings.forms import AboutForm
from connections.pages.form_fields import (
    CLIENT_SHAPE,
    SECRET_SHAPE,
    TENANT_SHAPE,
    GuidField,
    KeptSecretInput,
)


def _client_id(**more: Any) -> GuidField:
    return GuidField(label=_("Client ID"), wrong_shape=CLIENT_SHAPE, **more)


def _client_secret(**more: Any) -> GuidField:
    return GuidField(label=_("Client secret"), wrong_shape=SECRET_SHAPE, widget=KeptSecretInput(), **more)


def _keep_for(form: forms.BaseForm, whom: Any) -> None:
    """Keep the secret in the page after an error, for this user only."""
    widget = form.fields["huma_client_secret"].widget
    assert isinstance(widget, KeptSecretInput)
    widget.whom = str(whom)


class ConnectForm(AboutForm):
    """Everything that *Connect* asks for. With ``reuse``, that connection's access to Huma is used."""

    tenant_id = GuidField(
        label=_("Tenant ID"), wrong_shape=TENANT_SHAPE, help_text=_("From Visma.net, step 5. It isn't secret.")
    )
    huma_client_id = _client_id()
    huma_client_secret = _client_secret(help_text=_("Stored encrypted, and never shown again."))
    authority = forms.BooleanField(
        label=_("I have the authority to connect this company's Huma and Visma.net Payroll."),
        error_messages={"required": gettext_lazy("Confirm that you have the authority, or ask somebody who has.")},
    )

    def __init__(self, *args: Any, reuse: Connection | None = None, whom: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reuse = reuse
        _keep_for(self, whom)
        if reuse is not None:
            del self.fields["huma_client_id"], self.fields["huma_client_secret"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        tenant = cleaned.get("tenant_id")
        if tenant and tenant in (cleaned.get("huma_client_id"), cleaned.get("huma_client_secret")):
            self.add_error("tenant_id", gettext("This is the API key from Huma. The Tenant ID comes from Visma.net."))
        _two_different(self)
        return cleaned

    def access(self) -> Access:
        """The credentials for both sides."""
        if self.reuse is not None:
            own = (self.reuse.huma_client_id, self.reuse.huma_client_secret)
        else:
            own = (self.cleaned_data["huma_client_id"], self.cleaned_data["huma_client_secret"])
        return Access(self.cleaned_data["tenant_id"], *own)

    def chosen(self) -> dict[str, Any]:
        """The connection's settings."""
        return {name: self.cleaned_data[name] for name in AboutForm.base_fields}


class CredentialsForm(forms.Form):
    """New credentials for the same Huma organisation."""

    huma_client_id = _client_id()
    huma_client_secret = _client_secret(help_text=_("Stored encrypted, and never shown again."))

    def __init__(self, *args: Any, whom: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _keep_for(self, whom)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        _two_different(self)
        return cleaned


def _two_different(form: forms.BaseForm) -> None:
    client_id = form.cleaned_data.get("huma_client_id")
    if client_id and client_id == form.cleaned_data.get("huma_client_secret"):
        form.add_error("huma_client_secret", gettext("This is the Client ID once more. Paste the Client secret."))
