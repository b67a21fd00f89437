"""Emerging hot spots: how each cell came to be hot or cold, from Gi* in every period."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.hotspots.gi_star import GiStar, gi_star_of_sums
from peelian.hotspots.neighbourhoods import neighbourhood_sums
from peelian.statistics import benjamini_hochberg, mann_kendall, overlap_factor
from peelian.terms import (
    Bools,
    CoverageError,
    DataError,
    Floats,
    Grid,
    Ints,
    ParameterError,
    Texts,
)

MIN_PERIODS = 10  # held; as Esri asks, and where Mann-Kendall's normal tail begins to hold
SIGNIFICANCE = 0.05
OFTEN = 0.9  # share of periods, Esri
Z_DECIMALS = 9  # sums of harm that are equal differ by rounding; a trend counts them as ties
NO_PATTERN = "no pattern"
KINDS = (
    "new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic",
    "oscillating", "historical",
)  # fmt: skip
SCHEMES = ("seventeen", "five")
AGAINST = ("all", "period")
# The simpler scheme, with sfhotspot's default shares of periods.
HOT_SHARE, PERSISTENT_SHARE, RECENT_SHARE = 0.1, 0.8, 0.2


@dataclass(frozen=True, eq=False)
class Emerging:
    """What became of each cell, shape (n_cells,) each.

    ``category`` names the kind and whether hot or cold, such as ``new hotspot`` or
    ``historical coldspot``, or is ``no pattern``; ``trend_z`` and ``trend_p`` (two-sided) are
    Mann-Kendall's for the cell's Gi* over time, NaN when all counts are equal; ``n_hot`` and
    ``n_cold`` count the periods in which it was hot or cold.
    """

    category: Texts
    trend_z: Floats
    trend_p: Floats
    n_hot: Ints
    n_cold: Ints


def emerging(
    counts: ArrayLike,
    grid: Grid,
    *,
    distance: float | None = None,
    periods_before: int = 0,
    against: str = "all",
    null: str = "drawn",
    scheme: str = "seventeen",
) -> Emerging:
    """Class of each cell by when it was a hotspot, and the trend of its Gi*.

    Parameters
    ----------
    counts : array, shape (n_periods, n_cells)
        Events (or harm) by period and cell, NaN rows where not held: those are left out, never
        zero. Months differ in length by up to 10 %: divide by their days. [events, or days]
    grid : Grid
    distance : float, optional
        Neighbours in space, as `gi_star`. [m]
    periods_before : int
        Neighbours in time: how many periods before its own a cell's Gi* also sums; those not
        held, and whatever lies before the first, are left out. Esri's default is 1; 0 keeps
        each period to itself.
    against : str
        What a neighbourhood is compared with: ``all`` cells of all held periods (Esri's
        default), or all cells of its own ``period``, which takes the season out and goes with
        ``periods_before=0`` only.
    null : str
        ``drawn`` or ``normal``, as `gi_star_test`. Either way p is adjusted for false
        discoveries over all cells and periods, as Esri does.
    scheme : str
        ``seventeen`` classes of Esri, or the simpler ``five`` of sfhotspot.

    Returns
    -------
    Emerging
        ``no pattern`` everywhere when all counts are equal; empty for an empty grid.

    Raises
    ------
    CoverageError
        With fewer than MIN_PERIODS held periods.
    ParameterError
        If shapes do not fit, or a setting is unknown.
    DataError
        If a held period has counts that are not finite numbers.

    Notes
    -----
    A cell is hot in a period when ``p_fdr <= SIGNIFICANCE`` and z is positive, cold when
    negative. With "often" for 90 % of the held periods and "trend" for a Mann-Kendall p of at
    most SIGNIFICANCE, hot in the last period:

    * new: hot for the first time, cold never;
    * consecutive: hot in an unbroken run of two or more up to the last, never before, cold
      never, not often;
    * intensifying, diminishing, persistent: often hot, with a rising, a falling, no trend;
    * sporadic: hot before, on and off, cold never, not often;
    * oscillating: cold before, not often hot;

    and historical: often hot, but in the last period neither hot nor cold. The same for cold.
    Esri's text lets a cell that was cold before be new or consecutive too, and one that turned
    cold at last be historical; here both are oscillating, as sfdep has the first.

    The five: persistent (80 % of periods), emerging (under 10 % of the older, 20 % of the last
    fifth), former (10 % of the older, under 10 % of the last fifth), intermittent (10 % of
    all), none; ``mixed`` where a cell has both a hot and a cold class.

    With ``periods_before`` the Gi* of neighbouring periods share events, and a plain test
    would find trends in noise: the variance is widened by what is known of the overlap
    (`overlap_factor`). trend_p is one test a cell and not adjusted.

    Classes describe the past. They are no forecast, and a new hotspot is mostly a cell whose
    count was high last month: most fall back.

    References
    ----------
    .. [1] Esri, "How Emerging Hot Spot Analysis works," ArcGIS Pro 3.2 documentation.
    .. [2] M. Ashby, sfhotspot 1.0.0, ``hotspot_classify``.
    .. [3] J. Parry, sfdep, ``emerging_hotspot_analysis``.
    """
    values, held = _held(counts, grid)
    for name, given, known in (("against", against, AGAINST), ("scheme", scheme, SCHEMES)):
        if given not in known:
            raise ParameterError(f"unknown {name} {given!r}; choose {' or '.join(known)}")
    if null not in ("drawn", "normal"):
        raise ParameterError(f"unknown null {null!r}; choose drawn or normal")
    if periods_before < 0:
        raise ParameterError(f"periods_before is {periods_before}; give 0 or more")
    if periods_before and against == "period":
        raise ParameterError("against one period there is no periods_before; give 0")

    found = _gi_star(values, held, grid, distance, periods_before, against, null)
    significant = found.p_fdr <= SIGNIFICANCE
    hot, cold = significant & (found.z > 0), significant & (found.z < 0)

    lags = np.arange(1, periods_before + 1)
    overlap = overlap_factor(len(held), 1 - lags / (periods_before + 1))
    trend = mann_kendall(np.round(found.z, Z_DECIMALS), variance_factor=overlap)
    if scheme == "seventeen":
        category = classify_seventeen(hot, cold, trend.z, trend.p)
    else:
        category = classify_five(hot, cold)
    return Emerging(category, trend.z, trend.p, hot.sum(axis=0), cold.sum(axis=0))


def classify_seventeen(hot: Bools, cold: Bools, trend_z: Floats, trend_p: Floats) -> Texts:
    """Esri's class of each cell from when it was hot and cold; see `emerging`.

    Parameters
    ----------
    hot, cold : array of bool, shape (n_periods, n_cells)
        Held periods only, in order; never both.
    trend_z, trend_p : array, shape (n_cells,)
        Mann-Kendall's.

    Returns
    -------
    category : array of str, shape (n_cells,)
    """
    category = np.full(hot.shape[1], NO_PATTERN, dtype="<U22")
    for sign, here, other, word in ((1, hot, cold, "hotspot"), (-1, cold, hot, "coldspot")):
        n = here.sum(axis=0)
        often = n >= OFTEN * len(here) - 1e-9
        last, ever_other = here[-1], other.any(axis=0)
        run = np.where(here.all(axis=0), len(here), np.argmin(here[::-1], axis=0))
        trend = np.where(trend_p <= SIGNIFICANCE, sign * np.sign(trend_z), 0)
        unbroken = run == n
        rules = (
            last & ~often & ~ever_other & (n == 1),
            last & ~often & ~ever_other & unbroken & (n > 1),
            last & often & (trend > 0),
            last & often & (trend == 0),
            last & often & (trend < 0),
            last & ~often & ~ever_other & ~unbroken,
            last & ~often & ever_other,
            ~last & often & ~other[-1],
        )
        for kind, rule in zip(KINDS, rules, strict=True):
            category[rule] = f"{kind} {word}"
    return category


def classify_five(hot: Bools, cold: Bools) -> Texts:
    """The simpler class of each cell from when it was hot and cold; see `emerging`.

    Parameters
    ----------
    hot, cold : array of bool, shape (n_periods, n_cells)
        Held periods only, in order; never both.

    Returns
    -------
    category : array of str, shape (n_cells,)
    """
    n_recent = max(1, int(RECENT_SHARE * len(hot) + 1e-9))
    named = []
    for here, word in ((hot, "hotspot"), (cold, "coldspot")):
        whole = here.mean(axis=0) + 1e-9
        older, recent = (
            here[:-n_recent].mean(axis=0) + 1e-9,
            here[-n_recent:].mean(axis=0) + 1e-9,
        )
        kinds = np.select(
            [
                whole >= PERSISTENT_SHARE,
                (older < HOT_SHARE) & (recent >= RECENT_SHARE),
                (older >= HOT_SHARE) & (recent < HOT_SHARE),
                whole >= HOT_SHARE,
            ],
            [
                f"{kind} {word}"
                for kind in ("persistent", "emerging", "former", "intermittent")
            ],
            NO_PATTERN,
        )
        named.append(kinds)
    as_hot, as_cold = named
    one = np.where(as_hot == NO_PATTERN, as_cold, as_hot)
    return np.where((as_hot != NO_PATTERN) & (as_cold != NO_PATTERN), "mixed", one)


def _held(counts: ArrayLike, grid: Grid) -> tuple[Floats, Ints]:
    """Counts of the held periods, and which they are."""
    values = np.asarray(counts, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != grid.n_cells:
        raise ParameterError(
            f"counts have shape {values.shape}; give (n_periods, {grid.n_cells})"
        )
    unknown = np.isnan(values)
    held = np.flatnonzero(~unknown.all(axis=1) | (grid.n_cells == 0))
    if len(held) < MIN_PERIODS:
        raise CoverageError(
            f"{len(held)} periods are held; emerging hot spots need {MIN_PERIODS} or more: "
            "take shorter periods, or use gi-star on the total"
        )
    values = values[held]
    if not np.isfinite(values).all():
        raise DataError("a period that is held has NaN in some cells; hold it or leave it out")
    return values, held


def _gi_star(
    values: Floats,
    held: Ints,
    grid: Grid,
    distance: float | None,
    periods_before: int,
    against: str,
    null: str,
) -> GiStar:
    """Gi* of each held period and cell, shape (n_held, n_cells), p adjusted over them all."""
    n_near = neighbourhood_sums(np.ones(grid.n_cells), grid, distance)[1]
    before = held[:, None] - held
    joined = ((before >= 0) & (before <= periods_before)).astype(np.float64)
    w_sum = np.outer(joined.sum(axis=1), n_near)

    def sums_of(flat: Floats) -> Floats:
        by_period = flat.reshape(values.shape)
        near = np.array([neighbourhood_sums(row, grid, distance)[0] for row in by_period])
        summed: Floats = (near if periods_before == 0 else joined @ near).ravel()
        return summed

    near = sums_of(values).reshape(values.shape)
    shape = values.shape
    if against == "all":
        found = gi_star_of_sums(
            values.ravel(), near.ravel(), w_sum.ravel(), null=null, sums_of=sums_of
        )
        return GiStar(*(a.reshape(shape) for a in (found.z, found.p, found.p_fdr)))

    def near_in_space(steps: Floats) -> Floats:
        return neighbourhood_sums(steps, grid, distance)[0]

    rows = [
        gi_star_of_sums(counts, sums, n_near, null=null, sums_of=near_in_space)
        for counts, sums in zip(values, near, strict=True)
    ]
    z, p = np.array([row.z for row in rows]), np.array([row.p for row in rows])
    return GiStar(z, p, benjamini_hochberg(p.ravel()).reshape(shape))
