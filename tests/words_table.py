"""The table of words in docs/glossary.md, made from the help's own list: `python -m tests.words_table` writes it."""

import os
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "glossary.md"
_BEGIN, _END = "<!-- words -->\n", "<!-- /words -->"


def table() -> str:
    """The table as the document has to have it."""
    from sync.help.terms import TERMS  # its texts need Django's settings

    rows = (f"| {term.word} | {term.meaning} |" for term in TERMS)
    return "\n".join(["| Word | Meaning |", "| --- | --- |", *rows]) + "\n"


def parts() -> tuple[str, str, str]:
    """The text before the table, the table, and the text after it."""
    before, _, rest = DOCUMENT.read_text().partition(_BEGIN)
    now, _, after = rest.partition(_END)
    return before + _BEGIN, now, _END + after


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    before, _, after = parts()
    DOCUMENT.write_text(before + table() + after)
