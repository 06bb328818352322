"""Measures which branches of the code the tests reach.

`make test` measures the core and the code that writes, while their own tests run (`--measure own`). A measured test
takes twice as long, so nothing is measured during other tests, nor during a storm or a test of properties, which run
the same lines many times. `make coverage-all` measures everything.

Code at the top of a module runs at its import, before the first test: `python -m tests.measuring` imports all modules
and measures that.
"""

import os
from collections.abc import Generator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import pytest
from coverage import Coverage

BASE = Path(__file__).resolve().parent.parent
OWN = ("core", "writing")
"""Folders in `sync` and in its tests."""
EVERYTHING = ("humavisma", "connections", "sync")
STARTS = ("__main__.py", "wsgi.py")
"""Modules that start something when they are imported."""


class Measuring:
    """A plugin that measures while tests run, in a process that runs tests."""

    def __init__(self, everything: bool) -> None:
        self._everything = everything
        folders = EVERYTHING if everything else [f"sync/{part}" for part in OWN]
        self._coverage = measured(os.environ.get("HUMAVISMA_TEST_DB", "sqlite"), folders)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        if not (self._everything or is_own(item)):
            return (yield)
        self._coverage.start()
        try:
            return (yield)
        finally:
            self._coverage.stop()

    def pytest_sessionfinish(self) -> None:
        self._coverage.save()


def is_own(item: Any) -> bool:
    """Whether a test belongs to the core or to the code that writes, and doesn't run the same lines many times."""
    folders = (BASE / "tests" / "sync" / part for part in OWN)
    own = item.get_closest_marker("writes") or any(item.path.is_relative_to(folder) for folder in folders)
    many_times = item.get_closest_marker("storm") or getattr(item.obj, "is_hypothesis_test", False)
    return bool(own) and not many_times


def measured(name: str, folders: Sequence[str]) -> Coverage:
    """A `Coverage` of these folders, with a data file of this process whose name begins with `name`."""
    to = BASE / "build" / "coverage"
    to.mkdir(parents=True, exist_ok=True)
    there = [folder for folder in folders if (BASE / folder).is_dir()]
    settings = str(BASE / "pyproject.toml")
    return Coverage(data_file=str(to / name), data_suffix=True, source=there, config_file=settings)


def configure(config: pytest.Config) -> None:
    """Measure as the option says, in the processes that run tests: xdist's workers, or the only process."""
    if config.getoption("measure") and (hasattr(config, "workerinput") or not config.getoption("numprocesses", None)):
        config.pluginmanager.register(Measuring(config.getoption("measure") == "all"))


def main() -> None:
    """Import all our modules, and measure that."""
    coverage = measured("imports", EVERYTHING)
    with coverage.collect():
        django.setup()
        for folder in EVERYTHING:
            for path in sorted((BASE / folder).rglob("*.py")):
                if path.name not in STARTS:
                    name = ".".join(path.relative_to(BASE).with_suffix("").parts)
                    import_module(name.removesuffix(".__init__"))
    coverage.save()


if __name__ == "__main__":
    main()
