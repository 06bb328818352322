"""``python -m bench [--full] [PART …]``: measures, and prints one table.

Exit code 1 if a goal isn't met or a part failed; the results of the other parts are printed anyway.
"""

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Mapping

from bench.environment import Workspace
from bench.figures import ALL, FULL, SHORT, Scale
from bench.table import Figure, render


def main() -> int:
    """Measure part by part; stderr says which part is being measured."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure how fast humavisma is on this machine.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(ALL)}")
    parser.add_argument("--full", action="store_true", help="more people and more repetitions")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - ALL.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    parts = {name: measure for name, measure in ALL.items() if name in (arguments.parts or ALL)}
    with Workspace() as workspace:
        figures, failed = measured(parts, workspace, FULL if arguments.full else SHORT)
    print(render(figures))  # noqa: T201
    print(f"\n{os.cpu_count()} cores; load {', '.join(f'{load:.1f}' for load in os.getloadavg())}")  # noqa: T201
    for name in failed:
        print(f"FAILED: {name}; what it measured before stands above, why it failed was said meanwhile.")  # noqa: T201
    return int(bool(failed) or any(figure.met is False for figure in figures))


def measured(
    parts: Mapping[str, Callable[[Workspace, Scale], Iterable[Figure]]], workspace: Workspace, scale: Scale
) -> tuple[list[Figure], list[str]]:
    """The figures of all parts, and the names of the parts that failed."""
    figures: list[Figure] = []
    failed = []
    for name, measure in parts.items():
        begun = time.monotonic()
        try:
            for figure in measure(workspace, scale):
                figures.append(figure)
        except Exception:  # an error in one part must not lose hours of measuring
            traceback.print_exc()
            failed.append(name)
        said = f"{name}: {time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.1f}"
        print(said, file=sys.stderr, flush=True)  # noqa: T201
    return figures, failed


if __name__ == "__main__":
    sys.exit(main())
