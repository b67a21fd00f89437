import sys

import numpy as np
import pytest

from peelian.hotspots import near_repeats, near_repeats_of_events
from peelian.terms import CoverageError, DataError, Events, ParameterError

# Two chains: 0-1-2-4 along a street, and 3-5 elsewhere; 6 is alone.
X = np.array([0.0, 80, 160, 5000, 240, 5000, 9000])
Y = np.zeros(7)
DAY = np.array([10, 13, 19, 100, 19, 100, 200])


def events_of(day, hours, weight=None):
    n = len(day)
    start = np.datetime64("2019-01-01", "s") + np.asarray(day) * np.timedelta64(1, "D")
    start = start + np.asarray(hours) * np.timedelta64(1, "h")
    text = np.full(n, "")
    weight = np.ones(n) if weight is None else weight
    return Events(X[:n], Y[:n], start, start, weight, text, text, text)


def test_pairs_and_chains():
    found = near_repeats(X, Y, DAY, distance=80, days=6, weights=np.arange(7.0))
    columns = {name: column.tolist() for name, column in found.pairs.columns.items()}
    assert columns["originator"] == [0, 1, 2, 3]
    assert columns["next"] == [1, 2, 4, 5]
    assert columns["distance"] == [80, 80, 80, 0]
    assert columns["days"] == [3, 6, 0, 0]
    assert columns["chain"] == [0, 0, 0, 1]
    assert found.chain.tolist() == [0, 0, 0, 1, 0, 1, -1]
    chains = {name: column.tolist() for name, column in found.chains.columns.items()}
    assert chains == {
        "chain": [0, 1], "n": [4, 2], "weight": [7, 8], "x": [120, 5000], "y": [0, 0],
        "reach": [120, 0], "first": [10, 100], "last": [19, 100], "days": [9, 0],
    }  # fmt: skip


def test_limits_are_closed_and_the_same_place_can_be_left_out():
    assert len(near_repeats(X, Y, DAY, distance=79.999, days=6).pairs) == 1
    assert len(near_repeats(X, Y, DAY, distance=80, days=5.99).pairs) == 3
    assert len(near_repeats(X, Y, DAY, distance=80, days=6, same_place=False).pairs) == 3
    assert near_repeats(X, Y, DAY, distance=0, days=0).pairs.columns["next"].tolist() == [5]
    assert not len(near_repeats(X, Y, DAY, distance=0, days=0, same_place=False).pairs)


def test_the_originator_is_the_earlier_event():
    found = near_repeats(X[::-1], Y, DAY[::-1], distance=80, days=6).pairs.columns
    assert found["originator"].tolist() == [1, 2, 5, 6]
    assert found["next"].tolist() == [3, 4, 4, 5]
    assert (found["days"] >= 0).all()


def test_equal_to_all_pairs_by_hand():
    rng = np.random.default_rng(8)
    x, y = rng.integers(0, 40, (2, 400)) * 25.0
    day = rng.integers(0, 90, 400)
    first, second = np.triu_indices(400, 1)
    far = np.sqrt((x[first] - x[second]) ** 2 + (y[first] - y[second]) ** 2)
    close = (far <= 125) & (np.abs(day[first] - day[second]) <= 4)
    wanted = {tuple(sorted(p)) for p in zip(first[close], second[close], strict=True)}
    found = near_repeats(x, y, day, distance=125, days=4)
    got = zip(found.pairs.columns["originator"], found.pairs.columns["next"], strict=True)
    assert {tuple(sorted(p)) for p in got} == wanted and len(found.pairs) == len(wanted)
    assert found.chains.columns["n"].sum() == np.count_nonzero(found.chain >= 0)


def test_units_and_origin_change_nothing():
    rng = np.random.default_rng(9)
    x, y, day = *rng.uniform(0, 3000, (2, 300)), rng.integers(0, 90, 300)
    metres = near_repeats(x, y, day, distance=200, days=7)
    kilometres = near_repeats(x / 1000, y / 1000, day, distance=0.2, days=7)
    moved = near_repeats(x + 4e5, y - 1e5, day + 17_000, distance=200, days=7)
    assert len(metres.pairs) > 20
    for other in (kilometres, moved):
        assert np.array_equal(metres.chain, other.chain)
        for name in ("originator", "next", "days"):
            assert np.array_equal(metres.pairs.columns[name], other.pairs.columns[name])


def test_events_keep_their_numbers_and_dates():
    # Events 0 and 1 fall on one day: 1 is the earlier by the hour.
    events = events_of([3, 3, 5, 300, 6], [20, 4, 0, 0, 0], np.array([1.0, 2, 4, 8, 16]))
    found = near_repeats_of_events(events, distance=80, days=7)
    assert found.pairs.columns["originator"].tolist() == [1, 1, 2]
    assert found.pairs.columns["next"].tolist() == [0, 2, 4]
    assert found.chain.tolist() == [0, 0, 0, -1, 0]
    assert found.chains.columns["first"][0] == np.datetime64("2019-01-04")
    assert found.chains.columns["last"][0] == np.datetime64("2019-01-07")
    assert found.chains.columns["weight"][0] == 23


def test_month_only_dates_are_refused():
    known = events_of([0, 1, 2], [0, 0, 0])
    month = np.timedelta64(31, "D")
    spans = Events(
        known.x, known.y, known.start, known.end + month, known.weight, known.offence,
        known.place, known.area_code,
    )  # fmt: skip
    with pytest.raises(CoverageError, match="3 of 3 events are not known to the day"):
        near_repeats_of_events(spans, distance=80, days=7)


@pytest.mark.parametrize("n", [0, 1])
def test_nothing_and_a_single_event(n):
    found = near_repeats(X[:n], Y[:n], DAY[:n], distance=80, days=6)
    assert not len(found.pairs) and not len(found.chains)
    assert found.chain.tolist() == [-1] * n
    assert list(found.pairs.columns) == ["originator", "next", "distance", "days", "chain"]


def test_all_at_one_place_and_time_is_one_chain():
    found = near_repeats(np.full(30, 7.0), np.full(30, 9.0), np.zeros(30), distance=0, days=0)
    assert len(found.pairs) == 435 and found.chains.columns["n"].tolist() == [30]


def test_wrong_input_is_named(monkeypatch):
    with pytest.raises(ParameterError, match="distance is -1"):
        near_repeats(X, Y, DAY, distance=-1, days=6)
    with pytest.raises(ParameterError, match="days is nan"):
        near_repeats(X, Y, DAY, distance=1, days=np.nan)
    with pytest.raises(DataError, match="no place"):
        near_repeats(X * np.nan, Y, DAY, distance=1, days=1)
    monkeypatch.setattr(sys.modules["peelian.hotspots.near_repeats"], "MOST_PAIRS", 2)
    with pytest.raises(ParameterError, match="more than 2 pairs lie within 80 m and 6 days"):
        near_repeats(X, Y, DAY, distance=80, days=6)
