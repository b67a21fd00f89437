"""The last months against the same months a year before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peelian.evaluation import compare_counts, compare_years, monthly_dispersion

DAYS = np.full(36, 30.0)


def test_two_whole_years_are_two_counts():
    counts = np.arange(24.0) + 100
    days = np.array([31.0, 28] * 12)
    days[13] = 29
    found = compare_years(counts, days)
    assert found.months == 12
    assert found.found == compare_counts(
        counts[12:].sum(), counts[:12].sum(), exposure=(355.0, 354.0),
        dispersion=monthly_dispersion(counts),
    )  # fmt: skip


def test_with_fewer_the_last_months_that_have_their_own_a_year_before():
    counts = np.arange(15.0) + 10
    found = compare_years(counts, DAYS[:15])
    assert (found.months, found.found.new, found.found.old) == (3, 22 + 23 + 24, 10 + 11 + 12)
    counts[1] = np.nan
    assert compare_years(counts, DAYS[:15]).months == 1


def test_quiet_months_and_clustered_ones_are_counted_as_they_come():
    """A month of none is a count, and three months of each year are the six needed."""
    counts = np.full(24, np.nan)
    counts[[9, 10, 11, 21, 22, 23]] = [0, 40, 5, 60, 0, 30]
    found = compare_years(counts, DAYS[:24])
    assert (found.months, found.found.new, found.found.old) == (3, 90, 45)
    assert found.found.dispersion == monthly_dispersion(counts) > 2


@pytest.mark.parametrize(
    "counts",
    [
        [], [5.0], np.full(12, 5.0), np.full(24, np.nan), np.zeros(24),
        [*np.full(23, 5.0), np.nan], [*np.full(23, 5.0), -1], [*np.full(23, 5.0), 0.5],
        [5.0, *np.full(11, np.nan), 5.0],
    ],
)  # fmt: skip
def test_nothing_is_said_where_nothing_can_be(counts):
    assert compare_years(counts, DAYS[: len(counts)]) is None


@given(st.lists(st.integers(1, 400), min_size=13, max_size=36))
def test_earlier_months_change_only_the_dispersion(counts):
    found = compare_years(counts, DAYS[: len(counts)])
    k = min(len(counts) - 12, 12)
    assert found.months == k
    assert (found.found.new, found.found.old) == (
        sum(counts[len(counts) - k :]),
        sum(counts[len(counts) - 12 - k : len(counts) - 12]),
    )
    assert found.found.ratio.low <= found.found.value <= found.found.ratio.high
