"""Configures logging. Log lines name runs, primary keys of links, sides and properties, and never a value."""

from typing import Any


def log_lines(level: str) -> dict[str, Any]:
    """Django's LOGGING: one line each, on stderr, from ``level`` on."""
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
            "audit": {"class": "logging.StreamHandler", "formatter": "bare"},
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
