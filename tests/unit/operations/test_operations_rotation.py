import numpy as np
import pytest

from peelian.operations import (
    allocate_visits,
    draw_spots,
    horvitz_thompson,
    inclusion_probabilities,
    systematic_sample,
    value_of_visits,
    visit_hour_entropy,
)
from peelian.terms import ParameterError, Spots

WORTH = np.array([30.0, 20, 15, 10, 10, 8, 5, 2])


def spots(worth=WORTH):
    n = len(worth)
    return Spots(np.arange(n), np.zeros(n), np.zeros(n), worth, tuple("ABCDEFGH"[:n]))


def test_inclusion_follows_the_probabilities():
    """4,000 draws: every frequency within four standard errors, every draw exactly n."""
    probability = inclusion_probabilities(WORTH, 4, floor=0.1, ceiling=0.9)
    rng = np.random.default_rng(5)
    draws = np.array([systematic_sample(probability, rng=rng) for _ in range(4000)])
    assert np.all(draws.sum(axis=1) == 4)
    error = np.sqrt(probability * (1 - probability) / 4000)
    assert np.all(np.abs(draws.mean(axis=0) - probability) < 4 * error)


def test_the_draw_is_logged_and_repeats():
    first, again = draw_spots(spots(), 4, seed=11), draw_spots(spots(), 4, seed=11)
    assert first.active.tolist() == again.active.tolist()
    assert first.seed == 11
    assert "systematic" in first.method
    assert first.probability.sum() == pytest.approx(4)
    assert any(
        draw_spots(spots(), 4, seed=s).active.tolist() != first.active.tolist()
        for s in range(5)
    )


def test_drawing_all_switches_the_rotation_off():
    draw = draw_spots(spots(), 8, seed=1)
    assert draw.active.all()
    assert draw.probability.tolist() == [1.0] * 8
    assert "no rotation" in draw.method


def test_drawing_none():
    draw = draw_spots(spots(), 0, seed=1, floor=0.0)
    assert not draw.active.any()


@pytest.mark.parametrize(("n", "floor", "expected"), [(2, 0.25, 0.25), (6, 0.0, 0.75)])
def test_probabilities_at_their_limits(n, floor, expected):
    ceiling = 0.75 if n == 6 else 1.0
    probability = inclusion_probabilities(WORTH, n, floor=floor, ceiling=ceiling)
    assert probability.tolist() == [expected] * 8


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"n": 9}, "cannot draw 9 of 8"),
        ({"n": 1, "floor": 0.2}, "sum to 1.6 at least"),
        ({"n": 4, "floor": 0.9, "ceiling": 0.1}, "floor 0.9 is above ceiling 0.1"),
        ({"n": 4, "ceiling": 1.5}, "ceiling is 1.5"),
        ({"n": 4, "worth": np.array([1.0, 0, 2, 3])}, "spot 1: worth is 0.0"),
        ({"n": 1, "worth": np.array([1.0, np.nan])}, "worth is nan"),
    ],
)
def test_impossible_probabilities_are_refused(change, says):
    settings = {"worth": WORTH, **change}
    with pytest.raises(ParameterError, match=says):
        inclusion_probabilities(settings.pop("worth"), settings.pop("n"), **settings)


def test_draw_names_the_worthless_spot_and_the_bad_seed():
    with pytest.raises(ParameterError, match="'B': worth is -1"):
        draw_spots(spots(np.array([1.0, -1.0, 2.0])), 1, seed=1)
    with pytest.raises(ParameterError, match="seed is -3"):
        draw_spots(spots(), 4, seed=-3)


def test_spot_days_that_were_certain_are_left_out():
    y, z = np.array([2.0, 0, 100, 100]), np.array([True, False, True, False])
    assert horvitz_thompson(y, z, np.array([0.5, 0.5, 1.0, 0.0])) == pytest.approx(2.0)
    assert np.isnan(horvitz_thompson(y[2:], z[2:], np.array([1.0, 0.0])))
    with pytest.raises(ParameterError, match="must lie in 0 to 1"):
        horvitz_thompson(y, z, np.array([0.5, 0.5, 1.1, 0.0]))
    with pytest.raises(ParameterError, match="4, 4 and 1 entries"):
        horvitz_thompson(y, z, np.array([0.5]))


def test_horvitz_thompson_recovers_a_known_effect():
    """Events fall by 0.4 where drawn; over 3,000 days the estimate is within 4 errors."""
    rng = np.random.default_rng(8)
    probability = inclusion_probabilities(WORTH, 4, floor=0.1, ceiling=0.9)
    days = 3000
    drawn = np.array([systematic_sample(probability, rng=rng) for _ in range(days)])
    outcome = rng.poisson(1.0 - 0.4 * drawn).astype(float)
    tiled = np.tile(probability, (days, 1))
    by_day = [horvitz_thompson(*row) for row in zip(outcome, drawn, tiled, strict=True)]
    assert abs(np.mean(by_day) + 0.4) < 4 * np.std(by_day) / np.sqrt(days)


def test_entropy_of_one_slot_and_of_none():
    assert visit_hour_entropy(np.array([9, 0, 0])) == 0.0
    assert np.isnan(visit_hour_entropy(np.array([0, 0])))
    with pytest.raises(ParameterError, match="zero or more"):
        visit_hour_entropy(np.array([1, -1]))


def test_visits_without_spots_or_without_diminishing():
    assert allocate_visits(np.array([]), 5).tolist() == []
    assert allocate_visits(np.array([2.0, 1.0]), 3, rho=1.0).tolist() == [3, 0]
    assert value_of_visits(np.array([2.0]), np.array([3]), rho=1.0).tolist() == [6.0]
    with pytest.raises(ParameterError, match="rho is 2"):
        allocate_visits(np.array([1.0]), 1, rho=2)
    with pytest.raises(ParameterError, match="n_visits is -1"):
        allocate_visits(np.array([1.0]), -1)
