"""Ensembles: weights learned from the past alone, and maps multiplied."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forecast_histories import history_of, squares
from peelian.evaluation import backtest
from peelian.forecasts import (
    EWMA,
    ON_REQUEST,
    GammaPoissonEWMA,
    GeometricEnsemble,
    KernelEWMA,
    LongWindowCount,
    StackedEnsemble,
)
from peelian.forecasts.ensemble import _fit_weights, _Lesson, _most_at_risk
from peelian.terms import History, ParameterError, Periods, RiskSurface

MEMBERS = (LongWindowCount(), EWMA(20), KernelEWMA(bandwidth=80))
BOTH = [StackedEnsemble(MEMBERS, 8), GeometricEnsemble(MEMBERS)]
both = pytest.mark.parametrize("ensemble", BOTH, ids=["stacked", "geometric"])


@dataclass(frozen=True)
class Always:
    """The same map whatever has happened, forecast and not walked."""

    risk: tuple[float, ...]

    def forecast(self, history, horizon):
        return RiskSurface(np.tile(self.risk, (horizon, 1)), history.grid, self)


def noise(n_periods=20, n_cells=24, *, mean=0.6, seed=1):
    rng = np.random.default_rng(seed)
    return rng.poisson(rng.gamma(0.5, 2 * mean, n_cells), (n_periods, n_cells)).astype(float)


def patchy():
    counts = noise()
    counts[[4, 11, 12]] = np.nan
    return history_of(counts, squares(4, 6, area=np.linspace(0.1, 1, 24)))


@both
def test_walking_is_forecasting(ensemble):
    history = patchy()
    origins = [0, 1, 2, 5, 5, 11, 12, 13, 20]
    for origin, risk in zip(origins, ensemble.walk(history, origins), strict=True):
        plain = ensemble.forecast(history.until(origin), 1).risk[0]
        np.testing.assert_allclose(risk, plain, rtol=1e-9)


@both
def test_what_follows_is_not_known(ensemble):
    history, changed = patchy(), patchy()
    changed.counts[13:] = 99
    for ours, theirs in zip(
        ensemble.walk(history, [10, 13]), ensemble.walk(changed, [10, 13]), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


@both
def test_nothing_a_single_event_and_the_same_everywhere(ensemble):
    grid = squares(4, 6)
    assert not ensemble.forecast(history_of(np.zeros((9, 24)), grid), 2).risk.any()
    one = np.zeros((9, 24))
    one[5, 9] = 1
    risk = ensemble.forecast(history_of(one, grid), 1).risk[0]
    assert risk.sum() > 0
    if isinstance(ensemble, StackedEnsemble):
        assert np.ptp(risk) < 1e-6  # nothing forecast it, and nothing came where it was
    else:
        assert np.argmax(risk) == 9
    same = ensemble.forecast(history_of(np.full((9, 24), 2.0), grid), 1)
    assert same.risk.sum() == pytest.approx(48)
    assert same.low is None
    assert same.high is None
    unknown = ensemble.forecast(history_of(np.full((9, 24), np.nan), grid), 1)
    assert np.isnan(unknown.risk).all()


@both
@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 0.0), (1.0, 4e5)])
def test_units_and_origin_do_not_matter(ensemble, scale, shift):
    members = (LongWindowCount(), EWMA(20), KernelEWMA(bandwidth=80 * scale))
    other = (
        StackedEnsemble(members, 8)
        if isinstance(ensemble, StackedEnsemble)
        else GeometricEnsemble(members)
    )
    grid = squares(4, 6, cell_size=100 * scale, origin=(shift, shift))
    ours = ensemble.forecast(history_of(noise(), squares(4, 6)), 1).risk
    np.testing.assert_allclose(other.forecast(history_of(noise(), grid), 1).risk, ours, 1e-6)


@both
def test_there_is_nothing_to_find_in_noise(ensemble):
    """Even noise: the interval of PAI holds 1 in at least 28 of 30 worlds."""
    inside, rng = 0, np.random.default_rng(5)
    for _ in range(30):
        result = backtest(
            history_of(rng.poisson(0.4, (24, 100)), squares(10, 10), days=30),
            {"count": LongWindowCount(), "ensemble": ensemble},
            area_budget=10 * 1e4,
            min_history=6,
            draws=300,
            rng=rng,
        )
        interval = result.row("ensemble").pai.interval
        inside += interval.low <= 1 <= interval.high
    assert inside >= 28


@both
@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6), factor=st.sampled_from([2.0, 5.0]))
def test_as_many_times_the_events_are_as_many_times_the_risk(ensemble, seed, factor):
    counts, grid = noise(10, seed=seed), squares(4, 6)
    one, more = (
        ensemble.forecast(history_of(c, grid), 1).risk for c in (counts, factor * counts)
    )
    np.testing.assert_allclose(more, factor * one, rtol=1e-4, atol=1e-6)
    assert one.min() >= 0


@both
@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_members_does_not_matter(ensemble, seed):
    history = history_of(noise(10, seed=seed), squares(4, 6))
    turned = (
        StackedEnsemble(MEMBERS[::-1], 8)
        if isinstance(ensemble, StackedEnsemble)
        else GeometricEnsemble(MEMBERS[::-1])
    )
    ours, theirs = (e.forecast(history, 1).risk for e in (ensemble, turned))
    np.testing.assert_allclose(theirs, ours, rtol=1e-3, atol=1e-6)


def test_the_member_that_was_right_takes_the_weight():
    rng, truth = np.random.default_rng(2), np.repeat([3.0, 0.1], 12)
    history = history_of(rng.poisson(truth, (40, 24)), squares(4, 6))
    right, wrong = Always(tuple(truth)), Always(tuple(truth[::-1]))
    weights = StackedEnsemble((right, wrong), 30).weights(history)
    assert weights[0] == pytest.approx(1, abs=0.1)
    assert weights[1] < 0.02
    risk = StackedEnsemble((right, wrong), 30).forecast(history, 1).risk[0]
    np.testing.assert_allclose(risk, truth, atol=0.3)


def test_the_level_is_learned():
    """A member that says half as much as happens is doubled."""
    history = history_of(np.full((12, 24), 2.0), squares(4, 6))
    weights = StackedEnsemble((Always(tuple(np.linspace(0.5, 1.5, 24))),), 10).weights(history)
    risk = StackedEnsemble((Always(tuple(np.ones(24))),), 10).forecast(history, 1).risk
    np.testing.assert_allclose(risk, 2)
    assert weights[-1] > 0


def test_weights_are_the_most_likely():
    """No small move, with weights zero or more, raises the likelihood."""
    rng = np.random.default_rng(3)
    surfaces = rng.gamma(0.7, 1, (3, 400))
    counts = rng.poisson(np.array([0.5, 0.0, 1.5]) @ surfaces).astype(float)
    weights = _fit_weights([_Lesson.of(surfaces, counts, np.arange(400))], 2)

    def log_likelihood(w):
        mean = w @ surfaces
        return counts @ np.log(mean) - mean.sum()

    top = log_likelihood(weights)
    for move in rng.normal(0, 0.02, (200, 3)):
        assert log_likelihood(np.maximum(weights + move, 0)) <= top + 1e-6
    np.testing.assert_allclose(weights, [0.5, 0, 1.5], atol=0.2)


def test_the_cells_most_at_risk_teach():
    """Two members agree on where risk is high; one knows the order there, one elsewhere."""
    rng = np.random.default_rng(5)
    top, rest = np.linspace(2, 6, 40), np.linspace(0.1, 0.7, 360)
    history = history_of(rng.poisson(np.append(top, rest), (40, 400)), squares(20, 20))
    knows_top = Always((*top, *rng.permutation(rest)))
    knows_rest = Always((*rng.permutation(top), *rest))
    members = (knows_top, knows_rest)
    few, every = (StackedEnsemble(members, 30, n).weights(history) for n in (40, 400))
    assert few[0] > 0.9 > 0.1 > few[1]
    assert every[1] > few[1] + 0.1
    risk = StackedEnsemble(members, 30, 40).forecast(history, 1).risk
    assert risk.sum() == pytest.approx(history.counts[-30:].mean(axis=0).sum())


def test_cells_are_most_at_risk_for_their_area_and_ties_all_teach():
    density = np.array([[4.0, 1, 1, 1, 0], [0.0, 0, 3, 0, 0]])
    np.testing.assert_array_equal(_most_at_risk(density, 2), [0, 2])
    np.testing.assert_array_equal(_most_at_risk(density, 3), [0, 1, 2, 3])
    np.testing.assert_array_equal(_most_at_risk(density, 9), np.arange(5))
    np.testing.assert_array_equal(_most_at_risk(np.zeros((2, 5)), 2), np.arange(5))


def test_with_no_past_forecast_members_count_alike():
    history = history_of(noise(1), squares(4, 6))
    weights = StackedEnsemble(MEMBERS).weights(history)
    np.testing.assert_allclose(weights, [1 / 3, 1 / 3, 1 / 3, 0])


def test_the_length_of_the_period_learned_from_is_allowed_for():
    """Ten-day periods after one-day ones: the same rate a day, so a weight of 1."""
    lengths = np.array([1] * 10 + [10] * 6)
    edges = np.datetime64("2024-01-01T00:00:00") + np.concatenate(
        [[0], np.cumsum(lengths)]
    ) * np.timedelta64(86_400, "s")
    periods = Periods(edges[:-1], edges[1:], np.ones(16, bool))
    counts = lengths[:, None] * np.array([[1.0, 0, 3, 0]])
    history = History(counts, squares(1, 4), periods)
    weights = StackedEnsemble((LongWindowCount(),), 15).weights(history)
    assert weights[0] == pytest.approx(1, abs=1e-3)


def test_geometric_mean_by_hand():
    ensemble = GeometricEnsemble((Always((8.0, 2.0)), Always((1.0, 1.0))))
    risk = ensemble.forecast(history_of(np.ones((2, 2)), squares(1, 2)), 1).risk[0]
    shares = np.sqrt(np.array([0.99 * 0.8 + 0.005, 0.99 * 0.2 + 0.005]) * 0.5)
    np.testing.assert_allclose(risk, 6 * shares / shares.sum())


def test_one_member_is_itself_but_for_the_even_part():
    history = history_of(noise(), squares(4, 6))
    alone = GeometricEnsemble((GammaPoissonEWMA(),)).forecast(history, 2).risk
    plain = GammaPoissonEWMA().forecast(history, 2).risk
    np.testing.assert_allclose(alone.sum(), plain.sum())
    assert np.corrcoef(alone[0], plain[0])[0, 1] > 0.9999


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: StackedEnsemble(()),
        lambda: GeometricEnsemble((EWMA(), EWMA())),
        lambda: StackedEnsemble(MEMBERS, 0),
        lambda: StackedEnsemble(MEMBERS, 8, 0),
    ],
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError, match="give"):
        wrong()


def test_it_runs_when_asked_for_by_name():
    assert ON_REQUEST["stacked"]() == StackedEnsemble()


def test_the_repr_is_the_full_record():
    assert eval(repr(BOTH[0])) == BOTH[0]  # noqa: S307
