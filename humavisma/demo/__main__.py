"""`python -m humavisma.demo` (`make run`): both vendors, the product and a mailbox on this machine, until Ctrl-C."""

import argparse
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from connections.sandbox import credentials
from humavisma.demo.environment import (
    BASE_DIR,
    Demo,
    Ports,
    Refused,
    known_variables,
    refuse_beside_a_real_installation,
)
from humavisma.demo.mail import MailDesk
from humavisma.demo.processes import Processes

_UP_WITHIN_SECONDS = 90

WELCOME = """
humavisma runs at   {url}/
  HR admin          hr      password  {hr}
  administrator     admin   password  {admin}

Connect your first company there, with
  Tenant ID         {tenant}
  Client ID         {client_id}
  Client secret     {client_secret}

Look on:  Huma              http://127.0.0.1:{huma}/
          Visma.net Payroll http://127.0.0.1:{visma}/
          sent mail         http://127.0.0.1:{mail}/

Real time: add a recipient of payroll notices when you connect (any address will do), and open the
link that asks for a confirmation in the sent mail. Once the first sync is done, turn on "Automatic
updates" in the connection's menu, open "Notices from Huma" there, and copy the address and the signing key
into the form on http://127.0.0.1:{huma}/ . Then edit somebody's phone there, and watch Visma.

Everything is made up, and only on this machine; each start begins afresh. Logs: {log}
Ctrl-C ends it.
"""


def main() -> int:
    """Run the demo. Exit codes: 0 ended by Ctrl-C, 1 a part of it ended, 2 it couldn't start."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _as_ctrl_c)
    demo, employees = _chosen()
    try:
        refuse_beside_a_real_installation(BASE_DIR / ".env")
        demo.ports.require_free()
        return _run(demo, employees)
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nEnded.")
        return 0


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _chosen() -> tuple[Demo, int]:
    parser = argparse.ArgumentParser(prog="make run ARGS=…", description="The demo: everything on this machine.")
    parser.add_argument("--folder", type=Path, default=BASE_DIR / ".demo", help="where it keeps its things")
    parser.add_argument("--employees", type=int, default=50, help="how many people (default 50)")
    for name, port in vars(Ports()).items():
        parser.add_argument(f"--{name}-port", type=int, default=port, help=f"default {port}")
    chosen = parser.parse_args()
    ports = Ports(**{name: getattr(chosen, f"{name}_port") for name in vars(Ports())})
    return Demo(chosen.folder.resolve(), ports), chosen.employees


def _run(demo: Demo, employees: int) -> int:
    print("Preparing …", flush=True)
    demo.begin_afresh()
    for name in known_variables():
        os.environ.pop(name, None)
    os.environ.update(demo.environment(), ENV_FILE=os.devnull, DJANGO_SETTINGS_MODULE="humavisma.settings")
    _prepare(demo)
    ports = demo.ports
    with Processes(dict(os.environ), demo.log) as processes:
        processes.start(
            "sandbox",
            *("manage.py", "sandbox", f"--employees={employees}"),
            *(f"--huma-port={ports.huma}", f"--visma-port={ports.visma}"),
        )
        processes.start("worker", "manage.py", "worker")
        processes.start("web", "manage.py", "web", f"--bind=127.0.0.1:{ports.web}")
        with MailDesk(demo.mail, ports.smtp, ports.mail):
            return _watch(demo, processes)


def _prepare(demo: Demo) -> None:
    """Make the database with its two users, and the static files."""
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    User.objects.create_user("hr", "hr@example.com", demo.password("hr"), is_staff=True)
    User.objects.create_superuser("admin", "admin@example.com", demo.password("admin"))
    connections.close_all()


def _watch(demo: Demo, processes: Processes) -> int:
    """Print where everything is as soon as it works; then wait until one of the processes ends."""
    deadline = time.monotonic() + _UP_WITHIN_SECONDS
    welcomed = False
    while (ended := processes.ended()) is None:
        if not welcomed and _works(demo):
            print(_welcome(demo), flush=True)
            welcomed = True
        if not welcomed and time.monotonic() > deadline:
            raise Refused(f"The demo didn't come up within {_UP_WITHIN_SECONDS} seconds. Look into {demo.log}.")
        time.sleep(0.2)
    print(f"The {ended} process ended:\n{processes.last_words(ended)}", file=sys.stderr)
    return 1


def _works(demo: Demo) -> bool:
    try:
        with urllib.request.urlopen(f"{demo.url}/healthz", timeout=2) as answer:  # noqa: S310  # our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _welcome(demo: Demo) -> str:
    ports = demo.ports
    return WELCOME.format(
        url=demo.url,
        hr=demo.password("hr"),
        admin=demo.password("admin"),
        tenant=credentials.TENANT_ID,
        client_id=credentials.HUMA_CLIENT_ID,
        client_secret=credentials.HUMA_CLIENT_SECRET,
        huma=ports.huma,
        visma=ports.visma,
        mail=ports.mail,
        log=demo.log,
    )


if __name__ == "__main__":
    sys.exit(main())
