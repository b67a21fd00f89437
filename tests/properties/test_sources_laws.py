"""Laws of reading: no row is lost, fast and careful ways agree, proposals read back."""

import csv
import io
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from peelian.sources import parse_mapping, read_extracts, suggest_mapping
from peelian.sources.contents import Content
from peelian.sources.csv_rows import _careful, _fast, _fast_records, read_csv
from peelian.sources.parsing import parse_numbers, parse_times
from peelian.terms import DataError

NOW = datetime(2026, 11, 22, tzinfo=UTC)
HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
MESSY = st.text(alphabet='a1,"\r\n \té.-', max_size=6)
QUIET = settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@st.composite
def dirty_rows(draw):
    """A row of a street file in which anything may be wrong, quoted or not."""
    row = [
        draw(st.sampled_from(["", "a", "b", "c"])),
        draw(st.sampled_from(["2018-11", "2018-10", "", "2018-99", "2031-01", "soon"])),
        "Essex Police",
        draw(st.sampled_from(["Essex Police", ""])),
        draw(st.sampled_from(["0.4731", "0.5", "", "east", "999", "0"])),
        draw(st.sampled_from(["51.7352", "51.8", "", "inf", "-91", "0"])),
        draw(MESSY),
        "",
        "",
        draw(st.sampled_from(["Robbery", "robbery", "Drugs", "", "Piracy"])),
        draw(MESSY),
        "",
    ]
    change = draw(st.integers(0, 9))
    row = row[:-1] if change == 0 else [*row, "more"] if change == 1 else row
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row)
    return out.getvalue() if draw(st.booleans()) else ",".join(row).replace('"', "")


@st.composite
def dirty_files(draw):
    end = draw(st.sampled_from(["\n", "\r\n"]))
    rows = draw(st.lists(dirty_rows() | st.just(""), min_size=1, max_size=12))
    return draw(st.sampled_from(["", "\ufeff"])) + end.join([HEADER, *rows]) + end


@QUIET
@given(dirty_files())
@example(HEADER + '\n"a,b\n')
def test_every_row_is_accepted_or_refused(tmp_path, text):
    """Read is accepted plus refused, and the row numbers are 1..n with none twice."""
    path = tmp_path / "f.csv"
    path.write_bytes(text.encode())
    try:
        (extract,) = read_extracts(path, now=NOW)
    except DataError as error:
        assert "f.csv" in str(error)
        return
    rows = [*extract.events["row"].to_pylist(), *extract.refused["row"].to_pylist()]
    assert sorted(rows) == list(range(1, extract.read + 1))
    body = io.StringIO(text.removeprefix("\ufeff"), newline="")
    assert extract.read == sum(1 for fields in csv.reader(body) if fields) - 1
    assert all(extract.refused["original"].to_pylist())


@QUIET
@given(st.text(alphabet='a,"\r\n', max_size=60))
def test_the_fast_way_equals_the_careful_one(text):
    data = ("x,y\n" + text).encode()

    def outcome(read):
        try:
            rows = read()
        except DataError as error:
            return type(error)
        table = {name: column.to_pylist() for name, column in rows.columns.items()}
        return table, rows.number.tolist(), [(m.row, m.field) for m in rows.malformed]

    starts, ends, simple = _fast_records(data, ",")
    if simple:
        fast = outcome(lambda: _fast("f", data, starts, ends, ","))
        assert fast == outcome(lambda: _careful("f", data.decode(), ","))


@QUIET
@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(data):
    try:
        read_csv(Content("f.csv", data))
    except DataError as error:
        assert str(error).startswith("f.csv: ")


@QUIET
@given(
    st.lists(
        st.text(
            alphabet=st.characters(exclude_characters="\x00\r\n", codec="utf-8"), max_size=12
        ),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.lists(MESSY, min_size=6, max_size=6), min_size=1, max_size=4),
)
def test_every_proposal_reads_back(tmp_path, header, rows):
    out = io.StringIO()
    csv.writer(out).writerows([header, *(row[: len(header)] for row in rows)])
    path = tmp_path / "f.csv"
    path.write_bytes(out.getvalue().encode())
    try:
        text = suggest_mapping(path)
    except DataError:
        return
    assert parse_mapping(text).name == "f"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_written_are_the_numbers_read(values):
    import pyarrow as pa

    found = parse_numbers(pa.array([repr(value) for value in values]))
    assert not found.bad.any()
    assert found.value.tolist() == values


@given(st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2400, 1, 1)), min_size=1))  # noqa: DTZ001
@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "iso8601"])
def test_times_written_are_the_times_read(form, values):
    import pyarrow as pa

    values = [value.replace(microsecond=0) for value in values]
    written = [v.isoformat() if form == "iso8601" else v.strftime(form) for v in values]
    found = parse_times(pa.array(written), [form])
    assert not found.bad.any()
    assert found.start.tolist() == np.array(values, dtype="datetime64[s]").tolist()


@given(st.integers(1, 12), st.integers(29, 31), st.integers(2017, 2024))
def test_a_day_that_is_not_in_the_calendar_is_bad(month, day, year):
    import pyarrow as pa

    try:
        datetime(year, month, day, tzinfo=UTC)
        real = True
    except ValueError:
        real = False
    found = parse_times(pa.array([f"{year}-{month:02d}-{day}"]), ["%Y-%m-%d"])
    assert found.bad.tolist() == [not real]
