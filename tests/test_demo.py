"""`make run`: everything starts, works, and is gone afterwards."""

import fcntl
import os
import re
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from humavisma.demo.environment import Ports, Refused, known_variables, refuse_beside_a_real_installation
from tests.sync.worker.test_worker import alive, children, wait_for

pytestmark = pytest.mark.kill


def free_ports() -> Ports:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in vars(Ports())]
    numbers = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return Ports(*numbers)


def demo(folder: Path, ports: Ports) -> "subprocess.Popen[str]":
    chosen = [f"--{name}-port={port}" for name, port in vars(ports).items()]
    return subprocess.Popen(
        [sys.executable, "-m", "humavisma.demo", f"--folder={folder}", "--employees=10", *chosen],
        cwd=settings.BASE_DIR,
        # What a shell may hold from another installation doesn't count.
        env={**os.environ, "DATABASE_URL": "postgres://real.example.com/payroll", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def until_it_works(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    said = ""
    for line in process.stdout:
        said += line
        if "Ctrl-C ends it" in line:
            return said
    raise AssertionError(said)


@pytest.fixture
def ports() -> Ports:
    return free_ports()


@pytest.fixture
def alone() -> Iterator[None]:
    """One demo at a time, also of other processes' tests: all of a clone collect their static files in one folder."""
    with (settings.BASE_DIR / "Makefile").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def running(tmp_path: Path, ports: Ports, alone: None) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    process = demo(tmp_path / "demo", ports)
    try:
        yield process, until_it_works(process)
    finally:
        process.kill()
        process.communicate()


Running = tuple["subprocess.Popen[str]", str]


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def test_it_comes_up_and_ctrl_c_leaves_nobody(running: Running, ports: Ports, tmp_path: Path) -> None:
    process, said = running
    family = children(process.pid)
    assert read(f"http://127.0.0.1:{ports.web}/healthz") == '{"worker": true, "database": true}'
    assert "Tenant ID" in said
    assert "Real time" in said
    assert re.search(r"hr\s+password\s+\S+", said)
    assert "<html" in read(f"http://127.0.0.1:{ports.huma}/")
    assert "<html" in read(f"http://127.0.0.1:{ports.visma}/")

    second = demo(tmp_path / "second", ports)
    assert f"Port {ports.web} is in use" in second.communicate(timeout=20)[0]
    assert second.returncode == 2

    os.kill(process.pid, signal.SIGINT)
    assert process.wait(25) == 0
    assert not [pid for pid in family if alive(pid)]

    again = demo(tmp_path / "demo", ports)
    try:
        assert re.findall(r"password\s+(\S+)", until_it_works(again)) == re.findall(r"password\s+(\S+)", said)
    finally:
        again.terminate()
        again.communicate(timeout=25)
    assert again.returncode == 0


def test_killed_it_takes_everybody_along(running: Running) -> None:
    process, _ = running
    family = children(process.pid)
    assert len(family) > 8
    process.kill()
    assert wait_for(lambda: not any(map(alive, family)), 60)


def test_a_part_that_ends_ends_the_demo(running: Running) -> None:
    process, _ = running
    assert process.stdout
    os.kill(children(process.pid)[0], signal.SIGKILL)
    assert process.wait(25) == 1
    assert "The sandbox process ended" in process.stdout.read()


def test_mail_can_be_read_there(running: Running, ports: Ports) -> None:
    with smtplib.SMTP("127.0.0.1", ports.smtp) as smtp:
        smtp.sendmail(
            "a@example.com", ["b@example.com"], b"Subject: <b>Done</b>\r\nTo: b@example.com\r\n\r\nHello <you>"
        )
    time.sleep(0.1)
    listed = read(f"http://127.0.0.1:{ports.mail}/")
    assert "&lt;b&gt;Done&lt;/b&gt;" in listed
    assert "Hello &lt;you&gt;" in read(f"http://127.0.0.1:{ports.mail}/0001")


@pytest.mark.parametrize(
    "line",
    [
        "DATABASE_URL=postgres://somebody@db.example.com/payroll",
        "HUMA_API_URL=https://openapi.humahr.com",
        'export VISMA_CLIENT_SECRET="real"',
    ],
)
def test_it_refuses_beside_a_real_installation(tmp_path: Path, line: str) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(f"DEBUG=false\n{line}\n")
    before = dict(os.environ)
    with pytest.raises(Refused, match=r"The demo runs in a clone of its own"):
        refuse_beside_a_real_installation(env_file)
    assert dict(os.environ) == before


def test_a_real_sqlite_file_is_a_real_database_too(tmp_path: Path) -> None:
    (tmp_path / "payroll.sqlite3").touch()
    (tmp_path / ".env").write_text(f"DATABASE_URL=sqlite:///{tmp_path}/payroll.sqlite3\n")
    with pytest.raises(Refused):
        refuse_beside_a_real_installation(tmp_path / ".env")


def test_an_unchanged_example_is_no_real_installation(tmp_path: Path) -> None:
    example = (settings.BASE_DIR / ".env.example").read_text()
    (tmp_path / ".env").write_text(example)
    refuse_beside_a_real_installation(tmp_path / ".env")
    refuse_beside_a_real_installation(tmp_path / "none")


def test_it_knows_every_variable() -> None:
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "RETENTION_DAYS"} <= known_variables()
