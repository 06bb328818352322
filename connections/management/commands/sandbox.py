"""`manage.py sandbox`: both vendors' APIs on this machine, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
from argparse import ArgumentParser, ArgumentTypeError
from types import FrameType
from typing import Any

from django.utils.translation import gettext as _

from connections.command_line import OneLineCommand, mistake

try:
    from connections.sandbox import PortInUse, Sandbox
    from connections.sandbox.modes import MODES
except ModuleNotFoundError as missing:
    # A real installation doesn't install what the stand-ins need. Django loads this module for this command alone.
    sys.stderr.write(
        _("The sandbox needs %(library)s, which isn't installed: pip install -r requirements-demo.txt")
        % {"library": missing.name}
        + "\n"
    )
    raise SystemExit(2) from None

MOST_PORTS = 65535


class Command(OneLineCommand):
    """Starts the stand-ins, prints their addresses and credentials, and waits. Exit code 2: it could not start."""

    help = "Run stand-ins for Huma and Visma.net Payroll on this machine, with invented employees."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--employees", type=int, default=50, help="how many people (default 50)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same people (default 1)")
        parser.add_argument("--huma-port", type=_port, default=8801, help="default 8801")
        parser.add_argument("--visma-port", type=_port, default=8802, help="default 8802")
        parser.add_argument("--latency", type=float, default=0, metavar="MS", help="added to every answer")
        parser.add_argument(
            "--faults", type=float, default=0, metavar="RATE", help="share of requests that go wrong, 0 to 1"
        )
        listed = "; ".join(f"{mode.name}: {mode.meaning}" for mode in MODES)
        parser.add_argument(
            "--mode",
            action="append",
            default=[],
            choices=[mode.name for mode in MODES],
            metavar="NAME",
            help=f"what Huma and Visma may do instead, any number of times. {listed}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["employees"] < 0 or not 0 <= options["faults"] <= 1 or options["latency"] < 0:
            raise mistake(_("Employees and latency can't be negative, and faults go from 0 to 1."))
        done = threading.Event()
        _end_on_signals(done)
        try:
            sandbox = Sandbox(
                employees=options["employees"],
                seed=options["seed"],
                huma_port=options["huma_port"],
                visma_port=options["visma_port"],
                latency_ms=options["latency"],
                faults=options["faults"],
                modes=options["mode"],
            )
            sandbox.start()
        except (PortInUse, ValueError) as error:
            raise mistake(str(error)) from None
        try:
            self._introduce(sandbox)
            done.wait()
        finally:
            sandbox.stop()

    def _introduce(self, sandbox: Sandbox) -> None:
        lines = [
            ("Huma", f"{sandbox.huma_url}/"),
            ("Visma.net Payroll", f"{sandbox.visma_url.removesuffix('/v2')}/"),
            ("", ""),
            ("HUMA_API_URL", sandbox.huma_url),
            ("VISMA_API_URL", sandbox.visma_url),
            ("VISMA_TOKEN_URL", sandbox.visma_token_url),
            ("VISMA_CLIENT_ID", sandbox.VISMA_CLIENT_ID),
            ("VISMA_CLIENT_SECRET", sandbox.VISMA_CLIENT_SECRET),
            ("", ""),
            ("Tenant ID", sandbox.TENANT_ID),
            ("Huma Client ID", sandbox.HUMA_CLIENT_ID),
            ("Huma Client secret", sandbox.HUMA_CLIENT_SECRET),
        ]
        for name, value in lines:
            self.stdout.write(f"{name:<20}{value}".rstrip())
        self.stdout.write(_("Press Ctrl-C to stop."))
        self.stdout.flush()


def _port(text: str) -> int:
    """A port; 0 means any free one."""
    if not (text.isascii() and text.isdecimal() and int(text) <= MOST_PORTS):
        raise ArgumentTypeError(_("A port is a number from 0 to %(most)d.") % {"most": MOST_PORTS})
    return int(text)


def _end_on_signals(done: threading.Event) -> None:
    """Ctrl-C and SIGTERM both end the command at once, with exit code 0."""

    def end(number: int, frame: FrameType | None) -> None:
        done.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, end)
