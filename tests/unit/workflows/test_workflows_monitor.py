"""Watching a series and holding areas against each other, from a small CSV."""

from datetime import UTC, datetime

import numpy as np
import pytest

from peelian.evaluation import average_run_length, cusum_limit
from peelian.terms import DataError, ParameterError, SchemaError
from peelian.workflows import JOBS, from_flat, run

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
# Science 5.9: usual 4, raised 6; the running sum ends at 7.3370.
SERIES = [4, 4, 4, 4, 4, 4, 3, 5, 4, 7, 8, 6, 9, 2]


def do(tmp_path, text, **settings):
    path = tmp_path / "watched.csv"
    path.write_text(text)
    job = JOBS["evaluate monitor"]
    return run(
        "evaluate monitor",
        None,
        from_flat(job.settings, {"series": str(path), **settings}),
        now=NOW,
    )


def months(counts):
    rows = (f"{2024 + t // 12}-{t % 12 + 1:02d},{n}\n" for t, n in enumerate(counts))
    return "month,n\n" + "".join(rows)


def test_the_running_sum_of_the_specification(tmp_path):
    found = do(tmp_path, months(SERIES), baseline=6, raised=6.0)
    columns = found.table.columns
    assert columns["running_sum"][6:].round(4).tolist() == [
        0, 0.0674, 0, 2.0674, 5.1348, 6.2022, 10.2696, 7.3370,
    ]  # fmt: skip
    assert columns["signal"].tolist().index(True) == 12
    said = " ".join(found.provenance.notes)
    assert "too early to say" in said  # LLR 1.84 between -1.56 and 2.77
    assert "signals a rise towards 6 from 2025-01" in said


def test_the_limit_keeps_false_alarms_rare():
    """Science 5.9: at h = 10 the run length is 406."""
    limit = cusum_limit(usual=4, raised=6, run_length=406)
    assert limit == pytest.approx(10, abs=0.15)
    length = average_run_length(limit, usual=4, raised=6, mean=4, states=400)
    assert length == pytest.approx(406, rel=0.02)
    assert cusum_limit(usual=4, raised=6, run_length=4060) > limit
    with pytest.raises(ParameterError):
        cusum_limit(usual=4, raised=6, run_length=0)


def test_more_series_need_a_higher_limit(tmp_path):
    one, many = (
        do(tmp_path, months(SERIES), baseline=6, raised=6.0, series_watched=n).provenance
        for n in (1, 14)
    )
    assert one.method != many.method
    assert "over 14 series" in " ".join(many.notes)


def test_an_unusual_month_and_a_gap(tmp_path):
    counts = [10, 9, 11, 10, 12, 8, 10, "", 40, 1]
    found = do(tmp_path, months(counts), baseline=6)
    assert found.table.columns["reading"].tolist()[6:] == [
        "usual", "not held", "above", "below",
    ]  # fmt: skip
    assert "2024-09 (40, above)" in " ".join(found.provenance.notes)


def test_nothing_new_gives_no_alarm(tmp_path):
    counts = np.random.default_rng(3).poisson(12, 48)
    found = do(tmp_path, months(counts))
    assert not found.table.columns["signal"].any()
    assert "No period is outside" in " ".join(found.provenance.notes)


def test_clustered_counts_are_said_to_signal_too_often(tmp_path):
    found = do(tmp_path, months(SERIES), baseline=6, dispersion=3.0)
    assert "they signal too often" in " ".join(found.provenance.notes)


def test_areas_in_a_funnel(tmp_path):
    """Science 5.9: at E = 20 the limits are .6 and 1.45."""
    found = do(tmp_path, "area,n,expected\nA,31,20\nB,20,20\n")
    assert found.table.columns["low"].tolist() == [0.6, 0.6]
    assert found.table.columns["high"].tolist() == [1.45, 1.45]
    assert found.table.columns["reading"].tolist() == ["above", "usual"]
    assert "Outside the funnel: A." in " ".join(found.provenance.notes)


@pytest.mark.parametrize(
    "text, settings, kind, said",
    [
        ("month,count\n2024-01,3\n", {}, SchemaError, "give period and n"),
        ("area,n\nA,3\n", {}, SchemaError, "area, n and expected"),
        ("month,n\n", {}, DataError, "no rows"),
        (months([3, 4]), {}, DataError, "6 of those are the fewest"),
        (months([0] * 14), {}, DataError, "no events in the periods"),
        (months(["x"] * 14), {}, DataError, "line 2: n is 'x'"),
        ("month,n\n2024-01,3\n2024-01,4\n", {}, DataError, "stands twice"),
        ("area,n,expected\nA,3,0\n", {}, DataError, "expected is '0'"),
        ("area,n,expected\nA,,2\n", {}, DataError, "an area has no n"),
        (months(SERIES), {"window": 9}, ParameterError, "window is 9"),
    ],
)
def test_what_cannot_be_watched_is_told(tmp_path, text, settings, kind, said):
    with pytest.raises(kind, match=said):
        do(tmp_path, text, **settings)
