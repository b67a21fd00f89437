"""Boosted trees and forests: they correct counts, from the past alone, or say they cannot."""

from dataclasses import replace

import numpy as np
import pytest

from forecast_histories import history_of, squares
from peelian.evaluation import backtest
from peelian.forecasts import (
    ON_REQUEST,
    GammaPoissonEWMA,
    GradientBoosting,
    LagFeatures,
    LongWindowCount,
    RandomForest,
    Schedule,
)
from peelian.terms import CoverageError, ParameterError

LAGS = LagFeatures((60.0, np.inf), (28.0,), (120.0,))
OFTEN, SELDOM = Schedule(refit_days=28.0), Schedule(refit_days=400.0)
BOTH = [
    GradientBoosting(LAGS, OFTEN, max_trees=40, learning_rate=0.1),
    RandomForest(LAGS, OFTEN, n_trees=8),
]
both = pytest.mark.parametrize("trees", BOTH, ids=["boosting", "forest"])


def noise(n_periods=24, n_cells=60, *, mean=0.5, seed=1):
    rng = np.random.default_rng(seed)
    rates = rng.gamma(0.7, mean / 0.7, n_cells)
    return rng.poisson(rates, (n_periods, n_cells)).astype(float)


def patchy():
    counts = noise()
    counts[[4, 11, 12]] = np.nan
    return history_of(counts, squares(6, 10, area=np.linspace(0.1, 1, 60)), days=7)


@both
def test_walking_is_forecasting(trees):
    history = patchy()
    origins = [18, 19, 19, 22, 24]
    for origin, risk in zip(origins, trees.walk(history, origins), strict=True):
        plain = trees.forecast(history.until(origin), 1).risk[0]
        np.testing.assert_array_equal(risk, plain)


@both
def test_what_follows_is_not_known(trees):
    history, changed = patchy(), patchy()
    changed.counts[20:] = 9
    for ours, theirs in zip(
        trees.walk(history, [18, 20]), trees.walk(changed, [18, 20]), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@both
def test_the_same_seed_gives_the_same_map(trees):
    first, again = (trees.forecast(patchy(), 1).risk for _ in range(2))
    np.testing.assert_array_equal(first, again)


@both
def test_risk_is_known_above_zero_and_without_limits(trees):
    surface = trees.forecast(patchy(), 3)
    assert surface.risk.shape == (3, 60)
    assert surface.risk.min() > 0
    assert surface.made_by == trees
    assert surface.low is None
    assert surface.high is None
    assert trees.forecast(patchy(), 0).risk.shape == (0, 60)


@both
@pytest.mark.parametrize(
    "counts",
    [np.zeros((24, 60)), np.eye(24, 60), np.full((24, 60), np.nan), np.ones((9, 60))],
    ids=["no events", "one a period", "nothing held", "few periods"],
)
def test_too_little_to_learn_from_is_refused(trees, counts):
    with pytest.raises(CoverageError, match="to learn from"):
        trees.forecast(history_of(counts, squares(6, 10), days=7), 1)


@both
def test_a_single_event_is_refused(trees):
    one = np.zeros((24, 60))
    one[20, 7] = 1
    with pytest.raises(CoverageError, match="with 1 cells that had events"):
        trees.forecast(history_of(one, squares(6, 10), days=7), 1)


@both
def test_the_same_everywhere_is_that(trees):
    history = history_of(np.full((24, 60), 2.0), squares(6, 10), days=7)
    np.testing.assert_allclose(trees.forecast(history, 1).risk, 2)


@both
@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 0.0), (1.0, 4e5)])
def test_units_and_origin_do_not_matter(trees, scale, shift):
    lags = LagFeatures((60.0, np.inf), (28.0,), (120.0 * scale,))
    grid = squares(6, 10, cell_size=100 * scale, origin=(shift, shift))
    ours = trees.forecast(history_of(noise(), squares(6, 10), days=7), 1)
    theirs = replace(trees, features=lags).forecast(history_of(noise(), grid, days=7), 1)
    np.testing.assert_allclose(theirs.risk, ours.risk, rtol=1e-6)


@both
def test_events_at_a_level_that_counts_miss_are_learned(trees):
    """The level has tripled for good; long counts lag behind, the lessons do not."""
    counts = noise(40, mean=0.3, seed=3)
    counts[16:] = noise(24, mean=0.9, seed=3)
    history = history_of(counts, squares(6, 10), days=7)
    came = counts[-8:].sum(1).mean()
    ours, plain = (f.forecast(history, 1).risk.sum() for f in (trees, GammaPoissonEWMA()))
    assert plain < 0.85 * came
    assert ours == pytest.approx(came, rel=0.2)


@both
def test_a_pattern_that_counts_cannot_see_is_found(trees):
    """What happens this week happens next week in the cell to the east."""
    rng, n_rows, n_cols = np.random.default_rng(4), 10, 20
    counts = np.zeros((60, n_rows * n_cols))
    counts[0] = rng.random(200) < 0.1
    for week in range(1, 60):
        moved = np.roll(counts[week - 1].reshape(n_rows, n_cols), 1, axis=1).ravel()
        counts[week] = rng.poisson(2.0 * (moved > 0) * (rng.random(200) < 0.7))
        counts[week] += rng.random(200) < 0.02
    history = history_of(counts, squares(n_rows, n_cols), days=7)
    near = LagFeatures((7.0, np.inf), (7.0,), (60.0,))
    taught = replace(trees, features=near, schedule=Schedule(refit_days=0))
    moved = np.roll((counts[-2] > 0).reshape(n_rows, n_cols), 1, axis=1).ravel()
    ours = taught.forecast(history.until(59), 1).risk[0]
    plain = GammaPoissonEWMA().forecast(history.until(59), 1).risk[0]
    assert ours[moved].sum() / ours.sum() > 1.5 * plain[moved].sum() / plain.sum()


def test_boosting_that_finds_nothing_is_shrunk_counts():
    """Cells alike: no tree helps on the periods kept back, so only the level is learned."""
    rng = np.random.default_rng(6)
    counts = rng.poisson(0.5, (24, 60)).astype(float)
    history = history_of(counts, squares(6, 10), days=7)
    risk = BOTH[0].forecast(history, 1).risk[0]
    plain = GammaPoissonEWMA().forecast(history, 1).risk[0]
    np.testing.assert_allclose(risk / risk.sum(), plain / plain.sum(), rtol=1e-9)


@both
def test_there_is_nothing_to_find_in_noise(trees):
    """Even noise: the interval of PAI holds 1 in at least 7 of 8 worlds."""
    inside, rng = 0, np.random.default_rng(5)
    for _ in range(8):
        result = backtest(
            history_of(rng.poisson(0.4, (26, 100)), squares(10, 10), days=30),
            {"count": LongWindowCount(), "trees": replace(trees, schedule=SELDOM)},
            area_budget=10 * 1e4,
            min_history=14,
            draws=200,
            rng=rng,
        )
        interval = result.row("trees").pai.interval
        inside += interval.low <= 1 <= interval.high
    assert inside >= 7


@both
def test_shuffled_time_leaves_nothing_to_gain_on_counting(trees):
    rng, claims = np.random.default_rng(7), 0
    for _ in range(8):
        rates = rng.gamma(0.3, 2, 100)
        counts = rng.permuted(rng.poisson(rates, (26, 100)), axis=0)
        result = backtest(
            history_of(counts, squares(10, 10), days=30),
            {"count": LongWindowCount(), "trees": replace(trees, schedule=SELDOM)},
            area_budget=10 * 1e4,
            min_history=14,
            draws=200,
            rng=rng,
        )
        claims += result.champion == "trees"
    assert claims <= 1


def test_they_run_when_asked_for_by_name():
    assert ON_REQUEST["boosting"]() == GradientBoosting()
    assert ON_REQUEST["forest"]() == RandomForest()


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: GradientBoosting(max_trees=0),
        lambda: GradientBoosting(n_leaves=1),
        lambda: GradientBoosting(prior_events=-1),
        lambda: GradientBoosting(learning_rate=0),
        lambda: RandomForest(n_trees=0),
        lambda: RandomForest(leaf_events=-1),
        lambda: RandomForest(feature_share=1.5),
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError, match="give"):
        wrong()


@both
def test_the_repr_is_the_full_record(trees):
    assert eval(repr(trees), {**globals(), "inf": np.inf}) == trees  # noqa: S307
