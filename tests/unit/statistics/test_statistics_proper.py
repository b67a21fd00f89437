"""Proper scores: their edges, what they refuse, and the fast sums of them."""

import numpy as np
import pytest

from peelian.statistics import (
    bernoulli_log_score,
    brier_score,
    count_scores,
    poisson_crps,
    poisson_deviance,
    poisson_log_score,
    poisson_pit,
)
from peelian.terms import ParameterError

SCORES = (
    brier_score, bernoulli_log_score, poisson_log_score, poisson_deviance, poisson_crps,
)  # fmt: skip


@pytest.mark.parametrize("score", SCORES)
def test_a_sure_nothing_that_comes_true_costs_nothing(score):
    assert score(0.0, 0) == 0
    assert score([], []).shape == (0,)


def test_an_event_that_was_given_no_chance():
    assert brier_score(0.0, 2) == 1
    assert poisson_crps(0.0, 2) == 2
    for score in (bernoulli_log_score, poisson_log_score, poisson_deviance):
        assert score(0.0, 2) == np.inf
    sums = count_scores(np.array([0.0, 1.0]), np.array([2.0, 1.0]))
    assert sums.unforeseen == 2
    assert sums.log_score == pytest.approx(1.0)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    ("expected", "counts", "message"),
    [
        (-0.1, 0, "from zero up"),
        (np.nan, 0, "from zero up"),
        (np.inf, 0, "from zero up"),
        (1.0, 0.5, "whole numbers"),
        (1.0, -1, "whole numbers"),
        (1.0, np.nan, "whole numbers"),
        (1.0, np.inf, "whole numbers"),
    ],
)
def test_what_is_refused(score, expected, counts, message):
    with pytest.raises(ParameterError, match=message):
        score(expected, counts)


@pytest.mark.parametrize("score", [*SCORES])
def test_stating_the_truth_is_best(score):
    """Each score is proper: its mean is least at the true expectation."""
    counts = np.random.default_rng(1).poisson(0.8, 40_000)
    stated = np.array([0.4, 0.6, 0.8, 1.0, 1.2])
    with np.errstate(divide="ignore"):
        means = [score(np.full(len(counts), mean), counts).mean() for mean in stated]
    assert stated[np.argmin(means)] == 0.8


def test_pit_knows_too_narrow_from_calibrated():
    rng = np.random.default_rng(2)
    mean = rng.gamma(4, 1, 20_000)
    fair = poisson_pit(mean, rng.poisson(mean))
    assert fair == pytest.approx(np.full(10, 0.1), abs=0.01)
    spread = poisson_pit(mean, rng.poisson(mean * rng.gamma(1, 1, 20_000)))
    assert spread[0] > 0.15
    assert spread[-1] > 0.15


def test_pit_at_its_edges():
    assert np.isnan(poisson_pit([], [])).all()
    assert poisson_pit([0.0], [1])[-1] == 1
    assert poisson_pit([0.5, 2.0], [1, 2], n_bins=1).tolist() == [1]
    with pytest.raises(ParameterError, match="n_bins"):
        poisson_pit([1.0], [1], n_bins=0)
