"""Both languages are complete: every text in the code is translated, compiled, and uses the agreed words."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib
import pytest
from django.core.management import call_command
from django.utils import translation
from django.utils.translation import gettext

BASE = Path(__file__).resolve().parent.parent
PO = BASE / "locale" / "nb" / "LC_MESSAGES" / "django.po"
CATALOGUE = polib.pofile(str(PO))

Message = tuple[str | None, str, str]
"""A message's context, its text and its plural."""

# The glossary. The first column is what stands in the code.
GLOSSARY = {
    "difference": "forskjell",
    "Differences": "Forskjeller",
    "Use Huma's": "Bruk verdien fra Huma",
    "Use Visma's": "Bruk verdien fra Visma",
    "Leave as is": "La stå",
    "Not decided": "Ikke avgjort",
    "Left out": "Holdes utenfor",
    "Possible match": "Mulig samme person",
    "Draft": "Utkast",
    "Updated": "Oppdatert",
    "Already right": "Allerede riktig",
    "Changed meanwhile": "Endret i mellomtiden",
    "Not done": "Ikke utført",
    "Not certain": "Uavklart",
    "Stopped": "Stoppet",
    "Waiting for approval": "Venter på godkjenning",
    "Employment ID": "Ansattnummer",
    "Bank account": "Kontonummer",
    "Cash (no bank payment)": "Kontant (ikke til bank)",
    "First workday": "Første arbeidsdag",
    "Last workday": "Siste arbeidsdag",
    "No end reason": "Ingen årsak til sluttdato",
    "No position": "Ingen stilling",
    "Recipients of payroll notices": "Mottakere av lønnsvarsler",
    "Connection": "Tilkobling",
    "Synchronize users": "Synkroniser ansatte",
    "sync": "synkronisering",
    "Confirm": "Kontroller",
    "Fetch and compare.": "Hent og sammenlign.",
    "Needs your attention": "Til oppfølging",
    "Held back": "Holdt tilbake",
    "Approve": "Godkjenn",
    "Reject": "Avvis",
    "Signing key": "Signeringsnøkkel",
    "linked person": "koblet person",
    "Answer from Visma": "Svar fra Visma",
    "Notices from Huma": "Varsler fra Huma",
    "Timeline": "Hendelser",
    "Undo sync": "Tilbakestilling",
    "Pay day": "Utbetalingsdato",
}

# Words of ours that say nothing to the people who use the product.
INTERNAL = re.compile(
    r"\b(baseline|settled?|settles|fingerprint|canonical|conflicts?\b|snapshot|payload|grunnlinje|fingeravtrykk|kanonisk)",
    re.I,
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|{\w*}")

# What may stand in a template as it is: names, and each language's own name for itself.
NAMES = {"humavisma", "Huma", "Visma", "Norsk", "English"}
READ_ALOUD = r"(?:aria-label|placeholder|title|alt|data-label|data-copied|data-shape)"


def messages(catalogue: Any) -> set[Message]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in catalogue if not entry.obsolete}


def forms(entry: Any) -> Iterator[tuple[str, str]]:
    """Each text of a message with its translation."""
    if entry.msgid_plural:
        yield entry.msgid, entry.msgstr_plural[0]
        yield entry.msgid_plural, entry.msgstr_plural[1]
    else:
        yield entry.msgid, entry.msgstr


def templates() -> list[Path]:
    return sorted(path for kind in ("*.html", "*.txt") for path in (BASE / "templates").rglob(kind))


@pytest.fixture
def norwegian() -> Iterator[None]:
    with translation.override("nb"):
        yield


def test_every_message_is_translated() -> None:
    assert [entry.msgid for entry in CATALOGUE if entry.obsolete or entry.fuzzy] == []
    assert [entry.msgid for entry in CATALOGUE if not all(translated.strip() for _, translated in forms(entry))] == []


def test_what_is_compiled_is_what_was_translated() -> None:
    compiled = {(entry.msgctxt, entry.msgid): entry for entry in polib.mofile(str(PO.with_suffix(".mo")))}
    assert {(context, text) for context, text, _ in messages(CATALOGUE)} == set(compiled)
    for entry in CATALOGUE:
        found = compiled[entry.msgctxt, entry.msgid]
        assert list(forms(found)) == list(forms(entry)), "make messages compiles it"


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs GNU gettext (apt-get install gettext)")
def test_the_catalogue_has_exactly_what_stands_in_the_code(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    elsewhere = shutil.ignore_patterns(".*", "tests", "locale", "static", "staticfiles", "__pycache__", "venv")
    shutil.copytree(BASE, copy, ignore=elsewhere)
    (copy / "locale").mkdir()
    settings.LOCALE_PATHS = []
    monkeypatch.chdir(copy)
    call_command("makemessages", locale=["nb"], no_wrap=True, add_location="file")
    capsys.readouterr()
    extracted = polib.pofile(str(copy / PO.relative_to(BASE)))
    assert messages(extracted) - messages(CATALOGUE) == set(), "run make messages, then translate"
    assert messages(CATALOGUE) - messages(extracted) == set(), "run make messages"


def test_placeholders_survive_translation() -> None:
    wrong = [
        text
        for entry in CATALOGUE
        for text, translated in forms(entry)
        if sorted(set(PLACEHOLDER.findall(text))) != sorted(set(PLACEHOLDER.findall(translated)))
    ]
    assert wrong == []


def test_markup_and_line_breaks_survive_translation() -> None:
    parts = re.compile(r"</?\w+>|\n")
    wrong = [
        text
        for entry in CATALOGUE
        for text, translated in forms(entry)
        if sorted(parts.findall(text)) != sorted(parts.findall(translated))
    ]
    assert wrong == []


def test_a_sentence_ends_in_both_languages_alike() -> None:
    """A missing full stop is a missing end of a sentence."""
    wrong = [
        (text, translated)
        for entry in CATALOGUE
        for text, translated in forms(entry)
        for end in ".?:…"
        if text.endswith(end) != translated.endswith(end)
    ]
    assert wrong == []


@pytest.mark.parametrize("word", GLOSSARY)
def test_the_words_are_the_ones_agreed_on(word: str, norwegian: None) -> None:
    assert gettext(word) == GLOSSARY[word]


def test_internal_words_are_in_no_message() -> None:
    said = [text for entry in CATALOGUE for pair in forms(entry) for text in pair]
    assert [text for text in said if INTERNAL.search(text)] == []


@pytest.mark.parametrize("path", templates(), ids=lambda path: str(path.relative_to(BASE / "templates")))
def test_no_text_of_a_template_goes_untranslated(path: Path) -> None:
    source = path.read_text()
    for unseen in (r"comment.*?endcomment", r"blocktranslate.*?endblocktranslate", r"block bodyclass.*?endblock"):
        source = re.sub(rf"{{%\s*{unseen}\s*%}}", "", source, flags=re.DOTALL)
    source = re.sub(r"{#.*?#}", "", source)
    source = re.sub(r"{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)
    source = re.sub(r"<(style|script)\b.*?</\1>", "", source, flags=re.DOTALL)
    aloud = re.findall(rf'\b{READ_ALOUD}="([^"]*)"', source)
    text = " ".join([re.sub(r"<[^>]*>|&\w+;", " ", source), *aloud])
    assert set(re.findall(r"[^\W\d_]{2,}", text)) - NAMES == set()
