"""The core is pure: no Django, no network, nothing of the rest of humavisma."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import sync.core

CORE = Path(sync.core.__file__).parent
FILES = sorted(CORE.rglob("*.py"))
LIBRARIES = {"holidays", "phonenumbers", "schwifty", "stdnum"}
STANDARD = {
    *("base64", "calendar", "collections", "contextlib", "csv", "dataclasses", "datetime", "decimal", "enum"),
    *("functools", "gc", "hashlib", "hmac", "itertools", "json", "math", "operator", "re", "sys", "types", "typing"),
    *("unicodedata", "zoneinfo"),
}
"""The parts of the standard library that the core may use: nothing that reads, writes, waits, logs or asks the time."""


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in the file it does."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "__import__":
            pytest.fail(f"{path} imports dynamically")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORE)))
def test_the_core_imports_only_itself_what_computes_and_three_parsers(path: Path) -> None:
    outside = {module for module in imported(path) if not f"{module}.".startswith("sync.core.")}
    assert {module.partition(".")[0] for module in outside} <= LIBRARIES | STANDARD


def test_the_core_needs_each_library_that_it_may_import() -> None:
    tops = {module.partition(".")[0] for path in FILES for module in imported(path)}
    assert tops >= LIBRARIES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORE)))
def test_the_core_never_opens_prints_or_asks_the_clock(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            assert name not in {"open", "print", "input", "eval", "exec", "now", "utcnow"}, f"{path.name}: {name}"
            asks_clock = name == "today" and isinstance(node.func, ast.Attribute)
            assert not asks_clock, f"{path.name} asks the clock"


def test_loading_the_core_loads_nothing_else() -> None:
    paths = (path.relative_to(CORE).with_suffix("").parts for path in FILES)
    modules = {".".join(("sync", "core", *parts)).removesuffix(".__init__") for parts in paths}
    code = f"import sys, {', '.join(sorted(modules))}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=CORE.parent.parent, capture_output=True, text=True
    ).stdout.split()
    assert {name for name in loaded if name.startswith("sync")} == {"sync", *modules}
    assert {"django", "requests", "connections", "humavisma"}.isdisjoint(loaded)
