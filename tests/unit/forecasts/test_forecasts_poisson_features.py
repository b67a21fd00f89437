"""Poisson regression on past counts and waves: from the past alone, and never unknown."""

from dataclasses import replace

import numpy as np
import pytest

from forecast_histories import history_of, squares
from peelian.evaluation import backtest
from peelian.forecasts import (
    ON_REQUEST,
    GammaPoissonEWMA,
    LagFeatures,
    LongWindowCount,
    PoissonFeatures,
    Schedule,
)
from peelian.forecasts.lessons import Lessons
from peelian.terms import CoverageError, ParameterError

LAGS = LagFeatures((60.0, np.inf), (28.0,), (120.0,))
MODEL = PoissonFeatures(LAGS, Schedule(refit_days=28.0), n_fourier=10, bandwidth=300.0)
SELDOM = replace(MODEL, schedule=Schedule(refit_days=400.0))


def noise(n_periods=24, n_cells=60, *, mean=0.5, seed=1):
    rng = np.random.default_rng(seed)
    rates = rng.gamma(0.7, mean / 0.7, n_cells)
    return rng.poisson(rates, (n_periods, n_cells)).astype(float)


def patchy():
    counts = noise()
    counts[[4, 11, 12]] = np.nan
    return history_of(counts, squares(6, 10, area=np.linspace(0.1, 1, 60)), days=7)


def test_walking_is_forecasting():
    history = patchy()
    origins = [18, 19, 19, 22, 24]
    for origin, risk in zip(origins, MODEL.walk(history, origins), strict=True):
        plain = MODEL.forecast(history.until(origin), 1).risk[0]
        np.testing.assert_array_equal(risk, plain)


def test_what_follows_is_not_known():
    history, changed = patchy(), patchy()
    changed.counts[20:] = 9
    for ours, theirs in zip(
        MODEL.walk(history, [18, 20]), MODEL.walk(changed, [18, 20]), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_risk_is_known_above_zero_and_without_limits():
    surface = MODEL.forecast(patchy(), 3)
    assert surface.risk.shape == (3, 60)
    assert surface.risk.min() > 0
    assert surface.made_by == MODEL
    assert surface.low is None
    assert surface.high is None
    np.testing.assert_array_equal(surface.risk, MODEL.forecast(patchy(), 3).risk)


@pytest.mark.parametrize(
    "counts",
    [np.zeros((24, 60)), np.eye(24, 60), np.full((24, 60), np.nan), np.ones((9, 60))],
    ids=["no events", "one a period", "nothing held", "few periods"],
)
def test_too_little_to_learn_from_is_refused(counts):
    with pytest.raises(CoverageError, match=r"poisson-features: .* to learn from"):
        MODEL.forecast(history_of(counts, squares(6, 10), days=7), 1)


def test_a_single_event_is_refused():
    one = np.zeros((24, 60))
    one[20, 7] = 1
    with pytest.raises(CoverageError, match="with 1 cells that had events"):
        MODEL.forecast(history_of(one, squares(6, 10), days=7), 1)


def test_the_same_everywhere_is_that():
    history = history_of(np.full((24, 60), 2.0), squares(6, 10), days=7)
    np.testing.assert_allclose(MODEL.forecast(history, 1).risk, 2, rtol=1e-4)


def test_offences_that_began_late_are_forecast():
    """No event in the first half of the lessons: nothing to choose a penalty by before it."""
    counts = noise(40)
    counts[:28] = 0
    history = history_of(counts, squares(6, 10), days=7)
    assert MODEL.forecast(history, 1).risk.min() > 0


@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 0.0), (1.0, 4e5)])
def test_units_and_origin_do_not_matter(scale, shift):
    lags = LagFeatures((60.0, np.inf), (28.0,), (120.0 * scale,))
    grid = squares(6, 10, cell_size=100 * scale, origin=(shift, shift))
    ours = MODEL.forecast(history_of(noise(), squares(6, 10), days=7), 1)
    other = replace(MODEL, features=lags, bandwidth=300.0 * scale)
    theirs = other.forecast(history_of(noise(), grid, days=7), 1)
    np.testing.assert_allclose(theirs.risk, ours.risk, rtol=1e-4)


def test_half_a_cell_expects_half_of_what_a_whole_one_does():
    rng, area = np.random.default_rng(9), np.tile([1.0, 0.5], 100)
    counts = rng.poisson(0.4 * area, (40, 200)).astype(float)
    history = history_of(counts, squares(10, 20, area=area), days=7)
    whole, half = MODEL.forecast(history, 1).risk[0].reshape(100, 2).mean(axis=0)
    assert half / whole == pytest.approx(0.5, rel=0.1)


def test_a_surface_that_single_cells_hide_is_learned():
    """One half of the map has four times the risk, with few events in any cell."""
    rng = np.random.default_rng(3)
    rates = np.where(np.arange(400) % 20 < 10, 0.08, 0.02)
    counts = rng.poisson(rates, (40, 400)).astype(float)
    history = history_of(counts, squares(20, 20), days=7)
    [truth, ours, plain] = (
        rates,
        replace(MODEL, bandwidth=1000.0).forecast(history, 1).risk[0],
        GammaPoissonEWMA().forecast(history, 1).risk[0],
    )
    assert np.corrcoef(ours, truth)[0, 1] > np.corrcoef(plain, truth)[0, 1] + 0.1


def test_the_strongest_penalty_is_nearly_shrunk_counts():
    model, history = replace(MODEL, penalties=(1e9,)), patchy()
    risk, plain = (m.forecast(history, 1).risk[0] for m in (model, GammaPoissonEWMA()))
    np.testing.assert_allclose(risk / risk.sum(), plain / plain.sum(), rtol=1e-3)


def test_the_penalty_is_chosen_on_later_periods():
    """Of noise the strongest, where chance alone would now and then take a weaker."""
    rng, strongest = np.random.default_rng(6), 0
    for _ in range(6):
        counts = rng.poisson(0.5, (24, 60)).astype(float)
        seen = []
        course = MODEL._course
        replace(
            course, fit=lambda lessons, seen=seen: seen.append(lessons) or _Even()
        ).forecast("x", history_of(counts, squares(6, 10), days=7), 1)
        assert isinstance(seen[0], Lessons)
        fit = MODEL._fit(seen[0])
        weight = seen[0].baseline.sum() * fit.level
        strongest += round(fit.model.alpha * weight) == 1000
    assert strongest >= 5


class _Even:
    def expected(self, features):
        return features.exposure


def test_there_is_nothing_to_find_in_noise():
    """Even noise: the interval of PAI holds 1 in at least 9 of 10 worlds."""
    inside, rng = 0, np.random.default_rng(5)
    for _ in range(10):
        result = backtest(
            history_of(rng.poisson(0.4, (26, 100)), squares(10, 10), days=30),
            {"count": LongWindowCount(), "ours": SELDOM},
            area_budget=10 * 1e4,
            min_history=14,
            draws=200,
            rng=rng,
        )
        interval = result.row("ours").pai.interval
        inside += interval.low <= 1 <= interval.high
    assert inside >= 9


def test_shuffled_time_leaves_nothing_to_gain_on_counting():
    rng, claims = np.random.default_rng(7), 0
    for _ in range(10):
        rates = rng.gamma(0.3, 2, 100)
        counts = rng.permuted(rng.poisson(rates, (26, 100)), axis=0)
        result = backtest(
            history_of(counts, squares(10, 10), days=30),
            {"count": LongWindowCount(), "ours": SELDOM},
            area_budget=10 * 1e4,
            min_history=14,
            draws=200,
            rng=rng,
        )
        claims += result.champion == "ours"
    assert claims <= 1


def test_it_runs_when_asked_for_by_name():
    assert ON_REQUEST["poisson-features"]() == PoissonFeatures()


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_fourier": 0},
        {"bandwidth": 0},
        {"time_scale_days": 0},
        {"penalties": ()},
        {"penalties": (1.0, 10.0)},
        {"penalties": (1.0, 0.0)},
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError):
        PoissonFeatures(**wrong)


def test_the_repr_is_the_full_record():
    assert eval(repr(MODEL), {**globals(), "inf": np.inf}) == MODEL  # noqa: S307
