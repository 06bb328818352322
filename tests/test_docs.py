"""Everything that the documents name exists: files, functions, tests, pictures, targets, commands, variables."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from connections.management.commands.connect import VARIABLE
from humavisma.demo.environment import known_variables

BASE = Path(__file__).resolve().parent.parent
GUIDES = {name: (BASE / name).read_text() for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")}
DOCS = GUIDES | {str(path.relative_to(BASE)): path.read_text() for path in sorted((BASE / "docs").rglob("*.md"))}
# The design also names what isn't built yet.
BUILT = {name: text for name, text in DOCS.items() if name != "docs/design.md"}
ALL = "\n".join(DOCS.values())
ALL_BUILT = "\n".join(BUILT.values())

ROOMS = ("bench", "connections", "docs", "humavisma", "locale", "static", "sync", "templates", "tests")
PATH = re.compile(rf"(?<![\w/.-])((?:{'|'.join(ROOMS)})/[\w/.-]*)(?::(\w+))?(?=`)")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def test_every_test_that_is_named_is_there():
    named = set(re.findall(r"\btest_\w+\.py", ALL))
    assert len(named) > 15
    assert named <= {path.name for path in (BASE / "tests").rglob("test_*.py")}


@pytest.mark.parametrize("name", DOCS)
def test_every_path_that_is_named_is_there(name):
    named = {path for path, _function in PATH.findall(DOCS[name])}
    named |= set(re.findall(r"docs/screenshots/[\w-]+\.png", DOCS[name]))
    assert {path for path in named if not (BASE / path).exists()} == set()


def test_every_function_that_is_named_is_in_its_module():
    named = {(path, function) for path, function in PATH.findall(ALL) if function and (BASE / path).exists()}
    assert len(named) > 25
    defined = r"^(?:    )?(?:def|class) {0}\b|^{0}\b.*="
    assert {
        f"{path}:{function}"
        for path, function in named
        if not re.search(defined.format(function), (BASE / path).read_text(), re.MULTILINE)
    } == set()


def test_every_word_of_the_code_in_the_glossary_is_in_the_code():
    rows = [line for line in DOCS["docs/glossary.md"].splitlines() if line.startswith("| ")]
    named = {word for row in rows for word in re.findall(r"`([A-Z][A-Za-z]+(?:\.\w+)*)`", row)}
    assert len(named) > 30
    code = "\n".join(path.read_text() for room in ("connections", "sync") for path in (BASE / room).rglob("*.py"))
    words = set(re.findall(r"\w+", code))
    assert {word for word in named if not set(word.split(".")) <= words} == set()


@pytest.mark.parametrize("name", DOCS)
def test_every_link_leads_somewhere(name):
    links = LINK.findall(DOCS[name])
    assert {link for link in links if not ((BASE / name).parent / link).exists()} == set()


def test_the_architecture_has_every_room():
    rooms = {
        f"{path.relative_to(BASE)}/"
        for app in ("connections", "sync")
        for path in (BASE / app).iterdir()
        if (path / "__init__.py").exists() and path.name not in ("migrations", "templatetags")
    }
    assert {room for room in rooms if f"| `{room}` |" not in DOCS["docs/architecture.md"]} == set()


def test_every_target_that_is_named_is_there():
    targets = set(re.findall(r"^([a-z-]+):", (BASE / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", ALL_BUILT, re.MULTILINE)) <= targets


def test_every_command_that_is_named_is_there():
    named = set(re.findall(r"manage\.py ([a-z]+)", ALL_BUILT))
    assert {"connect", "sync", "worker", "sandbox"} <= named <= set(get_commands())


NO_VARIABLES = {"FIELDS", "OF_PAGES", "POSITION", "ROW_NUMBERS", "PR_SET_PDEATHSIG", "EMPLOYEE_CHANGED"}


def test_every_variable_that_is_named_is_known():
    named = set(re.findall(r"`([A-Z][A-Z_]{6,})`", ALL_BUILT)) - NO_VARIABLES
    assert named <= known_variables() | {VARIABLE}


@pytest.mark.parametrize("name", GUIDES)
def test_no_picture_is_heavy(name):
    for picture in re.findall(r"docs/screenshots/[\w-]+\.png", GUIDES[name]):
        assert (BASE / picture).stat().st_size < 150_000, picture


def test_the_readme_fits_three_screens():
    assert len(GUIDES["README.md"].splitlines()) <= 130


SOURCES = [
    path for room in ("connections", "humavisma", "sync", "bench", "tests") for path in (BASE / room).rglob("*.py")
]
DOCUMENT = re.compile(r"(?<![\w/.-])((?:[\w-]+/)*[\w-]+\.(?:md|yaml|txt))\b(?!\.)")
CITED = re.compile(r"[Ss]ource: design, ([^.;:]*)")


def comments_of(path: Path) -> str:
    """The comments and docstrings of a module, each sentence on a line of its own."""
    return " ".join(path.read_text().split()).replace(" # ", " ")


def test_every_document_that_the_code_cites_is_there():
    there = {path.name for path in (BASE / "docs").rglob("*") if path.is_file()} | set(GUIDES)
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
