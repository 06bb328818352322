"""`manage.py sandbox` starts, says where everything is, and ends on Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[3]


def start(*arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "manage.py", "sandbox", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_what_is_needed_and_ends_when_told(way: signal.Signals) -> None:
    huma, visma = free_port(), free_port()
    process = start("--employees", "3", "--huma-port", str(huma), "--visma-port", str(visma))
    assert process.stdout
    said = ""
    while "Client secret" not in said:
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        said += line
    for needed in (f"http://127.0.0.1:{huma}", f"http://127.0.0.1:{visma}/v2", "Tenant ID", "VISMA_CLIENT_SECRET"):
        assert needed in said
    assert requests.get(f"http://127.0.0.1:{huma}/", timeout=10).status_code == 200
    process.send_signal(way)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("--huma-port", str(port), "--visma-port", str(free_port()))
        said, errors = process.communicate(timeout=60)
    assert (process.returncode, said) == (2, "")
    assert errors.count("\n") == 1
    assert f"Port {port} is in use" in errors


def test_without_its_libraries_it_says_in_one_line_what_to_install() -> None:
    without = "import runpy, sys; sys.modules['werkzeug'] = None; sys.argv = ['manage.py', 'sandbox']"
    ended = subprocess.run(
        [sys.executable, "-c", f"{without}; runpy.run_path('manage.py', run_name='__main__')"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    assert "werkzeug" in ended.stderr
    assert "requirements-demo.txt" in ended.stderr


@pytest.mark.parametrize("wrong", [("--faults", "2"), ("--employees", "-1"), ("--latency", "-5")])
def test_impossible_numbers_are_one_sentence(wrong: tuple[str, str]) -> None:
    process = start(*wrong)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert errors.count("\n") == 1
