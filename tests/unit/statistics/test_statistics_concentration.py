"""Concentration where there is little of it, by area and by weight; what is refused."""

import numpy as np
import pytest

from peelian.statistics import generalised_gini, gini, lorenz, places_holding, top_share
from peelian.terms import ParameterError

SUMMARIES = (
    gini,
    generalised_gini,
    lambda counts: top_share(counts, 0.5),
    lambda counts: places_holding(counts, 0.5),
)


@pytest.mark.parametrize("summary", SUMMARIES)
@pytest.mark.parametrize("counts", [[], [0], [0, 0, 0]])
def test_without_events_or_places_it_is_unknown(summary, counts):
    assert np.isnan(summary(counts))


@pytest.mark.parametrize("summary", SUMMARIES)
def test_all_events_in_one_place_are_known(summary):
    assert np.isfinite(summary([0, 0, 5]))


def test_the_curve_of_nothing():
    places, events = lorenz([0, 0])
    assert places.tolist() == [0, 0.5, 1]
    assert np.isnan(events).tolist() == [False, True, True]
    assert [a.tolist() for a in lorenz([])] == [[0], [0]]


def test_places_rank_by_density_where_areas_are_given():
    counts, area = [6, 3, 1], [6.0, 1.0, 3.0]
    assert top_share(counts, 0.1, area) == pytest.approx(0.3)
    assert places_holding(counts, 0.3, area) == pytest.approx(0.1)
    assert gini([6, 1, 3], area) == pytest.approx(0)


def test_places_of_one_density_stay_in_the_order_given():
    """So that the same map gives the same curve on any machine."""
    area = np.random.default_rng(1).permutation(np.arange(1.0, 200))
    density = np.arange(199) % 2
    places, _ = lorenz(density * area, area)
    in_order = np.concatenate([area[density == 0], area[density == 1]])
    np.testing.assert_allclose(places[1:], np.cumsum(in_order) / area.sum())


def test_harm_is_spread_over_as_many_places_as_there_are_events():
    """One event of any weight falls on one place; two of one weight on two, or one."""
    assert generalised_gini([3.5, 0], n_events=1) == pytest.approx(0)
    assert generalised_gini([3.5, 3.5, 0, 0], n_events=2) == pytest.approx(0)
    assert generalised_gini([7, 0, 0, 0], n_events=2) == pytest.approx(0.5)


@pytest.mark.parametrize("share", [0, 1])
def test_none_and_all_of_the_places(share):
    assert top_share([6, 2, 1, 1], share) == share
    assert places_holding([6, 2, 1, 1], share) == share


@pytest.mark.parametrize("summary", [top_share, places_holding])
@pytest.mark.parametrize("share", [-0.1, 1.5, np.nan])
def test_what_is_no_share_is_refused(summary, share):
    with pytest.raises(ParameterError, match="give a number from 0 to 1"):
        summary([1, 2], share)


@pytest.mark.parametrize(
    ("counts", "area", "says"),
    [
        ([[1, 2]], None, "counts have 2 dimensions"),
        ([1, 2], [1.0], "concentration: area has 1 entries, expected 2"),
        ([1, -1], None, "counts must be numbers from zero up"),
        ([1, np.inf], None, "counts must be numbers from zero up"),
        ([1, np.nan], None, "counts must be numbers from zero up"),
        ([1, 2], [1, 0], "every place needs an area above zero"),
        ([1, 2], [1, -1], "every place needs an area above zero"),
        ([1, 2], [1, np.inf], "every place needs an area above zero"),
    ],
)
def test_bad_input_is_refused(counts, area, says):
    with pytest.raises(ParameterError, match=says):
        lorenz(counts, area)


@pytest.mark.parametrize("n", [0, -1, np.nan])
def test_a_number_of_events_is_above_zero(n):
    with pytest.raises(ParameterError, match="n_events"):
        generalised_gini([1, 2], n_events=n)
