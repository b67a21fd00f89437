"""The kept draw made again: the same method, so the same chances."""

import numpy as np
import pytest

from peelian.operations import (
    draw_spots,
    inclusion_probabilities,
    redraw_spots,
    systematic_sample,
)
from peelian.operations.rotation import ALL_ACTIVE, SYSTEMATIC_PPS
from peelian.terms import Draw, ParameterError, Spots

PI = inclusion_probabilities(np.array([9.0, 5, 4, 2, 2, 1, 1]), 3, floor=0.1, ceiling=0.9)


def test_singles_and_pairs_are_as_likely_as_in_the_draw_itself():
    """20,000 draws each way: joint inclusion within four standard errors."""
    rng = np.random.default_rng(3)
    again = redraw_spots(Draw(PI, PI > 0, 1, SYSTEMATIC_PPS), 20_000, rng=rng)
    first = np.array([systematic_sample(PI, rng=rng) for _ in range(20_000)])
    assert set(again.sum(axis=1)) == {3}
    together = [drawn.T.astype(float) @ drawn / 20_000 for drawn in (again, first)]
    assert np.abs(together[0] - together[1]).max() < 4 * np.sqrt(2 * 0.25 / 20_000)
    assert np.diag(together[0]) == pytest.approx(PI, abs=4 * np.sqrt(0.25 / 20_000))


def test_all_none_and_unknown():
    rng = np.random.default_rng(1)
    spots = Spots(np.arange(2), np.zeros(2), np.zeros(2), np.ones(2), ("A", "B"))
    everyone = draw_spots(spots, 2, seed=1)
    assert everyone.method == ALL_ACTIVE
    assert redraw_spots(everyone, 3, rng=rng).all()
    assert not redraw_spots(draw_spots(spots, 0, seed=1, floor=0), 3, rng=rng).any()
    empty = Draw(np.zeros(0), np.zeros(0, dtype=bool), 1, SYSTEMATIC_PPS)
    assert redraw_spots(empty, 3, rng=rng).shape == (3, 0)
    with pytest.raises(ParameterError, match="'by hand' cannot be made again"):
        redraw_spots(Draw(PI, PI > 0.5, 1, "by hand"), 3, rng=rng)
