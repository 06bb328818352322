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
LIBRARIES = {"phonenumbers", "schwifty", "stdnum"}
NO_IO = {
    "socket",
    "http",
    "urllib",
    "subprocess",
    "os",
    "pathlib",
    "sqlite3",
    "threading",
    "asyncio",
    "time",
    "logging",
}


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
def test_the_core_imports_only_itself_the_standard_library_and_three_parsers(path: Path) -> None:
    for module in imported(path):
        top = module.partition(".")[0]
        inside = module == "sync.core" or module.startswith("sync.core.")
        assert inside or top in LIBRARIES or top in sys.stdlib_module_names, f"{path.name} imports {module}"
        assert top not in NO_IO, f"{path.name} imports {module}"
        assert top != "importlib", f"{path.name} imports dynamically"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CORE)))
def test_the_core_never_opens_prints_or_asks_the_clock(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            assert name not in {"open", "print", "input", "eval", "exec", "now", "utcnow"}, f"{path.name}: {name}"
            asks_clock = name == "today" and isinstance(node.func, ast.Attribute)
            assert not asks_clock, f"{path.name} asks the clock"


def test_loading_the_core_loads_no_django() -> None:
    modules = [f"sync.core.{'.'.join(p.relative_to(CORE).with_suffix('').parts)}" for p in FILES]
    code = "\n".join(f"import {name.removesuffix('.__init__')}" for name in modules)
    code += (
        "\nimport sys\nbad = {'django', 'requests', 'connections', 'humavisma'} & set(sys.modules)\nassert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=CORE.parent.parent)
