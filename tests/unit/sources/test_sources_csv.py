"""CSV text to rows: quotes, line ends, counts, and files that cannot be right."""

import pytest

from peelian.sources.contents import Content
from peelian.sources.csv_rows import read_csv, read_header
from peelian.terms import CoverageError, DataError, SchemaError


def rows_of(data, **options):
    data = data.encode() if isinstance(data, str) else data
    return read_csv(Content("f.csv", data), **options)


def fields(rows):
    return list(zip(*(c.to_pylist() for c in rows.columns.values()), strict=True))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_mark(end):
    rows = rows_of("\ufeff" + end.join(["a,b", "1,2", "", "3,4"]) + end)
    assert list(rows.columns) == ["a", "b"]
    assert fields(rows) == [("1", "2"), ("3", "4")]
    assert rows.number.tolist() == [1, 2]  # the blank line takes no number


def test_quotes_hold_commas_quotes_and_line_ends():
    rows = rows_of('a,b\n"x,y","q""q"\n"two\nlines",""\nlast,""""\n')
    assert fields(rows) == [("x,y", 'q"q'), ("two\nlines", ""), ("last", '"')]
    assert rows.original([1]) == ['"two\nlines",""']


def test_a_quote_inside_an_unquoted_field_is_a_character():
    rows = rows_of('a,b\n5" knife,2\n"x"y,4\n')
    assert fields(rows) == [('5" knife', "2"), ("xy", "4")]


def test_a_row_of_other_length_is_kept_as_it_stood():
    rows = rows_of("a,b\r\n1,2\r\n3\r\n\r\n4,5,6\r\n7,8\r\n")
    assert fields(rows) == [("1", "2"), ("7", "8")]
    assert [(m.row, m.original) for m in rows.malformed] == [(2, "3"), (3, "4,5,6")]
    assert rows.malformed[0].field == "1 fields, expected 2"
    assert rows.read == 4


def test_stray_quotes_take_the_careful_way_to_the_same_answer():
    rows = rows_of('a,b\n1,2\n3\n5" x,6\n')
    assert fields(rows) == [("1", "2"), ('5" x', "6")]
    assert rows.number.tolist() == [1, 3]
    assert [m.row for m in rows.malformed] == [2]
    assert rows.original([1]) == ['5" x,6']


def test_of_two_columns_with_one_name_the_first_is_meant():
    assert fields(rows_of("a,b,a\n1,2,3\n")) == [("1", "2")]


def test_delimiters():
    assert fields(rows_of("a;b\n1;2\n", delimiter=";")) == [("1", "2")]
    assert read_header(Content("f", b"a;b;c,d\n1;2;3\n")) == (["a", "b", "c,d"], ";")


def test_a_named_encoding():
    assert fields(rows_of("a,b\né,2\n".encode("cp1252"), encoding="cp1252")) == [("é", "2")]
    assert fields(rows_of("a,b\né,2\n".encode("utf-16"), encoding="utf-16")) == [("é", "2")]


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (
            "a,b\n1,é\n".encode("cp1252"),
            DataError,
            r"byte 6 \(0xe9, line 2\) is not UTF-8.*cp1252",
        ),
        ("a,b\n1,2\n".encode("utf-16"), DataError, "UTF-16"),
        (b"a,b\n1,\x002\n", DataError, "byte 6 is NUL"),
        (b"a,b\n", CoverageError, "a header and no rows"),
        (b"a,b", CoverageError, "a header and no rows"),
        (b",,\n1,2,3\n", DataError, "names no columns"),
        (b"a,b,c\n1,2,3\n4,5", DataError, "cut off in row 2, the last: 2 of 3 fields"),
        (b'a,b,c\n1,2,3\n4" x,5', DataError, "cut off in row 2, the last: 2 of 3 fields"),
        (
            b'a,b\n1,2\n3,"4\n5,6\n',
            DataError,
            "row 2, the last, opens a quote that never closes",
        ),
        (b'a,b\n1,2\n3,"4', DataError, "row 2, the last, opens a quote that never closes"),
        (b"a,b\n1,2,3\n4,5,6\n", SchemaError, "header has 2 columns and no row fits it"),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", DataError, "row 1 is longer than 131,072 bytes"),
        (b'a,b\n1"1,' + b"x" * 200_000 + b"\n", DataError, "longer than 131,072 bytes"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", DataError, "not UTF-8|NUL"),
    ],
)
def test_a_file_that_cannot_be_right_says_what_to_do(data, error, says):
    with pytest.raises(error, match=says):
        rows_of(data)


def test_an_unknown_encoding_is_named():
    with pytest.raises(DataError, match="unknown encoding 'klingon'"):
        rows_of(b"a\n1\n", encoding="klingon")
