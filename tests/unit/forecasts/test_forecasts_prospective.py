"""Prospective hot-spotting: by hand, by brute force, and from data that cannot carry it."""

import numpy as np
import pytest

from forecast_histories import (
    START,
    as_polygons,
    dated_history,
    day_lengths,
    events_of,
    history_of,
    squares,
)
from peelian.evaluation import backtest
from peelian.forecasts import ON_REQUEST, LongWindowCount, Prospective
from peelian.forecasts.dated import dated_events, held_days, last_length
from peelian.terms import CoverageError, History, ParameterError, Periods


def scattered(n=300, n_days=120, *, seed=1, side=1000.0, shift=0.0, scale=1.0):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, side, (2, n))
    day = np.sort(rng.uniform(0, n_days, n))
    return events_of(x * scale + shift, y * scale + shift, day)


def by_hand(history, forecaster, origin):
    """Every event against every cell, as the formula reads."""
    grid, events = history.grid, history.events
    now = history.periods.end[origin - 1]
    score, n = np.zeros(grid.n_cells), 0
    for x, y, start, end in zip(events.x, events.y, events.start, events.end, strict=True):
        age = (now - (start + (end - start) // 2)) / np.timedelta64(86_400, "s")
        if end > now or age > forecaster.window_days:
            continue
        n += 1
        d = np.hypot(grid.x - x, grid.y - y)
        bands = d / (forecaster.band or grid.cell_size / 2)
        if not forecaster.continuous:
            bands = np.floor(bands)
        weeks = age / 7 if forecaster.continuous else age // 7
        score += np.where(d <= forecaster.reach, 1 / ((1 + bands) * (1 + weeks)), 0)
    worth = score * grid.area
    return worth / worth.sum() * n / min(origin, forecaster.window_days)


@pytest.mark.parametrize(
    "forecaster",
    [Prospective(), Prospective(250, 21, band=80), Prospective(continuous=True)],
    ids=repr,
)
def test_every_event_against_every_cell(forecaster):
    grid = squares(10, 10, area=np.random.default_rng(3).uniform(0.1, 1, 100))
    history = dated_history(scattered(), grid, 120)
    origins = [1, 8, 60, 61, 95, 120]
    for origin, risk in zip(origins, forecaster.walk(history, origins), strict=True):
        np.testing.assert_allclose(risk, by_hand(history, forecaster, origin), rtol=1e-9)
        plain = forecaster.forecast(history.until(origin), 1).risk[0]
        np.testing.assert_allclose(risk, plain, rtol=1e-9)


def test_polygons_and_squares_agree():
    events, grid = scattered(), squares(10, 10)
    ours = Prospective().forecast(dated_history(events, grid, 120), 2)
    polygons = dated_history(events, as_polygons(grid), 120)
    theirs = Prospective(band=50).forecast(polygons, 2)
    np.testing.assert_allclose(ours.risk, theirs.risk)
    assert ours.low is None
    assert ours.high is None
    with pytest.raises(ParameterError, match="give band"):
        Prospective().forecast(polygons, 1)


@pytest.mark.parametrize(("scale", "shift"), [(1e-3, 0.0), (1.0, 4e5)])
def test_units_and_origin_do_not_matter(scale, shift):
    metres = Prospective().forecast(dated_history(scattered(), squares(10, 10), 120), 1)
    grid = squares(10, 10, cell_size=100 * scale, origin=(shift, shift))
    history = dated_history(scattered(scale=scale, shift=shift), grid, 120)
    theirs = Prospective(reach=400 * scale).forecast(history, 1)
    np.testing.assert_allclose(theirs.risk, metres.risk, rtol=1e-9)


def test_what_follows_is_not_known():
    """Events to come, and those that may not be over yet, change nothing."""
    grid, events = squares(10, 10), scattered()
    known = events.where(events.end <= START + np.timedelta64(60, "D"))
    later = dated_history(events, grid, 120)
    (walked,) = Prospective().walk(later, [60])
    alone = Prospective().forecast(dated_history(known, grid, 120).until(60), 1).risk[0]
    np.testing.assert_allclose(walked, alone)
    lasting = events_of([50, 950], [50, 950], [57.0, 59.9], lasts=[0.5, 0.5])
    risk = next(Prospective().walk(dated_history(lasting, grid, 120), [60]))
    assert risk[0] > 0
    assert risk[-1] == 0


def test_the_level_is_that_of_the_window():
    history = dated_history(scattered(600, 120), squares(10, 10), 120)
    risk = Prospective(window_days=30).forecast(history, 1).risk
    assert risk.sum() == pytest.approx(history.counts[-30:].sum() / 30)
    weekly = dated_history(scattered(600, 119), squares(10, 10), 17, days=7)
    in_window = np.sum(weekly.events.start > weekly.periods.end[-1] - np.timedelta64(60, "D"))
    assert Prospective().forecast(weekly, 1).risk.sum() == pytest.approx(in_window / 60 * 7)


def test_a_day_not_held_is_neither_an_event_nor_a_day():
    events = events_of([50, 950, 950], [50, 950, 950], [50.5, 40.5, 40.6])
    held = np.ones(60, bool)
    held[40:45] = False
    history = dated_history(events, squares(10, 10), 60, held=held)
    risk = Prospective(reach=100).forecast(history, 1).risk[0]
    assert risk.sum() == pytest.approx(1 / 55)
    assert risk[-1] == 0
    nothing = dated_history(events, squares(10, 10), 60, held=np.arange(60) < 5)
    assert np.isnan(Prospective(window_days=30).forecast(nothing, 1).risk).all()
    assert np.isnan(next(Prospective().walk(history, [0]))).all()


def test_nothing_a_single_event_and_the_same_everywhere():
    grid = squares(5, 5)
    none = Prospective().forecast(dated_history(events_of([], [], []), grid, 30), 1).risk
    assert not none.any()
    one = dated_history(events_of(250.0, 250.0, 10.0), grid, 30)
    image = Prospective().forecast(one, 1).risk[0].reshape(5, 5)
    assert np.argmax(image) == 12
    np.testing.assert_allclose(image, image.T)
    assert image.sum() == pytest.approx(1 / 30)
    everywhere = events_of(grid.x, grid.y, np.full(25, 10.0))
    risk = Prospective(reach=50).forecast(dated_history(everywhere, grid, 30), 1).risk
    assert np.ptp(risk) < 1e-12


def test_events_outside_the_grid_lend_risk_and_are_not_counted():
    history = dated_history(events_of([-40.0, 250], [50.0, 250], [9.0, 9]), squares(5, 5), 30)
    risk = Prospective(reach=100).forecast(history, 1).risk[0]
    assert risk[0] > 0
    assert risk.sum() == pytest.approx(1 / 30)


def test_month_only_data_are_refused():
    events = events_of([50.0, 60], [50.0, 60], [0, 31], lasts=[31, 29])
    history = dated_history(events, squares(5, 5), 2, days=31)
    with pytest.raises(CoverageError, match=r"2 of 2 events last longer, as in month-only"):
        Prospective().forecast(history, 1)
    with pytest.raises(CoverageError, match="2 of 2 periods last longer"):
        Prospective().forecast(history_of(np.ones((2, 25)), squares(5, 5), days=31), 1)


def test_a_few_long_events_are_borne():
    events = events_of([50.0, 60, 70], [50.0, 60, 70], [0, 3, 5], lasts=[20, 0, 0])
    assert Prospective().forecast(dated_history(events, squares(5, 5), 30), 1).risk.any()


def test_counts_stand_in_for_events():
    """At the centre of the cell and the middle of the period."""
    counts = np.zeros((8, 25))
    counts[[1, 6, 7], [3, 12, 12]] = [1, 2, 1]
    grid = squares(5, 5)
    events = events_of(
        grid.x[[3, 12, 12]], grid.y[[3, 12, 12]], [10.5, 45.5, 52.5], weight=[1, 2, 1]
    )
    with_events = History(counts, grid, day_lengths(8, 7), events)
    counted = history_of(counts, grid, days=7)
    for ours, theirs in zip(
        Prospective().walk(counted, [3, 8]),
        Prospective().walk(with_events, [3, 8]),
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs)


def test_there_is_nothing_to_find_in_noise():
    """Even noise, weekly origins: the interval of PAI holds 1 in at least 93 of 100 worlds."""
    covered, rng, grid = 0, np.random.default_rng(8), squares(10, 10)
    for _ in range(100):
        n = rng.poisson(20 * 30)
        events = events_of(*rng.uniform(0, 1000, (2, n)), rng.uniform(0, 210, n))
        result = backtest(
            dated_history(events, grid, 30, days=7),
            {"count": LongWindowCount(), "prospective": Prospective()},
            area_budget=10 * 1e4,
            min_history=10,
            draws=300,
            rng=rng,
        )
        interval = result.row("prospective").pai.interval
        covered += interval.low <= 1 <= interval.high
    assert covered >= 93


def test_near_repeats_are_found():
    """Each day two more where two were the day before, in a place that wanders."""
    rng, grid = np.random.default_rng(9), squares(10, 10)
    path = np.cumsum(rng.normal(0, 30, (200, 2)), axis=0) % 1000
    x, y = (np.repeat(path[:, i], 2) for i in (0, 1))
    history = dated_history(events_of(x, y, np.repeat(np.arange(200), 2) + 0.5), grid, 200)
    result = backtest(
        history,
        {"count": LongWindowCount(), "prospective": Prospective()},
        area_budget=5 * 1e4,
        min_history=60,
        draws=200,
        rng=rng,
    )
    assert result.row("prospective").difference.interval.low > 0


@pytest.mark.parametrize(
    "wrong", [{"reach": 0}, {"window_days": -1}, {"band": 0}, {"band": np.nan}]
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError):
        Prospective(**wrong)


def test_events_are_ordered_by_when_they_were_known():
    events = events_of([1, 2, 3, 99], [1, 2, 3, 99], [5, 1, 3, -4], lasts=[0, 5, 1, 1])
    history = dated_history(events, squares(5, 5), 30)
    dated = dated_events(history, longest=np.timedelta64(7, "D"), method="this")
    assert dated.x.tolist() == [3, 1, 2]
    np.testing.assert_array_equal(dated.when, events.start[[2, 0, 1]] + [43_200, 0, 216_000])


def test_days_held_in_a_window():
    start = START + np.array([0, 2, 3, 7]) * np.timedelta64(86_400, "s")
    periods = Periods(start[:-1], start[1:], np.array([True, False, True]))
    assert held_days(periods, 3, window_days=100) == 6
    assert held_days(periods, 3, window_days=3) == 3
    assert held_days(periods, 3, window_days=6) == 5
    assert held_days(periods, 2, window_days=2) == 1
    assert held_days(periods, 0, window_days=2) == 0
    assert last_length(periods, 2) == 2
    assert np.isnan(last_length(periods, 0))


def test_it_is_offered_by_name():
    assert ON_REQUEST["prospective"]() == Prospective()
