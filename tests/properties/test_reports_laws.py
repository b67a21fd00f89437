"""Laws of what is written: it reads back the same, and rounding never moves far."""

import csv
import io
import json
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from peelian.reports import (
    parse_provenance,
    provenance_json,
    rounded,
    table_csv,
    table_json,
    table_text,
)
from peelian.terms import Table
from report_samples import sample_provenance

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
ROWS = st.lists(st.tuples(TEXTS, NUMBERS), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def table_of(rows):
    place = np.array([text for text, _ in rows], dtype=object)
    return Table({"place": place, "n": np.array([n for _, n in rows], dtype=float)})


@given(ROWS)
def test_csv_reads_back(rows):
    read = list(csv.DictReader(io.StringIO(table_csv(table_of(rows)), newline="")))
    assert [float(row["n"]) for row in read] == [n for _, n in rows]
    for row, (text, _) in zip(read, rows, strict=True):
        assert row["place"] in (text, "'" + text)


@given(ROWS)
def test_json_reads_back(rows):
    read = json.loads(table_json(table_of(rows)))
    assert [(row["place"], row["n"]) for row in read] == rows


@given(ROWS)
def test_text_has_a_line_a_row(rows):
    lines = table_text(table_of(rows)).split("\n")
    assert len(lines) == 2 + max(len(rows), 1) + 1


@given(NUMBERS, st.integers(0, 6))
def test_rounding_moves_by_half_a_step_at_most_and_a_half_outwards(value, decimals):
    exact, half = Fraction(repr(value)), Fraction(1, 2 * 10**decimals)
    moved = Fraction(rounded(value, decimals))
    assert abs(moved - exact) <= half
    if abs(moved - exact) == half:
        assert abs(moved) > abs(exact)


@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.integers(0, 2**63))
def test_a_record_reads_back(settings, seed):
    record = sample_provenance(settings=settings, seed=seed)
    assert parse_provenance(provenance_json(record)) == record
