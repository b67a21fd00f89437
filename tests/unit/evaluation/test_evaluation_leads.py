"""Did areas move alike before; and what operations that never were would have shown."""

import numpy as np
import pytest

from peelian.evaluation import event_study, placebo_operations, ratio_of_ratios
from peelian.terms import DataError, ParameterError


def rng(seed=1):
    return np.random.default_rng(seed)


def panel(apart=0.0, *, n_areas=24, n_periods=20, start=14, seed=1):
    """Half the areas are treated from ``start`` on, and drift apart before by so much."""
    generator = rng(seed)
    mean = generator.gamma(2, 10, (n_areas, 1)) * np.exp(generator.normal(0, 0.2, n_periods))
    treated = np.zeros((n_areas, n_periods), dtype=bool)
    treated[: n_areas // 2, start:] = True
    drift = treated.any(axis=1)[:, None] * np.clip(np.arange(n_periods) - start + 4, 0, 3)
    return generator.poisson(mean * np.exp(apart * drift) * 0.6**treated), treated


def test_one_lead_of_two_areas_is_a_ratio_of_ratios():
    """By hand: the lead against the periods before it, the years of treatment left out."""
    counts = [[100, 107, 110, 40], [150, 158, 318, 300]]
    treated = [[0, 0, 0, 1], [0, 0, 0, 0]]
    found = event_study(counts, treated, leads=1, permutations=9, rng=rng())
    assert found.ratios[0].value == pytest.approx(
        ratio_of_ratios((207, 110), (308, 318)).value
    )


@pytest.mark.parametrize("n_areas", [12, 24])
def test_a_drift_before_is_found(n_areas):
    counts, treated = panel(0.2, n_areas=n_areas)
    found = event_study(counts, treated, leads=3, permutations=199, rng=rng())
    assert found.p <= 0.01
    first = found.ratios[0]  # the last period before the start: three steps of drift
    assert first.interval.low < np.exp(0.6) < first.interval.high
    assert first.interval.low > 1


def test_no_drift_is_found_where_there_is_none():
    counts, treated = panel(0.0)
    found = event_study(counts, treated, leads=3, permutations=199, rng=rng())
    assert found.p > 0.05
    assert all(one.interval.low < 1 < one.interval.high for one in found.ratios)
    assert found.n_areas == 24


def test_exposure_of_periods_does_not_matter():
    counts, treated = panel(0.1)
    days = np.arange(20) + 20
    one = event_study(counts, treated, permutations=19, rng=rng())
    two = event_study(counts, treated, exposure=days, permutations=19, rng=rng())
    assert one.ratios[1].value == pytest.approx(two.ratios[1].value)


def test_placebos_show_a_season_that_the_areas_do_not_share():
    """Seaside areas fill up each summer, and are treated in the third."""
    generator, month = rng(2), np.arange(36)
    seaside = np.arange(20) < 10
    summer = (month % 12 >= 5) & (month % 12 <= 7)
    mean = np.where(seaside[:, None] & summer, 30.0, 60.0)
    treated = seaside[:, None] & summer & (month >= 24)
    counts = generator.poisson(mean)  # no effect at all
    found = placebo_operations(counts, treated, back=[12, 24], rng=rng())
    assert all(one.interval.high < 0.75 and one.p < 0.01 for one in found)


def test_placebos_of_nothing_show_nothing():
    counts, treated = panel(n_periods=40, start=34)
    found = placebo_operations(counts, treated, back=6, permutations=99, rng=rng())
    assert len(found) == 1
    assert found[0].interval.low < 1 < found[0].interval.high


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"treated": np.zeros((24, 3), bool)}, ParameterError, "one shape"),
        ({"counts": -np.ones((24, 20))}, DataError, "below 0"),
        ({"treated": np.ones((24, 20), bool)}, DataError, "all areas"),
        ({"leads": 13}, DataError, "14 periods before its treatment: 13 leads need 15"),
        ({"leads": 0}, ParameterError, "leads is 0"),
        ({"counts": np.zeros((24, 20))}, DataError, "no events 1 periods before"),
        ({"exposure": 0}, ParameterError, "exposure"),
    ],
)
def test_a_panel_that_shows_nothing_is_refused(change, error, words):
    counts, treated = panel()
    given = {"counts": counts, "treated": treated, "permutations": 9, "rng": rng()} | change
    with pytest.raises(error, match=words):
        event_study(**given)


def test_years_that_are_not_held_are_refused():
    counts, treated = panel()
    with pytest.raises(ParameterError, match="52 periods back: 14 are held"):
        placebo_operations(counts, treated, back=52, rng=rng())
