"""Our side of each measurement: ``python -m bench.ours NAME OPTIONS`` prints its result as JSON in the last line."""

import json
import sys
import time
from typing import Any

import django
from django.core.management import call_command


def compare() -> dict[str, Any]:
    """Read both sides and compare them: seconds to read, seconds in all, SQL statements."""
    from bench.measuring import counting, run
    from sync import runner

    started = run()
    with counting() as statements:
        begun, wall = time.perf_counter(), time.time()
        while runner.advance(started.pk) is not None:  # slice by slice, as a worker does it
            pass
        seconds = time.perf_counter() - begun
    started.refresh_from_db()
    assert started.state == started.State.REVIEW, started.failure
    assert started.read_at is not None
    return {
        "read": started.read_at.timestamp() - wall,
        "seconds": seconds,
        "statements": statements.count,
        "kinds": statements.kinds,
        "figures": started.figures,
    }


def memory() -> dict[str, Any]:
    """The peak memory (MB) of a run: read, compared, decided as suggested and confirmed."""
    from bench.measuring import decided, peak_mb, run
    from sync import runner

    started = runner.drive(run())
    read = peak_mb()
    changes = decided(started, "suggested")
    return {"read": read, "peak": peak_mb(), "changes": changes}


def write() -> dict[str, Any]:
    """Write all of Huma's values to Visma."""
    from bench.measuring import decided, run
    from sync import runner
    from sync.runs.lifecycle import run_totals

    started = runner.drive(run())
    decided(started, "huma")
    begun = time.perf_counter()
    runner.drive(started)
    return {"seconds": time.perf_counter() - begun, "changes": run_totals(started).as_dict()}


def always_on() -> dict[str, Any]:
    """Make a first run without decisions, turn automatic updates on, and return how to reach the webhook."""
    from bench.measuring import admin, run
    from connections.owner_settings.changing import change_settings
    from sync import runner
    from sync.automation import switching
    from sync.wizard import confirm

    started = runner.drive(run())
    made = started.connection
    made.threshold_people = 10_000  # nothing is held because of many people
    made.save()
    shown = confirm.build(started)
    confirm.confirm(started, admin(), shown.fingerprint, str(shown.people))
    runner.drive(started)
    change_settings(made, admin(), {"payroll_contacts": ["payroll@example.com"]}, confirmed=True)
    switching.turn_on(made, admin())
    made.refresh_from_db()
    return {"path": f"/webhooks/huma/{made.code}/", "secret": made.webhook_secret}


def is_alive() -> bool:
    """Whether a worker's beat came through the queue."""
    from sync.worker import heartbeat

    return heartbeat.last_beat() is not None


def review(differences: int, views: int) -> dict[str, Any]:
    """The Review page over ``differences``: the server's time for each view, and its statements."""
    from bench.reviewing import views_of_review

    return views_of_review(differences, views)


def history(entries: int, repeats: int) -> dict[str, Any]:
    """The history over so many entries: the server's time for each view, its statements, and a long file."""
    from bench.history import views

    return views(entries, repeats)


def cpu(pairs: int) -> dict[str, Any]:
    """The CPU to normalise, match, compare and plan, and what deepdiff and csv-diff need only to compare."""
    from bench.core import measure

    return measure(pairs)


MEASURES = {one.__name__: one for one in (compare, memory, write, review, history, cpu, always_on, is_alive)}


def main(name: str, options: str) -> None:
    """Create the tables, measure, and print the result."""
    django.setup()
    call_command("migrate", verbosity=0)
    print(json.dumps(MEASURES[name](**json.loads(options))))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
