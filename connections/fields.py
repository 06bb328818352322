"""Model fields that are encrypted at rest.

The keys are ``FIELD_ENCRYPTION_KEY``, newest first: writing uses the first key, reading tries all. A value that no key
can read is an error and is never returned as if it were the value.
"""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from connections.api.errors import storable


class Unreadable(Exception):
    """What is stored can't be read with any of the configured keys."""


def get_fernet() -> MultiFernet:
    """The cipher over all configured keys, newest first.

    Raises ``ImproperlyConfigured`` when no key is set or one of them is malformed.
    """
    return _fernet_for(tuple(settings.FIELD_ENCRYPTION_KEY))


_ciphers: dict[tuple[str, ...], MultiFernet] = {}


def _fernet_for(keys: tuple[str, ...]) -> MultiFernet:
    if keys not in _ciphers:
        if not keys:
            raise ImproperlyConfigured("FIELD_ENCRYPTION_KEY is not set.")
        try:
            _ciphers[keys] = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise ImproperlyConfigured("FIELD_ENCRYPTION_KEY holds a malformed key.") from error
    return _ciphers[keys]


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # it takes none when it runs
    """Text stored as a Fernet token; the empty text is stored as it is, so that blanking leaves nothing behind."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return text if not text else get_fernet().encrypt(storable(text).encode()).decode()

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return value if not value else self._decrypt(value)

    def _decrypt(self, token: str) -> str:
        try:
            return get_fernet().decrypt(token.encode()).decode()
        except InvalidToken:
            raise Unreadable(f"{self.model.__name__}.{self.name} can't be read with the configured keys.") from None


class EncryptedJSONField(EncryptedTextField):
    """A JSON value (dict, list, text, number or None) stored as a Fernet token; None is stored as empty text."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return ""
        return super().get_prep_value(_json(value))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if not value else json.loads(self._decrypt(value))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return json.dumps(self.value_from_object(obj), ensure_ascii=False)


def _json(value: Any) -> str:
    """JSON that escapes halves of surrogate pairs, because UTF-8 can't encode them."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"))
    return text
