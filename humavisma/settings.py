"""All settings, from the environment only.

`.env` beside manage.py (or the file that ENV_FILE names) adds variables that the environment doesn't have. Every
variable that is read here is explained in `.env.example`.
"""

from __future__ import annotations

import os
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from humavisma.limits import *  # noqa: F403
from humavisma.logging_setup import log_lines

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"  # as in pyproject.toml

env = environ.Env()
env.read_env(os.environ.get("ENV_FILE") or str(BASE_DIR / ".env"))

# The installation

DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Copy .env.example to .env and fill it in (or set DEBUG=true to develop)."
        )
    SECRET_KEY = "insecure-only-for-development-" + "0" * 32

SITE_URL: str = env.str("SITE_URL", default="").rstrip("/")
_site = urlsplit(SITE_URL)
_secure = _site.scheme == "https" and not DEBUG

ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[_site.hostname] if _site.hostname else [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list(
    "CSRF_TRUSTED_ORIGINS", default=[f"https://{_site.netloc}"] if _site.scheme == "https" else []
)

INSTALLED_APPS = [
    "humavisma.admin.HumavismaAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_q",
    "connections",
    "sync",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "humavisma.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "humavisma.unstorable_text.DoorMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "humavisma.coming_back.ComingBackMiddleware",
]

ROOT_URLCONF = "humavisma.urls"
WSGI_APPLICATION = "humavisma.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Data

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _database() -> dict[str, Any]:
    """DATABASE_URL with the options that each engine needs for several threads and processes."""
    config: dict[str, Any] = env.db_url("DATABASE_URL", default="sqlite:///db.sqlite3")
    options: dict[str, Any] = config.setdefault("OPTIONS", {})
    if config["ENGINE"] == "django.db.backends.sqlite3":
        if config["NAME"] != ":memory:":
            config["NAME"] = str(BASE_DIR / config["NAME"])
        # Wait so many seconds for the one writer, instead of failing at once.
        options.setdefault("timeout", 20)
        # A transaction takes the write lock when it begins; if it takes it later, it fails without waiting.
        options.setdefault("transaction_mode", "IMMEDIATE")
        # With WAL, pages can be read while a run writes, and NORMAL is safe against a crash of the process.
        first = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;"
        options.setdefault("init_command", first)
        # A statement that is kept for reuse keeps the values that it was last used with: 50 MB after 10,000 people.
        options.setdefault("cached_statements", 0)
    else:
        # With a new connection for each task, the queue is 5 to 10 times slower.
        config["CONN_MAX_AGE"] = 60
        # After an outage a kept connection is dead; this notices it before the connection is used.
        config["CONN_HEALTH_CHECKS"] = True
    return config


DATABASES = {"default": _database()}

# One or more Fernet keys, the newest first: the first one writes, all of them read.
FIELD_ENCRYPTION_KEY: list[str] = env.list("FIELD_ENCRYPTION_KEY", default=[])

# The queue is only a doorbell: the work, the leases and the attempts are in our own tables.

REDIS_URL: str = env.str("REDIS_URL", default="")
Q_CLUSTER: dict[str, Any] = {
    # All hosts of the installation share this queue. The name and SECRET_KEY sign what is in it.
    "name": "sync",
    # Processes. Each slice of a run starts its own threads for requests to the vendors.
    "workers": 2,
    # The retry time of a task begins when it is fetched, so fetch as little ahead as possible.
    "queue_limit": 1,
    "bulk": 1,
    # Slices take about 10 seconds; a task that needs minutes hangs.
    "timeout": 300,
    # More than timeout × (1 + ceil((queue_limit + 1) / workers)) = 600; otherwise a running task is delivered again.
    "retry": 720,
    # Our own counter decides about another attempt; the queue doesn't count an attempt whose worker was killed.
    "max_attempts": 1,
    # A failed task isn't delivered again: the tick wakes what is left to do.
    "ack_failures": True,
    # Seconds between polls of the database: a task starts within 0.1 to 0.2 s, for 1 % of a core.
    "poll": 0.2,
    # Missed slots of the queue's schedule aren't made up for: the tick looks at what is due.
    "catch_up": False,
    # A new process after so many tasks gives memory back.
    "recycle": 500,
    # How many successful tasks are kept; the runs have all results. Failed ones are kept for RETENTION_DAYS.
    "save_limit": 100,
    # The name in lists of applications; the queue's own pages aren't registered.
    "label": "Queue",
}
# With Redis a task starts within 5 ms instead of 0.1 to 0.2 s. A dead worker's task is lost, and the tick finds it.
if REDIS_URL:
    Q_CLUSTER["redis"] = REDIS_URL
else:
    Q_CLUSTER["orm"] = "default"

# The vendors

HUMA_API_URL: str = env.str("HUMA_API_URL", default="https://openapi.humahr.com").rstrip("/")
VISMA_API_URL: str = env.str("VISMA_API_URL", default="https://api.employeecore.hrm.visma.net/v2").rstrip("/")
VISMA_TOKEN_URL: str = env.str("VISMA_TOKEN_URL", default="https://connect.visma.com/connect/token")
VISMA_CLIENT_ID: str = env.str("VISMA_CLIENT_ID", default="")
VISMA_CLIENT_SECRET: str = env.str("VISMA_CLIENT_SECRET", default="")
VISMA_APP_NAME: str = env.str("VISMA_APP_NAME", default="humavisma")
# Where a person is to be found in each system, with {id} or {number}; nothing public states it, so by default nowhere.
HUMA_PERSON_URL: str = env.str("HUMA_PERSON_URL", default="")
VISMA_PERSON_URL: str = env.str("VISMA_PERSON_URL", default="")
HTTP_CONNECT_TIMEOUT: float = env.float("HTTP_CONNECT_TIMEOUT", default=5.0)
HTTP_READ_TIMEOUT: float = env.float("HTTP_READ_TIMEOUT", default=20.0)

# Running (seconds, unless the name says otherwise)

SYNC_CONCURRENCY: int = env.int("SYNC_CONCURRENCY", default=8)
HUMA_REQUESTS_PER_SECOND: float = env.float("HUMA_REQUESTS_PER_SECOND", default=200.0)
VISMA_REQUESTS_PER_SECOND: float = env.float("VISMA_REQUESTS_PER_SECOND", default=200.0)
LEASE_SECONDS: float = env.float("LEASE_SECONDS", default=30.0)
LEASE_RENEW_SECONDS: float = env.float("LEASE_RENEW_SECONDS", default=10.0)
CONNECT_PATIENCE_SECONDS: float = env.float("CONNECT_PATIENCE_SECONDS", default=15.0)
READ_PATIENCE_SECONDS: float = env.float("READ_PATIENCE_SECONDS", default=30.0)
SLICE_SECONDS: float = env.float("SLICE_SECONDS", default=10.0)
BEAT_SECONDS: float = env.float("BEAT_SECONDS", default=10.0)
WORKER_MISSING_SECONDS: float = env.float("WORKER_MISSING_SECONDS", default=5.0)
# After how long a waiting page says that nothing has moved, or that a vendor doesn't answer; it polls every 1.5 s.
STILL_SECONDS: float = env.float("STILL_SECONDS", default=12.0)
SILENT_SECONDS: float = env.float("SILENT_SECONDS", default=6.0)
HEARTBEAT_LATE_SECONDS: float = env.float("HEARTBEAT_LATE_SECONDS", default=60.0)
MAX_ATTEMPTS: int = env.int("MAX_ATTEMPTS", default=5)
# Refused credentials are tried again after these minutes, one after the other; the last one repeats.
CREDENTIALS_RETRY_MINUTES: list[float] = env.list("CREDENTIALS_RETRY_MINUTES", cast=float, default=[15, 60, 240, 1440])
UNAVAILABLE_MINUTES: float = env.float("UNAVAILABLE_MINUTES", default=15.0)
CREATE_SETTLE_SECONDS: float = env.float("CREATE_SETTLE_SECONDS", default=60.0)
READ_AGAIN_SECONDS: float = env.float("READ_AGAIN_SECONDS", default=30.0)
HUMA_SETTLE_SECONDS: float = env.float("HUMA_SETTLE_SECONDS", default=10.0)
JOB_WAIT_FIRST_SECONDS: float = env.float("JOB_WAIT_FIRST_SECONDS", default=0.5)
JOB_WAIT_MAX_SECONDS: float = env.float("JOB_WAIT_MAX_SECONDS", default=10.0)
JOB_WAIT_TOTAL_SECONDS: float = env.float("JOB_WAIT_TOTAL_SECONDS", default=900.0)
STOP_SECONDS: float = env.float("STOP_SECONDS", default=30.0)
WEBHOOK_MAX_BYTES: int = env.int("WEBHOOK_MAX_BYTES", default=1048576)
WEBHOOK_MAX_PEOPLE: int = env.int("WEBHOOK_MAX_PEOPLE", default=10000)
WEBHOOK_REFUSALS_PER_MINUTE: int = env.int("WEBHOOK_REFUSALS_PER_MINUTE", default=60)
WEBHOOK_OLD_SECRET_HOURS: float = env.float("WEBHOOK_OLD_SECRET_HOURS", default=24.0)

# The largest pairs file: its bytes, and its rows.

PAIRS_MAX_BYTES: int = env.int("PAIRS_MAX_BYTES", default=2000000)
PAIRS_MAX_ROWS: int = env.int("PAIRS_MAX_ROWS", default=5000)

# When the day's digest is written, and the reminders before a cut-off, on Norwegian working days (Europe/Oslo).

DIGEST_TIME: time = time.fromisoformat(env.str("DIGEST_TIME", default="07:00"))

# Keeping (days)

RETENTION_DAYS: int = env.int("RETENTION_DAYS", default=90)
HISTORY_DAYS: int = env.int("HISTORY_DAYS", default=730)

# Mail

_email = env.email_url("EMAIL_URL", default="consolemail://")
EMAIL_BACKEND: str = _email["EMAIL_BACKEND"]
EMAIL_HOST: str = _email.get("EMAIL_HOST") or "localhost"
EMAIL_PORT: int = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER: str = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD: str = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS: bool = _email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _email.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH: str = _email.get("EMAIL_FILE_PATH") or ""
# A worker waits for a hanging mail server no longer than this.
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="humavisma@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Words and time

LANGUAGE_CODE = "nb"
LANGUAGES = [("nb", _("Norwegian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Oslo"
# 22 Nov 2026, 11:24 also in English: 11/22 would be misread in Norway.
FORMAT_MODULE_PATH = "humavisma.formats"
USE_I18N = True
USE_TZ = True

# Static files: whitenoise serves them from the web process, compressed, and cached for ever.

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Confirm sends one box for each person, and a first sync of a large company has thousands.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 50_000

# Who may come in, and how safely

CONNECT_NEEDS_RELEASE: str = env.str("CONNECT_NEEDS_RELEASE", default="auto")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_SECURE = _secure
LANGUAGE_COOKIE_SECURE = _secure
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if _secure:
    # TLS ends at a proxy, which must set this header itself, whatever the client sends.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # the domain's owner decides whether subdomains use https
    "security.W008",  # the proxy redirects; here it would break a health check over loopback
    "security.W021",  # the domain's owner decides about preloading, too
]

AUDIT_LOG: str = env.str("AUDIT_LOG", default="")  # a file for the lines of the audit; without one they go to stderr
LOGGING: dict[str, Any] = log_lines(env.str("LOG_LEVEL", default="INFO"), AUDIT_LOG)
