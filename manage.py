#!/usr/bin/env python
"""Runs administrative tasks. A user's mistake is one line on stderr and exit code 2, never a traceback."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured


def main() -> None:
    """Hand the command line to Django; settings that are wrong end it with their own sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "humavisma.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    try:
        settings.INSTALLED_APPS  # noqa: B018  # reads the settings: the one place where they can be refused
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
