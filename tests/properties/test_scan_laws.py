"""Laws of the scan statistic."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from peelian.hotspots import scan, scan_by_definition


@st.composite
def histories(draw):
    """Events on a lattice and few days: rings of several places, several events a day."""
    n = draw(st.integers(2, 25))
    coordinate = st.integers(0, 4).map(lambda k: k * 100.0)
    x, y = (np.array(draw(st.lists(coordinate, min_size=n, max_size=n))) for _ in range(2))
    day = np.array(draw(st.lists(st.integers(0, 7), min_size=n, max_size=n)))
    case = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    return x, y, day - day.min(), case


KINDS = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["permutation", "poisson", "bernoulli"]),
        "prospective": st.booleans(),
        "max_days": st.integers(1, 9),
        "max_radius": st.sampled_from([0.0, 100.0, 150.0, 250.0]),
        "max_share": st.sampled_from([0.3, 0.5, 1.0]),
    }
)


def statistic_of(x, y, day, case, kinds, harm=None):
    weights = None if kinds["model"] == "permutation" else case
    people = 1 + (x + 3 * y) / 100 if kinds["model"] == "poisson" else None
    rng = np.random.default_rng(1)
    found = scan(
        x, y, day, weights=weights, harm=harm, population=people, rng=rng, runs=1, **kinds
    )
    return found.table.columns["statistic"].max(initial=0.0), found


@settings(max_examples=120, deadline=None)
@given(histories(), KINDS)
def test_compiled_and_plain_searches_agree(history, kinds):
    x, y, day, case = history
    assume(kinds["model"] == "permutation" or case.sum() > 1)
    statistic, found = statistic_of(*history, kinds)
    plain = scan_by_definition(
        x, y, day, case=None if kinds["model"] == "permutation" else case,
        population=1 + (x + 3 * y) / 100 if kinds["model"] == "poisson" else None, **kinds,
    )  # fmt: skip
    np.testing.assert_allclose(statistic, plain[0], atol=1e-9)
    if len(found.table):
        first = {name: column[0] for name, column in found.table.columns.items()}
        assert first["observed"] > first["expected"] > 0
        assert 0 <= first["start"] <= first["end"] < first["start"] + kinds["max_days"]
        assert first["radius"] <= kinds["max_radius"]


HARM = st.sampled_from([0.0, 0.3, 1.0, 2.5, 20.0, 365.0, 5475.0])


@settings(max_examples=120, deadline=None)
@given(histories(), KINDS, st.data())
def test_compiled_and_plain_searches_of_harm_agree(history, kinds, data):
    x, y, day, case = history
    harm = np.array(data.draw(st.lists(HARM, min_size=len(x), max_size=len(x))))
    if kinds["model"] != "permutation":
        harm = np.where(case, harm, 0.0)
    here = harm > 0  # an event that counts for nothing is no event, but is still a place
    assume(here.sum() > 1)
    assume(day[here].max() == day.max() and day[here].min() == 0)
    statistic, found = statistic_of(*history, kinds, harm)
    plain = scan_by_definition(
        x, y, day, harm=harm,
        population=1 + (x + 3 * y) / 100 if kinds["model"] == "poisson" else None, **kinds,
    )  # fmt: skip
    np.testing.assert_allclose(statistic, plain[0], atol=1e-9)
    if len(found.table):
        first = {name: column[0] for name, column in found.table.columns.items()}
        assert first["observed"] > first["expected"] > 0
        np.testing.assert_allclose(first["observed"], harm[found.cluster == 1].sum())
        assert (here & (found.cluster == 1)).sum() > 1


@settings(max_examples=60, deadline=None)
@given(histories(), KINDS, st.sampled_from([0.1, 3.0, 1e-6, 5475.0]))
def test_harm_that_is_all_alike_changes_only_what_is_observed(history, kinds, each):
    x, _, _, case = history
    assume(kinds["model"] == "permutation" or case.sum() > 1)
    _, plain = statistic_of(*history, kinds)
    _, heavy = statistic_of(*history, kinds, np.full(len(x), each))
    for name, values in plain.table.columns.items():
        by = each if name in ("observed", "expected") else 1.0
        np.testing.assert_allclose(heavy.table.columns[name], values * by, rtol=1e-12)
    np.testing.assert_array_equal(heavy.cluster, plain.cluster)
    np.testing.assert_array_equal(heavy.maxima, plain.maxima)


@settings(max_examples=60, deadline=None)
@given(histories(), KINDS)
def test_searching_further_only_finds_more(history, kinds):
    narrow, _ = statistic_of(*history, kinds)
    longer, _ = statistic_of(*history, kinds | {"max_days": kinds["max_days"] + 2})
    wider, _ = statistic_of(*history, kinds | {"max_radius": kinds["max_radius"] + 100})
    anytime, _ = statistic_of(*history, kinds | {"prospective": False})
    assert narrow <= min(longer, wider, anytime) + 1e-9


@settings(max_examples=60, deadline=None)
@given(histories(), KINDS, st.integers(0, 2**32))
def test_the_order_of_events_changes_nothing(history, kinds, seed):
    order = np.random.default_rng(seed).permutation(len(history[0]))
    one, _ = statistic_of(*history, kinds)
    other, _ = statistic_of(*(column[order] for column in history), kinds)
    np.testing.assert_allclose(one, other, atol=1e-9)
