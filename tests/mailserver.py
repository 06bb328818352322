"""A real mail server on loopback, whose mail a test can read."""

import asyncio
import email
import email.policy
from email.message import EmailMessage
from typing import Any, Self

from aiosmtpd.controller import Controller

from tests.ports import free_port


class MailServer:
    """Started by `with`; `messages` is what came in.

    With `refusing` it answers "try later"; with `silent` it takes a message and doesn't answer for so many seconds.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refusing = self.silent = False
        self.port = free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # the library's name
        """Keep a message, as a client of it would read it."""
        if self.refusing:
            return "451 Try later"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        while self.silent:
            await asyncio.sleep(0.02)
        return "250 OK"

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._controller.stop()
