"""The web server, as the Procfile starts it: clients that send half a request stop nobody, and are closed."""

import contextlib
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, transaction

from connections.models import Connection
from connections.sandbox.huma.signing import signed
from sync.models import HumaEvent
from sync.worker import heartbeat
from tests.sync.webserver import PATIENCE, WebServer

pytestmark = pytest.mark.django_db(transaction=True)

BODY = b'{"topic": "users-update", "users": [{"id": "anna"}]}'
SOON = 5.0
"""Seconds for a socket; a client that silent clients held up would wait for ever."""
MANY = 1000

HALVES = {
    "nothing": b"",
    "a header": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: ",
    "a webhook's body": b"POST /webhooks/huma/CODE/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: 5000\r\n\r\n{",
    "a webhook's body without a length": b"POST /webhooks/huma/CODE/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{",
    "a form": b"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken=x; sessionid=y\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\nusername=a",
    "a whole one, and no more": b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
}


@pytest.fixture
def env(process_env: dict[str, str]) -> dict[str, str]:
    """Production's settings, without `collectstatic`, and with a worker's beat, so that all is well."""
    heartbeat.beat()
    return {**process_env, "DJANGO_SETTINGS_MODULE": "bench.settings"}


@pytest.fixture
def made(transactional_db: None) -> Connection:
    return Connection.objects.create(name="Fjordheim", tenant_id="t-1", automatic=True, automatic_by="hr")


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process open many files, for our ends of the connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 3 * MANY + 200
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard < 0 else min(wanted, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def silent(web: WebServer, kind: str, many: int, code: str = "none") -> Iterator[list[socket.socket]]:
    """``many`` clients that have sent a part of a request, and send no more."""
    said = HALVES[kind].replace(b"CODE", code.encode())
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(web.open(said)) for _ in range(many)]


def serves(web: WebServer) -> None:
    """Assert that the monitor and a person get their answers."""
    assert web.get("/healthz", SOON).status == 200
    assert web.get("/admin/login/", SOON).status == 200


def heard(client: socket.socket) -> bytes:
    """All bytes until the server closes the connection."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            said += part
    return said


def is_sent_away(client: socket.socket) -> bool:
    """Whether the server closes the connection within a minute."""
    with contextlib.suppress(TimeoutError):
        heard(client)
        return True
    return False


@pytest.mark.parametrize("kind", HALVES)
def test_a_thousand_who_say_half_of_it_stop_neither_pages_nor_webhook(env, made, many_files, kind):
    with WebServer(env) as web, silent(web, kind, MANY, made.code):
        serves(web)
        path = f"/webhooks/huma/{made.code}/"
        assert web.post(path, BODY, signed(BODY, made.webhook_secret)) == 200
    assert HumaEvent.objects.get().times == 1


def test_more_than_there_is_room_for_make_room_for_the_next(env, made):
    with (
        WebServer(env, "--clients", "20") as web,
        silent(web, "a header", 60),
        silent(web, "a webhook's body", 60, made.code),
    ):
        serves(web)
        with ThreadPoolExecutor(15) as pool:  # browsers that keep their connections
            path, headers = f"/webhooks/huma/{made.code}/", signed(BODY, made.webhook_secret)
            assert set(pool.map(lambda _: web.post(path, BODY, headers), range(60))) == {200}


def test_few_files_are_room_for_few_clients(env, many_files):
    few = resource.RLIMIT_NOFILE, (160, 160)
    with WebServer(env, preexec=lambda: resource.setrlimit(*few)) as web, silent(web, "a header", 400):
        serves(web)


def test_the_usual_limit_of_open_files_is_raised_for_many_clients(env, many_files):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with (
        WebServer(env, preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))) as web,
        silent(web, "a header", 300) as clients,
    ):
        serves(web)
        clients[0].sendall(b"x\r\n\r\n")
        assert clients[0].recv(12) == b"HTTP/1.1 200", "the first one has still its place"


def test_who_never_says_the_rest_is_sent_away(env, made):
    with WebServer(env, "--patience", "1") as web, contextlib.ExitStack() as stack:
        for kind in HALVES:
            assert all(map(is_sent_away, stack.enter_context(silent(web, kind, 3, made.code)))), kind
        serves(web)


def test_who_says_it_drop_by_drop_is_sent_away_too(env):
    with WebServer(env, "--patience", "2") as web, web.open(HALVES["a header"]) as client:
        gone = threading.Thread(target=is_sent_away, args=(client,))
        gone.start()
        with contextlib.suppress(OSError):
            while gone.is_alive():
                client.sendall(b"x")
                time.sleep(0.1)
        gone.join(PATIENCE)
        assert not gone.is_alive()
        serves(web)


def test_who_takes_no_answers_holds_up_nobody(env):
    asked = b"GET /static/admin/css/base.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 400
    with WebServer(env) as web, contextlib.ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", web.port))
            client.sendall(asked)
        serves(web)


def test_what_runs_is_finished_when_it_is_told_to_stop(env, made):
    """A webhook that waits for the database's lock, which we hold."""
    table = connection.ops.quote_name(HumaEvent._meta.db_table)
    with WebServer(env) as web, ThreadPoolExecutor(1) as pool:
        serves(web)
        with transaction.atomic():
            if connection.vendor == "postgresql":
                connection.cursor().execute(f"LOCK TABLE {table}")
            path, headers = f"/webhooks/huma/{made.code}/", signed(BODY, made.webhook_secret)
            waits = pool.submit(web.post, path, BODY, headers)
            _until(_is_busy)
            web.process.send_signal(signal.SIGTERM)
            _until(lambda: _is_refused(web))
            assert not waits.done()
        assert waits.result(PATIENCE) == 200
        assert web.process.wait(PATIENCE) == 0
    assert HumaEvent.objects.get().times == 1


def _until(holds: Callable[[], bool]) -> None:
    """Wait for something, and not for ever."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def _is_busy() -> bool:
    """Whether a thread is at work in a request's code: it has the database open, on PostgreSQL it waits there."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # otherwise a transaction sees only its first snapshot
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            return bool(cursor.fetchone()[0])
    time.sleep(1)  # SQLite doesn't tell who waits
    return True


def _is_refused(web: WebServer) -> bool:
    try:
        web.open().close()
    except ConnectionError:
        return True
    return False


def test_who_waits_with_half_a_request_does_not_hold_up_the_end(env, made):
    with WebServer(env) as web, silent(web, "a webhook's body", 50, made.code):
        serves(web)
        web.process.send_signal(signal.SIGTERM)
        assert web.process.wait(PATIENCE) == 0


HEAD = b"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
HIDDEN = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SMUGGLED = {
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "an odd length": HEAD + b"Content-Length: +%d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "an encoding that isn't chunked": HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "an encoding with a sign that can't be seen": HEAD + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a line that ends in half": HEAD + b"X-A: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a space before the colon": HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a chunk's size that is none": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n" + HIDDEN,
    "headers without end": HEAD + b"X-A: " + b"a" * 100_000 + b"\r\n\r\n" + HIDDEN,
    "a body beyond every limit": HEAD + b"Content-Length: %d\r\n\r\n" % (50 * 1024 * 1024) + HIDDEN,
}


def test_no_second_request_hides_in_a_first(env):
    with WebServer(env) as web:
        for kind, text in SMUGGLED.items():
            with web.open(text) as client:
                said = heard(client)
            assert said[:10] in (b"HTTP/1.1 4", b"HTTP/1.1 5", b"HTTP/1.0 4", b""), (kind, said[:200])
            assert said.count(b"HTTP/1.") <= 1, kind
            assert b"database" not in said, kind


def test_requests_that_follow_each_other_are_answered_in_order(env):
    both = HIDDEN + b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with WebServer(env) as web, web.open(both) as client:
        said = heard(client)
    assert said.index(b"HTTP/1.1 200") < said.index(b"HTTP/1.1 404")


@pytest.mark.parametrize(("trusted", "is_https"), [("127.0.0.1", True), ("10.0.0.1", False)])
def test_only_a_trusted_proxy_says_that_it_was_https(env, trusted, is_https):
    env["SITE_URL"] = "https://127.0.0.1"
    with WebServer(env, "--trusted-proxy", trusted) as web:
        answer = web.get("/admin/login/", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"})
        assert answer.status == 200
        assert (answer.headers["Strict-Transport-Security"] is not None) == is_https
        sneaked = web.get("/admin/login/", headers={"X_Forwarded_Proto": "https"})
        assert sneaked.headers["Strict-Transport-Security"] is None


def test_it_says_nothing_of_itself(env):
    with WebServer(env) as web:
        assert web.get("/healthz").headers["Server"] is None


def start(env: dict[str, str], *arguments: str) -> Any:
    command = [sys.executable, "manage.py", "web", *arguments]
    return subprocess.run(
        command, cwd=django_settings.BASE_DIR, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_an_address_that_cannot_be_had_is_said_in_one_line(env):
    with WebServer(env) as web:
        for bind in (f"127.0.0.1:{web.port}", "127.0.0.1", "192.0.2.1:8000", "127.0.0.1:99999"):
            refused = start(env, "--bind", bind)
            assert refused.returncode == 2
            assert refused.stderr.splitlines()[-1].startswith(f"CommandError: --bind: {bind}"), refused.stderr
            assert "Traceback" not in refused.stderr


def test_a_number_that_is_none_is_said_in_one_line(env):
    for argument in ("--threads=0", "--clients=many", "--patience=-1"):
        refused = start(env, argument)
        assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1), refused.stderr


def test_it_does_not_start_on_an_installation_that_cannot_work(env, tmp_path):
    refused = start({**env, "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3"})
    assert refused.returncode == 2
    assert "manage.py migrate" in refused.stderr
    assert "Traceback" not in refused.stderr
