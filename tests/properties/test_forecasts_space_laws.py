"""Laws of forecasters that look at where cells lie."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forecast_histories import dated_history, events_of, history_of, squares
from peelian.forecasts import KernelEWMA, Prospective, SelfExciting
from peelian.terms import DataError

SHAPE = (4, 5)
unhurried = settings(deadline=None, max_examples=50)  # the first call imports scipy
counts = arrays(np.float64, (3, 20), elements=st.integers(0, 5).map(float))
areas = arrays(np.float64, 20, elements=st.floats(0.02, 1))
bandwidths = st.floats(5, 2000)


def smoothed(values, area, bandwidth):
    history = history_of(values, squares(*SHAPE, area=area), days=7)
    return KernelEWMA(100.0, bandwidth).forecast(history, 1).risk[0]


@unhurried
@given(counts, counts, areas, bandwidths)
def test_smoothing_is_additive_and_keeps_the_sum(first, second, area, bandwidth):
    both = smoothed(first + second, area, bandwidth)
    parts = smoothed(first, area, bandwidth) + smoothed(second, area, bandwidth)
    np.testing.assert_allclose(both, parts, rtol=1e-9, atol=1e-12)
    weights = 0.5 ** (np.array([17.5, 10.5, 3.5]) / 100)
    mean = (weights @ (first + second)).sum() / weights.sum()
    np.testing.assert_allclose(both.sum(), mean, rtol=1e-9, atol=1e-12)


@unhurried
@given(counts, areas, bandwidths)
def test_turning_the_map_turns_the_risk(values, area, bandwidth):
    risk = smoothed(values, area, bandwidth)
    turned = smoothed(values[:, ::-1], area[::-1], bandwidth)
    np.testing.assert_allclose(turned[::-1], risk, rtol=1e-9, atol=1e-12)


@unhurried
@given(counts, areas, bandwidths, st.integers(0, 19))
def test_one_event_more_lowers_risk_nowhere(values, area, bandwidth, cell):
    more = values.copy()
    more[-1, cell] += 1
    rise = smoothed(more, area, bandwidth) - smoothed(values, area, bandwidth)
    assert rise.min() >= -1e-9
    assert rise[cell] > 0


places = st.lists(
    st.tuples(st.integers(1, 499), st.integers(1, 399), st.integers(0, 80)), max_size=25
)


def prospective(drawn, **settings):
    x, y, day = np.array(drawn, dtype=float).reshape(-1, 3).T
    history = dated_history(events_of(x, y, day + 0.25), squares(*SHAPE), 84)
    return Prospective(**settings).forecast(history, 1).risk[0]


@unhurried
@given(places, st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(drawn, random):
    shuffled = random.sample(drawn, len(drawn))
    np.testing.assert_allclose(prospective(shuffled), prospective(drawn), rtol=1e-9)


@unhurried
@given(places, st.integers(1, 84), st.floats(80, 900))
def test_prospective_risk_is_that_of_the_window_and_never_below_zero(drawn, window, reach):
    risk = prospective(drawn, window_days=window, reach=reach)
    recent = sum(day + 0.25 >= 84 - window for _, _, day in drawn)
    assert risk.min() >= 0
    np.testing.assert_allclose(risk.sum(), recent / window, rtol=1e-9)


@unhurried
@given(places)
def test_mirrored_events_give_a_mirrored_map(drawn):
    mirrored = [(500 - x, y, day) for x, y, day in drawn if x % 100]
    straight = [(x, y, day) for x, y, day in drawn if x % 100]
    risk = prospective(straight).reshape(SHAPE)
    np.testing.assert_allclose(prospective(mirrored).reshape(SHAPE)[:, ::-1], risk, rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(places, st.randoms(use_true_random=False))
def test_self_exciting_risk_does_not_depend_on_the_order_of_events(drawn, random):
    """Nor is it ever below zero; with few events at once it is refused, in either order."""
    risks = []
    for order in (drawn, random.sample(drawn, len(drawn))):
        x, y, day = np.array(order, dtype=float).reshape(-1, 3).T
        history = dated_history(events_of(x, y, day + 0.25), squares(*SHAPE), 84)
        try:
            risks.append(SelfExciting(reach=200).forecast(history, 2).risk)
        except DataError:
            risks.append(np.full((2, 20), np.nan))
    np.testing.assert_allclose(*risks, rtol=1e-3, atol=1e-6)
    assert not np.any(risks[0] < 0)
