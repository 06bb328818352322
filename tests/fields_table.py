"""The table of supported fields in docs/fields.md, made from the registry: `python -m tests.fields_table` writes it."""

from pathlib import Path

from sync.core.fields import FIELDS

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "fields.md"
_BEGIN, _END = "<!-- fields -->\n", "<!-- /fields -->"


def table() -> str:
    """The table as the document has to have it."""
    rows = (f"| {field.label} | {field.rule} |" for field in FIELDS)
    return "\n".join(["| Field | Rule |", "| --- | --- |", *rows]) + "\n"


def parts() -> tuple[str, str, str]:
    """The text before the table, the table, and the text after it."""
    before, _, rest = DOCUMENT.read_text().partition(_BEGIN)
    now, _, after = rest.partition(_END)
    return before + _BEGIN, now, _END + after


if __name__ == "__main__":
    before, _, after = parts()
    DOCUMENT.write_text(before + table() + after)
