"""``python -m bench [--full] [PART …]``: measures, and prints one table. Exit code 1 where a goal isn't met."""

import argparse
import os
import sys
import time

from bench.figures import ALL, FULL, SHORT
from bench.house import House
from bench.table import Figure, render


def main() -> int:
    """Measure part by part; what is being measured is said on stderr."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure how fast humavisma is on this machine.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(ALL)}")
    parser.add_argument("--full", action="store_true", help="more people and more repetitions")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - ALL.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    scale = FULL if arguments.full else SHORT
    figures: list[Figure] = []
    with House() as house:
        for name, measure in ALL.items():
            if name in (arguments.parts or ALL):
                begun = time.monotonic()
                figures += measure(house, scale)
                said = f"{name}: {time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.1f}"
                print(said, file=sys.stderr, flush=True)  # noqa: T201
    print(render(figures))  # noqa: T201
    print(f"\n{os.cpu_count()} cores; load {', '.join(f'{load:.1f}' for load in os.getloadavg())}")  # noqa: T201
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
