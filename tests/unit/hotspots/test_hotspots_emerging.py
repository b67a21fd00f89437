import numpy as np
import pytest
import shapely

from peelian.hotspots import emerging, gi_star_test
from peelian.hotspots.emerging import classify_five, classify_seventeen
from peelian.spacetime import hexagon_grid, outlines, polygon_grid, square_grid
from peelian.statistics import benjamini_hochberg, mann_kendall
from peelian.terms import Areas, CoverageError, DataError, ParameterError, StudyArea

BOX = shapely.box(0, 0, 4000, 3000)
GRID = square_grid(StudyArea("box", BOX), 250)


def rng(seed=1):
    return np.random.default_rng(seed)


def seventeen(line, trend_z=0.0, trend_p=1.0):
    """Class of one cell, from a line such as ``..H.C``: hot, cold or neither by period."""
    marks = np.array(list(line))[:, None]
    return str(
        classify_seventeen(
            marks == "H", marks == "C", np.array([trend_z]), np.array([trend_p])
        )[0]
    )


def five(line):
    marks = np.array(list(line))[:, None]
    return str(classify_five(marks == "H", marks == "C")[0])


UP, DOWN, NONE = (4.0, 0.001), (-4.0, 0.001), (4.0, 0.06)
SERIES = [
    ("new hotspot", ".........H", NONE),
    ("consecutive hotspot", ".......HHH", NONE),
    ("consecutive hotspot", "...HHHHHHHHH", UP),
    ("intensifying hotspot", ".HHHHHHHHH", UP),
    ("persistent hotspot", ".HHHHHHHHH", NONE),
    ("persistent hotspot", "HHHHHHHHHH", NONE),
    ("diminishing hotspot", "HHH.HHHHHH", DOWN),
    ("sporadic hotspot", ".H..H..H.H", UP),
    ("sporadic hotspot", "H........H", NONE),
    ("sporadic hotspot", "H......HHH", NONE),
    ("oscillating hotspot", ".C..H..H.H", NONE),
    ("oscillating hotspot", "C........H", NONE),
    ("oscillating hotspot", "C......HHH", NONE),
    ("historical hotspot", "HHHHHHHHH.", DOWN),
    ("oscillating coldspot", "HHHHHHHHHC", NONE),
    ("no pattern", "..........", UP),
    ("no pattern", "HHHHHHH...", DOWN),
    ("no pattern", "H.H.H.H.H.", NONE),
]
TURN = {"H": "C", "C": "H", ".": "."}


@pytest.mark.parametrize(("expected", "line", "trend"), SERIES)
def test_each_of_the_seventeen_classes_by_its_definition(expected, line, trend):
    assert seventeen(line, *trend) == expected
    turned = "".join(TURN[mark] for mark in line)
    swapped = expected.replace("hot", "c*ld").replace("cold", "hot").replace("c*ld", "cold")
    assert seventeen(turned, -trend[0], trend[1]) == swapped


def test_an_intensifying_hotspot_rises_and_an_intensifying_coldspot_falls():
    assert seventeen("H" * 12, *UP) == "intensifying hotspot"
    assert seventeen("C" * 12, *UP) == "diminishing coldspot"
    assert seventeen("C" * 12, *DOWN) == "intensifying coldspot"


@pytest.mark.parametrize(
    ("expected", "line"),
    [
        ("persistent hotspot", "HHHHHHHH.."),
        ("emerging hotspot", "........HH"),
        ("emerging hotspot", ".........H"),
        ("former hotspot", "HHHH......"),
        ("intermittent hotspot", "H.H.H.H.H."),
        ("intermittent hotspot", ".H......H."),
        ("mixed", "C.C.C.H.H."),
        ("no pattern", ".........."),
    ],
)
def test_each_of_the_five_classes_by_its_definition(expected, line):
    assert five(line) == expected
    turned = "".join(TURN[mark] for mark in line)
    assert five(turned) == expected.replace("hot", "cold")


def planted(grid=GRID, n_periods=12, mean=4, **levels):
    """Even noise with blocks whose level by period is given; and where the blocks are."""
    counts = rng(3).poisson(mean, (n_periods, grid.n_cells)).astype(float)
    blocks = {}
    for name, (x, y, level) in levels.items():
        block = (abs(grid.x - x) < 500) & (abs(grid.y - y) < 500)
        extra = np.broadcast_to(level, n_periods)
        counts[:, block] += rng(4).poisson(
            np.maximum(extra, 0)[:, None], (n_periods, block.sum())
        )
        blocks[name] = int(np.hypot(grid.x - x, grid.y - y).argmin())
    return counts, blocks


def test_what_was_planted_is_named():
    t = np.arange(12)
    grid = square_grid(StudyArea("wide", shapely.box(0, 0, 10_000, 10_000)), 250)
    counts, at = planted(
        grid,
        rising=(750, 750, 8 + 2.0 * t),
        falling=(3250, 750, 30 - 2.0 * t),
        steady=(750, 2250, 14),
        late=(3250, 2250, np.where(t == 11, 25, 0)),
        ended=(2000, 1500, np.where(t == 11, 0, 20)),
    )
    found = emerging(counts, grid)
    named = {name: found.category[cell] for name, cell in at.items()}
    assert named == {
        "rising": "intensifying hotspot",
        "falling": "diminishing hotspot",
        "steady": "persistent hotspot",
        "late": "new hotspot",
        "ended": "historical hotspot",
    }
    assert found.trend_z[at["rising"]] > 3
    assert found.trend_p[at["falling"]] < 0.001
    assert found.n_hot[at["steady"]] == 12
    assert found.n_hot[at["late"]] == 1
    simple = emerging(counts, grid, scheme="five").category
    assert simple[at["steady"]] == "persistent hotspot"
    assert simple[at["late"]] == "emerging hotspot"


def test_one_window_a_period_is_gi_star_of_each_period():
    counts = rng(5).poisson(2, (10, GRID.n_cells)).astype(float)
    counts[:, 40:44] += 9
    found = emerging(counts, GRID, against="period")
    each = [gi_star_test(row, GRID) for row in counts]
    trend = mann_kendall(np.array([row.z for row in each]))
    np.testing.assert_allclose(found.trend_z, trend.z)
    p = benjamini_hochberg(np.ravel([row.p for row in each])).reshape(counts.shape)
    hot = (p <= 0.05) & (np.array([row.z for row in each]) > 0)
    assert np.array_equal(found.n_hot, hot.sum(axis=0))
    assert hot.any()


def test_a_window_of_all_is_gi_star_of_one_long_row_of_maps():
    """Periods laid side by side with a gap between: one map, one mean, one spread."""
    counts = rng(6).poisson(2, (10, 16)).astype(float)
    counts[4:, 5] += 12
    small = square_grid(StudyArea("small", shapely.box(0, 0, 1000, 1000)), 250)
    apart = shapely.union_all(
        [shapely.box(k * 2000, 0, k * 2000 + 1000, 1000) for k in range(10)]
    )
    side = square_grid(StudyArea("side", apart), 250)
    period, cell = (side.x // 2000).astype(int), (side.y // 250 * 4 + side.x % 2000 // 250)
    flat = gi_star_test(counts[period, cell.astype(int)], side)
    z = np.empty((10, 16))
    z[period, cell.astype(int)] = flat.z
    hot = np.zeros((10, 16), dtype=bool)
    hot[period, cell.astype(int)] = (flat.p_fdr <= 0.05) & (flat.z > 0)
    found = emerging(counts, small)
    np.testing.assert_allclose(found.trend_z, mann_kendall(z).z)
    assert np.array_equal(found.n_hot, hot.sum(axis=0))


def test_periods_before_add_what_came_before_and_skip_what_is_not_held():
    counts = rng(7).poisson(2, (12, GRID.n_cells)).astype(float)
    block = (abs(GRID.x - 2000) < 500) & (abs(GRID.y - 1500) < 500)
    counts[5, block] += 30
    centre = np.hypot(GRID.x - 2000, GRID.y - 1500).argmin()
    assert emerging(counts, GRID).n_hot[centre] == 1
    assert emerging(counts, GRID, periods_before=1).n_hot[centre] == 2
    counts[6] = np.nan  # not held: nothing stands beside the surge any more
    assert emerging(counts, GRID, periods_before=1).n_hot[centre] == 1
    assert emerging(counts, GRID, periods_before=2).n_hot[centre] == 2


def test_periods_not_held_are_left_out_never_zero():
    counts = rng(8).poisson(3, (14, GRID.n_cells)).astype(float)
    counts[:, 60:64] += 12
    held = np.array([t not in (0, 5, 13) for t in range(14)])
    gaps = counts.copy()
    gaps[~held] = np.nan
    with_gaps, without = emerging(gaps, GRID), emerging(counts[held], GRID)
    assert np.array_equal(with_gaps.category, without.category)
    assert np.array_equal(with_gaps.trend_z, without.trend_z)
    zeros = np.nan_to_num(gaps)
    assert not np.array_equal(emerging(zeros, GRID).trend_z, without.trend_z)


@pytest.mark.parametrize("mean", [0.05, 0.5, 5])
@pytest.mark.parametrize("periods_before", [0, 1])
def test_noise_has_classes_and_trends_no_more_often_than_stated(mean, periods_before):
    generator, maps = rng(20), 25
    any_class, trends = 0, []
    for _ in range(maps):
        counts = generator.poisson(mean, (16, GRID.n_cells))
        found = emerging(counts, GRID, periods_before=periods_before)
        any_class += bool((found.category != "no pattern").any())
        trends.append((found.trend_p <= 0.05).mean())
    assert any_class <= 2  # of 25 maps
    assert np.mean(trends) < 0.06


def test_hexagons_and_polygons_too():
    hexagons = hexagon_grid(StudyArea("box", BOX), 400)
    counts = rng(9).poisson(3, (10, hexagons.n_cells)).astype(float)
    far = np.hypot(hexagons.x - 2000, hexagons.y - 1500)
    counts[:, far < 700] += 15
    assert emerging(counts, hexagons).category[far.argmin()] == "persistent hotspot"
    shapes = outlines(GRID)
    names = tuple(map(str, range(GRID.n_cells)))
    polygons = polygon_grid(Areas(names, names, names, np.ones(GRID.n_cells), shapes))
    counts = rng(9).poisson(3, (10, GRID.n_cells)).astype(float)
    counts[:, 80:84] += 15
    squares, areas = emerging(counts, GRID), emerging(counts, polygons)
    assert np.array_equal(squares.category, areas.category)


def test_units_origin_and_scale_of_harm_do_not_matter():
    counts, _ = planted(steady=(750, 2250, 14), late=(3250, 2250, [0] * 11 + [25]))
    expected = emerging(counts, GRID)
    moved = square_grid(
        StudyArea("moved", shapely.affinity.translate(BOX, 250_000, -125_000)), 250
    )
    small = shapely.affinity.scale(BOX, 1e-3, 1e-3, origin=(0, 0))
    kilometres = square_grid(StudyArea("km", small, "none"), 0.25)
    for grid in (moved, kilometres):
        found = emerging(counts, grid)
        assert np.array_equal(found.category, expected.category)
        assert np.array_equal(found.trend_z, expected.trend_z)
    harm = emerging(counts * 0.37, GRID)
    assert (harm.category == expected.category).mean() > 0.99
    np.testing.assert_allclose(harm.trend_z, expected.trend_z, atol=1e-9)


@pytest.mark.parametrize("level", [0, 3])
def test_equal_counts_have_no_pattern(level):
    for given in ({}, {"against": "period"}, {"scheme": "five"}, {"null": "normal"}):
        found = emerging(np.full((10, GRID.n_cells), level), GRID, **given)
        assert set(found.category) == {"no pattern"}
        assert np.isnan(found.trend_z).all()
        assert np.isnan(found.trend_p).all()


def test_a_single_event_is_no_hotspot():
    counts = np.zeros((12, GRID.n_cells))
    counts[11, 90] = 1
    found = emerging(counts, GRID)
    assert set(found.category) == {"no pattern"}
    assert (found.trend_p > 0.05).all()


def test_what_cannot_be_classified_is_refused():
    good = np.ones((10, GRID.n_cells))
    with pytest.raises(CoverageError, match="9 periods are held; emerging hot spots need 10"):
        emerging(np.where(np.arange(10)[:, None] == 3, np.nan, good), GRID)
    with pytest.raises(ParameterError, match=r"counts have shape \(5,\)"):
        emerging(np.ones(5), GRID)
    with pytest.raises(DataError, match="a period that is held has NaN"):
        spoilt = good.copy()
        spoilt[2, 3] = np.nan
        emerging(spoilt, GRID)
    with pytest.raises(ParameterError, match="unknown against 'year'; choose all or period"):
        emerging(good, GRID, against="year")
    with pytest.raises(ParameterError, match="unknown scheme 'six'"):
        emerging(good, GRID, scheme="six")
    with pytest.raises(ParameterError, match="unknown null 'permutation'"):
        emerging(good, GRID, null="permutation")
    with pytest.raises(ParameterError, match="periods_before is -1"):
        emerging(good, GRID, periods_before=-1)
    with pytest.raises(ParameterError, match="against one period there is no periods_before"):
        emerging(good, GRID, periods_before=1, against="period")


def test_counts_are_not_modified():
    counts = rng(2).poisson(1, (10, GRID.n_cells)).astype(float)
    before = counts.copy()
    emerging(counts, GRID, periods_before=1)
    assert np.array_equal(counts, before)
