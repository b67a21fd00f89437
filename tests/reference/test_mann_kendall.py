"""Mann-Kendall against published output of pyMannKendall (Hussain and Mahmud 2019).

The example notebook of M. M. Hussain and I. Mahmud, "pyMannKendall: a python package for non
parametric Mann Kendall family of trend tests", Journal of Open Source Software 4(39), 1556,
2019, doi:10.21105/joss.01556, prints both; its tests compare it with the R packages trend and
modifiedmk.
"""

import numpy as np

from peelian.statistics import mann_kendall

# Births of girls a day, California, 1959: many ties.
BIRTHS = """
35 32 30 31 44 29 45 43 38 27 38 33 55 47 45 37 50 43 41 52 34 53 39 32 37 43 39 35 44 38
24 23 31 44 38 50 38 51 31 31 51 36 45 51 34 52 47 45 46 39 48 37 35 52 42 45 39 37 30 35
28 45 34 36 50 44 39 32 39 45 43 39 31 27 30 42 46 41 36 45 46 43 38 34 35 56 36 32 50 41
39 41 47 34 36 33 35 38 38 34 53 34 34 38 35 32 42 34 46 30 46 45 54 34 37 35 40 42 58 51
32 35 38 33 39 47 38 52 30 34 40 35 42 41 42 38 24 34 43 36 55 41 45 41 37 43 39 33 43 40
38 45 46 34 35 48 51 36 33 46 42 48 34 41 35 40 34 30 36 40 39 45 38 47 33 30 42 43 41 41
59 43 45 38 37 45 42 57 46 51 41 47 26 35 44 41 42 36 45 45 45 47 38 42 35 36 39 45 43 47
36 41 50 39 41 46 64 45 34 38 44 48 46 44 37 39 44 45 33 44 38 46 46 40 39 44 48 50 41 42
51 41 44 38 68 40 42 51 44 45 36 57 44 42 53 42 34 40 56 44 53 55 39 59 55 73 55 44 43 40
47 51 56 49 54 56 47 44 43 42 45 50 48 43 40 59 41 42 51 49 45 43 42 38 47 38 36 42 35 28
44 36 45 46 48 49 43 42 59 45 52 46 42 40 40 45 35 35 40 39 33 42 47 51 44 40 57 49 45 49
51 46 44 52 45 32 46 41 34 33 36 49 43 43 34 39 35 52 47 52 39 40 42 42 53 39 40 38 44 34
37 52 48 55 50
"""
# Sales of shampoo a month over three years: no ties.
SHAMPOO = """
266.0 145.9 183.1 119.3 180.3 168.5 231.8 224.5 192.8 122.9 336.5 185.9 194.3 149.5 210.1
273.3 191.4 287.0 226.0 303.6 289.9 421.6 264.5 342.3 339.7 440.4 315.9 439.3 401.3 437.4
575.5 407.6 682.0 475.3 581.3 646.9
"""


def numbers(text):
    return np.array(text.split(), dtype=float)


def test_a_series_with_ties():
    found = mann_kendall(numbers(BIRTHS))
    assert found.s == 12336
    assert found.variance == 5412244
    np.testing.assert_allclose(found.z, 5.302131199455321, rtol=1e-12)
    np.testing.assert_allclose(found.p, 1.144585319856617e-07, rtol=1e-8)
    np.testing.assert_allclose(found.tau, 0.18569923227457474, rtol=1e-12)


def test_a_series_without_ties():
    """S and tau as printed; the variance of 36 different values is 36 x 35 x 77 / 18."""
    found = mann_kendall(numbers(SHAMPOO))
    assert found.s == 440
    assert found.variance == 5390
    np.testing.assert_allclose(found.tau, 0.6984126984126984, rtol=1e-12)


def test_exact_null_distribution_of_four():
    """Kendall, Rank Correlation Methods, appendix table 1: of 24 orders of 4, S = 6 in one,
    4 in three, 2 in five, 0 in six, and so on down; its variance is 26 / 3."""
    from itertools import permutations

    orders = np.array(list(permutations(range(4)))).T
    found = mann_kendall(orders)
    values, times = np.unique(found.s, return_counts=True)
    assert dict(zip(values, times, strict=True)) == {
        -6: 1, -4: 3, -2: 5, 0: 6, 2: 5, 4: 3, 6: 1
    }  # fmt: skip
    assert np.var(found.s) == found.variance[0] == 26 / 3
