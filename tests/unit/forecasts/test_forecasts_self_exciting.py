"""The self-exciting process: known parameters found again, unfit data refused or reported."""

import numpy as np
import pytest

from forecast_histories import (
    as_polygons,
    dated_history,
    day_lengths,
    events_of,
    history_of,
    squares,
)
from peelian.evaluation import backtest
from peelian.forecasts import ON_REQUEST, LongWindowCount, SelfExciting, Trigger
from peelian.forecasts.expectation import Observed, find_pairs
from peelian.forecasts.smoothing import Smoother
from peelian.terms import CoverageError, DataError, Events, History, ParameterError

TRUE = Trigger(0.3, 0.1, 80.0)
METHOD = SelfExciting(background_bandwidth=400, reach=500)


def world(seed, *, trigger=TRUE, n_background=700, n_days=730):
    """Ten kilometres square, a background alike everywhere."""
    grid = squares(25, 25, cell_size=400.0)
    background = np.full(625, n_background / n_days / 625)
    events = trigger.simulate(
        grid, background, day_lengths(n_days), rng=np.random.default_rng(seed)
    )
    return dated_history(events, grid, n_days)


@pytest.fixture(scope="module")
def fits():
    return [METHOD.fit(world(seed)) for seed in range(30)]


def test_parameters_are_found_again(fits):
    for name in ("branching_ratio", "decay", "bandwidth"):
        found = np.mean([getattr(fit.trigger, name) for fit in fits])
        assert found == pytest.approx(getattr(TRUE, name), rel=0.06)


def covered(fits, name):
    """Share of intervals that hold the truth."""
    intervals = [fit.interval(name) for fit in fits]
    return np.mean([i.low <= getattr(TRUE, name) <= i.high for i in intervals])


def test_intervals_hold_the_truth(fits):
    """Of 30; the nightly test counts 300."""
    assert covered(fits, "branching_ratio") >= 0.9
    assert covered(fits, "decay") >= 0.8
    assert covered(fits, "bandwidth") >= 0.8


def test_standard_errors_are_the_spread_of_the_estimates(fits):
    for name in ("branching_ratio", "decay", "bandwidth"):
        stated = np.mean([getattr(fit.errors, name) for fit in fits])
        spread = np.std([getattr(fit.trigger, name) for fit in fits], ddof=1)
        assert 0.65 < stated / spread < 1.5


def test_a_fit_reports_itself(fits):
    for fit in fits:
        assert fit.converged
        assert fit.trigger.stationary
        assert fit.n_ties == fit.tied_share == 0
        assert fit.notes == ()
        assert fit.background.sum() == pytest.approx(
            fit.n_events * (1 - fit.trigger.branching_ratio) / 730, rel=0.03
        )


@pytest.mark.nightly
def test_intervals_hold_the_truth_in_many_worlds():
    many = [METHOD.fit(world(1000 + seed)) for seed in range(300)]
    assert 0.92 <= covered(many, "branching_ratio") <= 0.98
    assert covered(many, "decay") >= 0.9
    assert covered(many, "bandwidth") >= 0.9


def test_noise_sets_nothing_off():
    """A background alone: few events are said to be set off."""
    found = [
        METHOD.fit(world(seed, trigger=Trigger(0.0, 0.1, 80.0))).trigger.branching_ratio
        for seed in range(5)
    ]
    assert np.mean(found) < 0.05


def test_the_likelihood_is_highest_at_the_fit():
    from peelian.forecasts.expectation import expect_and_maximise, log_likelihood

    _, _, observed = METHOD._observe(world(1))
    smoother = Smoother(squares(25, 25, cell_size=400.0), 400.0)
    fitted = expect_and_maximise(observed, smoother, start=TRUE, least_bandwidth=5)
    best = fitted.trigger
    top = log_likelihood(best, 1.0, fitted, observed)
    for factor in (0.9, 1.1):
        for other in (
            Trigger(best.branching_ratio * factor, best.decay, best.bandwidth),
            Trigger(best.branching_ratio, best.decay * factor, best.bandwidth),
            Trigger(best.branching_ratio, best.decay, best.bandwidth * factor),
        ):
            assert log_likelihood(other, 1.0, fitted, observed) < top


def test_an_end_of_history_is_not_an_end_of_offspring():
    """Ten more years or the last two: the same ratio, though late parents lack offspring."""
    short = world(5, n_background=1500, n_days=120)
    assert METHOD.fit(short).trigger.branching_ratio == pytest.approx(0.3, abs=0.08)


def test_days_not_held_are_neither_events_nor_days():
    history = world(2)
    held = np.arange(730) % 100 >= 20
    gaps = dated_history(history.events, history.grid, 730, held=held)
    fit = METHOD.fit(gaps)
    assert fit.n_events < 0.85 * len(history.events)
    assert fit.trigger.branching_ratio == pytest.approx(0.3, abs=0.08)
    assert fit.background.sum() == pytest.approx(700 / 730, rel=0.12)


def test_held_time_is_what_offspring_could_be_seen_in():
    pairs = find_pairs(*np.zeros((3, 0)), reach=1, window_days=1, link_ties=False)
    observed = Observed(
        np.zeros(2, int), np.array([0.0, 8.0]), np.array([0.0, 6.0]), np.array([4.0, 10.0]),
        pairs, pairs, 1.0, 9.0,
    )  # fmt: skip
    share, _ = observed.seen(0.5)
    first = 1 - np.exp(-2) + np.exp(-3) - np.exp(-4.5)
    np.testing.assert_allclose(share, [first, 1 - np.exp(-1)])
    _, slope = observed.seen(0.5)
    up, down = observed.seen(0.5 + 1e-6)[0], observed.seen(0.5 - 1e-6)[0]
    np.testing.assert_allclose(slope, (up - down) / 2e-6, rtol=1e-6)
    np.testing.assert_allclose(observed.days_near(), [7, 8])


def test_snapped_points_are_reported_and_not_linked():
    """Each event moved to the nearest of a few points: linked ties inflate the ratio."""
    history = world(3)
    e = history.events
    snapped = Events(
        np.round(e.x / 400) * 400 + 0.5, np.round(e.y / 400) * 400 + 0.5, e.start, e.end,
        e.weight, e.offence, e.place, e.area_code, e.crs,
    )  # fmt: skip
    world_of_points = dated_history(snapped, history.grid, 730)
    fit = METHOD.fit(world_of_points)
    linked = SelfExciting(background_bandwidth=400, reach=500, link_ties=True).fit(
        world_of_points
    )
    assert fit.n_ties > 100
    assert fit.tied_share > 0.5
    assert "were not linked" in fit.notes[-1]
    assert linked.n_ties == 0
    assert "were linked" in linked.notes[-1]
    assert linked.trigger.branching_ratio > fit.trigger.branching_ratio + 0.05
    assert linked.trigger.bandwidth == 5
    assert np.isnan(linked.errors.bandwidth)  # at its bound, not at a peak
    assert linked.errors.branching_ratio > 0


def test_events_at_one_instant_do_not_set_each_other_off():
    events = events_of([50, 60, 70], [50, 60, 70], [5.5, 5.5, 9.5])
    fit = SelfExciting().fit(dated_history(events, squares(5, 5), 40))
    assert fit.n_instants == 1
    assert fit.n_pairs == 2


def test_month_only_data_counts_and_harm_are_refused():
    grid = squares(5, 5)
    monthly = events_of([50.0, 60], [50.0, 60], [0, 31], lasts=[31, 29])
    with pytest.raises(CoverageError, match=r"within 1\.04167 days; 2 of 2 events"):
        SelfExciting().forecast(dated_history(monthly, grid, 2, days=31), 1)
    with pytest.raises(CoverageError, match="the events themselves"):
        SelfExciting().forecast(history_of(np.ones((9, 25)), grid), 1)
    harm = events_of([50.0, 60], [50.0, 60], [3, 4], weight=[365, 1])
    with pytest.raises(ParameterError, match="not harm"):
        SelfExciting().forecast(dated_history(harm, grid, 9), 1)


def test_an_explosive_fit_is_refused():
    """Numbers that double every fortnight are no stationary process."""
    rng = np.random.default_rng(1)
    day = 100 + 20 * np.log(rng.uniform(np.exp(-5), 1, 150))
    x, y = 1000 + rng.normal(0, 20, (2, 150))
    history = dated_history(events_of(x, y, day), squares(20, 20), 100)
    method = SelfExciting(background_bandwidth=500)
    fit = method.fit(history)
    assert not fit.trigger.stationary
    assert any("explode" in note for note in fit.notes)
    with pytest.raises(DataError, match="branching ratio"):
        method.forecast(history, 1)


def test_nothing_and_a_single_event():
    grid = squares(5, 5)
    none = dated_history(events_of([], [], []), grid, 30)
    assert not SelfExciting().forecast(none, 2).risk.any()
    one = dated_history(events_of(250.0, 250.0, 10.0), grid, 30)
    surface = SelfExciting().forecast(one, 1)
    assert surface.risk.sum() == pytest.approx(1 / 30)
    assert np.argmax(surface.risk) == 12
    assert surface.low is None
    assert surface.high is None
    fit = SelfExciting().fit(one)
    assert fit.trigger.branching_ratio == 0
    assert np.isnan(fit.errors.branching_ratio)
    assert np.isnan(SelfExciting().forecast(none.until(0), 1).risk).all()


def test_the_same_everywhere_is_forecast_the_same_everywhere():
    grid = squares(10, 10)
    x, y = np.tile(grid.x, 3), np.tile(grid.y, 3)
    history = dated_history(events_of(x, y, np.repeat([10, 110, 210], 100)), grid, 300)
    risk = SelfExciting(background_bandwidth=30, reach=90).forecast(history, 1).risk[0]
    np.testing.assert_allclose(risk, 3 / 300, rtol=0.01)


def test_the_level_is_that_of_the_process():
    """Far ahead it is the mean rate; soon after a burst it is above it."""
    history = world(4)
    risk = METHOD.forecast(history, 400).risk.sum(axis=1)
    mean = len(history.events) / 730
    assert risk[-1] == pytest.approx(mean, rel=0.05)
    burst = events_of(np.full(8, 5000.0), 5000 + np.arange(8.0), np.full(8, 729.9))
    e = history.events
    joined = Events(
        *(np.concatenate([getattr(e, k), getattr(burst, k)]) for k in
          ("x", "y", "start", "end", "weight", "offence", "place", "area_code")), "none",
    )  # fmt: skip
    after = METHOD.forecast(dated_history(joined, history.grid, 730), 2).risk
    assert after[0].sum() > risk[0] + 0.1
    assert np.argmax(after[0] - METHOD.forecast(history, 1).risk[0]) == 12 * 25 + 12


@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 0.0), (1.0, 4e5)])
def test_units_and_origin_do_not_matter(scale, shift):
    history = world(6, n_background=200)
    e, n = history.events, len(history.periods)
    moved = Events(
        e.x * scale + shift, e.y * scale + shift, e.start, e.end, e.weight, e.offence,
        e.place, e.area_code, "none",
    )  # fmt: skip
    grid = squares(25, 25, cell_size=400 * scale, origin=(shift, shift))
    other = SelfExciting(400 * scale, 500 * scale, least_bandwidth=5 * scale)
    theirs, ours = other.fit(dated_history(moved, grid, n)), METHOD.fit(history)
    assert theirs.trigger.branching_ratio == pytest.approx(ours.trigger.branching_ratio, 1e-5)
    assert theirs.trigger.decay == pytest.approx(ours.trigger.decay, rel=1e-5)
    assert theirs.trigger.bandwidth == pytest.approx(ours.trigger.bandwidth * scale, rel=1e-5)
    np.testing.assert_allclose(theirs.background, ours.background, rtol=1e-4)


def test_polygons_and_squares_agree():
    history = world(7, n_background=200)
    polygons = dated_history(history.events, as_polygons(history.grid), 730)
    ours, theirs = (METHOD.forecast(h, 1).risk for h in (history, polygons))
    np.testing.assert_allclose(ours, theirs, rtol=5e-3)


def test_what_follows_is_not_known():
    history = world(8, n_background=200)
    known = history.events.where(history.events.end <= history.periods.end[399])
    alone = dated_history(known, history.grid, 730).until(400)
    seen = METHOD.forecast(history.until(400), 1).risk
    np.testing.assert_array_equal(seen, METHOD.forecast(alone, 1).risk)


def noise(rng, n_days=140):
    n = rng.poisson(20 * n_days / 7)
    events = events_of(*rng.uniform(0, 1000, (2, n)), rng.uniform(0, n_days, n))
    return dated_history(events, squares(10, 10), n_days // 7, days=7)


def test_there_is_nothing_to_find_in_noise():
    """Even noise: flagging a tenth of the area catches a tenth, within three errors."""
    rng, hits, n = np.random.default_rng(11), 0.0, 0.0
    for _ in range(12):
        history = noise(rng)
        risk = SelfExciting(reach=300).forecast(history.until(19), 1).risk[0]
        hits += history.counts[19][np.argsort(-risk)[:10]].sum()
        n += history.counts[19].sum()
    assert abs(hits / n - 0.1) < 3 * np.sqrt(0.1 * 0.9 / n)


@pytest.mark.nightly
def test_the_interval_of_pai_holds_one_in_noise():
    inside, rng = 0, np.random.default_rng(12)
    for _ in range(60):
        result = backtest(
            noise(rng),
            {"count": LongWindowCount(), "self-exciting": SelfExciting(reach=300)},
            area_budget=10 * 1e4,
            min_history=12,
            draws=300,
            rng=rng,
        )
        interval = result.row("self-exciting").pai.interval
        inside += interval.low <= 1 <= interval.high
    assert inside >= 54


def test_pairs_by_brute_force():
    rng = np.random.default_rng(12)
    x, y = rng.integers(0, 12, (2, 60)) * 10.0
    day = np.sort(rng.integers(0, 40, 60)).astype(float)
    for ties in (False, True):
        found = find_pairs(x, y, day, reach=30, window_days=7, link_ties=ties)
        expected = set()
        for i in range(60):
            for j in range(i):
                d, wait = np.hypot(x[i] - x[j], y[i] - y[j]), day[i] - day[j]
                if d <= 30 and 0 < wait <= 7 and (ties or d > 0):
                    expected.add((i, j))
        linked = found.only_linked()
        assert set(zip(linked.child.tolist(), linked.parent.tolist(), strict=True)) == expected


def test_too_many_pairs_are_refused_before_they_are_made():
    n = 7000
    with pytest.raises(ParameterError, match="lower reach"):
        find_pairs(
            np.zeros(n), np.zeros(n), np.arange(n) / n, reach=1, window_days=2, link_ties=False
        )


def test_events_are_drawn_as_asked():
    grid, rng = squares(4, 4, cell_size=1000.0), np.random.default_rng(13)
    background = np.zeros(16)
    background[5] = 5.0
    events = Trigger(0.5, 1.0, 10.0).simulate(grid, background, day_lengths(400), rng=rng)
    assert len(events) == pytest.approx(5 * 400 / (1 - 0.5), rel=0.1)
    assert np.all(np.diff(events.start) >= np.timedelta64(0, "s"))
    assert np.mean((np.abs(events.x - 1500) < 500) & (np.abs(events.y - 1500) < 500)) > 0.95
    with pytest.raises(ParameterError, match="below 1"):
        Trigger(1.0, 1.0, 10.0).simulate(grid, background, day_lengths(4), rng=rng)
    with pytest.raises(ParameterError, match="squares"):
        TRUE.simulate(as_polygons(grid), background, day_lengths(4), rng=rng)


def test_long_waits_do_not_underflow():
    assert TRUE.by_time(1e9) > 0
    assert TRUE.by_time(-1.0) == TRUE.by_time(0.0) == 0


@pytest.mark.parametrize("wrong", ["background_bandwidth", "reach", "window_days"])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError):
        SelfExciting(**{wrong: 0.0})


def test_it_is_offered_by_name():
    assert ON_REQUEST["self-exciting"]() == SelfExciting()
    assert isinstance(world(9, n_background=5), History)
