"""Risk terrain: which factors are found, what is refused, and what nothing gives."""

from dataclasses import replace

import numpy as np
import pytest

from forecast_histories import as_polygons, history_of, squares
from peelian import forecasts
from peelian.forecasts import RiskTerrain, candidate_factors, explain_risk
from peelian.forecasts.count_regression import collapse, fit_counts
from peelian.terms import CoordinateError, CoverageError, Generators, ParameterError

GRID = squares(24, 24, cell_size=250.0)
SIDE = 24 * 250.0


def generators(rng, *, origin=(0.0, 0.0), scale=1.0, **n):
    """So many places of each kind, anywhere."""
    kinds = np.repeat(list(n), list(n.values()))
    x, y = rng.uniform(0, SIDE, (2, len(kinds))) * scale
    return Generators(kinds, x + origin[0], y + origin[1], "none")


def counts_near(rng, places, *, times=4.0, reach=500.0, n_periods=12, rate=0.1):
    """More events within reach of a place."""
    far = np.hypot(
        *np.subtract.outer([GRID.x, GRID.y], [places.x, places.y])[[0, 1], :, [0, 1]]
    )
    return rng.poisson(np.where(far.min(axis=1) <= reach, times, 1.0) * rate, (n_periods, 576))


@pytest.fixture(scope="module")
def world():
    rng = np.random.default_rng(4)
    stations, pubs = generators(rng, station=4), generators(rng, pub=30)
    counts = counts_near(rng, stations)
    both = Generators(
        np.concatenate([stations.kind, pubs.kind]),
        np.concatenate([stations.x, pubs.x]),
        np.concatenate([stations.y, pubs.y]),
        "none",
    )
    return history_of(counts, GRID, days=30), RiskTerrain(both)


def test_it_finds_what_there_is_and_no_more(world):
    history, terrain = world
    fit = terrain.fit(history)
    assert [(f.kind, f.operationalisation, f.distance) for f in fit.factors] == [
        ("station", "proximity", 500.0)
    ]
    assert fit.relative_risk == pytest.approx([4], rel=0.15)
    assert fit.n_candidates == 24
    assert fit.bic < fit.null_bic


def test_the_surface_adds_up_to_what_happened_and_the_score_starts_at_one(world):
    history, terrain = world
    surface = terrain.forecast(history, 2)
    assert surface.risk.shape == (2, 576)
    assert surface.risk[0].sum() == pytest.approx(np.nansum(history.counts) / 12)
    score = terrain.fit(history).score()
    assert set(np.round(score, 9)) == set(
        np.round([1, *terrain.fit(history).relative_risk], 9)
    )
    assert surface.risk[0] / surface.risk[0].min() == pytest.approx(score)


def test_forecasting_elsewhere_finds_the_same_from_other_parts(world):
    history, terrain = world
    near = terrain.forecast(history, 1).risk[0]
    far = replace(terrain, elsewhere=True).forecast(history, 1).risk[0]
    assert np.corrcoef(near, far)[0, 1] > 0.95
    assert not np.array_equal(near, far)


def test_elsewhere_takes_nothing_from_the_part_it_forecasts(world):
    history, terrain = world
    terrain = replace(terrain, elsewhere=True)
    here = terrain.folds(GRID) == 0
    changed = history_of(np.where(here, history.counts + 5, history.counts), GRID, days=30)
    before, after = (terrain.forecast(h, 1).risk[0][here] for h in (history, changed))
    assert np.array_equal(before, after)


def test_walking_is_forecasting(world):
    history, terrain = world
    walked = list(terrain.walk(history, [6, 12]))
    for origin, risk in zip([6, 12], walked, strict=True):
        assert np.array_equal(risk, terrain.forecast(history.until(origin), 1).risk[0])


def test_polygons_with_a_block_give_what_squares_give(world):
    history, terrain = world
    terrain = replace(terrain, street_block=500.0)
    other = replace(history, grid=as_polygons(GRID))
    fit, same = terrain.fit(history), terrain.fit(other)
    assert same.factors == fit.factors
    with pytest.raises(ParameterError, match="squares"):
        explain_risk(other, terrain)


@pytest.mark.parametrize(("scale", "shift"), [(1.0, 5e5), (1e-3, 0.0)])
def test_units_and_origin_do_not_matter(world, scale, shift):
    history, terrain = world
    made = terrain.generators
    grid = squares(24, 24, cell_size=250.0 * scale, origin=(shift, shift))
    moved = Generators(made.kind, made.x * scale + shift, made.y * scale + shift, "none")
    table = explain_risk(history, terrain).table.columns
    other = explain_risk(replace(history, grid=grid), RiskTerrain(moved)).table.columns
    for name, values in table.items():
        if values.dtype.kind == "U":
            assert values.tolist() == other[name].tolist()
        else:
            factor = scale if name == "distance" else 1.0
            assert other[name] == pytest.approx(values * factor, nan_ok=True)


def test_the_explanation_says_how_much_how_sure_and_where(world):
    history, terrain = world
    explained = explain_risk(history, terrain)
    columns = explained.table.columns
    assert columns["factor"].tolist() == ["station", "pub"]
    assert columns["low"][0] < 4 < columns["high"][0]
    assert columns["p"][0] < 0.01 < columns["p"][1]
    assert columns["cells"].tolist() == [int(explained.fit.present.sum()), 0]
    assert columns["places"].tolist() == [4, 30]
    assert np.isnan(columns["relative_risk"][1])
    assert (explained.n_earlier, explained.n_later) == (6, 6)


def test_limits_are_of_later_periods_alone(world):
    """The later half says nothing to the choice, the earlier half nothing to the measure."""
    history, terrain = world
    thinned = history.counts.copy()
    thinned[:6] = np.random.default_rng(1).binomial(thinned[:6].astype(int), 0.8)
    one, other = (
        explain_risk(h, terrain) for h in (history, history_of(thinned, GRID, days=30))
    )
    assert one.fit.factors == other.fit.factors
    for name in ("relative_risk", "low", "high"):
        assert one.table.columns[name][0] == other.table.columns[name][0]


def test_no_held_period_gives_nan():
    terrain = RiskTerrain(generators(np.random.default_rng(1), pub=5))
    assert np.isnan(terrain.forecast(history_of(np.zeros((0, 576)), GRID), 1).risk).all()
    with pytest.raises(CoverageError, match="0 periods"):
        explain_risk(history_of(np.zeros((0, 576)), GRID), terrain)


def test_no_events_give_no_risk_and_no_explanation():
    terrain = RiskTerrain(generators(np.random.default_rng(1), pub=5))
    history = history_of(np.zeros((4, 576)), GRID)
    assert np.all(terrain.forecast(history, 1).risk == 0)
    with pytest.raises(CoverageError, match="no events"):
        explain_risk(history, terrain)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_single_event_is_spread_by_area(elsewhere):
    terrain = RiskTerrain(generators(np.random.default_rng(1), pub=5), elsewhere=elsewhere)
    counts = np.zeros((4, 576))
    counts[0, 300] = 1
    risk = terrain.forecast(history_of(counts, GRID), 1).risk[0]
    assert np.isfinite(risk).all()
    assert (risk > 0).any()
    if not elsewhere:
        assert risk == pytest.approx(np.full(576, 1 / 4 / 576))


def test_the_same_count_everywhere_has_no_factor(world):
    _, terrain = world
    fit = terrain.fit(history_of(np.full((4, 576), 2.0), GRID))
    assert fit.factors == ()
    assert np.all(fit.score() == 1)


def test_a_period_not_held_is_not_a_zero(world):
    history, terrain = world
    gap = np.insert(history.counts, 3, np.full(576, np.nan), axis=0)
    with_gap = terrain.forecast(history_of(gap, GRID, days=30), 1).risk
    assert np.array_equal(with_gap, terrain.forecast(history, 1).risk)
    assert len(explain_risk(history_of(gap, GRID, days=30), terrain).table) == 2


def test_a_place_that_all_events_are_near_does_not_break_it():
    rng = np.random.default_rng(2)
    places = generators(rng, pub=3)
    counts = counts_near(rng, places, rate=1.0)
    far = counts_near(rng, places, times=0.0, rate=1.0) > 0
    history = history_of(np.where(far.any(axis=0), 0, counts), GRID, days=30)
    fit = RiskTerrain(places).fit(history)
    assert np.isfinite(fit.score()).all()
    assert RiskTerrain(places).forecast(history, 1).risk.sum() == pytest.approx(
        history.counts.sum() / 12, rel=1e-3
    )


def test_what_cannot_be_done_is_refused_with_the_reason():
    places = generators(np.random.default_rng(1), pub=5)
    none = Generators(np.array([], dtype=str), np.empty(0), np.empty(0), "none")
    with pytest.raises(CoverageError, match="no crime generators"):
        candidate_factors(none, GRID)
    with pytest.raises(CoordinateError, match="transform them first"):
        candidate_factors(replace(places, crs="EPSG:27700"), GRID)
    with pytest.raises(CoordinateError, match="1 of 5 generators have no place"):
        candidate_factors(replace(places, x=np.r_[np.nan, places.x[1:]]), GRID)
    with pytest.raises(ParameterError, match="street_block is nan"):
        candidate_factors(places, as_polygons(GRID))
    with pytest.raises(ParameterError, match="n_street_blocks 0"):
        candidate_factors(places, GRID, n_street_blocks=0)


def test_places_out_of_reach_are_no_factor():
    far = Generators(np.array(["pub"]), np.array([9e5]), np.array([9e5]), "none")
    assert candidate_factors(far, GRID).factors == ()
    history = history_of(np.ones((4, 576)), GRID)
    assert RiskTerrain(far).forecast(history, 1).risk == pytest.approx(1.0)
    assert np.isnan(explain_risk(history, RiskTerrain(far)).table.columns["p"]).all()


def test_the_record_says_how_many_places_of_each_kind():
    said = repr(RiskTerrain(generators(np.random.default_rng(1), pub=5, school=2)))
    assert "Generators(pub: 5, school: 2)" in said


def test_it_is_offered_by_name():
    places = generators(np.random.default_rng(1), pub=5)
    assert isinstance(forecasts.GENERATOR_FORECASTERS["risk-terrain"](places), RiskTerrain)


def test_joined_rows_have_the_likelihood_of_the_cells():
    rng = np.random.default_rng(3)
    present, events = rng.random((200, 2)) < 0.3, rng.poisson(1.0, 200).astype(float)
    exposure = rng.choice([0.5, 1.0], 200)
    rows = collapse(present, events, exposure)
    assert len(rows.times) < 100
    assert rows.n_cells == 200
    model = fit_counts(rows, negative_binomial=True)
    each = fit_counts(
        replace(
            rows, present=present * 1.0, events=events, exposure=exposure, times=np.ones(200)
        ),
        negative_binomial=True,
    )
    assert model.log_likelihood == pytest.approx(each.log_likelihood, rel=1e-6)
    assert model.coefficients == pytest.approx(each.coefficients, abs=1e-4)


def test_a_settled_terrain_keeps_its_factors_and_weighs_them_anew(world):
    history, terrain = world
    settled = terrain.settle(history.until(6))
    assert np.array_equal(
        settled.forecast(history.until(6), 1).risk,
        terrain.forecast(history.until(6), 1).risk,
    )
    later = settled.forecast(history, 1).risk[0]
    assert later.sum() == pytest.approx(history.counts.sum() / 12)
    assert "proximity" in repr(settled)


def test_noise_is_called_a_factor_no_more_often_than_stated():
    """Crime in clusters and places anywhere that have nothing to do with each other."""
    p = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        hubs, places = rng.uniform(0, SIDE, (25, 2)), rng.uniform(0, SIDE, (2, 40))
        apart = np.hypot(GRID.x[:, None] - hubs[:, 0], GRID.y[:, None] - hubs[:, 1])
        rate = 0.3 + 6 * np.exp(-((apart / 300) ** 2) / 2).sum(axis=1)
        history = history_of(rng.poisson(rate, (2, 576)), GRID, days=30)
        terrain = RiskTerrain(Generators(np.full(40, "pub"), *places, "none"))
        fit = terrain.fit(history_of(np.zeros((2, 576)), GRID))
        p.append(forecasts.shift_test(history, terrain.candidates(GRID), fit, "pub"))
    assert np.mean(np.array(p) <= 0.05) <= 0.13  # 60 draws of 0.05 to 0.07 seldom give more
    assert np.mean(np.array(p) <= 0.5) == pytest.approx(0.5, abs=0.2)
