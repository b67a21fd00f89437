"""Rotated grids: smoothing on a shared grid, and the search for a lattice to patrol by."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from forecast_histories import as_polygons, dated_history, events_of, history_of, squares
from peelian import spacetime
from peelian.evaluation import backtest
from peelian.forecasts import EWMA, LongWindowCount, RotatedGrid, search_rotation
from peelian.spacetime import Rotation, count_events, rotated_grid
from peelian.statistics import flag_shares
from peelian.terms import CoverageError, ParameterError, StudyArea

GRID = squares(20, 20)
AREA = StudyArea("square", shapely.box(0, 0, 2_000, 2_000), "none")
FOUR_YEARS = 4 * 52


def anywhere(seed, *, n=300, days=200):
    rng = np.random.default_rng(seed)
    return events_of(*rng.uniform(0, 2_000, (2, n)), rng.uniform(0, days, n))


def test_the_sum_is_that_of_the_count():
    events = anywhere(1)
    history = dated_history(events, GRID, 20, days=10)
    for model in (RotatedGrid(), RotatedGrid(angle=30.0), RotatedGrid(cell_size=20.0)):
        assert model.forecast(history, 1).risk.sum() == pytest.approx(
            EWMA().forecast(history, 1).risk.sum()
        )


def test_small_squares_leave_events_in_their_cells():
    history = dated_history(anywhere(2), GRID, 20, days=10)
    risk = RotatedGrid(cell_size=0.5).forecast(history, 1).risk
    assert risk == pytest.approx(EWMA().forecast(history, 1).risk)


@pytest.mark.parametrize("angle", [0.0, 30.0, None])
def test_it_is_the_average_over_lattices_written_out(angle):
    """One event; squares of every offset (and angle) that hold it and a point of a cell."""
    history = dated_history(events_of(1_020.0, 970.0, 1.0), GRID, 1, days=10)
    risk = RotatedGrid(cell_size=180.0, angle=angle).forecast(history, 1).risk[0]
    steps = (np.arange(-1, 2) / 3 * 100)[:, None]
    u, v = (np.add.outer(c, s).ravel() for c, s in (
        (GRID.x - 1_020, np.tile(steps, (1, 3)).T.ravel()),
        (GRID.y - 970, np.tile(steps, (1, 3)).ravel()),
    ))  # fmt: skip
    held = np.zeros(len(u))
    angles = np.arange(12) * 7.5 if angle is None else [angle]
    for turn in np.radians(angles):
        along = np.cos(turn) * u + np.sin(turn) * v
        across = np.cos(turn) * v - np.sin(turn) * u
        for first, second in np.ndindex(24, 24):
            corner = -180 * (np.array([first, second]) + 0.5) / 24
            held += (
                (along >= corner[0])
                & (along < corner[0] + 180)
                & (across >= corner[1])
                & (across < corner[1] + 180)
            )
    wanted = held.reshape(400, 9).sum(axis=1)
    assert risk == pytest.approx(wanted / wanted.sum(), abs=3e-3)
    assert risk.max() > 0.1


def test_walking_is_forecasting_with_late_records_and_gaps():
    events = anywhere(3)
    late = replace(events, recorded=events.end + np.timedelta64(15 * 86_400, "s"))
    held = np.ones(20, bool)
    held[5] = False
    history = dated_history(late, GRID, 20, days=10, held=held)
    history = replace(history, late=spacetime.late_events(late, GRID, history.periods))
    model = RotatedGrid(angle=20.0)
    for origin, risk in zip([1, 8, 20], model.walk(history, [1, 8, 20]), strict=True):
        assert risk == pytest.approx(model.forecast(history.until(origin), 1).risk[0])


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 4e5), (1e-3, 0.0)])
def test_units_and_origin_do_not_matter(scale, shift):
    events = anywhere(4)
    grid = squares(20, 20, cell_size=100.0 * scale, origin=(shift, shift))
    moved = replace(events, x=events.x * scale + shift, y=events.y * scale + shift)
    one, other = (
        RotatedGrid(cell_size=130.0 * s, angle=20.0)
        .forecast(dated_history(e, g, 20, days=10), 1)
        .risk
        for e, g, s in ((events, GRID, 1.0), (moved, grid, scale))
    )
    assert other == pytest.approx(one, rel=1e-6, abs=1e-12)


def test_nothing_a_single_event_and_an_even_world():
    none = dated_history(anywhere(1, n=0), GRID, 5, days=10)
    assert np.all(RotatedGrid().forecast(none, 1).risk == 0)
    unknown = dated_history(anywhere(1), GRID, 5, days=10, held=np.zeros(5, bool))
    assert np.isnan(RotatedGrid().forecast(unknown, 1).risk).all()
    one = dated_history(events_of(1_010.0, 1_010.0, 1.0), GRID, 5, days=10)
    risk = RotatedGrid().forecast(one, 1).risk[0].reshape(20, 20)
    assert np.unravel_index(risk.argmax(), risk.shape) == (10, 10)
    even = dated_history(events_of(GRID.x, GRID.y, np.full(400, 1.0)), GRID, 1, days=10)
    inner = RotatedGrid().forecast(even, 1).risk[0].reshape(20, 20)[3:-3, 3:-3]
    assert inner == pytest.approx(np.full(inner.shape, 1.0), rel=1e-9)


def test_what_cannot_be_done_is_refused_with_the_reason():
    with pytest.raises(CoverageError, match="needs to know where events lie"):
        RotatedGrid().forecast(history_of(np.ones((2, 400)), GRID), 1)
    history = dated_history(anywhere(1), as_polygons(GRID), 20, days=10)
    with pytest.raises(ParameterError, match="give rotated-grid a cell_size"):
        RotatedGrid().forecast(history, 1)
    assert RotatedGrid(cell_size=100.0).forecast(history, 1).risk.sum() > 0
    with pytest.raises(ParameterError, match="angle is 90"):
        RotatedGrid(angle=90.0)
    with pytest.raises(CoverageError, match="lay a lattice over"):
        search(history_of(np.ones((9, 400)), GRID))
    with pytest.raises(CoverageError, match="0 origins lie before"):
        search(dated_history(anywhere(1), GRID, 20, days=10), after=0)
    with pytest.raises(ParameterError, match="nothing to try"):
        search(dated_history(anywhere(1), GRID, 20, days=10), cell_sizes=())


def search(history, *, after=None, **settings):
    after = len(history.periods) * 2 // 3 if after is None else after
    return search_rotation(
        history,
        AREA,
        **{
            "area_budget": 4e4,
            "cell_sizes": (100.0,),
            "rng": np.random.default_rng(1),
            **settings,
        },
        test_from=history.periods.start[after],
    )


def test_a_search_finds_the_lattice_that_events_lie_on():
    """Hot squares of a lattice at 30 degrees; straight squares cut each of them up."""
    rng = np.random.default_rng(5)
    made = Rotation(100.0, 30.0, (0.5, 0.0))
    lattice = rotated_grid(AREA, made)
    whole = np.flatnonzero(lattice.area > 9_990)
    hot = rng.choice(whole, 6, replace=False)
    places = [lattice.polygons[h] for h in np.repeat(hot, 60)]
    points = np.array([at_random(rng, shape) for shape in places])
    history = dated_history(events_of(*points.T, rng.uniform(0, 300, 360)), GRID, 30, days=10)
    found = search(history, area_budget=6e4)
    assert found.chosen == made
    assert found.hit_rate_after > 0.95
    assert found.difference > 0
    assert found.interval.low > 0


def at_random(rng, shape):
    """A point of a square."""
    corner = np.array(shape.exterior.coords)[:4]
    a, b = rng.uniform(0.02, 0.98, 2)
    return corner[0] + a * (corner[1] - corner[0]) + b * (corner[3] - corner[0])


def test_on_noise_the_winner_is_too_good_before_and_chance_after():
    gains = []
    for seed in range(4):
        found = search(
            dated_history(anywhere(seed, n=600), GRID, 20, days=10), angles=(0.0, 30.0, 60.0)
        )
        columns = found.table.columns
        chosen = columns["chosen"]
        assert columns["hits_before"][chosen] == columns["hits_before"].max()
        assert found.best_after == columns["hits_after"].max()
        assert found.interval.low <= found.difference <= found.interval.high
        gains.append([found.hit_rate_before, found.hit_rate_after])
    before, after = np.mean(gains, axis=0)
    assert after == pytest.approx(0.01, abs=0.008)  # the area's share
    assert before > after


def test_the_search_is_the_count_on_the_rotated_grid():
    """Hits by the slow way: polygons, counted, forecast by EWMA, flagged."""
    history = dated_history(anywhere(6), GRID, 20, days=10)
    found = search(history, angles=(25.0,), n_offsets=1, min_history=3)
    columns = found.table.columns
    rotation = Rotation(100.0, 25.0)
    at = int(np.flatnonzero(columns["angle"] == 25)[0])
    grid = rotated_grid(AREA, rotation)
    counts = count_events(history.events, grid, history.periods)
    slow = replace(history, counts=counts, grid=grid, events=None)
    hits = [
        np.sum(counts[o] * flag_shares(risk, grid.area, area_budget=4e4))
        for o, risk in zip(range(13, 20), EWMA().walk(slow, range(13, 20)), strict=True)
    ]
    assert columns["hits_after"][at] == pytest.approx(sum(hits))


def test_a_rotated_grid_forecasts_and_is_backtested():
    events = anywhere(7)
    grid = rotated_grid(AREA, Rotation(150.0, 40.0, (0.3, 0.6)))
    history = dated_history(events, grid, 20, days=10)
    result = backtest(
        history,
        {"count": LongWindowCount(), "ewma": EWMA()},
        area_budget=1e5,
        min_history=5,
        draws=20,
        rng=np.random.default_rng(1),
    )
    assert result.events.sum() == history.counts[5:].sum()
