import sys

import numpy as np
import pytest

from peelian.hotspots import kernels, knox, knox_of_events, pair_counts, pairs
from peelian.terms import CoordinateError, CoverageError, DataError, Events, ParameterError

BREAKS = {"distance_breaks": [0, 100, 250, 400], "time_breaks": [0, 3, 7, 8, 14, 30]}


def scattered(n=300, seed=1, *, side=2000, last_day=60):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, side // 50, (2, n)) * 50.0  # on snap points, and on the edges
    return x, y, rng.integers(0, last_day, n)


def run(x, y, day, *, seed=1, permutations=9, **kinds):
    return knox(
        x, y, day, permutations=permutations, rng=np.random.default_rng(seed), **BREAKS | kinds
    )


def events_of(x, y, start, hours=0.0, crs="EPSG:27700"):
    start = np.asarray(start, "M8[s]")
    n = len(start)
    x, y = np.asarray(x, float), np.asarray(y, float)
    end = start + np.asarray(np.broadcast_to(hours, n) * 3600).astype("m8[s]")
    text = np.full(n, "")
    return Events(x, y, start, end, np.ones(n), text, text, text, crs)


@pytest.mark.parametrize("edges", ["half-open", "closed"])
@pytest.mark.parametrize("fraction", [0, 0.25])
@pytest.mark.parametrize("weighted", [False, True])
def test_kernels_equal_the_definition(edges, fraction, weighted):
    x, y, day = scattered()
    day = day + fraction * (np.arange(len(day)) % 4)
    weights = np.random.default_rng(2).uniform(0, 3, len(x)) if weighted else None
    found = run(x, y, day, edges=edges, weights=weights, same_place="exclude")
    expected = pair_counts(x, y, day, edges=edges, weights=weights, **BREAKS)
    np.testing.assert_allclose(found.table.columns["observed"], expected[1:].ravel())
    np.testing.assert_allclose(found.same_place.columns["observed"], expected[0])
    both = run(x, y, day, edges=edges, weights=weights)
    expected[1] += expected[0]
    np.testing.assert_allclose(both.table.columns["observed"], expected[1:].ravel())


def test_expected_is_the_mean_over_arrangements():
    x, y, day = scattered(80, side=600)
    rng = np.random.default_rng(3)
    weights = rng.uniform(0, 2, 80)
    counts = [
        pair_counts(x, y, rng.permutation(day), weights=weights, **BREAKS) for _ in range(4000)
    ]
    found = run(x, y, day, weights=weights, same_place="exclude")
    mean = np.mean(counts, axis=0)[1:].ravel()
    error = np.std(counts, axis=0)[1:].ravel() / np.sqrt(4000)
    assert np.all(np.abs(found.table.columns["expected"] - mean) < 4.5 * error)


def test_p_equals_a_count_over_shuffles():
    x, y, day = scattered(80, side=600)
    rng = np.random.default_rng(3)
    observed = pair_counts(x, y, day, **BREAKS)
    counts = np.array([pair_counts(x, y, rng.permutation(day), **BREAKS) for _ in range(2000)])
    share = np.mean(counts >= observed, axis=0)[1:].ravel()
    for weights in (None, np.full(80, 2.5)):
        found = run(x, y, day, permutations=2000, same_place="exclude", weights=weights)
        np.testing.assert_allclose(found.table.columns["p"], share, atol=0.06)
        assert found.table.columns["p"].min() >= 1 / 2001


def test_edges_and_same_day_are_as_stated():
    x, day = np.array([0.0, 0, 100, 1000]), np.array([5, 5, 12, 500])
    kinds = {"distance_breaks": [0, 100, 200], "time_breaks": [0, 7, 14]}

    def observed(edges, **more):
        found = knox(x, 0 * x, day, edges=edges, rng=np.random.default_rng(1), **kinds | more)
        return found.table.columns["observed"].tolist()

    # One pair at one place on one day; two pairs 100 m and 7 days apart.
    assert observed("half-open") == [1, 0, 0, 2]
    assert observed("closed") == [3, 0, 0, 0]
    assert observed("closed", same_place="exclude") == [2, 0, 0, 0]
    assert observed("closed", distance_breaks=[50, 100, 200]) == [2, 0, 0, 0]
    assert observed("closed", time_breaks=[7, 8, 14]) == [2, 0, 0, 0]
    assert observed("half-open", time_breaks=[1, 7, 14]) == [0, 0, 0, 2]


def test_units_and_origin_change_nothing():
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, 2000, (2, 200))
    day = rng.integers(0, 60, 200)
    metres = run(x, y, day).table.columns
    kilometres = run(
        x / 1000, y / 1000, day, distance_breaks=[0, 0.1, 0.25, 0.4]
    ).table.columns
    moved = run(x + 5e5, y - 2e5, day + 19_000).table.columns
    for name in ("observed", "expected", "p"):
        assert np.array_equal(metres[name], kilometres[name])
        assert np.array_equal(metres[name], moved[name])


def test_dates_and_day_numbers_agree():
    x, y, day = scattered(100)
    dated = np.datetime64("2019-01-01") + day
    for name, column in run(x, y, day).table.columns.items():
        assert np.array_equal(run(x, y, dated).table.columns[name], column)


def test_nothing_one_and_all_at_once():
    for n in (0, 1):
        found = run(np.zeros(n), np.zeros(n), np.zeros(n))
        assert found.n == n and not found.table.columns["observed"].any()
        assert not found.table.columns["expected"].any()
        assert np.isnan(found.table.columns["ratio"]).all()
        assert np.isnan(found.table.columns["p"]).all()
        assert len(found.table) == 15 and len(found.same_place) == 5
    x, y, _ = scattered(50)
    constant = run(x, y, np.full(50, 7)).table.columns  # every arrangement is the same
    assert np.array_equal(constant["observed"], constant["expected"])
    assert (constant["p"] == 1).all()
    heap = run(np.zeros(50), np.zeros(50), np.arange(50)).table.columns
    assert heap["observed"][:5].tolist() == heap["expected"][:5].tolist()
    assert (heap["p"] == 1).all() and not heap["observed"][5:].any()


def test_no_signal_is_found_in_noise():
    rng = np.random.default_rng(20)
    p = [
        run(*rng.uniform(0, 1000, (2, 60)), rng.integers(0, 60, 60), seed=k, permutations=99,
            distance_breaks=[0, 200], time_breaks=[0, 7]).table.columns["p"][0]
        for k in range(500)
    ]  # fmt: skip
    assert 0.02 <= np.mean(np.array(p) <= 0.05) <= 0.07


def test_a_planted_near_repeat_is_found():
    rng = np.random.default_rng(21)
    x, y = rng.uniform(0, 20_000, (2, 400))
    day = rng.integers(0, 365, 400)
    x[300:], y[300:] = x[:100] + rng.normal(0, 30, 100), y[:100] + rng.normal(0, 30, 100)
    day[300:] = day[:100] + rng.integers(0, 7, 100)
    found = run(
        x, y, day, permutations=999, distance_breaks=[0, 100, 1000], time_breaks=[0, 7]
    )
    assert found.table.columns["p"][0] == 0.001
    assert found.table.columns["ratio"][0] > 10


def test_blocks_of_pairs_add_up(monkeypatch):
    x, y, day = scattered(3000, side=6000)
    whole = run(x, y, day).table.columns
    module = sys.modules["peelian.hotspots.knox"]
    near = pairs.near
    monkeypatch.setattr(
        module, "near", lambda *given, pairs_at_once: near(*given, pairs_at_once=500)
    )
    assert len(list(near(x, y, np.array([-1.0, 400]), pairs_at_once=500).blocks)) > 1
    for name, column in run(x, y, day).table.columns.items():
        assert np.array_equal(column, whole[name], equal_nan=True)


def test_more_partners_than_sixteen_bits_count():
    n = 70_000
    at = np.zeros((n, 4), np.uint16)  # four arrangements, all on one day
    counts = np.zeros((1, 4, 4), np.int64)
    neighbour = np.arange(1, n, dtype=np.int32)
    offset = np.array([0, n - 1])
    kernels.count_within(offset, neighbour, 0, at, np.zeros(4, np.uint16), counts)
    assert (counts == n - 1).all()


def test_month_only_dates_are_refused():
    x, y, _ = scattered(10)
    months = events_of(x, y, ["2018-03-01"] * 10, hours=24 * 31)
    kinds = {"rng": np.random.default_rng(1), **BREAKS}
    with pytest.raises(CoverageError, match=r"10 of 10 events are not known to the day"):
        knox_of_events(months, **kinds)
    mixed = events_of(x, y, ["2018-03-01"] * 10, hours=[24 * 31] * 3 + [24] * 7)
    assert knox_of_events(mixed, **kinds).left_out == 3
    assert knox_of_events(mixed, **kinds).n == 7
    with pytest.raises(CoordinateError, match="project first"):
        knox_of_events(events_of(x, y, ["2018-03-01"] * 10, crs="EPSG:4326"), **kinds)


def test_events_are_placed_by_local_date():
    # 23:30 UTC on 30 June is 1 July in London; the days count, not the hours between.
    found = knox_of_events(
        events_of([0.0, 0, 9000], [0.0, 0, 0], ["2019-06-30T23:30", "2019-07-01T22:30",
                                              "2019-07-03T12:00"]),
        distance_breaks=[0, 100], time_breaks=[0, 1, 2], rng=np.random.default_rng(1),
        weighted=True,
    )  # fmt: skip
    assert found.table.columns["observed"].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"distance_breaks": [0]}, ParameterError, "distance_breaks must be two or more"),
        ({"distance_breaks": [100, 0]}, ParameterError, "rising"),
        ({"time_breaks": [-1, 7]}, ParameterError, "time_breaks must be"),
        ({"time_breaks": [0, np.nan]}, ParameterError, "time_breaks must be"),
        ({"edges": "open"}, ParameterError, "choose half-open or closed"),
        ({"same_place": "maybe"}, ParameterError, "choose include or exclude"),
        ({"permutations": 0}, ParameterError, "permutations is 0"),
        ({"weights": [1.0, 2]}, ParameterError, "weights has 2 entries"),
        ({"weights": np.full(300, -1.0)}, ParameterError, "negative"),
        ({"weights": np.full(300, np.nan)}, DataError, "no weight"),
    ],
)
def test_wrong_settings_are_named(wrong, error, words):
    with pytest.raises(error, match=words):
        run(*scattered(), **wrong)


def test_missing_places_and_times_are_refused():
    x, y, day = scattered(5)
    x[2] = np.nan
    with pytest.raises(DataError, match="no place"):
        run(x, y, day)
    dates = np.array(["2019-01-01", "NaT"], "M8[D]")
    with pytest.raises(DataError, match="no time"):
        run(y[:2], y[:2], dates)
