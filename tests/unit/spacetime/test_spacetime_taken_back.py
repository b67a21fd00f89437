import numpy as np
import pytest

from peelian.spacetime import without_taken_back
from peelian.terms import Events


def events(weight, *, x=None, offence=None):
    n = len(weight)
    at = np.full(n, np.datetime64("2016-03-19T09:00:00", "s"))
    none = np.full(n, "")
    x = np.zeros(n) if x is None else np.asarray(x, dtype=float)
    offence = none if offence is None else np.array(offence)
    return Events(x, np.zeros(n), at, at, np.asarray(weight, float), offence, none, none)


def test_one_of_two_alike_is_taken_back():
    kept, n, unmatched = without_taken_back(events([1, -1, 1]))
    assert (kept.weight.tolist(), n, unmatched) == ([1], 1, 0)


@pytest.mark.parametrize(
    "different", [{"x": [0, 5]}, {"offence": ["a", "b"]}], ids=["place", "offence"]
)
def test_what_differs_is_not_taken_back(different):
    kept, n, unmatched = without_taken_back(events([1, -1], **different))
    assert (kept.weight.tolist(), n, unmatched) == ([1], 0, 1)


def test_harm_is_taken_back_by_as_much_harm_only():
    kept, n, unmatched = without_taken_back(events([365, 10, -10, -5]))
    assert (kept.weight.tolist(), n, unmatched) == ([365], 1, 1)


def test_a_row_that_comes_before_takes_back_one_that_follows():
    kept, n, _ = without_taken_back(events([-1, 1, 1, 1, -1]))
    assert (len(kept), n) == (1, 2)


def test_nothing_taken_back_is_as_given():
    given = events([1, 0, 3])
    assert without_taken_back(given) == (given, 0, 0)
    assert len(without_taken_back(events([]))[0]) == 0


def test_the_sum_of_weights_stays_when_each_row_finds_its_event():
    rng = np.random.default_rng(1)
    x = rng.integers(0, 5, 40)
    given = events(np.ones(60), x=np.concatenate([x, x[:20]]))
    weight = given.weight.copy()
    weight[40:] = -1
    given = events(weight, x=given.x)
    kept, n, unmatched = without_taken_back(given)
    assert (n, unmatched) == (20, 0)
    np.testing.assert_array_equal(
        np.bincount(kept.x.astype(int), minlength=5),
        np.bincount(given.x.astype(int), given.weight, minlength=5),
    )
