"""Sentences of Django's own pages that are missing in its Norwegian catalogue, collected for ours."""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

WORDS = (
    # Around every page, and lists of rows.
    _("Skip to main content"),
    _("Breadcrumbs"),
    _("Sidebar"),
    _("Start typing to filter…"),
    _("Filter navigation items"),
    _("Toggle theme (current theme: auto)"),
    _("Toggle theme (current theme: light)"),
    _("Toggle theme (current theme: dark)"),
    _("Show counts"),
    _("Hide counts"),
    _("Model name"),
    _("Add link"),
    _("Change or view list link"),
    _("View selected %(model)s"),
    _("Select all objects on this page for an action"),
    _("Select this object for an action - {}"),
    ngettext_lazy("entry", "entries"),
    _("Added:"),
    _("Changed:"),
    _("Deleted:"),
    _("Please correct the error below."),
    _("Please correct the errors below."),
    # Signing in, users and their passwords.
    _("superuser status"),
    _("Your old password was entered incorrectly. Please enter it again."),
    _("Forgotten your login credentials?"),
    _("In case you’ve forgotten, you are:"),
    _("Thanks for spending some quality time with the web site today."),
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Set password"),
    _("Set password: %s"),
    _("Reset password"),
    _("Password-based authentication"),
    _("Enabled"),
    _("Disabled"),
    _("Enable password-based authentication"),
    _("Disable password-based authentication"),
    _("Enable password-based authentication for this user by setting a password."),
    _("This action will <strong>enable</strong> password-based authentication for this user."),
    _("Password-based authentication was disabled."),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled, they may still be able to "
        "authenticate using other backends, such as Single Sign-On or LDAP."
    ),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Conflicting form data submitted. Please try again."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
)
