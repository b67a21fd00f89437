"""Many scales: the formula by hand, nothing of the future, powers that follow the past."""

from dataclasses import replace

import numpy as np
import pytest

from forecast_histories import as_polygons, dated_history, events_of, history_of, squares
from peelian.evaluation import backtest
from peelian.forecasts import EWMA, ON_REQUEST, LongWindowCount, ManyScales
from peelian.forecasts.many_scales import COMPANION, FLOOR, OWN
from peelian.forecasts.smoothing import Smoother
from peelian.terms import History, ParameterError

CLIPPED = np.array([1, 1, 0.2, 1, 0.5, 1, 1, 1, 0.3, 1, 1, 1])


def noise(n_periods, n_cells, *, mean=0.5, seed=1):
    return np.random.default_rng(seed).poisson(mean, (n_periods, n_cells)).astype(float)


def unequal(n_periods, grid, *, seed=1, mean=0.2):
    """Rates that differ between cells and stay."""
    generator = np.random.default_rng(seed)
    rate = generator.gamma(0.5, mean / 0.5, grid.n_cells)
    return generator.poisson(rate, (n_periods, grid.n_cells)).astype(float), rate


def dated(n_weeks=120, *, seed=1, n=600):
    """Events at a few places again and again, and anywhere, with a companion."""
    generator = np.random.default_rng(seed)
    grid = squares(6, 6)
    place = generator.uniform(0, 600, (12, 2))
    at = np.where(
        (generator.random(n) < 0.5)[:, None],
        place[generator.integers(0, 12, n)],
        generator.uniform(0, 600, (n, 2)),
    )
    events = events_of(*at.T, np.sort(generator.uniform(0, 7 * n_weeks, n)))
    history = dated_history(events, grid, n_weeks, days=7)
    return replace(history, companions={"theft": noise(n_weeks, 36, seed=seed + 1)})


def test_with_nothing_to_learn_from_it_is_the_formula_with_the_powers_it_starts_from():
    grid = squares(3, 4, area=CLIPPED)
    counts, theft = noise(3, 12), noise(3, 12, seed=2)
    history = replace(history_of(counts, grid, days=7), companions={"theft": theft})
    model = ManyScales(half_life_days=100, recent_days=10)
    age = np.array([17.5, 10.5, 3.5])
    here, lately, other = (
        0.5 ** (age / half) @ c for half, c in ((100, counts), (10, counts), (100, theft))
    )
    near, wide = Smoother(grid, 100.0), Smoother(grid, 400.0)
    log_risk = (
        OWN["here"] * np.log(here + FLOOR * CLIPPED)
        + OWN["near"] * np.log(near.smooth(here) + FLOOR * near.own)
        + OWN["wide"] * np.log(wide.smooth(here) + FLOOR * wide.own)
        + OWN["lately"] * np.log(wide.smooth(lately) + FLOOR * wide.own)
        + COMPANION["here"] * np.log(other + FLOOR * CLIPPED)
        + COMPANION["near"] * np.log(near.smooth(other) + FLOOR * near.own)
    )
    total = EWMA(100).forecast(history, 1).risk.sum()
    by_hand = np.exp(log_risk) / np.exp(log_risk).sum() * total
    np.testing.assert_allclose(model.forecast(history, 2).risk, np.tile(by_hand, (2, 1)))


def test_repeats_are_the_root_of_the_sum_of_squares_over_exact_places():
    """Two cells with three events each, at one place and at three: one place has more risk."""
    x = [50, 50, 50, 510, 550, 590]
    events = events_of(x, [50] * 6, [1, 2, 3, 1, 2, 3])
    history = dated_history(events, squares(1, 6), 1, days=7)
    risk = ManyScales(near=1, wide=1).forecast(history, 1).risk[0]
    plain = ManyScales(near=1, wide=1).forecast(replace(history, events=None), 1).risk[0]
    weight = 0.5 ** (np.array([6, 5, 4]) / 730)
    ratio = (weight.sum() + FLOOR) / (np.sqrt((weight**2).sum()) + FLOOR)
    assert plain[0] == pytest.approx(plain[5])
    assert risk[0] / risk[5] == pytest.approx(ratio ** OWN["repeats"])


@pytest.mark.parametrize("days", [1, 7, 30])
def test_a_walk_gives_what_each_forecast_gives(days):
    history = dated(40)
    if days != 7:
        history = dated_history(history.events, history.grid, 280 // days, days=days)
    n = len(history.periods)
    origins = [1, n // 3, n // 2, n - 1, n]
    walked = list(ManyScales().walk(history, origins))
    for origin, risk in zip(origins, walked, strict=True):
        plain = ManyScales().forecast(history.until(origin), 1).risk[0]
        np.testing.assert_allclose(risk, plain, rtol=1e-9)


def test_later_events_and_companions_change_nothing_before():
    history = dated()
    changed = replace(
        history,
        counts=np.where(np.arange(120)[:, None] < 100, history.counts, 9.0),
        companions={
            "theft": np.where(np.arange(120)[:, None] < 100, noise(120, 36, seed=2), 5)
        },
    )
    first, second = (next(ManyScales().walk(h, [100])) for h in (history, changed))
    np.testing.assert_array_equal(first, second)


def test_powers_follow_what_past_events_say():
    """Where counts here tell all, their power grows; where a companion does, its power."""
    grid = squares(20, 20)
    counts, rate = unequal(150, grid, mean=0.3)
    history = history_of(counts, grid, days=7)
    alone = ManyScales(near=150, wide=400).powers(history)
    assert alone["here"] > OWN["here"]
    assert alone["wide"] < OWN["wide"]
    companion = np.random.default_rng(5).poisson(20 * rate, counts.shape).astype(float)
    told = ManyScales().powers(replace(history, companions={"theft": companion}))
    assert told["theft here"] > COMPANION["here"]
    blind = np.random.default_rng(6).poisson(5, counts.shape).astype(float)
    assert ManyScales().powers(replace(history, companions={"x": blind}))["x here"] < 0.15


def test_a_companion_that_knows_the_risk_catches_more_than_counting():
    grid = squares(20, 20)
    counts, rate = unequal(130, grid, mean=0.008)
    theft = np.random.default_rng(5).poisson(60 * rate, counts.shape).astype(float)
    history = replace(history_of(counts, grid, days=7), companions={"theft": theft})
    result = backtest(
        history, {"count": LongWindowCount(), "many-scales": ManyScales()},
        area_budget=20 * 1e4, min_history=78, rng=np.random.default_rng(1),
    )  # fmt: skip
    assert result.champion == "many-scales"


def test_on_even_noise_it_is_no_better_than_counting():
    history = history_of(noise(130, 100, mean=0.1), squares(10, 10), days=7)
    result = backtest(
        history, {"count": LongWindowCount(), "many-scales": ManyScales()},
        area_budget=5e4, min_history=78, rng=np.random.default_rng(1),
    )  # fmt: skip
    pai = result.row("many-scales").pai.interval
    assert pai.low <= 1 <= pai.high


def test_units_and_origin_do_not_matter():
    history = dated(60)
    metres = ManyScales().forecast(history, 1).risk
    grid, events = history.grid, history.events
    far = replace(
        history,
        grid=squares(6, 6, origin=(5e5, 2e5)),
        events=replace(events, x=events.x + 5e5, y=events.y + 2e5),
    )
    np.testing.assert_allclose(ManyScales().forecast(far, 1).risk, metres, rtol=1e-6)
    small = replace(
        history,
        grid=squares(6, 6, cell_size=0.1),
        events=replace(events, x=events.x / 1000, y=events.y / 1000),
    )
    kilometres = ManyScales(near=0.1, wide=0.4).forecast(small, 1).risk
    np.testing.assert_allclose(kilometres, metres, rtol=1e-9)
    assert grid.cell_size == 100


def test_polygons_and_squares_agree():
    history = history_of(noise(80, 63, mean=0.3), squares(7, 9), days=7)
    other = History(history.counts, as_polygons(history.grid), history.periods)
    ours, theirs = (ManyScales().forecast(h, 1).risk for h in (history, other))
    np.testing.assert_allclose(ours, theirs, rtol=2e-2)


def test_awkward_input():
    grid = squares(4, 4)
    empty = ManyScales().forecast(history_of(np.zeros((60, 16)), grid, days=7), 1).risk
    assert (empty == 0).all()
    none_held = ManyScales().forecast(history_of(np.full((9, 16), np.nan), grid), 1).risk
    assert np.isnan(none_held).all()
    single = np.zeros((60, 16))
    single[50, 5] = 1
    risk = ManyScales().forecast(history_of(single, grid, days=7), 1).risk[0]
    assert risk.argmax() == 5
    assert (risk > 0).all()
    taken_back = single.copy()
    taken_back[51, 5] = -1
    assert (ManyScales().forecast(history_of(taken_back, grid, days=7), 1).risk == 0).all()
    even = (
        ManyScales(wide=150).forecast(history_of(np.ones((60, 16)), grid, days=7), 1).risk[0]
    )
    assert even.sum() == pytest.approx(16)


def test_periods_not_held_teach_nothing():
    counts = noise(100, 36, mean=0.3)
    counts[60:64] = np.nan
    risk = ManyScales().forecast(history_of(counts, squares(6, 6), days=7), 1).risk
    assert np.isfinite(risk).all()


def test_bad_settings_are_refused():
    for name in ("half_life_days", "recent_days", "near", "wide", "prior_events"):
        with pytest.raises(ParameterError, match="0"):
            ManyScales(**{name: 0})


def test_companions_must_fit_the_history():
    history = history_of(noise(9, 16), squares(4, 4))
    with pytest.raises(ParameterError, match="shape"):
        replace(history, companions={"theft": np.ones((9, 15))})
    with pytest.raises(ParameterError, match="NaN"):
        replace(history, companions={"theft": np.full((9, 16), np.nan)})
    known = replace(history, companions={"theft": noise(9, 16)}).until(4)
    assert known.companions["theft"].shape == (4, 16)


def test_it_is_known_by_name():
    assert ON_REQUEST["many-scales"]() == ManyScales()
