"""Fields of the connect pages' forms."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.fernet import InvalidToken
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, validate_email
from django.db import models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.api.unseen import seen
from connections.fields import get_fernet

SHAPE = r"\s*\{?[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}\}?\s*"
"""A GUID as people copy it: with or without dashes, braces and spaces around."""


def as_guid(text: str) -> str:
    """A GUID in lower case with dashes; raises ``ValueError`` for what isn't one."""
    bare = text.strip("{} \t\r\n").replace("-", "")
    if len(bare) != 32 or not bare.isalnum():
        raise ValueError("not a GUID")
    return str(uuid.UUID(hex=bare))


def with_limits(column: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """The form field of a model's column, with the range of the column's validators: the browser is told it, too.

    The ``formfield_callback`` of our forms.
    """
    for validator in column.validators:
        if isinstance(validator, MinValueValidator):
            kwargs.setdefault("min_value", validator.limit_value)
        elif isinstance(validator, MaxValueValidator):
            kwargs.setdefault("max_value", validator.limit_value)
    return column.formfield(**kwargs)


class GuidField(forms.UUIDField):
    """A GUID, returned in lower case with dashes. The browser checks its shape while it is typed, and we do again."""

    def __init__(self, *, wrong_shape: Any, **kwargs: Any) -> None:
        self.wrong_shape = wrong_shape
        super().__init__(error_messages={"invalid": wrong_shape}, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            **super().widget_attrs(widget),
            "maxlength": "60",
            "pattern": SHAPE,
            "title": self.wrong_shape,
            "data-shape": self.wrong_shape,
            "autocomplete": "off",
            "autocapitalize": "none",
            "spellcheck": "false",
        }

    def clean(self, value: Any) -> str:
        found = super().clean(value)
        return str(found) if found else ""


class EmailsField(forms.CharField):
    """Email addresses, one a line (or separated by commas or semicolons), returned as a list without duplicates."""

    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "none"})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(value)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value) or ""
        lines = text.replace(",", "\n").replace(";", "\n").splitlines()
        return list(dict.fromkeys(address for line in lines if (address := seen(line))))

    def validate(self, value: Sequence[str]) -> None:
        super().validate(value)
        for address in value:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(
                    _("“%(address)s” isn't an email address."), params={"address": address}, code="invalid"
                ) from None

    def run_validators(self, value: Any) -> None:
        """Do nothing: ``to_python`` has validated each address."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data or ""))


class KeptSecretInput(forms.PasswordInput):
    """A secret that isn't lost when another field of the form is wrong: Huma shows it only once.

    The page carries it encrypted with the installation's key, for the user ``whom`` and for an hour only. Nobody can
    read it there, and it is in no session.
    """

    KEPT_SECONDS = 3600
    whom = ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return super().value_from_datadict(data, files, name) or self._unsealed(data.get(f"{name}_kept") or "")

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        attrs = dict(attrs or {})
        kept = self._sealed(str(value)) if value and attrs.get("aria-invalid") != "true" else ""
        if not kept:
            return super().render(name, None, attrs, renderer)
        attrs.pop("required", None)
        shown = super().render(
            name, None, {**attrs, "placeholder": _("Stored. Paste a new one only to replace it.")}, renderer
        )
        return format_html('{}<input type="hidden" name="{}_kept" value="{}">', shown, name, kept)

    def _sealed(self, secret: str) -> str:
        return get_fernet().encrypt(json.dumps([self.whom, secret]).encode()).decode()

    def _unsealed(self, token: str) -> str:
        try:
            whom, secret = json.loads(get_fernet().decrypt(token.encode(), ttl=self.KEPT_SECONDS))
        except InvalidToken:
            return ""
        return str(secret) if whom == self.whom else ""


TENANT_SHAPE = gettext_lazy(
    "A Tenant ID has 32 digits and letters a–f, such as 3c9a1b7e-6d52-4f18-a0c4-e7b8d9f01234. Copy all of it."
)
CLIENT_SHAPE = gettext_lazy(
    "Huma's Client ID has 32 digits and letters a–f, such as 7d1f0a52-5a0e-4f43-9c1b-3f0c1e6a8d11. Copy all of it."
)
SECRET_SHAPE = gettext_lazy(
    "Huma's Client secret has 32 digits and letters a–f, in groups with dashes between. Copy all of it."
)
