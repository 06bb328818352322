"""The README's table of supported fields, made from the registry: `python -m tests.readme` writes it."""

from pathlib import Path

from sync.core.fields import FIELDS

README = Path(__file__).resolve().parent.parent / "README.md"
_BEGIN, _END = "<!-- fields -->\n", "<!-- /fields -->"


def table() -> str:
    """The table as the README has to have it."""
    rows = (f"| {field.label} | {field.rule} |" for field in FIELDS)
    return "\n".join(["| Field | Rule |", "| --- | --- |", *rows]) + "\n"


def parts() -> tuple[str, str, str]:
    """What stands before the table, the table, and what stands after it."""
    before, _, rest = README.read_text().partition(_BEGIN)
    now, _, after = rest.partition(_END)
    return before + _BEGIN, now, _END + after


if __name__ == "__main__":
    before, _, after = parts()
    README.write_text(before + table() + after)
