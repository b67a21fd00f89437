"""Laws of every forecaster on the command line, and of those that do not look at places."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from peelian.forecasts import FORECASTERS
from peelian.terms import CellKind, Grid, History, Periods

every = pytest.mark.parametrize("name", FORECASTERS)
placeless = pytest.mark.parametrize("name", [n for n in FORECASTERS if n != "kernel-ewma"])


def history_of(counts, area, lengths):
    edges = np.datetime64("2024-01-01T00:00:00") + np.concatenate([[0], np.cumsum(lengths)])
    n = len(area)
    grid = Grid(
        CellKind.SQUARE, 1.0, np.arange(n) + 0.5, np.zeros(n), area, (0.0, 0.0), (1, n),
        np.arange(n),
    )  # fmt: skip
    held = ~np.isnan(counts).all(axis=1)
    return History(counts, grid, Periods(edges[:-1], edges[1:], held))


@st.composite
def histories(draw):
    n_periods, n_cells = draw(st.integers(1, 6)), draw(st.integers(2, 12))
    counts = draw(
        arrays(np.float64, (n_periods, n_cells), elements=st.integers(0, 5).map(float))
    )
    held = draw(arrays(np.bool_, n_periods))
    held[draw(st.integers(0, n_periods - 1))] = True
    counts[~held] = np.nan
    area = draw(arrays(np.float64, n_cells, elements=st.floats(0.05, 1)))
    lengths = draw(arrays(np.int64, n_periods, elements=st.integers(3600, 40 * 86_400)))
    return counts, area, lengths


@placeless
@given(histories(), st.randoms(use_true_random=False))
def test_renumbering_cells_renumbers_the_risk(name, drawn, random):
    counts, area, lengths = drawn
    order = np.array(random.sample(range(len(area)), len(area)))
    forecaster = FORECASTERS[name]()
    risk = forecaster.forecast(history_of(counts, area, lengths), 1).risk[0]
    renumbered = history_of(counts[:, order], area[order], lengths)
    np.testing.assert_allclose(
        forecaster.forecast(renumbered, 1).risk[0], risk[order], rtol=1e-6, atol=1e-12
    )


@every
@given(histories(), st.sampled_from([1e-6, 4.0, 1e6]))
def test_the_unit_of_area_does_not_matter(name, drawn, scale):
    counts, area, lengths = drawn
    forecaster = FORECASTERS[name]()
    risk = forecaster.forecast(history_of(counts, area, lengths), 1).risk
    scaled = forecaster.forecast(history_of(counts, area * scale, lengths), 1).risk
    np.testing.assert_allclose(scaled, risk, rtol=1e-6, atol=1e-12)


@every
@given(histories())
def test_risk_is_known_non_negative_and_within_its_limits(name, drawn):
    surface = FORECASTERS[name]().forecast(history_of(*drawn), 1)
    assert np.all(surface.risk >= 0)
    assert np.all(surface.low <= surface.risk * (1 + 1e-9) + 1e-12)
    assert np.all(surface.high >= surface.risk * (1 - 1e-9))


@placeless
@given(histories())
def test_cells_alike_get_the_same_risk_to_the_last_bit(name, drawn):
    """So that a tie stays a tie."""
    counts, area, lengths = drawn
    counts[:, 1], area[1] = counts[:, 0], area[0]
    risk = FORECASTERS[name]().forecast(history_of(counts, area, lengths), 1).risk[0]
    assert risk[0] == risk[1]
