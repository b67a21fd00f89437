"""What shows that each method is right, and what it says of nothing, of the same everywhere and
of one event. ``make docs`` writes docs/reference/correctness.md from this table.

Evidence is a sentence and the test that shows it; a test of the docs checks that every test named
is there, that every method has all three kinds, and that the page is the one made here. The
values are computed when the page is made.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast_histories import dated_history, events_of, squares
from peelian import evaluation, forecasts, hotspots
from peelian.terms import Forecaster, Generators, PlatformError
from streets import network_of

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "correctness.md"
GRID = squares(10, 10, cell_size=200.0)
WEEKS = 26
INTRODUCTION = """# Correctness table

Each method with an independent oracle (a published value, or what another program gives), a test that units and origin do not matter, a test
that nothing is found where nothing is, and what it says of three awkward inputs: no events, the same number of events in every cell of 10 by 10
(200 m) in each of 26 weeks, and a single event. Every test named runs in `make test` (those of files ending in `_nightly` in
`make test-nightly`). How often tests err and intervals hold is on [error rates](error-rates.md).

Made by `make docs` from `tests/evidence/correctness.py`; a test holds it to the code.
"""


@dataclass(frozen=True)
class World:
    """One awkward input: events with place and day, and their weekly counts."""

    name: str
    x: np.ndarray
    y: np.ndarray
    day: np.ndarray

    @property
    def events(self):
        """As events."""
        return events_of(self.x, self.y, self.day)

    @property
    def history(self):
        """Weekly counts of the events, and the events themselves."""
        return dated_history(self.events, GRID, WEEKS, days=7)

    @property
    def counts(self):
        """Counts by cell over all weeks."""
        return self.history.counts.sum(axis=0)


def _every_cell() -> World:
    week, cell = np.divmod(np.arange(WEEKS * GRID.n_cells), GRID.n_cells)
    return World("the same everywhere", GRID.x[cell], GRID.y[cell], 7.0 * week + 3)


NOTHING = World("no events", *np.zeros((3, 0)))
WORLDS = (NOTHING, _every_cell(), World("one event", *np.array([[500.0], [500.0], [90.0]])))


@dataclass(frozen=True)
class Evidence:
    """Why a method is believed: for each kind what is shown, and where (file::test)."""

    method: str
    run: Callable[[World], object]  # what it gives for an awkward input
    oracle: tuple[str, str]
    units: tuple[str, str]
    null: tuple[str, str]

    def said(self, world: World) -> str:
        """The value in words, or the refusal."""
        try:
            return _words(self.run(world))
        except PlatformError as error:
            return f"refused: {error}"


def _words(value: object) -> str:
    if isinstance(value, str):
        return value
    array = np.asarray(value, dtype=float).ravel()
    known = array[~np.isnan(array)]
    if not array.size:
        return "no rows"
    if not known.size:
        return "unknown (NaN)" if array.size == 1 else "unknown (NaN) in every cell"
    low, high = known.min(), known.max()
    if np.isclose(low, high, rtol=1e-6, atol=1e-12):
        said = f"{low:.4g}" if array.size == 1 else f"{low:.4g} everywhere"
    else:
        said = f"{low:.4g} to {high:.4g}"
    return said if known.size == array.size else f"{said}, else unknown (NaN)"


def _rng() -> np.random.Generator:
    return np.random.default_rng(1)


def _risk(name: str) -> Callable[[World], object]:
    def run(world: World) -> object:
        return forecaster(name).forecast(world.history, 1).risk[0]

    return run


def forecaster(name: str) -> Forecaster:
    """A model by its name on the command line."""
    return ALL_FORECASTERS[name]()


PUBS = Generators(
    np.array(["pub", "pub"]), np.array([300.0, 1500]), np.array([500.0, 900]), "none"
)
ALL_FORECASTERS = {**forecasts.FORECASTERS, **forecasts.ON_REQUEST}


def _knox(world: World) -> object:
    found = hotspots.knox(
        world.x, world.y, world.day, distance_breaks=[0, 300], time_breaks=[0, 14],
        permutations=99, rng=_rng(),
    ).table.columns  # fmt: skip
    return f"{found['observed'][0]:,.0f} pairs, p {_words(found['p'])}"


def _near_repeats(world: World) -> object:
    found = hotspots.near_repeats(world.x, world.y, world.day, distance=100, days=7)
    return f"{len(found.pairs):,} pairs in {len(found.chains):,} chains"


def _scan(world: World) -> object:
    some = slice(None, None, 5)  # each arrangement of 2,600 takes its time
    found = hotspots.scan(
        world.x[some], world.y[some], world.day[some], max_radius=500, max_days=14, runs=99,
        rng=_rng(),
    ).table  # fmt: skip
    return f"smallest p {found.columns['p'].min():.4g}" if len(found) else "no rows"


STREETS = network_of(*(f"LINESTRING ({x} 0, {x} 2000)" for x in np.unique(GRID.x)))


def _on_streets(world: World) -> hotspots.SnappedEvents:
    return hotspots.snap_events(world.x, world.y, STREETS, max_distance=150)


HALF = (np.arange(GRID.n_cells) % 2 == 0)[:, None] & (np.arange(WEEKS) >= 20)  # treated when


def _drawn(world: World) -> float:
    active = _rng().random((WEEKS, GRID.n_cells)) < 0.4
    found = evaluation.draw_effect(world.history.counts, active, np.full(active.shape, 0.4))
    return found.ratio.value


def _lead(world: World) -> float:
    found = evaluation.event_study(
        world.history.counts.T, HALF, leads=1, permutations=19, rng=_rng()
    )
    return found.ratios[0].value


ACT = "unit/evaluation/test_evaluation_"
HOT, FORE, LAWS, REF = "unit/hotspots/test_hotspots_", "unit/forecasts/test_forecasts_", "properties/test_", "reference/test_"  # fmt: skip

TABLE = (
    Evidence(
        "kde",
        lambda w: hotspots.kde(w.x, w.y, GRID, bandwidth=400) * 1e6,
        ("published formula (Silverman 1986): 54.636438 and 40.604380 per km²", REF + "kde.py::test_density_at_a_cell_with_events_at_those_distances"),
        ("metres, kilometres, origin", HOT + "kde.py::test_units_and_origin_do_not_matter"),
        ("even events have even density up to the edge", HOT + "kde.py::test_even_events_have_even_density_up_to_the_edge_once_corrected"),
    ),
    Evidence(
        "dual_kde, relative_risk",
        lambda w: hotspots.relative_risk(
            w.events, _every_cell().events, GRID, bandwidth=400, permutations=19, rng=_rng()
        ).relative_risk,
        ("Bithell (1990), Kelsall and Diggle (1995), by hand; p over all labellings", REF + "dual_kde.py::test_relative_risk_by_hand"),
        ("metres, kilometres, origin, weights", HOT + "dual_kde.py::test_units_and_origin_do_not_matter"),
        ("labels at random", HOT + "dual_kde.py::test_noise_is_inside_a_contour_no_more_often_than_stated"),
    ),
    Evidence(
        "gi_star",
        lambda w: hotspots.gi_star_test(w.counts, GRID).z,
        ("six values of esda's docstring; every cell against esda 2.8.2 in the benchmark", REF + "gi_star.py::test_definition_matches_esda"),
        ("metres, kilometres, origin", HOT + "gi_star.py::test_units_and_origin_do_not_matter"),
        ("maps of noise, sparse and dense", HOT + "gi_star.py::test_noise_gives_no_hotspots_beyond_the_stated_rate"),
    ),
    Evidence(
        "local_moran",
        lambda w: hotspots.local_moran(w.counts, GRID, permutations=99, rng=_rng()).local_moran,
        ("what esda printed: statistic and permutation p", REF + "local_moran.py::test_local_moran_and_its_p_match_esda"),
        ("metres, kilometres, origin", HOT + "local_moran.py::test_units_and_origin_do_not_matter"),
        ("maps of noise", HOT + "local_moran.py::test_noise_is_significant_no_more_often_than_stated"),
    ),
    Evidence(
        "emerging",
        lambda w: ", ".join(np.unique(hotspots.emerging(w.history.counts, GRID).category)),
        ("pyMannKendall's printed output for the trend; each class by its published definition", REF + "mann_kendall.py::test_a_series_with_ties"),
        ("metres, origin, scale of harm", HOT + "emerging.py::test_units_origin_and_scale_of_harm_do_not_matter"),
        ("months of noise", HOT + "emerging.py::test_noise_has_classes_and_trends_no_more_often_than_stated"),
    ),
    Evidence(
        "change",
        lambda w: hotspots.change(w.history.counts[:13].sum(axis=0), w.history.counts[13:].sum(axis=0)).rate_ratio,
        ("scipy's exact binomial; the published 12.7 % with its interval", REF + "change_vectors.py::test_exact_ratio"),
        ("units of time and harm", HOT + "change.py::test_units_of_time_and_of_harm_do_not_matter"),
        ("two years alike", HOT + "change.py::test_without_a_change_few_are_found_and_limits_hold"),
    ),
    Evidence(
        "concentration",
        lambda w: f"Gini {_words(hotspots.concentration(w.counts, draws=99, rng=_rng()).value[0])}",
        ("vectors of Bernasco and Steenbeek (2017); half the mean difference", REF + "concentration_vectors.py::test_published_forms"),
        ("units of area and harm", HOT + "concentration.py::test_units_of_area_and_of_harm_do_not_matter"),
        ("level risk: the generalised Gini says little", HOT + "concentration.py::test_level_risk_looks_concentrated_and_only_the_generalised_gini_says_less"),
    ),
    Evidence(
        "snap_events, segment_counts, segment_rates",
        lambda w: hotspots.segment_rates(_on_streets(w), STREETS).per_km,
        ("PySAL spaghetti 1.7.6: segment, place, distance, counts", REF + "segments.py::test_events_snap_and_count_as_in_spaghetti"),
        ("metres, millimetres, origin", HOT + "segments.py::test_units_and_origin_do_not_matter"),
        ("uniform events: limits hold, no trend with length", HOT + "segments.py::test_garwood_limits_hold_the_truth_and_rates_have_no_trend_on_uniform_events"),
    ),
    Evidence(
        "segment_kde",
        lambda w: hotspots.segment_kde(_on_streets(w), STREETS, bandwidth=400) * 1000,
        ("spNetwork's published tests; shares of a star (Okabe and Sugihara 2009); every walk", REF + "segments.py::test_the_discontinuous_split_of_spnetwork"),
        ("metres, millimetres, origin", HOT + "segments.py::test_units_and_origin_do_not_matter"),
        ("uniform events: unbiased on every segment", HOT + "segments.py::test_density_is_unbiased_on_uniform_events"),
    ),
    Evidence(
        "knox",
        _knox,
        ("all 720 arrangements of six events; Burkitt: 13 pairs against 10.14", REF + "knox.py::test_burkitt_lymphoma"),
        ("metres, kilometres, origin", HOT + "knox.py::test_units_and_origin_change_nothing"),
        ("events anywhere, any day", HOT + "knox.py::test_no_signal_is_found_in_noise"),
    ),
    Evidence(
        "near_repeats",
        _near_repeats,
        ("all pairs by hand", HOT + "near_repeats.py::test_equal_to_all_pairs_by_hand"),
        ("metres, kilometres, origin", HOT + "near_repeats.py::test_units_and_origin_change_nothing"),
        ("a listing; its test is knox", HOT + "knox.py::test_no_signal_is_found_in_noise"),
    ),
    Evidence(
        "scan",
        _scan,
        ("SaTScan 9.6 (Poisson), FleXScan (Bernoulli), by hand (permutation)", REF + "scan.py::test_poisson_equals_satscan"),
        ("metres, kilometres, origin", HOT + "scan.py::test_units_and_origin_change_nothing"),
        ("no clusters, three models", HOT + "scan.py::test_no_signal_is_found_in_noise"),
    ),
    Evidence(
        "rank_stability",
        lambda w: hotspots.rank_stability(w.counts, 10, draws=999, rng=_rng()),
        ("the chance that one Poisson passes another (scipy's Skellam)", HOT + "stability.py::test_the_share_of_two_cells_is_the_chance_that_one_poisson_passes_the_other"),
        ("ranks of counts: no unit enters", HOT + "stability.py::test_ties_share_the_last_places"),
        ("cells alike share the places", HOT + "stability.py::test_ties_share_the_last_places"),
    ),
    Evidence(
        "count",
        _risk("count"),
        ("vector F1", REF + "forecast_vectors.py::test_long_window_count_f1"),
        ("unit of area", LAWS + "forecasts_laws.py::test_the_unit_of_area_does_not_matter"),
        ("even noise: PAI 1", LAWS + "evaluation_chance.py::test_noise_has_pai_one"),
    ),
    Evidence(
        "ewma",
        _risk("ewma"),
        ("vector F2, 2.852213", REF + "forecast_vectors.py::test_ewma_weights_f2"),
        ("unit of area", LAWS + "forecasts_laws.py::test_the_unit_of_area_does_not_matter"),
        ("months shuffled: nothing for recency", LAWS + "evaluation_chance.py::test_shuffled_time_leaves_nothing_for_recency_to_find"),
    ),
    Evidence(
        "gamma-poisson",
        _risk("gamma-poisson"),
        ("vectors F3: posterior means, a = .332500, b = .316667; scipy's gamma quantiles", REF + "forecast_vectors.py::test_moments_f3"),
        ("unit of area", LAWS + "forecasts_laws.py::test_the_unit_of_area_does_not_matter"),
        ("cells that vary by chance share the pooled mean", FORE + "counting.py::test_cells_that_vary_no_more_than_chance_share_the_pooled_mean"),
    ),
    Evidence(
        "kernel-ewma",
        _risk("kernel-ewma"),
        ("another way to the same sums (polygons, all pairs)", FORE + "smoothed.py::test_polygons_and_squares_agree"),
        ("metres, kilometres, origin", FORE + "smoothed.py::test_units_and_origin_do_not_matter"),
        ("even noise", FORE + "smoothed.py::test_there_is_nothing_to_find_in_noise"),
    ),
    Evidence(
        "prospective",
        _risk("prospective"),
        ("vectors F5: 1.297222 and 1.019028", REF + "prospective_vectors.py::test_through_a_forecast_f5"),
        ("metres, kilometres, origin", FORE + "prospective.py::test_units_and_origin_do_not_matter"),
        ("even noise", FORE + "prospective.py::test_there_is_nothing_to_find_in_noise"),
    ),
    Evidence(
        "rotated-grid",
        _risk("rotated-grid"),
        ("lattices of every offset and angle, one by one", FORE + "rotated_grid.py::test_it_is_the_average_over_lattices_written_out"),
        ("metres, kilometres, origin", FORE + "rotated_grid.py::test_units_and_origin_do_not_matter"),
        ("even noise: the lattice chosen is worth nothing later", FORE + "rotated_grid.py::test_on_noise_the_winner_is_too_good_before_and_chance_after"),
    ),
    Evidence(
        "risk-terrain",
        lambda w: forecasts.RiskTerrain(PUBS).forecast(w.history, 1).risk[0],
        ("a published report of RTMDx; scikit-learn's Poisson, scipy's negative binomial likelihood; every shift by hand", REF + "risk_terrain_vectors.py::test_relative_risk_scores_are_those_of_a_published_rtmdx_report"),
        ("metres, kilometres, origin", FORE + "risk_terrain.py::test_units_and_origin_do_not_matter"),
        ("clusters of crime and of places without a link", FORE + "risk_terrain.py::test_noise_is_called_a_factor_no_more_often_than_stated"),
    ),
    Evidence(
        "self-exciting",
        _risk("self-exciting"),
        ("vectors F6: 0.939429, 0.042934; simulated parameters found again", FORE + "self_exciting.py::test_parameters_are_found_again"),
        ("metres, kilometres, origin", FORE + "self_exciting.py::test_units_and_origin_do_not_matter"),
        ("noise sets nothing off", FORE + "self_exciting.py::test_noise_sets_nothing_off"),
    ),
    Evidence(
        "boosting",
        _risk("boosting"),
        ("Newton's step of Friedman (2001) and the likeliest factors, by hand", REF + "boosting_vectors.py::test_a_step_of_boosting_is_newtons"),
        ("metres, kilometres, origin", FORE + "boosting.py::test_units_and_origin_do_not_matter"),
        ("even noise; time shuffled", FORE + "boosting.py::test_shuffled_time_leaves_nothing_to_gain_on_counting"),
    ),
    Evidence(
        "forest",
        _risk("forest"),
        ("means of leaves over resamples (Breiman 2001), by hand", REF + "boosting_vectors.py::test_a_forest_is_the_mean_of_leaves_over_resamples"),
        ("metres, kilometres, origin", FORE + "boosting.py::test_units_and_origin_do_not_matter"),
        ("even noise; time shuffled", FORE + "boosting.py::test_there_is_nothing_to_find_in_noise"),
    ),
    Evidence(
        "poisson-features",
        _risk("poisson-features"),
        ("Gaussian kernel (Rahimi and Recht 2007); scipy's minimiser of the penalised likelihood", REF + "poisson_features_vectors.py::test_the_fit_minimises_the_penalised_likelihood"),
        ("metres, kilometres, origin", FORE + "poisson_features.py::test_units_and_origin_do_not_matter"),
        ("even noise; time shuffled", FORE + "poisson_features.py::test_there_is_nothing_to_find_in_noise"),
    ),
    Evidence(
        "stacked",
        _risk("stacked"),
        ("no move of the weights raises the likelihood; a member that is right takes the weight", FORE + "ensemble.py::test_weights_are_the_most_likely"),
        ("metres, kilometres, origin", FORE + "ensemble.py::test_units_and_origin_do_not_matter"),
        ("even noise", FORE + "ensemble.py::test_there_is_nothing_to_find_in_noise"),
    ),
    Evidence(
        "many-scales",
        _risk("many-scales"),
        ("the formula by hand; scipy's minimiser of the penalised likelihood", REF + "many_scales_vectors.py::test_the_powers_minimise_the_penalised_likelihood"),
        ("metres, kilometres, origin", FORE + "many_scales.py::test_units_and_origin_do_not_matter"),
        ("even noise", FORE + "many_scales.py::test_on_even_noise_it_is_no_better_than_counting"),
    ),
    Evidence(
        "interrupted_series",
        lambda w: evaluation.interrupted_series(
            w.history.counts.sum(axis=1), n_before=18, slope_change=False
        ).level.value,
        ("a published example (Lopez Bernal and others 2017) as statsmodels 0.15.0 has it, to eight digits", REF + "interrupted_vectors.py::test_level_with_a_season"),
        ("days or hours of exposure", ACT + "interrupted.py::test_units_of_exposure_and_days_of_months_do_not_matter"),
        ("months of noise", ACT + "interrupted.py::test_no_change_is_found_in_noise"),
    ),
    Evidence(
        "draw_effect",
        _drawn,
        ("0.375 (Horvitz-Thompson) in its docstring; the crossover estimate by hand", ACT + "logged_draw.py::test_with_one_probability_for_all_it_is_the_crossover_estimate"),
        ("order of days and spots", ACT + "logged_draw.py::test_order_of_days_and_spots_does_not_matter"),
        ("a rotation without effect", ACT + "logged_draw.py::test_no_effect_is_found_where_there_is_none"),
    ),
    Evidence(
        "event_study",
        _lead,
        ("a ratio of ratios by hand: 0.514690", ACT + "leads.py::test_one_lead_of_two_areas_is_a_ratio_of_ratios"),
        ("length of periods", ACT + "leads.py::test_exposure_of_periods_does_not_matter"),
        ("areas that moved alike", ACT + "leads.py::test_no_drift_is_found_where_there_is_none"),
    ),
)  # fmt: skip


def methods() -> set[str]:
    """Every method there is to show: the verbs of hotspots, the models by name."""
    return {row.method for row in TABLE}


def page() -> str:
    """The page, as Markdown."""
    return INTRODUCTION + "\n" + "\n".join((*_evidence(), "", *_values(), ""))


def _evidence() -> Iterator[str]:
    yield "## Evidence\n\n| method | oracle | units | nothing there |\n|---|---|---|---|"
    for row in TABLE:
        cells = (f"{said}<br>`{test}`" for said, test in (row.oracle, row.units, row.null))
        yield f"| `{row.method}` | {' | '.join(cells)} |"


def _values() -> Iterator[str]:
    yield "## Awkward input\n\n| method | no events | the same everywhere | one event |\n|---|---|---|---|"
    for row in TABLE:
        yield f"| `{row.method}` | {' | '.join(row.said(world) for world in WORLDS)} |"


if __name__ == "__main__":
    PAGE.write_text(page())
