"""The pinned libraries: every library that the product imports is installed with it, and every pin has its hash."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.conf import settings

BASE: Path = settings.BASE_DIR
OURS = {"humavisma", "connections", "sync"}
PINNED = ["requirements", "requirements-demo", "requirements-dev", "requirements-bench"]
DEMO = [BASE / "connections" / "sandbox", BASE / "humavisma" / "demo"]


def named(file: str) -> set[str]:
    """The libraries that a `.in` file names."""
    lines = (BASE / f"{file}.in").read_text().splitlines()
    return {plain(line) for line in lines if line[:1].isalpha()}


def pins(file: str) -> dict[str, str]:
    """The version of each library that a `.txt` file pins."""
    return {plain(name): version for name, version in re.findall(r"^(\S+)==(\S+)", text(file), re.MULTILINE)}


def text(file: str) -> str:
    return (BASE / f"{file}.txt").read_text()


def plain(requirement: str) -> str:
    """A library's name in its normal form (PEP 503)."""
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def imported(files: list[Path]) -> set[str]:
    """The libraries that these files import anywhere, by their names in pip."""
    modules: set[str] = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.split(".")[0])
    known = packages_distributions()
    return {plain(known[name][0]) for name in modules - OURS - sys.stdlib_module_names}


def test_the_product_imports_only_what_it_is_installed_with() -> None:
    files = [path for name in sorted(OURS) for path in (BASE / name).rglob("*.py")]
    product = [path for path in files if not any(path.is_relative_to(folder) for folder in DEMO)]
    assert "django" in imported(product)
    assert imported(product) - named("requirements") == set()
    demo = sorted(set(files) - set(product))
    assert imported(demo) - named("requirements") == named("requirements-demo")


@pytest.mark.parametrize("file", PINNED)
def test_what_a_list_names_is_pinned(file: str) -> None:
    assert named(file) - set(pins(file)) == set(), "make requirements"


def test_one_library_has_one_version() -> None:
    versions: dict[str, set[str]] = {}
    for file in PINNED:
        for name, version in pins(file).items():
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
    assert set(pins("requirements")) <= set(pins("requirements-demo")) <= set(pins("requirements-dev"))


@pytest.mark.parametrize("file", PINNED)
def test_every_pin_has_its_hash_and_no_registry_is_named(file: str) -> None:
    entries = re.split(r"^(?=\w)", text(file), flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(file))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"\w+://\S*|--\S*index\S*|--find-links\S*|--trusted-host\S*", text(file)) == []
