"""Configures logging. Log lines name runs, primary keys of links, sides and properties, and never a value."""

from typing import Any


def log_lines(level: str, audit_file: str) -> dict[str, Any]:
    """Django's LOGGING: one line each, on stderr, from ``level`` on.

    ``audit_file``: the file to which the lines of the audit are appended; "" for stderr.
    """
    file = {"class": "logging.handlers.WatchedFileHandler", "filename": audit_file, "encoding": "utf-8"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": "humavisma.log_format.WithoutTexts",
                "format": "{asctime} {levelname} {name}: {message}",
                "style": "{",
            },
            "bare": {"format": "{message}", "style": "{"},
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "line"},
            "audit": {"formatter": "bare", **(file if audit_file else {"class": "logging.StreamHandler"})},
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handler would write every line twice.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            "django-q": {"handlers": [], "level": "WARNING", "propagate": True},
            # Each line is JSON for a log collector, whatever the level of the others is.
            "humavisma.audit": {"handlers": ["audit"], "level": "INFO", "propagate": False},
            # At DEBUG, urllib3 logs the addresses of requests with their parameters.
            "urllib3": {"level": "WARNING"},
        },
    }
