"""Cohen's kappa with its standard error, against published examples."""

import numpy as np
import pytest

from peelian.statistics import cohen_kappa, retrieval, wilson
from peelian.terms import ParameterError


def test_fleiss_levin_and_paik_diagnoses():
    """Statistical Methods for Rates and Proportions, 3rd ed., 2003, table 18.1: .68 (.087).

    The book carries two digits, hence the room of one in the third.
    """
    found = cohen_kappa([[75, 1, 4], [5, 4, 1], [0, 0, 10]])
    assert round(found.kappa, 2) == 0.68
    assert found.standard_error == pytest.approx(0.087, abs=0.001)
    assert found.agreement == pytest.approx(0.89)


def test_husbands_and_wives():
    """Agresti, Categorical Data Analysis, 1990: Kappa(SexualFun) of R's vcd, .1293 (.0686)."""
    found = cohen_kappa([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]])
    assert (round(found.kappa, 4), round(found.standard_error, 4)) == (0.1293, 0.0686)
    assert found.interval.low == pytest.approx(0.1293 - 1.96 * 0.0686, abs=2e-4)
    assert found.interval.method == "Fleiss, Cohen and Everitt"
    assert (found.interval.level, found.n) == (0.95, 91)


def test_agreement_by_chance_is_zero_and_full_agreement_one():
    assert cohen_kappa([[25, 25], [25, 25]]).kappa == pytest.approx(0)
    found = cohen_kappa([[30, 0], [0, 20]])
    assert (found.kappa, found.interval.low) == (1, 1)


def test_limits_stay_between_minus_one_and_one():
    assert cohen_kappa([[2, 1], [0, 2]]).interval.high == 1
    assert cohen_kappa([[0, 2], [2, 1]]).interval.low == -1


@pytest.mark.parametrize(("records", "agreement"), [(0, np.nan), (9, 1)])
def test_nothing_and_one_label_say_nothing(records, agreement):
    found = cohen_kappa([[records, 0], [0, 0]])
    assert np.isnan([found.kappa, found.standard_error]).all()
    assert np.isnan([found.interval.low, found.interval.high]).all()
    assert found.interval.method == "Fleiss, Cohen and Everitt"
    assert found.agreement == pytest.approx(agreement, nan_ok=True)
    assert found.n == records


def test_swapping_coders_changes_nothing():
    table = np.array([[40, 5, 2], [7, 20, 3], [1, 4, 18]])
    one, other = cohen_kappa(table), cohen_kappa(table.T)
    assert one.kappa == pytest.approx(other.kappa)
    assert one.standard_error == pytest.approx(other.standard_error)


def test_the_interval_of_kappa_covers_as_it_says():
    rng = np.random.default_rng(5)
    truth = np.array([[0.3, 0.1], [0.1, 0.5]])
    kappa = cohen_kappa(truth * 1000).kappa
    found = [
        cohen_kappa(rng.multinomial(400, truth.ravel()).reshape(2, 2)) for _ in range(600)
    ]
    covered = np.mean([one.interval.low <= kappa <= one.interval.high for one in found])
    assert 0.92 < covered < 0.98


def test_a_table_that_is_not_square_is_refused():
    with pytest.raises(ParameterError, match="square"):
        cohen_kappa([[1, 2, 3], [4, 5, 6]])


def test_precision_and_recall_are_shares_with_wilson_intervals():
    found = retrieval(90, 10, 30)
    assert (found.precision, found.precision_interval) == (0.9, wilson(90, 100))
    assert (found.recall, found.recall_interval) == (0.75, wilson(90, 120))
    assert found.f1_interval.method == "Wilson of Jaccard's index"
    assert found.f1 == pytest.approx(2 * 0.9 * 0.75 / (0.9 + 0.75))
    assert found.f1_interval.low < found.f1 < found.f1_interval.high


def test_nothing_called_and_nothing_there_is_nan():
    assert np.isnan(retrieval(0, 0, 5).precision)
    assert retrieval(0, 0, 5).f1 == 0
    assert np.isnan(retrieval(0, 3, 0).recall)
    assert np.isnan(retrieval(0, 0, 0).f1)


@pytest.mark.parametrize("counts", [(-1, 2, 2), (2, -1, 2), (2, 2, -1)])
def test_a_count_below_zero_is_refused(counts):
    with pytest.raises(ParameterError, match="none may be negative"):
        retrieval(*counts)


def test_the_interval_of_f1_covers_as_it_says():
    rng = np.random.default_rng(6)
    chances = np.array([0.2, 0.03, 0.05, 0.72])  # hits, false alarms, misses, neither
    f1 = 2 * 0.2 / (2 * 0.2 + 0.03 + 0.05)
    found = [retrieval(*map(int, rng.multinomial(400, chances)[:3])) for _ in range(600)]
    covered = np.mean([one.f1_interval.low <= f1 <= one.f1_interval.high for one in found])
    assert 0.92 < covered < 0.98
