"""Every method takes weights: ones change nothing, and a common weight does as is stated."""

from dataclasses import replace

import numpy as np
import pytest

from forecast_histories import day_lengths, events_of, squares
from peelian import forecasts, hotspots
from peelian.spacetime import assign_cells, count_events
from peelian.terms import History, ParameterError

GRID = squares(8, 8)
PERIODS = day_lengths(60)
DAYS = 60
WEIGHT = 7.0


def rng():
    return np.random.default_rng(3)


def drawn(weight=None, n=150):
    """Events around two places over two months."""
    draw = np.random.default_rng(1)
    centre = np.array([[250.0, 250.0], [600.0, 500.0]])[draw.integers(0, 2, n)]
    x, y = np.clip(centre + draw.normal(0, 90, (n, 2)), 1, 799).T
    day = np.sort(draw.uniform(0, DAYS, n))
    return events_of(x, y, day, weight=None if weight is None else np.full(n, weight))


def by_cell(events, power=1):
    cell, inside = assign_cells(GRID, events.x, events.y)
    weight = events.weight[inside] ** power
    return np.bincount(cell[inside], weight, minlength=GRID.n_cells)


def counts_of(events):
    return count_events(events, GRID, PERIODS)


def other(events):
    """A second kind of event, of the same weight."""
    return drawn(events.weight[0]).where(np.arange(150) % 3 == 0)


def halves(events):
    early = events.start < PERIODS.start[30]
    return events.where(early), events.where(~early)


def changed(events, *, squares_too):
    before, after = halves(events)
    squares = (by_cell(before, 2), by_cell(after, 2)) if squares_too else None
    return hotspots.change(by_cell(before), by_cell(after), squares=squares)


BREAKS = {"distance_breaks": [0, 50, 150], "time_breaks": [0, 3, 9]}
REACH = {"distance": 100, "days": 5}
SCAN = {"max_radius": 200, "max_days": 10, "runs": 9}


def listed(table):
    return {name: np.asarray(column) for name, column in table.columns.items()}


# What each method makes of events: numbers by name.
METHODS = {
    "kde": lambda e: {
        "density": hotspots.kde(e.x, e.y, GRID, bandwidth=200, weights=e.weight)
    },
    "dual_kde": lambda e: vars(hotspots.dual_kde(e, other(e), GRID, bandwidth=200)),
    "relative_risk": lambda e: vars(
        hotspots.relative_risk(e, other(e), GRID, bandwidth=200, permutations=19, rng=rng())
    ),
    "gi_star": lambda e: vars(hotspots.gi_star_test(by_cell(e), GRID)),
    "gi_star permuted": lambda e: vars(
        hotspots.gi_star_test(by_cell(e), GRID, null="permutation", permutations=19, rng=rng())
    ),
    "local_moran": lambda e: vars(
        hotspots.local_moran(by_cell(e), GRID, permutations=19, rng=rng())
    ),
    "emerging": lambda e: vars(hotspots.emerging(counts_of(e), GRID)),
    "change": lambda e: vars(changed(e, squares_too=bool(np.any(e.weight != 1)))),
    "concentration": lambda e: {
        "value": hotspots.concentration(by_cell(e), n_events=len(e), draws=50, rng=rng()).value
    },
    "rank_stability": lambda e: {
        "share": hotspots.rank_stability(counts_of(e), 5, draws=50, rng=rng())
    },
    "knox": lambda e: listed(
        hotspots.knox_of_events(e, **BREAKS, permutations=19, rng=rng(), weighted=True).table
    ),
    "near_repeats": lambda e: listed(hotspots.near_repeats_of_events(e, **REACH).chains),
    "scan": lambda e: listed(
        hotspots.scan_of_events(e, **SCAN, rng=rng(), weighted=True).table
    ),
}
PLAIN = {
    "kde": lambda e: {"density": hotspots.kde(e.x, e.y, GRID, bandwidth=200)},
    "knox": lambda e: listed(
        hotspots.knox_of_events(e, **BREAKS, permutations=19, rng=rng()).table
    ),
    "scan": lambda e: listed(hotspots.scan_of_events(e, **SCAN, rng=rng()).table),
}
# By how much a common weight w multiplies each number; what is not named stays as it is.
SCALES = {
    "kde": {"density": WEIGHT},
    "dual_kde": dict.fromkeys(("density", "reference_density", "difference", "total"), WEIGHT),
    "change": dict.fromkeys(("before", "after", "expected"), WEIGHT),
    "knox": dict.fromkeys(("observed", "expected"), WEIGHT**2),
    "near_repeats": {"weight": WEIGHT},
    "scan": dict.fromkeys(("observed", "expected"), WEIGHT),
}
# Not asked of a common weight: an exact test against its continuous form.
APART = {"change": ("p", "p_fdr")}


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"near_repeats"}))
def test_weights_of_one_give_the_unweighted_answer(method):
    plain = PLAIN.get(method, METHODS[method])(drawn())
    ones = METHODS[method](drawn(1.0))
    for name, values in plain.items():
        np.testing.assert_array_equal(ones[name], values, err_msg=name)


def test_weights_of_one_leave_near_repeats_as_they_are():
    e = drawn()
    day = (e.start - PERIODS.start[0]) / np.timedelta64(1, "D")
    plain = hotspots.near_repeats(e.x, e.y, day, **REACH)
    ones = hotspots.near_repeats(e.x, e.y, day, **REACH, weights=np.ones(len(e)))
    for name, values in plain.chains.columns.items():
        np.testing.assert_array_equal(ones.chains.columns[name], values)


@pytest.mark.parametrize("method", METHODS)
def test_a_common_weight_scales_what_is_summed_and_nothing_else(method):
    plain, heavy = METHODS[method](drawn(1.0)), METHODS[method](drawn(WEIGHT))
    for name, values in plain.items():
        if name in APART.get(method, ()):
            continue
        values = np.asarray(values)
        if values.dtype.kind in "fi":
            by = SCALES.get(method, {}).get(name, 1.0)
            np.testing.assert_allclose(heavy[name], values * by, rtol=1e-6, err_msg=name)
        else:
            np.testing.assert_array_equal(heavy[name], values, err_msg=name)


def test_a_scan_of_tallies_refuses_what_is_no_number_of_events():
    with pytest.raises(ParameterError, match="weights must be whole"):
        hotspots.scan_of_events(drawn(2.5), **SCAN, rng=rng(), tallied=True)


def history_of(events):
    return History(counts_of(events), GRID, PERIODS, events)


COUNTING = ["count", "ewma", "kernel-ewma"]


@pytest.mark.parametrize("name", [*COUNTING, "gamma-poisson"])
def test_a_forecast_of_weights_of_one_is_the_forecast_of_counts(name):
    forecaster = forecasts.FORECASTERS[name]()
    plain, ones = (forecaster.forecast(history_of(drawn(w)), 1) for w in (None, 1.0))
    np.testing.assert_array_equal(plain.risk, ones.risk)


@pytest.mark.parametrize("name", COUNTING)
def test_a_forecast_of_harm_is_in_harm(name):
    forecaster = forecasts.FORECASTERS[name]()
    plain, heavy = (forecaster.forecast(history_of(drawn(w)), 1) for w in (1.0, WEIGHT))
    np.testing.assert_allclose(heavy.risk, plain.risk * WEIGHT)


def test_prospective_hot_spotting_lends_each_event_its_weight():
    plain, heavy = (
        forecasts.Prospective().forecast(history_of(drawn(w)), 1) for w in (1.0, WEIGHT)
    )
    np.testing.assert_allclose(heavy.risk, plain.risk * WEIGHT)


def test_a_self_exciting_forecast_refuses_harm():
    with pytest.raises(ParameterError, match="counts events, not harm"):
        forecasts.SelfExciting().forecast(history_of(drawn(2.0)), 1)


def test_events_that_weigh_nothing_change_no_density():
    e = drawn(1.0)
    half = np.arange(len(e)) % 2 == 0
    muted = replace(e, weight=np.where(half, 1.0, 0.0))
    np.testing.assert_allclose(
        METHODS["kde"](muted)["density"], METHODS["kde"](e.where(half))["density"]
    )
