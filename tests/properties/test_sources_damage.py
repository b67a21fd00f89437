"""Damaged files of every format are read or refused in words, and never crash the reader."""

import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from peelian.sources import read_extracts
from peelian.terms import PlatformError

CSV = (Path(__file__).parents[1] / "data" / "2018-11-essex-street.csv").read_bytes()
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def packed(form: str) -> bytes:
    out = io.BytesIO()
    if form == "parquet":
        pq.write_table(pa_csv.read_csv(io.BytesIO(CSV)), out)
    elif form == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("2018-11/2018-11-essex-street.csv", CSV)
    return {"csv": CSV, "csv.gz": gzip.compress(CSV, mtime=0)}.get(form) or out.getvalue()


@pytest.mark.parametrize("form", ["csv", "csv.gz", "parquet", "zip"])
@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_is_said_or_survived(tmp_path, form, data):
    whole = bytearray(packed(form))
    at = st.integers(0, len(whole) - 1)
    for position, value in data.draw(st.lists(st.tuples(at, st.integers(0, 255)), max_size=4)):
        whole[position] = value
    cut = data.draw(st.just(len(whole)) | at)
    path = tmp_path / f"f.{form}"
    path.write_bytes(whole[:cut])
    try:
        for extract in read_extracts(path, now=NOW):
            assert extract.read == len(extract.events) + len(extract.refused)
    except PlatformError as error:
        assert str(error)
