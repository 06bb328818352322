"""Sets the clock for tests: in `make test`, tests that use the time run at the moments below.

A test runs at the last second before such a moment, or at the first second after it; its fixtures are made a little
earlier. From there the clock ticks on. Tests that use the time are found by their code, so nobody has to remember a
marker: they, or functions of `tests` that they use, name a clock (see `knows_time`). Each of them runs at some of the
moments, so that every moment has its share of the tests:

- one with many cases, or which starts the stand-ins, at a moment of its own;
- one with a single case at a moment of its own, and at one of those at which most has gone wrong;
- one marked `every_moment` at each.

With `--share` (`make test`) they run there on SQLite, whose clock can be set, and not at the present as well: that is
one more moment, and on most days one of the harmless ones. Without options all tests run at the present. `--clock` runs
only tests that use the time, and `--clock --every-moment` those with one case at each moment, and those marked
`no_moment`, too (`make test-full`).
"""

import datetime as datetime_module
import inspect
from collections.abc import Callable, Generator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.db.backends.signals import connection_created

OSLO = ZoneInfo("Europe/Oslo")
SECOND = timedelta(seconds=1)
PREPARING = timedelta(seconds=30)
"""How long before its moment the fixtures of a test are made; making them takes some of this time."""


def _oslo(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=OSLO).astimezone(UTC)


BOUNDARIES = {
    "minute": datetime(2026, 11, 27, 12, 27, tzinfo=UTC),
    "hour": _oslo(2026, 11, 27, 7),  # of a working day, at which the digest is due
    "new-year": _oslo(2027, 1, 1),  # also midnight in Oslo
    "midnight-utc": datetime(2028, 2, 29, tzinfo=UTC),  # also 29 February, which has begun in Oslo
    "1-march": _oslo(2028, 3, 1),
    "summer-ends": datetime(2026, 10, 25, 1, tzinfo=UTC),  # 03:00 is 02:00 again
    "summer-begins": datetime(2027, 3, 28, 1, tzinfo=UTC),  # 02:00 is 03:00
}
MOMENTS = {
    f"{side}-{name}": at - (SECOND if side == "before" else timedelta())
    for name, at in BOUNDARIES.items()
    for side in ("before", "after")
}


CLOCKS = frozenset({"now", "today", "localdate", "localtime", "utcnow", "schedule_next"})
"""Code that asks for the time uses one of these names."""

TIMELESS = frozenset({"code_at_rest", "django_db_keepdb", "django_db_modify_db_settings"})
"""Functions that ask for the time without depending on it, and fixtures that are shared and know no time."""


def knows_time(function: Callable[..., object]) -> bool:
    """Whether a function, or a function of `tests` that it uses, asks for the time."""
    return _reaches(function, lambda used: not CLOCKS.isdisjoint(_names(used.__code__)), frozenset())


def talks_to_vendors(function: Callable[..., object]) -> bool:
    """Whether a function, or a function of `tests` that it uses, starts the vendors' stand-ins, which takes time."""
    return _reaches(function, lambda used: "Sandbox" in _names(used.__code__), frozenset())


def _reaches(one: Any, wanted: Callable[[FunctionType], bool], seen: frozenset[Any]) -> bool:
    """Whether a function of ours, or one that it uses, is a wanted one."""
    function = inspect.unwrap(one.__func__ if isinstance(one, MethodType) else one)
    if not isinstance(function, FunctionType) or not _is_ours(function) or function in seen:
        return False
    return wanted(function) or any(_reaches(used, wanted, seen | {function}) for used in _used(function))


def _is_ours(one: Any) -> bool:
    return (getattr(one, "__module__", "") or "").startswith("tests.")


@cache
def _used(function: FunctionType) -> tuple[Any, ...]:
    """The functions that a function's code names: globals, and attributes of modules of `tests`."""
    names = _names(function.__code__) - TIMELESS
    found = [function.__globals__[name] for name in names if name in function.__globals__]
    modules = [one for one in found if isinstance(one, ModuleType) and one.__name__.startswith("tests.")]
    found += [vars(module)[name] for module in modules for name in names if name in vars(module)]
    return tuple(one for one in found if isinstance(one, FunctionType))


@cache
def _names(code: CodeType) -> frozenset[str]:
    return frozenset(code.co_names).union(*(_names(one) for one in code.co_consts if isinstance(one, CodeType)))


LEAP_DAY = ("after-midnight-utc",)
"""The moment for tests that choose their own hour: only the day differs."""
FEW = ("before-hour", "before-summer-ends", "before-new-year")
"""The moments at which most has gone wrong: a test of one case runs at one of them, too. With `--every-moment` they are
those of tests with many cases."""


def add_options(parser: pytest.Parser) -> None:
    """`--clock`, and `--moment` for one of them."""
    parser.addoption("--clock", action="store_true", help="run only what knows time, with the clock at its moments")
    parser.addoption("--every-moment", action="store_true", help="with --clock: tests of one case at each moment")
    parser.addoption("--moment", choices=sorted(MOMENTS), help="run everything that was chosen, with the clock there")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test for each moment of a test that uses the time."""
    config = metafunc.config
    if config.getoption("moment"):
        moments: Sequence[str] = [config.getoption("moment")]
    elif config.getoption("clock") or (config.getoption("share") and connection.vendor == "sqlite"):
        moments = moments_of(metafunc.definition)
    else:
        return
    if moments:
        metafunc.fixturenames.insert(0, "clock_at")
        metafunc.parametrize("clock_at", moments)


def moments_of(item: pytest.Function) -> Sequence[str]:
    """The moments at which a test runs, if it runs at any: none if it doesn't use the time, uses real processes, shares
    something with other tests that was made at another moment, or is large and about something else."""
    if any(item.get_closest_marker(name) for name in ("browser", "kill", "storm", "redis", "postgres")):
        return ()
    fixtures = [made for all_ in item._fixtureinfo.name2fixturedefs.values() for made in all_ if _is_ours(made.func)]
    fixtures = [made for made in fixtures if made.argname not in TIMELESS]
    if item.get_closest_marker("no_moment") and not item.config.getoption("every_moment"):
        return ()
    if not knows_time(item.function) or any(made.scope != "function" for made in fixtures):
        return ()
    if any(made.argname == "one_day" for made in fixtures):
        return LEAP_DAY
    functions = (item.function, *(made.func for made in fixtures))
    if item.get_closest_marker("every_moment"):
        return tuple(MOMENTS)
    takes_time, many = any(map(talks_to_vendors, functions)), item.get_closest_marker("parametrize")
    if item.config.getoption("every_moment") and not takes_time:
        return FEW if many else tuple(MOMENTS)
    share = crc32(item.nodeid.encode())  # so that each moment has its share of the tests
    own = tuple(MOMENTS)[share % len(MOMENTS)]
    return (own,) if many or takes_time else tuple(dict.fromkeys((FEW[share % len(FEW)], own)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Run the fixtures and the test around its moment."""
    at = moment_of(item)
    if at is None:
        return (yield)
    with time_machine.travel(at - PREPARING, tick=True):
        return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Begin the body of a test at its moment, unless the test has chosen another."""
    at = moment_of(item)
    if at is None or datetime.now(UTC) > at or "one_day" in getattr(item, "fixturenames", ()):
        return (yield)
    with time_machine.travel(at, tick=True):
        return (yield)


def moment_of(item: pytest.Item) -> datetime | None:
    """When the test's body begins; ``None`` for a test that runs by the real clock."""
    callspec = getattr(item, "callspec", None)
    name = callspec.params.get("clock_at") if callspec else None
    return MOMENTS.get(name) if isinstance(name, str) else None


@pytest.fixture
def one_day() -> Iterator[datetime]:
    """Set the clock to noon, for tests that do something twice and compare it: both happen on the same day.

    New entries in Visma begin on the day on which they are written.
    """
    noon = datetime.combine(datetime.now(OSLO), datetime_module.time(12), OSLO)
    with time_machine.travel(noon, tick=True):
        yield noon


def _strftime(form: str, when: str) -> str:
    """SQLite's function with our clock; Django uses it only for the current time."""
    assert when.lower() == "now"
    now = datetime.now(UTC)
    return now.strftime(form.replace("%f", f"%S.{now.microsecond // 1000:03}"))


def _follow(connection: Any, **more: Any) -> None:
    """Let the database use our clock, as if it were its machine's."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("strftime", 2, _strftime)


connection_created.connect(_follow, dispatch_uid="clock")
