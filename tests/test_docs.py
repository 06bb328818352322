"""What README and CONTRIBUTING name is there: tests, pictures, targets, commands, variables."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from connections.management.commands.connect import VARIABLE
from humavisma.demo.environment import known_variables

BASE = Path(__file__).resolve().parent.parent
DOCS = {name: (BASE / name).read_text() for name in ("README.md", "CONTRIBUTING.md")}
BOTH = "\n".join(DOCS.values())


def test_every_test_that_is_named_is_there():
    named = set(re.findall(r"\btest_\w+\.py", BOTH))
    assert len(named) > 15
    assert named <= {path.name for path in (BASE / "tests").rglob("test_*.py")}


def test_every_path_that_is_named_is_there():
    named = set(re.findall(r"`((?:tests|docs|sync|connections|humavisma|locale|bench)/[\w/.]*)`", BOTH))
    named |= set(re.findall(r"docs/screenshots/[\w-]+\.png", BOTH))
    assert {path for path in named if not (BASE / path).exists()} == set()


def test_every_target_that_is_named_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (BASE / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", BOTH, re.MULTILINE)) <= targets


def test_every_command_that_is_named_is_there():
    named = set(re.findall(r"manage\.py ([a-z]+)", BOTH))
    assert {"connect", "sync", "worker", "sandbox"} <= named <= set(get_commands())


def test_every_variable_that_is_named_is_known():
    named = set(re.findall(r"`([A-Z][A-Z_]{6,})`", BOTH)) - {"FIELDS"}
    assert named <= known_variables() | {VARIABLE}


@pytest.mark.parametrize("name", DOCS)
def test_no_picture_is_heavy(name):
    for picture in re.findall(r"docs/screenshots/[\w-]+\.png", DOCS[name]):
        assert (BASE / picture).stat().st_size < 150_000, picture


SOURCES = [
    path for room in ("connections", "humavisma", "sync", "bench", "tests") for path in (BASE / room).rglob("*.py")
]
DOCUMENT = re.compile(r"(?<![\w/.-])((?:[\w-]+/)*[\w-]+\.(?:md|yaml|txt))\b(?!\.)")
CITED = re.compile(r"[Ss]ource: design, ([^.;:]*)")


def comments_of(path: Path) -> str:
    """The comments and docstrings of a module, each sentence on a line of its own."""
    return " ".join(path.read_text().split()).replace(" # ", " ")


def test_every_document_that_the_code_cites_is_there():
    there = {path.name for path in (BASE / "docs").rglob("*") if path.is_file()} | set(DOCS)
    cited = {
        (str(path.relative_to(BASE)), sentence)
        for path in SOURCES
        for sentence in re.findall(r"[Ss]ources?: [^\"]*", comments_of(path))
        for name in DOCUMENT.findall(sentence.split(". ")[0])
        if name.rpartition("/")[2] not in there
    }
    assert cited == set()


def test_every_rule_that_the_code_cites_stands_in_the_design():
    design = (BASE / "docs" / "design.md").read_text()
    heads = re.findall(r"^##? (.+)$", design, re.MULTILINE) + re.findall(r"\*\*\*?([^*]+?)\.?\*\*", design)
    heads += [line.split("|")[1].strip() for line in design.splitlines() if line.startswith("| ")]
    heads += [f"A run {number}" for number in range(1, 8)]
    known = {re.sub(r" \([^)]*\)$", "", head).strip().lower() for head in heads}
    unknown = set()
    for path in SOURCES:
        for cited in CITED.findall(comments_of(path)):
            for rule in re.split(r"[(),]| and (?=[A-Z])", cited):
                if rule.strip() and rule.strip().lower() not in known:
                    unknown.add((str(path.relative_to(BASE)), rule.strip()))
    assert unknown == set()
