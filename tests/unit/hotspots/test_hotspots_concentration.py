from importlib import import_module

import numpy as np
import pytest

from peelian.hotspots import concentration
from peelian.statistics import (
    generalised_gini,
    gini,
    lorenz,
    places_holding,
    top_share,
)
from peelian.terms import ParameterError

COUNTS = np.array([6, 0, 2, 0, 1, 0, 1, 0, 0, 0])


def rng(seed=1):
    return np.random.default_rng(seed)


def named(found):
    rows = zip(found.value, found.low, found.high, strict=True)
    return dict(zip(found.measure, rows, strict=True))


def test_the_curve_starts_empty_and_ends_with_everything():
    places, events = lorenz(COUNTS)
    np.testing.assert_allclose(places, np.arange(11) / 10)
    np.testing.assert_allclose(events, [0, 0, 0, 0, 0, 0, 0, 0.1, 0.2, 0.4, 1])


def test_shares_of_the_top_and_places_for_a_share():
    assert top_share(COUNTS, 0.1) == pytest.approx(0.6)
    assert top_share(COUNTS, 0.15) == pytest.approx(0.7)  # half of the second place
    assert top_share(COUNTS, 0) == 0
    assert top_share(COUNTS, 1) == 1
    assert places_holding(COUNTS, 0.6) == pytest.approx(0.1)
    assert places_holding(COUNTS, 0.3) == pytest.approx(0.05)
    assert places_holding(COUNTS, 1) == pytest.approx(0.4)  # the empty places are not needed
    assert places_holding(COUNTS, 0) == 0


def test_every_measure_has_its_name_its_value_and_its_limits():
    counts = rng().negative_binomial(0.5, 0.2, 900)
    found = named(concentration(counts, draws=400, rng=rng()))
    assert list(found) == [
        "gini", "generalised_gini", "top_share_0.01", "top_share_0.05", "top_share_0.1",
        "places_holding_0.25", "places_holding_0.5",
    ]  # fmt: skip
    assert found["gini"][0] == gini(counts)
    assert found["generalised_gini"][0] == generalised_gini(counts)
    assert found["top_share_0.1"][0] == top_share(counts, 0.1)
    assert found["places_holding_0.5"][0] == places_holding(counts, 0.5)
    for name, (value, low, high) in found.items():
        if name == "top_share_0.01":  # nine places
            assert np.isnan([low, high]).all()
        else:
            assert low < value < high


def test_areas_make_density_what_counts():
    area = np.array([4.0, 1, 1])
    counts = np.array([4, 1, 1])
    assert gini(counts, area) == pytest.approx(0)
    assert gini(counts) > 0.3
    assert top_share([1, 5], 0.25, area=[3, 1]) == pytest.approx(5 / 6)
    found = named(concentration(counts, area=area, draws=50, rng=rng()))
    assert found["gini"][0] == pytest.approx(0)
    assert np.isnan(found["generalised_gini"][0])
    even = concentration(COUNTS, area=np.full(10, 62_500.0), draws=200, rng=rng())
    plain = concentration(COUNTS, draws=200, rng=rng())
    for i in (0, 2, 3, 4, 5, 6):
        assert even.value[i] == pytest.approx(plain.value[i])


def test_units_of_area_and_of_harm_do_not_matter():
    harm, area = rng(2).gamma(0.3, 100, 300), rng(3).uniform(1e4, 1e6, 300)
    metres = concentration(harm, area=area, draws=100, rng=rng())
    kilometres = concentration(harm * 365, area=area / 1e6, draws=100, rng=rng())
    np.testing.assert_allclose(kilometres.value, metres.value, rtol=1e-9)
    np.testing.assert_allclose(kilometres.low, metres.low, rtol=1e-9)


def test_harm_needs_the_number_of_events_for_the_generalised_gini():
    harm = np.array([10.5, 0, 0, 365, 0, 2, 0, 0])
    assert np.isnan(concentration(harm, draws=20, rng=rng()).value[1])
    found = concentration(harm, n_events=4, draws=20, rng=rng())
    assert found.value[1] == generalised_gini(harm, n_events=4)
    # Four events could be spread over four of eight places at best.
    assert generalised_gini([1.0, 1, 1, 1, 0, 0, 0, 0], n_events=4) == pytest.approx(0)


def test_level_risk_looks_concentrated_and_only_the_generalised_gini_says_less():
    counts = np.bincount(rng(4).integers(0, 5000, 400), minlength=5000)
    found = named(concentration(counts, draws=200, rng=rng()))
    assert found["gini"][0] > 0.9
    assert found["generalised_gini"][0] < 0.1


def test_limits_hold_the_figure_of_all_such_places():
    """Places drawn from a negative binomial: coverage of its own Gini and shares."""
    generator = rng(5)
    drawn = generator.negative_binomial(0.7, 0.26, 1_000_000)
    truth = concentration(drawn, draws=1, rng=rng()).value
    maps = 60
    covered = np.zeros(7)
    for _ in range(maps):
        counts = generator.negative_binomial(0.7, 0.26, 800)
        found = concentration(counts, draws=200, rng=generator)
        covered += (found.low <= truth) & (truth <= found.high)
    assert covered[[0, 3, 4, 5, 6]].min() / maps > 0.86  # 60 maps: 0.95 less three errors


def test_with_nothing_and_with_one():
    for counts in ([], [0, 0, 0]):
        found = concentration(counts, draws=5, rng=rng())
        assert np.isnan(found.value).all()
        assert np.isnan(found.low).all()
        assert found.place_share[0] == 0
        assert np.isnan([gini(counts), generalised_gini(counts)]).all()
        assert np.isnan([top_share(counts, 0.1), places_holding(counts, 0.5)]).all()
    even = named(concentration(np.full(50, 3), draws=20, rng=rng()))
    assert even["gini"] == pytest.approx((0, 0, 0), abs=1e-12)
    assert even["top_share_0.1"][0] == pytest.approx(0.1)
    single = concentration([0, 0, 1, 0], draws=50, rng=rng())
    assert single.value[0] == pytest.approx(0.75)
    assert single.value[1] == pytest.approx(0)  # one event cannot be spread
    assert np.isnan(concentration([4], draws=5, rng=rng()).low).all()
    assert np.isnan(concentration([0, 1], draws=1, rng=rng(3)).value[:1]).sum() == 0


def test_draws_may_come_in_parts(monkeypatch):
    whole = concentration(COUNTS, draws=101, rng=rng())
    monkeypatch.setattr(import_module("peelian.hotspots.concentration"), "_DRAWN_AT_ONCE", 40)
    parts = concentration(COUNTS, draws=101, rng=rng())
    np.testing.assert_allclose(parts.low, whole.low)


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(ParameterError, match="2 dimensions"):
        gini([[1, 2], [3, 4]])
    with pytest.raises(ParameterError, match="numbers from zero up"):
        gini([1, -1])
    with pytest.raises(ParameterError, match="numbers from zero up"):
        lorenz([1, np.nan])
    with pytest.raises(ParameterError, match="area above zero"):
        gini([1, 2], area=[1, 0])
    with pytest.raises(ParameterError, match="area has 1 entries, expected 2"):
        gini([1, 2], area=[1])
    with pytest.raises(ParameterError, match=r"share is 5; give a number from 0 to 1"):
        top_share([1, 2], 5)
    with pytest.raises(ParameterError, match=r"share is -1"):
        places_holding([1, 2], -1)
    with pytest.raises(ParameterError, match="n_events is 0"):
        generalised_gini([1, 2], n_events=0)
    with pytest.raises(ParameterError, match="draws is 0"):
        concentration([1, 2], draws=0, rng=rng())
