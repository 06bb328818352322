"""What a pairs file may look like, and what is said of one that can't be used."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.csv_cells import begins_formula, guarded, unguarded
from sync.core.pairs_file import NoPairs, PairRow, PairsFile, from_json, read_pairs
from sync.core.reasons import SENTENCES

HEAD = "huma_email,huma_id,visma_number\n"


def rows(content: bytes | str, most_bytes: int = 10_000, most_rows: int = 100) -> PairsFile:
    return read_pairs(content.encode() if isinstance(content, str) else content, most_bytes, most_rows)


def why(content: bytes | str, most_bytes: int = 10_000, most_rows: int = 100) -> str:
    with pytest.raises(NoPairs) as refused:
        rows(content, most_bytes, most_rows)
    reason = refused.value.reason
    assert SENTENCES[reason.code] % dict(reason.params)
    return reason.code


KARI = PairRow(2, "kåre@x.no", "h1", "0017")


@pytest.mark.parametrize(
    "content",
    [
        HEAD + "kåre@x.no,h1,0017\n",
        "huma_email;huma_id;visma_number\r\nkåre@x.no;h1;0017\r\n",
        "sep=;\r\nhuma_email;huma_id;visma_number\r\nkåre@x.no;h1;0017\r\n",
        '"huma_email","huma_id","visma_number"\n"kåre@x.no"," h1 ","0017"',
        "Visma_Number,HUMA_ID,huma email,huma_name\n0017,h1,kåre@x.no,Kåre; Ås\n",
        HEAD + 'kåre@x.no,h1,"=""0017"""\n',
        HEAD + "kåre@x.no,\u200bh1,0017\u00ad\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_the_same_table_in_each_spelling(content: str, encoding: str) -> None:
    try:
        content.encode(encoding)
    except UnicodeEncodeError:
        return
    assert rows(content.encode(encoding)).rows == (KARI,)


def test_a_row_is_numbered_as_a_spreadsheet_numbers_it() -> None:
    found = rows(HEAD + "\n,h1,17\n,,\n,h2,18\n")
    assert [(one.row, one.huma_id) for one in found.rows] == [(3, "h1"), (5, "h2")]


@pytest.mark.parametrize("sign", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028"])
def test_a_line_break_within_a_cell_begins_no_row(sign: str) -> None:
    found = rows("note,huma_id,visma_number\r\n" + f'"one{sign}two",h1,17\r\n' + "plain,h2,18")
    assert [(one.row, one.huma_id, one.number) for one in found.rows] == [(2, "h1", "17"), (3, "h2", "18")]


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_a_sign_that_ends_no_line_in_csv_needs_no_quotes(sign: str) -> None:
    found = rows("note,huma_id,visma_number\r\n" + f"one{sign}two,h1,17\r\n" + "plain,h2,18")
    assert [(one.row, one.huma_id, one.number) for one in found.rows] == [(2, "h1", "17"), (3, "h2", "18")]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_line_may_end_as_any_machine_ends_it(end: str) -> None:
    found = rows(end.join(["huma_id,visma_number", "h1,17", "h2,18"]))
    assert [(one.row, one.huma_id, one.number) for one in found.rows] == [(2, "h1", "17"), (3, "h2", "18")]


def test_a_row_that_names_nobody_on_one_side_is_not_filled_in() -> None:
    found = rows(HEAD + "a@x.no,,\n,,17\n,h1\nb@x.no,,18\n")
    assert (len(found.rows), found.unfilled) == (1, 3)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "pairs_empty"),
        ("\n \n", "pairs_empty"),
        ("\ufeff", "pairs_empty"),
        (HEAD, "pairs_unfilled"),
        (HEAD + "a@x.no,,\n", "pairs_unfilled"),
        ("a@x.no,h1,17\n", "pairs_columns"),
        ("huma_email,huma_id\na,b\n", "pairs_columns"),
        ("visma_number\n17\n", "pairs_columns"),
        ("huma_id,huma_id,visma_number\na,b,17\n", "pairs_column_twice"),
        ("huma_email,Huma Email,visma_number\na@x.no,b@x.no,17\n", "pairs_column_twice"),
        ("huma_id,visma_number,visma_number\na,17,18\n", "pairs_column_twice"),
        ("huma_id\tvisma_number\nh1\t17\n", "pairs_columns"),
        ("sep=|\nhuma_id|visma_number\nh1|17\n", "pairs_columns"),
        (b"PK\x03\x04\x14\x00\x06\x00", "pairs_binary"),
        (b"\x89PNG\r\n\x1a\n\x00", "pairs_binary"),
        ((HEAD + ",h1,17\n").encode("utf-16"), "pairs_binary"),
        (HEAD + ",h1," + "x" * 200_000, "pairs_binary"),
        (HEAD + ',h1,"' + "x" * 200_000, "pairs_quote"),
        (HEAD + '"a@x.no,,17\nb@x.no,,18\n', "pairs_quote"),
        (HEAD + 'a@x.no,,17\nb@x.no,,"18', "pairs_quote"),
        ('"huma_id,visma_number\nh1,17\n', "pairs_quote"),
        (HEAD + ",h1,17\n" * 101, "pairs_rows"),
        (HEAD + ",,17\n" * 101, "pairs_rows"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(content: bytes | str, expected: str) -> None:
    assert why(content, most_bytes=500_000) == expected


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('"huma_id,visma_number\nh1,17\n', 1),
        ('huma_id,visma_number\nh1,17\n\nh2,"18\nh3,19\n', 4),
        ("huma_id,visma_number\nh1,17\n" + 'h2,"18\n' + "h3,19\n" * 50_000, 3),
    ],
)
def test_a_quotation_mark_without_an_end_is_found_in_its_row(content: str, row: int) -> None:
    with pytest.raises(NoPairs) as refused:
        rows(content, most_bytes=500_000)
    assert (refused.value.reason.code, refused.value.reason.params) == ("pairs_quote", {"row": row})


def test_a_file_that_is_too_large_is_not_looked_into() -> None:
    assert why(b"\x00" * 501, most_bytes=500) == "pairs_large"


@pytest.mark.parametrize("cell", ["=HYPERLINK(A1)", "+cmd|x", "-1+1", "@SUM(A1)", " =1+1", "\uff1d1+1"])
def test_a_formula_is_marked_wherever_it_stands(cell: str) -> None:
    for place in range(3):
        cells = ["a@x.no", "h1", "17"]
        cells[place] = f'"{cell}"'
        assert rows(HEAD + ",".join(cells)).rows[0].formula


def test_what_is_kept_between_preview_and_confirmation_is_the_same_file() -> None:
    found = rows(HEAD + "kåre@x.no,h1,0017\n,,18\n")
    assert from_json(found.to_json()) == found


@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_a_file_is_read_or_refused(content: bytes) -> None:
    codes = []
    try:
        rows(content)
    except NoPairs as refused:
        codes.append(refused.reason.code)
    assert set(codes) <= SENTENCES.keys()


@given(st.text(max_size=30))
def test_a_guarded_cell_is_no_formula_and_comes_back_as_it_was(text: str) -> None:
    cell = guarded(text)
    assert not begins_formula(cell)
    if not text.startswith("'"):
        assert unguarded(cell) == text


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=9), max_size=3))
def test_a_cell_of_ours_survives_a_spreadsheet(cells: list[str]) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([guarded(cell) for cell in cells])
    assert [unguarded(cell) for cell in next(csv.reader(io.StringIO(out.getvalue(), newline="")), [])] == [
        unguarded(cell) for cell in cells
    ]
