"""Lag features: what each column holds, and that none of it is from later."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast_histories import as_polygons, history_of, squares
from peelian.forecasts import GammaPoissonEWMA, LagFeatures
from peelian.forecasts.memory import exponential_weights
from peelian.forecasts.smoothing import Smoother
from peelian.terms import ParameterError

SMALL = LagFeatures((90.0, np.inf), (28.0,), (80.0,))


def noise(n_periods=12, n_cells=24, seed=1):
    return np.random.default_rng(seed).poisson(0.5, (n_periods, n_cells)).astype(float)


def at(history, origin, lags=SMALL):
    return next(lags.walk(history, [origin]))


def column(features, name, lags=SMALL):
    return features.columns[:, lags.names.index(name)]


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    origin=st.integers(1, 12),
    changed=st.integers(0, 11),
    held=st.booleans(),
)
def test_periods_from_the_origin_on_never_change_its_features(seed, origin, changed, held):
    grid, counts = squares(4, 6), noise(seed=seed)
    later = counts.copy()
    later[max(changed, origin) :] = 9.0 if held else np.nan
    ours, theirs = (at(history_of(c, grid, days=7), origin) for c in (counts, later))
    np.testing.assert_array_equal(ours.columns, theirs.columns)
    np.testing.assert_array_equal(ours.baseline, theirs.baseline)
    np.testing.assert_array_equal(ours.exposure, theirs.exposure)


def test_one_pass_gives_what_each_origin_alone_does():
    counts = noise()
    counts[[3, 4, 9]] = np.nan
    history = history_of(counts, squares(4, 6, area=np.linspace(0.2, 1, 24)), days=7)
    origins = [1, 3, 4, 5, 5, 9, 10, 12]
    for origin, features in zip(origins, SMALL.walk(history, origins), strict=True):
        alone = at(history.until(origin), origin)
        np.testing.assert_array_equal(features.columns, alone.columns)
        np.testing.assert_array_equal(features.baseline, alone.baseline)
        assert features.middle == alone.middle


def test_columns_are_what_they_are_called():
    counts = noise()
    history = history_of(counts, squares(4, 6, area=np.linspace(0.2, 1, 24)), days=7)
    features = at(history, 12)
    weights = exponential_weights(7 * (11.5 - np.arange(12)), half_life_days=90)
    yearly = 365.25 * (weights @ counts) / (7 * weights.sum())
    np.testing.assert_allclose(column(features, "half_life_90"), yearly, rtol=1e-6)
    np.testing.assert_allclose(
        column(features, "half_life_inf"), counts.sum(0) * 365.25 / 84, rtol=1e-6
    )
    recent = counts[-4:].sum(0) * 365.25 / 28
    np.testing.assert_allclose(column(features, "window_28"), recent, rtol=1e-6)
    spread = Smoother(history.grid, 80).smooth(counts.sum(0) * 365.25 / 84)
    np.testing.assert_allclose(
        column(features, "half_life_inf_bandwidth_80"), spread, rtol=1e-6
    )
    np.testing.assert_allclose(column(features, "x").reshape(4, 6)[0], np.arange(6) / 5)
    np.testing.assert_allclose(column(features, "y").reshape(4, 6)[:, 0], np.arange(4) / 5)
    np.testing.assert_allclose(column(features, "area"), np.linspace(0.2, 1, 24), rtol=1e-6)
    plain = GammaPoissonEWMA().forecast(history, 1).risk[0]
    np.testing.assert_array_equal(features.baseline, plain)
    np.testing.assert_allclose(features.exposure, 7 * np.linspace(0.2, 1, 24))


def test_season_goes_round_with_the_year():
    """The worlds of the tests begin on 1 January."""
    history = history_of(noise(2), squares(4, 6), days=2)
    features = at(history, 1)
    assert column(features, "season_cos")[0] == pytest.approx(1, abs=2e-3)
    spring, summer = features.ahead(45), features.ahead(91)
    assert column(spring, "season_sin")[0] == pytest.approx(1, abs=2e-3)
    assert column(summer, "season_cos")[0] == pytest.approx(-1, abs=2e-3)
    assert spring.middle == np.datetime64("2024-04-03T00:00:00")
    np.testing.assert_array_equal(spring.columns[:, :-2], features.columns[:, :-2])


def test_what_is_not_held_is_neither_events_nor_days():
    counts = noise(6)
    gap = np.insert(counts, 6, np.nan, axis=0)
    grid = squares(4, 6)
    ours, theirs = (at(history_of(c, grid, days=7), len(c)) for c in (counts, gap))
    np.testing.assert_allclose(
        column(theirs, "half_life_inf"), column(ours, "half_life_inf"), rtol=1e-6
    )


def test_a_window_without_a_held_day_takes_the_longest_memory():
    counts = noise(9)
    counts[4:] = np.nan
    features = at(history_of(counts, squares(4, 6), days=7), 9)
    np.testing.assert_array_equal(
        column(features, "window_28"), column(features, "half_life_inf")
    )


def test_nothing_known_is_nan_and_nothing_happened_is_zero():
    unknown = at(history_of(np.full((3, 24), np.nan), squares(4, 6)), 3)
    assert np.isnan(unknown.baseline).all()
    assert np.isnan(column(unknown, "half_life_90")).all()
    quiet = at(history_of(np.zeros((3, 24)), squares(4, 6)), 3)
    assert not quiet.columns[:, :5].any()
    assert not quiet.baseline.any()


@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 0.0), (1.0, 4e5)])
def test_units_and_origin_do_not_matter(scale, shift):
    area = np.linspace(0.2, 1, 24)
    grid = squares(4, 6, cell_size=100 * scale, origin=(shift, shift), area=area)
    ours = at(history_of(noise(), squares(4, 6, area=area), days=7), 12).columns
    other = LagFeatures((90.0, np.inf), (28.0,), (80.0 * scale,))
    theirs = at(history_of(noise(), grid, days=7), 12, other).columns
    np.testing.assert_allclose(theirs, ours, rtol=1e-5, atol=1e-6)


def test_polygons_have_features_too():
    history = history_of(noise(), squares(4, 6), days=7)
    shapes = history_of(noise(), as_polygons(squares(4, 6)), days=7)
    np.testing.assert_allclose(
        at(shapes, 12).columns, at(history, 12).columns, rtol=2e-3, atol=1e-6
    )


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: LagFeatures(()),
        lambda: LagFeatures((365.0, 90.0)),
        lambda: LagFeatures((-1.0,)),
        lambda: LagFeatures(windows_days=(0.0,)),
        lambda: LagFeatures(bandwidths=(0.0,)),
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError):
        wrong()
