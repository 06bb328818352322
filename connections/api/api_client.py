"""Requests of one connection to one side: token, waiting after a 429, rate limit, status → error, log."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from connections.api.backoff import doubled
from connections.api.decoding import BeyondLimit, NotJson, WrongShape, decode
from connections.api.errors import BadCredentials, ContractBroken, Problem, TooMuch, Unavailable
from connections.api.http import DEFAULT_PATIENCE, DEFAULT_TIMEOUT, NoAnswer, TooLong, Wire
from connections.api.responses import Answer, Call, Passing, encode, failure
from connections.api.tokens import Token, TokenInfo, Tokens, read_token
from connections.api.vendor import Vendor
from connections.api.waiting.after_429 import Waiting, retry_after_seconds
from connections.api.waiting.request_rate import RateLimit
from connections.api.waiting.silence import Silence

T = TypeVar("T")

PASSING_ATTEMPTS = 3
"""How often a GET is sent if its answer is cut or isn't JSON."""

RENEWALS = 3
"""With how many new tokens a GET is tried after a 401: a token with a short life may have expired when it arrives."""
RENEWALS_OF_A_WRITE = 1

log = logging.getLogger(__name__)

_before_write: ContextVar[Callable[[], None] | None] = ContextVar("before_write", default=None)


@contextmanager
def before_each_write(check: Callable[[], None]) -> Iterator[None]:
    """Inside the block, this thread calls ``check`` right before each time that a write is sent: getting or renewing a
    token may have taken time. If ``check`` raises, the write isn't sent.
    """
    token = _before_write.set(check)
    try:
        yield
    finally:
        _before_write.reset(token)


class Caller:
    """Sends the requests of one connection to one side. Thread safe."""

    def __init__(
        self,
        side: Vendor,
        base_url: str,
        *,
        token_url: str,
        token_form: Mapping[str, str],
        problems: Callable[[Any], tuple[Problem, ...]],
        check_token: Callable[[TokenInfo], str | None] = lambda info: None,
        application_codes: frozenset[str] = frozenset(),
        refused_at_once: str = "unauthorized",
        media_type: str = "application/json",
        waiting: Waiting | None = None,
        timeout: tuple[float, float] = DEFAULT_TIMEOUT,
        patience: float = DEFAULT_PATIENCE,
        rate_limit: RateLimit | None = None,
    ) -> None:
        """``problems`` reads the body of a refusal; ``check_token`` gives the code of what a token lacks;
        ``refused_at_once``: the code of BadCredentials if tokens are given, and each of them is refused at once.
        """
        self.side = side
        self.base_url = base_url.rstrip("/")
        self.sunset: str | None = None
        self._token_call = Call(side, "POST", "token", absolute=token_url)
        self._token_form = dict(token_form)
        self._problems = problems
        self._check_token = check_token
        self._application_codes = application_codes
        self._refused_at_once = refused_at_once
        self._media_type = media_type
        self._waiting = Waiting() if waiting is None else waiting
        self._patience = patience
        self._rate_limit = rate_limit
        self._wire = Wire(timeout)
        self._tokens = Tokens(self._ask_for_token)
        self._lock = threading.Lock()
        self._strikes = 0
        self.silence = Silence()

    def token_info(self) -> TokenInfo:
        """Ask for a new token; returns whom it is for. Raises BadCredentials."""
        return self._tokens.renewed(self._tokens.kept).info

    def close(self) -> None:
        """Close the open connections; a later request opens new ones."""
        self._wire.close()

    def call(self, call: Call, shape: Callable[[Answer], T]) -> T:
        """The answer as ``shape`` returns it. A GET is tried again, within limits; a write is sent at most once.

        ``shape`` may raise WrongShape (→ ContractBroken), BeyondLimit (→ TooMuch) and NotJson (→ Unavailable).
        """
        if call.writes:
            return self._once(call, shape)
        give_up = time.monotonic() + self._patience
        attempt = 1
        while True:
            try:
                return self._once(call, shape)
            except Unavailable as error:
                if error.retry_after is not None:
                    # Jitter, so that threads that waited together don't ask again at the same time.
                    pause = error.retry_after + random.uniform(0, 0.25)  # noqa: S311
                elif isinstance(error, Passing) and attempt < PASSING_ATTEMPTS:
                    pause = doubled(attempt, first=0.2, longest=10) * (1 + random.random())  # noqa: S311
                    attempt += 1
                else:
                    raise
                if time.monotonic() + pause > give_up:
                    raise
            time.sleep(pause)

    def _once(self, call: Call, shape: Callable[[Answer], T]) -> T:
        self._keep_away(call)
        token = self._tokens.current()
        answer = self._send(call, token.value)
        for _ in range(RENEWALS_OF_A_WRITE if call.writes else RENEWALS):
            if answer.status != 401:
                break
            token = self._tokens.renewed(token)
            answer = self._send(call, token.value)
        if answer.status == 401:
            raise BadCredentials(self._refused_at_once, **call.place(401))
        error = failure(call, answer, self._problems)
        if isinstance(error, Unavailable):
            error.retry_after = retry_after_seconds(answer.headers.get("Retry-After"), now=time.time())
        if error is not None:
            raise error
        return self._shaped(call, answer, shape)

    def _shaped(self, call: Call, answer: Answer, shape: Callable[[Answer], T]) -> T:
        place = {"may_have_taken_effect": call.writes, **call.place(answer.status)}
        try:
            return shape(answer)
        except BeyondLimit as beyond:
            raise TooMuch(beyond.prop, beyond.what, beyond.limit, beyond.seen, **place) from None
        except WrongShape as wrong:
            raise ContractBroken(wrong.prop, **place) from None
        except NotJson:
            raise Passing("answer is not JSON", **place) from None

    def _send(self, call: Call, token: str | None) -> Answer:
        """Send once; a 429 blocks the whole connection."""
        self._keep_away(call)
        if self._rate_limit is not None:
            self._rate_limit.wait()
        headers = {"Accept": self._media_type, **call.headers}
        data: bytes | Mapping[str, str] | None = None
        if call is self._token_call:
            headers["Accept"] = "application/json"
            data = self._token_form
        elif call.body is not None:
            headers["Content-Type"] = self._media_type
            data = encode(call.body)
        check = _before_write.get()
        if check is not None and call.writes and call is not self._token_call:
            check()
        started, met = time.monotonic(), time.time()
        trouble = None
        try:
            with self.silence.asking():
                answer = self._wire.send(
                    call.method,
                    call.url(self.base_url),
                    params=call.params,
                    data=data,
                    headers=headers,
                    token=token,
                    is_small=call is self._token_call,
                )
        except NoAnswer as no_answer:
            trouble = no_answer
        self._log(call, trouble.said if trouble else str(answer.status), time.monotonic() - started)
        if isinstance(trouble, TooLong):
            place = call.place(trouble.status)
            raise TooMuch("body", "bytes", trouble.limit, may_have_taken_effect=call.writes, **place)
        if trouble is not None:
            kind = Passing if trouble.cut else Unavailable
            raise kind(trouble.said, may_have_taken_effect=call.writes and trouble.sent, **call.place(None))
        self._note_sunset(call, answer)
        if answer.status == 429:
            raise self._blocked(call, answer, met)
        self._strikes = 0
        return answer

    def _keep_away(self, call: Call) -> None:
        left = self._waiting.blocked_until() - time.time()
        if left > 0:
            raise Unavailable("too many requests", retry_after=left, **call.place(429))

    def _blocked(self, call: Call, answer: Answer, met: float) -> Unavailable:
        pause = retry_after_seconds(answer.headers.get("Retry-After"), now=time.time())
        with self._lock:
            if pause is None:
                # Threads that got a 429 at the same time count once.
                if self._waiting.blocked_until() <= met:
                    self._strikes += 1
                pause = doubled(self._strikes, first=1, longest=60)
            self._waiting.block_until(time.time() + pause)
        return Unavailable("too many requests", retry_after=pause, **call.place(429))

    def _ask_for_token(self) -> Token:
        """A new token. A write needs one to be sent, so an error of this method means that nothing took effect."""
        call, asked_at = self._token_call, time.monotonic()
        try:
            answer = self._send(call, None)
            if answer.status in (400, 401, 403):
                raise self._refused(answer)
            error = failure(call, answer, self._problems)
            if isinstance(error, Unavailable):
                raise error
            if error is not None:
                raise ContractBroken("token", **call.place(answer.status))
            token = self._shaped(call, answer, lambda whole: read_token(decode(whole.body), asked_at=asked_at))
        except ContractBroken as broken:
            broken.may_have_taken_effect = False
            raise
        except Unavailable as trouble:
            raise Passing(trouble.said, retry_after=trouble.retry_after, **call.place(trouble.status)) from None
        lacking = self._check_token(token.info)
        if lacking is not None:
            raise BadCredentials(lacking, **call.place(answer.status))
        return token

    def _refused(self, answer: Answer) -> BadCredentials:
        code = "forbidden" if answer.status == 403 else "unauthorized"
        try:
            body = decode(answer.body)
        except (NotJson, WrongShape):
            body = None
        if isinstance(body, dict) and body.get("error") in BadCredentials.CODES:
            code = str(body["error"])
        application = code in self._application_codes
        return BadCredentials(code, application=application, **self._token_call.place(answer.status))

    def _note_sunset(self, call: Call, answer: Answer) -> None:
        sunset = answer.headers.get("Sunset")
        if sunset and sunset != self.sunset:
            self.sunset = sunset[:100]
            log.warning("%s %s %s will end: %r", call.side, call.method, call.template, self.sunset)

    def _log(self, call: Call, outcome: str, seconds: float) -> None:
        level = logging.DEBUG if outcome.startswith("2") and not call.writes else logging.INFO
        log.log(level, "%s %s %s %s %.0f ms", call.side, call.method, call.template, outcome, seconds * 1000)
