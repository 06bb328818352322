"""The demo's own settings: its folder, keys, passwords and ports. It refuses to start beside a real installation."""

import re
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet

from connections.api.loopback import is_loopback
from connections.sandbox.credentials import VISMA_CLIENT_ID, VISMA_CLIENT_SECRET

BASE_DIR = Path(__file__).resolve().parent.parent.parent


class Refused(Exception):
    """The demo can't start; the message says why and what to do."""


@dataclass(frozen=True)
class Ports:
    """The ports of everything, on loopback only."""

    web: int = 8000
    huma: int = 8801
    visma: int = 8802
    mail: int = 8025
    smtp: int = 8026

    def require_free(self) -> None:
        """Raise ``Refused`` for the first port that another program uses."""
        for name, port in vars(self).items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    raise Refused(
                        f"Port {port} is in use: is another demo running? End it, or choose another port:"
                        f" make run ARGS='--{name}-port {port + 100}'"
                    ) from None


@dataclass
class Demo:
    """The demo's folder and what is in it."""

    folder: Path
    ports: Ports = field(default_factory=Ports)

    @property
    def url(self) -> str:
        """The address of the product."""
        return f"http://127.0.0.1:{self.ports.web}"

    @property
    def mail(self) -> Path:
        """The folder for sent mail."""
        return self.folder / "mail"

    @property
    def log(self) -> Path:
        """The folder for the output of each process."""
        return self.folder / "log"

    def password(self, username: str) -> str:
        """The demo user's password, made at the first start and kept."""
        return self._kept(f"password-{username}", lambda: secrets.token_urlsafe(9))

    def environment(self) -> dict[str, str]:
        """The variables that the demo sets; others keep the product's defaults."""
        return {
            "DEBUG": "false",
            "SECRET_KEY": self._kept("secret-key", lambda: secrets.token_urlsafe(50)),
            "FIELD_ENCRYPTION_KEY": self._kept("field-encryption-key", lambda: Fernet.generate_key().decode()),
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "DATABASE_URL": f"sqlite:///{self.folder / 'db.sqlite3'}",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.ports.smtp}",
            "DEFAULT_FROM_EMAIL": "humavisma <humavisma@example.com>",
            "HUMA_API_URL": f"http://127.0.0.1:{self.ports.huma}",
            "VISMA_API_URL": f"http://127.0.0.1:{self.ports.visma}/v2",
            "VISMA_TOKEN_URL": f"http://127.0.0.1:{self.ports.visma}/connect/token",
            "VISMA_CLIENT_ID": VISMA_CLIENT_ID,
            "VISMA_CLIENT_SECRET": VISMA_CLIENT_SECRET,
            "VISMA_APP_NAME": "humavisma",
        }

    def begin_afresh(self) -> None:
        """Delete the database and the mail, because both stand-ins forget everything at each start, too."""
        for folder in (self.folder, self.mail, self.log):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in [*self.folder.glob("db.sqlite3*"), *self.mail.glob("*.eml"), *self.log.glob("*.log")]:
            old.unlink()

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        path = self.folder / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(make())
        return path.read_text()


class _File(environ.Env):
    """Reads a file as the settings do, without changing this process's environment."""

    ENVIRON: ClassVar[dict[str, str]] = {}


def known_variables() -> set[str]:
    """The names of all variables of the product, from `.env.example`."""
    return set(re.findall(r"^#? ?([A-Z][A-Z_]+)=", (BASE_DIR / ".env.example").read_text(), re.MULTILINE))


def refuse_beside_a_real_installation(env_file: Path) -> None:
    """Raise ``Refused`` if `.env` names a real database or a real vendor."""
    if not env_file.exists():
        return
    _File.ENVIRON = {}
    _File.read_env(str(env_file))
    named = _File.ENVIRON
    database = _File.db_url_config(named.get("DATABASE_URL", "sqlite://"))
    if "sqlite" not in database["ENGINE"] or (BASE_DIR / database["NAME"]).is_file():
        raise Refused(".env names a real database (DATABASE_URL). The demo runs in a clone of its own, without it.")
    for name in ("HUMA_API_URL", "VISMA_API_URL", "VISMA_TOKEN_URL"):
        if named.get(name) and not is_loopback(urlsplit(named[name]).hostname):
            raise Refused(f".env names a real vendor ({name}). The demo runs in a clone of its own, without it.")
    if named.get("VISMA_CLIENT_SECRET"):
        raise Refused(".env holds real credentials (VISMA_CLIENT_SECRET). The demo runs in a clone of its own.")
