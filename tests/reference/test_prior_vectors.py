"""What other trials found, and what a weak design makes of an effect: published values."""

import numpy as np
import pytest

from peelian.evaluation import beside_prior, exaggeration, ratio_from_d
from peelian.terms import (
    PLANNING_PRIOR,
    PUBLISHED_EFFECTS,
    EffectPrior,
    Interval,
    ParameterError,
)


@pytest.mark.parametrize(
    ("effect", "error", "power", "wrong_sign", "factor"),
    [
        (0.1, 3.28, 0.05010648, 0.4644228, 76.83),
        (2.0, 8.10, 0.05701294, 0.2396177, 9.57),
    ],
)
def test_design_analysis_as_retrodesign_prints_it(effect, error, power, wrong_sign, factor):
    """Examples of Gelman and Carlin (2014); their factor is from 10,000 simulated trials."""
    found = exaggeration(np.exp(-effect), error)
    assert found.power == pytest.approx(power, abs=5e-8)
    assert found.wrong_sign == pytest.approx(wrong_sign, abs=5e-8)
    assert found.factor == pytest.approx(factor, rel=0.01)


def test_a_strong_design_does_not_exaggerate():
    found = exaggeration(0.5, 0.05)
    assert (found.power, found.factor) == pytest.approx((1, 1), abs=1e-6)
    assert exaggeration(2.0, 0.05) == found  # a rise as a fall
    for bad in ((1.0, 0.1), (0.0, 0.1), (0.5, 0.0)):
        with pytest.raises(ParameterError, match="ratio is"):
            exaggeration(*bad)


def test_the_published_effects():
    ratio = {effect.study.split(",")[0]: effect.ratio for effect in PUBLISHED_EFFECTS}
    assert ratio["Youth Endowment Fund toolkit"] == 0.86
    assert ratio["Braga"] == pytest.approx(ratio_from_d(0.132), abs=0.0005)
    assert (PLANNING_PRIOR.low, PLANNING_PRIOR.ratio, PLANNING_PRIOR.high) == (0.8, 0.86, 0.9)
    with pytest.raises(ParameterError, match="low < ratio"):
        EffectPrior(0.95, 0.8, 0.9, "none")


def test_shrinkage_is_by_precision():
    """Normal and normal by hand: prior log -0.2 with sd 0.1, local log 0.9 with sd 0.3."""
    ends = np.exp(-0.2 + 0.1 * np.array([-1, 1]) * 1.959963984540054)
    local = Interval(*np.exp(0.9 + 0.3 * np.array([-1, 1]) * 1.959963984540054), "by hand")
    found = beside_prior(np.exp(0.9), local, prior=EffectPrior(np.exp(-0.2), *ends, "none"))
    assert found.weight == pytest.approx(0.1)
    assert np.log(found.ratio) == pytest.approx(-0.09)
    reach = np.log(found.interval.high) - np.log(found.ratio)
    assert reach == pytest.approx(1.959963984540054 * np.sqrt(0.009))


def test_the_southend_size_hardly_moves_the_prior():
    found = beside_prior(0.264706, Interval(0.114563, 0.542874, "exact"))
    assert found.weight < 0.01
    assert 0.85 < found.ratio < 0.86
    first, second, third = found.sentences()
    assert "14 % fewer events on average; 10 % to 20 % fewer events is to be expected" in first
    assert "less than 1 %" in second and "the result is the local estimate" in second
    assert "chance 7 %" in third and "61 % fewer events (type M error, 6.2 times" in third


def test_an_unbounded_interval_leaves_the_prior():
    found = beside_prior(0.0, Interval(0.0, 1.2, "exact"))
    assert (found.weight, found.ratio) == (0, pytest.approx(0.86))
    assert found.expected is None
    assert "next to nothing" in found.sentences()[-1]
    with pytest.raises(ParameterError, match="upside down"):
        beside_prior(0.9, Interval(1.2, 0.8, "wrong"))
    with pytest.raises(ParameterError, match="no width"):
        beside_prior(0.9, Interval(0.9, 0.9, "wrong"))
