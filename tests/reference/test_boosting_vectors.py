"""Boosted trees and forests on two kinds of cell, held against the formulas by hand.

Friedman (2001): a leaf's step is Newton's for the Poisson likelihood. Breiman (2001): a forest
is the mean of trees, each the mean of its leaf over a bootstrap sample.
"""

import numpy as np
import pytest

from peelian.forecasts import GradientBoosting, RandomForest
from peelian.forecasts.lessons import Lessons


def two_kinds():
    """Of one kind 300 events where 100 were expected, of the other 50 where 150 were."""
    kind = np.repeat([0.0, 1.0], [400, 600])
    counts = np.repeat([1.0, 0.5, 0.0, 0.25], [200, 200, 400, 200])
    baseline = np.full(1000, 0.25)
    return Lessons(kind[:, None].astype(np.float32), counts, baseline, np.zeros(1000, int))


def test_a_step_of_boosting_is_newtons():
    lessons, prior = two_kinds(), 20.0
    trees = GradientBoosting(learning_rate=1, n_leaves=2, prior_events=prior)._grow(lessons, 1)
    happened = np.array([300.0, 50.0])
    expected = np.array([100.0, 150.0])
    level = happened.sum() / expected.sum()
    assert (lessons.counts.sum(), lessons.baseline.sum()) == (350, 250)
    step = (happened - level * expected) / (level * expected + prior)
    factor = trees.predict(np.array([[0.0], [1.0]], np.float32))
    np.testing.assert_allclose(factor, level * np.exp(step), rtol=1e-5)


def test_many_steps_of_boosting_are_the_likeliest():
    """Without a prior they end at events over expected events of each kind."""
    trees = GradientBoosting(learning_rate=0.5, n_leaves=2, prior_events=0)
    factor = trees._grow(two_kinds(), 60).predict(np.array([[0.0], [1.0]], np.float32))
    np.testing.assert_allclose(factor, [3, 1 / 3], rtol=1e-5)


def test_a_forest_is_the_mean_of_leaves_over_resamples():
    forest = RandomForest(n_trees=400, feature_share=1)._fit(two_kinds())
    factor = forest.trees.predict(np.array([[0.0], [1.0]], np.float32))
    assert factor[0] == pytest.approx(3, rel=0.01)
    assert factor[1] == pytest.approx(1 / 3, rel=0.03)


def test_a_forest_does_not_split_leaves_that_expect_too_little():
    lessons = two_kinds()
    forest = RandomForest(n_trees=30, leaf_events=126, feature_share=1)._fit(lessons)
    factor = forest.trees.predict(np.array([[0.0], [1.0]], np.float32))
    assert factor[0] == factor[1] == pytest.approx(1.4, rel=0.1)
