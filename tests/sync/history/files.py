"""Reads the history's files back."""

import csv
import io
import json
import zipfile
from typing import Any
from xml.etree import ElementTree

from django.core.management import call_command
from django.urls import reverse

LIST = reverse("admin:history_changes")
EXPORT = reverse("admin:history_export")


def rows_of(answer: Any) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def sheets_of(answer: Any) -> list[list[list[str]]]:
    """The texts of a workbook's cells, sheet by sheet and row by row."""
    found = []
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        assert not [name for name in book.namelist() if "calc" in name.lower()]
        for name in sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet")):
            tree = ElementTree.fromstring(book.read(name))
            assert not tree.findall(".//{*}f"), "a formula"
            found.append([["".join(cell.itertext()) for cell in row] for row in tree.findall(".//{*}row")])
    return found


def lines_of(*options: str) -> list[dict[str, Any]]:
    """What the command prints as JSON."""
    out = io.StringIO()
    call_command("history", *options, "--format", "json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]
