"""The form that one signs in with."""

from typing import ClassVar

from django.contrib.admin.forms import AdminAuthenticationForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class SignInForm(AdminAuthenticationForm):
    """Django's, with a plain sentence for what was wrong; which of the two it was stays untold."""

    error_messages: ClassVar[dict[str, str | Promise]] = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("Wrong username or password."),
    }
