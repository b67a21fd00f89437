"""Change between two periods, cell by cell: the ratio of rates, its interval and a test."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.statistics import benjamini_hochberg, clopper_pearson_limits
from peelian.terms import DataError, Floats, Ints, ParameterError

MIN_BASE = 20  # events before: below it a change in per cent is noise, and is withheld
_ALIKE = 1e-7  # probabilities this near are equal, as other programs have it


@dataclass(frozen=True, eq=False)
class Change:
    """Change in each cell, shape (n_cells,) each.

    ``expected`` is what the second period would have held at the first one's rate;
    ``rate_ratio`` is second over first, from ``low`` to ``high`` at 95 % (NaN where there was
    nothing before; the limit is then infinite); ``p`` is two-sided and conditional on the
    cell's total, ``p_fdr`` the same after Benjamini-Hochberg over the cells that had any
    event; ``z`` the difference of rates over its standard error; ``share_change`` is
    ``rate_ratio - 1``, NaN where fewer than MIN_BASE events came before.
    """

    before: Floats
    after: Floats
    expected: Floats
    rate_ratio: Floats
    low: Floats
    high: Floats
    p: Floats
    p_fdr: Floats
    z: Floats
    share_change: Floats


def change(
    before: ArrayLike,
    after: ArrayLike,
    *,
    exposure: tuple[float, float] = (1.0, 1.0),
    squares: tuple[ArrayLike, ArrayLike] | None = None,
    dispersion: float = 1.0,
) -> Change:
    """Change in each cell between two periods that do not overlap.

    Parameters
    ----------
    before, after : array, shape (n_cells,)
        Events (or harm) by cell in the first and the second period. [events, or days]
    exposure : (float, float)
        Length of each, in any one unit: (365, 366) days, say. Give the two totals of the study
        area instead to ask whether a cell's *share* changed, beyond what all cells did.
    squares : (array, array), optional
        Sum of the squared weights by cell in each period, where events are weighted by harm;
        needed there, as one grave event is not a thousand light ones.
    dispersion : float
        Variance over mean of counts, as events come in bunches: 1 for Poisson, which is never
        to be assumed of a whole force; often 2 to 4 there.

    Returns
    -------
    Change
        Empty for no cells. A cell with nothing in either period has NaN for ratio, limits, z
        and p, and counts as no test.

    Raises
    ------
    ParameterError
        If lengths differ, an exposure is not positive, or ``dispersion`` is below 1.
    DataError
        If a count is negative, NaN or, without ``squares``, not whole.

    Notes
    -----
    Given a cell's total, the second period's events are binomial with share ``e1 / (e0 + e1)``
    when nothing changed. Limits are Clopper and Pearson's, turned into ratios of rates; p adds
    up all outcomes no likelier than the one found. Weighted or dispersed counts enter as the
    ``total^2 / (dispersion * squares)`` events of equal weight, both periods together, that
    would vary as much; p is then twice the smaller tail.

    ``z = (after / e1 - before / e0) / sqrt(v1 / e1^2 + v0 / e0^2)``, v the variance
    (dispersion times squares, or counts) [2]_.

    A cell chosen because it was high will fall without any doing: regression to the mean. A
    change is no effect: that takes a comparison with places not treated.

    References
    ----------
    .. [1] J. Przyborowski and H. Wilenski, "Homogeneity of results in testing samples from
       Poisson series," Biometrika, 31(3/4), 313-323, 1940. doi:10.1093/biomet/31.3-4.313
    .. [2] A. P. Wheeler and J. H. Ratcliffe, "A simple weighted displacement difference test
       to evaluate place based crime interventions," Crime Science, 7, 11, 2018.
       doi:10.1186/s40163-018-0085-5

    Examples
    --------
    >>> found = change([62], [41])
    >>> print(f"{found.rate_ratio[0]:.3f} [{found.low[0]:.3f}, {found.high[0]:.3f}]")
    0.661 [0.435, 0.997]
    """
    first, second = (np.asarray(a, dtype=np.float64) for a in (before, after))
    e0, e1 = (float(e) for e in exposure)
    plain = squares is None and dispersion == 1
    v0, v1 = _variances(first, second, squares, dispersion)
    _require(first, second, (e0, e1), dispersion, whole=squares is None)

    worth = _worth(first + second, v0 + v1)
    n0, n1 = first / worth, second / worth
    total = n0 + n1
    known = total > 0

    share_low, share_high = clopper_pearson_limits(n1, total)
    odds = np.where(known, e0 / e1, np.nan)
    with np.errstate(divide="ignore"):
        low = odds * share_low / (1 - share_low)
        high = odds * share_high / (1 - share_high)
    ratio = np.divide(
        second / e1, first / e0, out=np.full(first.shape, np.nan), where=first > 0
    )

    even = e1 / (e0 + e1)
    if plain:
        p = _exact_p(n1.astype(np.int64), total.astype(np.int64), even)
    else:
        p = _doubled_p(n1, n0, even)
    p = np.where(known, p, np.nan)

    error = np.sqrt(v1 / e1**2 + v0 / e0**2)
    z = np.divide(second / e1 - first / e0, error, out=np.full(p.shape, np.nan), where=known)
    events_before = n0 * dispersion  # of equal weight
    shown = np.where(events_before >= MIN_BASE, ratio - 1, np.nan)
    expected = first / e0 * e1
    return Change(
        first, second, expected, ratio, low, high, p, benjamini_hochberg(p), z, shown
    )


def _variances(
    first: Floats,
    second: Floats,
    squares: tuple[ArrayLike, ArrayLike] | None,
    dispersion: float,
) -> tuple[Floats, Floats]:
    """Estimated variance of both counts."""
    if squares is None:
        return first * dispersion, second * dispersion
    v0, v1 = (np.asarray(a, dtype=np.float64) for a in squares)
    for name, v, values in (("before", v0, first), ("after", v1, second)):
        if v.shape != values.shape:
            raise ParameterError(f"squares of {name} have shape {v.shape}, not {values.shape}")
        if not np.all((v > 0) == (values > 0)):
            raise DataError(
                f"squares of {name} must be above zero where {name} is, and only there"
            )
    return v0 * dispersion, v1 * dispersion


def _require(
    first: Floats,
    second: Floats,
    exposure: tuple[float, float],
    dispersion: float,
    *,
    whole: bool,
) -> None:
    """Raise unless the two periods can be compared."""
    if first.ndim != 1 or first.shape != second.shape:
        raise ParameterError(
            f"before has shape {first.shape}, after {second.shape}; give one count a cell"
        )
    if not all(np.isfinite(e) and e > 0 for e in exposure):
        raise ParameterError(f"exposure is {exposure}; give two lengths above zero")
    if not dispersion >= 1:
        raise ParameterError(f"dispersion is {dispersion}; give 1 or more")
    for name, values in (("before", first), ("after", second)):
        if not np.all((values >= 0) & np.isfinite(values)):
            raise DataError(
                f"counts {name} hold negative numbers or NaN; add up the held periods"
            )
        if whole and not np.array_equal(values, np.floor(values)):
            raise DataError(
                f"counts {name} are not whole; give squares, the sums of squared weights"
            )


def _worth(total: Floats, variance: Floats) -> Floats:
    """Weight of each of the equal events whose sum would vary as much as the total."""
    return np.divide(variance, total, out=np.ones(total.shape), where=total > 0)


def _exact_p(hits: Ints, total: Ints, share: float) -> Floats:
    """Sum of the binomial probabilities no higher than that of each outcome."""
    from scipy.special import gammaln, xlog1py, xlogy

    p = np.ones(hits.shape)
    for n in np.unique(total[total > 0]):
        k = np.arange(n + 1)
        chance = np.exp(
            gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
            + xlogy(k, share) + xlog1py(n - k, -share)
        )  # fmt: skip
        ranked = np.sort(chance)
        up_to = np.append(0.0, np.cumsum(ranked))
        cells = total == n
        at = np.searchsorted(ranked, chance[hits[cells]] * (1 + _ALIKE), side="right")
        p[cells] = np.minimum(up_to[at], 1.0)
    return p


def _doubled_p(hits: Floats, misses: Floats, share: float) -> Floats:
    """Twice the smaller binomial tail, for numbers that need not be whole."""
    from scipy.special import betainc

    few, many = np.maximum(hits, 1e-300), np.maximum(misses, 1e-300)
    as_high = np.where(hits > 0, betainc(few, misses + 1, share), 1.0)
    as_low = np.where(misses > 0, betainc(many, hits + 1, 1 - share), 1.0)
    p: Floats = np.minimum(2 * np.minimum(as_high, as_low), 1.0)
    return p
