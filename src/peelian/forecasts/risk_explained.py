"""Why here: the factors of a risk terrain with their limits, and whether chance made them."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from peelian.forecasts.count_regression import CountModel, collapse, fit_counts
from peelian.forecasts.risk_factors import Candidates, RiskFactor
from peelian.forecasts.risk_terrain import RiskTerrain, RiskTerrainFit, area_share
from peelian.statistics import benjamini_hochberg
from peelian.terms import (
    INTERVAL_LEVEL,
    CellKind,
    CoverageError,
    Floats,
    History,
    Ints,
    ParameterError,
    Table,
)

FOUR_WEEKS = 28.0  # periods nearer each other than this are one piece of evidence [days]
MIN_BLOCKS = 6  # with fewer, Student's t is so wide that nearer periods count as evidence
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class RiskExplanation:
    """What a risk terrain says, and how sure it may be.

    Attributes
    ----------
    table : Table
        One row a kind of generator, those without a factor too.
    fit : RiskTerrainFit
        From the earlier half of the periods.
    n_earlier, n_later : int
        Held periods that chose the factors, and held periods that measured them.
    """

    table: Table
    fit: RiskTerrainFit
    n_earlier: int
    n_later: int


def explain_risk(history: History, terrain: RiskTerrain) -> RiskExplanation:
    """Factors chosen on the earlier half of the periods, measured on the later half.

    Parameters
    ----------
    history : History
        On a grid of squares, with two held periods or more.
    terrain : RiskTerrain

    Returns
    -------
    RiskExplanation
        Columns ``factor, operationalisation, distance, relative_risk, low, high, p, p_fdr,
        cells, places``: the kind of generator, how it counts and to what distance [m], by how
        much its presence multiplies the risk with its 95 % limits, the p-value of the kind
        before and after Benjamini-Hochberg, cells that have the factor, and generators of
        the kind. A kind without a factor has its p-value and no more.

    Raises
    ------
    CoverageError
        If fewer than two periods are held, or there are no events, or no generators.
    ParameterError
        If cells are not squares.

    Notes
    -----
    Limits after a search on the same data are too narrow. Here the later periods had no part
    in the choice, so the limits are right for what they bound: the relative risk *on this
    map*, had the same weeks come again. They rest on how the estimate differs from one four
    weeks (or month) to the next, so neither clusters of offences nor a common season makes
    them too narrow; with few such blocks they are wide, NaN with fewer than two.

    Whether a factor and crime stand together by more than chance is another question, and
    the p-value answers it: for each kind the whole pattern is shifted by every number of cells
    up to a third of the map, the other factors staying, and p is the share of shifts after
    which its best operationalisation goes with crime as closely as where it stands [1]_, each
    standardised by the variance over the cells that the map then covers [2]_. The part of a
    factor that lies nearer the edge of the map than the factor reaches is left out, a border
    correction [3]_: places beyond the edge are seldom known, so near it a factor fades, and
    as crime may fade there too the two would seem to go together. Shifting keeps how
    generators cluster and how crime clusters. It supposes that without a link they could as
    well lie anywhere on the map: a town in the middle of fields breaks that, and then a low p
    may say no more than that both are in the town.

    References
    ----------
    .. [1] J. Dvorak and T. Mrkvicka, "Nonparametric testing of the covariate significance for
       spatial point patterns under the presence of nuisance covariates," Journal of
       Computational and Graphical Statistics, 2024. doi:10.1080/10618600.2024.2357626
    .. [2] T. Mrkvicka, J. Dvorak, J. A. Gonzalez and J. Mateu, "Revisiting the random shift
       approach for testing in spatial statistics," Spatial Statistics, 42, 100430, 2021.
       doi:10.1016/j.spasta.2020.100430
    .. [3] P. J. Diggle, "Statistical Analysis of Spatial Point Patterns," 2nd ed., Arnold,
       2003 (minus-sampling).
    """
    if history.grid.kind is not CellKind.SQUARE:
        raise ParameterError("the explanation shifts a lattice of squares: give square cells")
    held = np.flatnonzero(history.periods.held)
    if len(held) < 2:
        raise CoverageError(
            f"{len(held)} periods are held: one half chooses the factors and the other "
            "measures them, so two or more are needed"
        )
    middle = int(held[len(held) // 2])
    later = held[len(held) // 2 :]
    if not history.counts[held].sum() > 0:
        raise CoverageError("no events in the periods held, so there is nothing to explain")
    tried = terrain.candidates(history.grid)
    fit = terrain.fit(history.until(middle))
    model, low, high = _measured(history, later, fit)
    p = {
        kind: shift_test(history, tried, fit, kind)
        for kind in np.unique(terrain.generators.kind).tolist()
    }
    table = _table(terrain, fit, np.exp(model.coefficients), low, high, p)
    return RiskExplanation(table, fit, len(held) - len(later), len(later))


def shift_test(history: History, tried: Candidates, fit: RiskTerrainFit, kind: str) -> float:
    """P-value of one kind of generator against all shifts of it over the map.

    Parameters
    ----------
    history : History
        On a grid of squares.
    tried : Candidates
        On the same grid.
    fit : RiskTerrainFit
        Its factors of other kinds are allowed for.
    kind : str

    Returns
    -------
    p : float
        Share of the shifts, none among them, with a statistic at least as large; never zero.
        NaN when no factor of the kind sets cells apart. [0 to 1]

    Notes
    -----
    The statistic is the largest score z of any factor of the kind, added to a Poisson model of
    the others, over the cells still under the shifted map. All shifts at once are
    correlations, by fast Fourier transform.
    """
    grid = history.grid
    mine = [f for f, other in enumerate(tried.kinds) if other == kind]
    if not mine or tried.lattice is None:
        return float("nan")
    held = history.periods.held
    events = np.maximum(history.counts[held].sum(axis=0), 0)
    exposure = area_share(grid) * history.periods.days[held].sum()
    others = fit.present[[factor.kind != kind for factor in fit.factors]].T
    model = fit_counts(collapse(others, events, exposure))
    mean = model.mean(others, exposure)
    design = np.column_stack([np.ones(grid.n_cells), others])
    shifts = _Shifts(grid.shape, grid.position)
    residual = design * (events - mean)[:, None]
    information = mean[:, None, None] * design[:, :, None] * design[:, None, :]

    @cache
    def under(margin: int) -> tuple[Floats, Floats, Floats]:
        inside = within_margin(grid.shape, margin)
        inverse = np.asarray(np.linalg.pinv(shifts.sums(inside, information), hermitian=True))
        return inside, inverse, shifts.sums(inside, residual)

    largest = np.full(shifts.shape, -np.inf)
    for factor in mine:
        margin = int(np.ceil(tried.factors[factor].distance / grid.cell_size))
        inside, inverse, left_over = under(margin)
        present = tried.lattice[factor] * inside
        shared = shifts.sums(present, mean[:, None] * design)
        explained = np.einsum("rcij,rcj->rci", inverse, shared)
        score = shifts.sums(present, residual[:, :1])[..., 0]
        score -= np.sum(explained * left_over, axis=-1)
        variance = shared[..., 0] - np.sum(explained * shared, axis=-1)
        known = variance > _ROUNDING * mean.sum()
        z = np.where(known, score / np.sqrt(np.where(known, variance, 1)), 0.0)
        largest = np.maximum(largest, z)
    observed = largest[0, 0]
    return float(np.mean(largest >= observed - _ROUNDING * (1 + abs(observed))))


def within_margin(lattice: tuple[int, int], margin: int) -> Floats:
    """1 further than a margin from the edge, 0 nearer; the margin at most a quarter of a side.

    Places beyond the edge are seldom in the file, so near it a factor is absent too often.
    """
    inside = np.zeros(lattice)
    rows, columns = (min(margin, n // 4) for n in lattice)
    inside[rows : lattice[0] - rows, columns : lattice[1] - columns] = 1
    return inside


class _Shifts:
    """Sums over the cells that still lie on a map when it is shifted, times fixed values.

    The map goes up to a third of its height and width in each direction, so that most of it
    stays over the cells; nothing comes in again on the other side.
    """

    def __init__(self, lattice: tuple[int, int], position: Ints) -> None:
        self.lattice, self.position = lattice, position
        self.padded = tuple(2 * n for n in lattice)
        third = [np.arange(-(n // 3), n // 3 + 1) for n in lattice]
        self.at = np.ix_(*(np.roll(steps, -(len(steps) // 2)) for steps in third))
        self.shape = tuple(len(steps) for steps in third)

    def sums(self, present: Floats, values: Floats) -> Floats:
        """For values of shape (n_cells, ...): (n_shifts up, n_shifts across, ...).

        At [0, 0] the map stands where it is.
        """
        image = np.zeros((*values.shape[1:], self.lattice[0] * self.lattice[1]))
        image[..., self.position] = np.moveaxis(values, 0, -1)
        image = image.reshape(*values.shape[1:], *self.lattice)
        spectrum = np.conj(np.fft.rfft2(image, s=self.padded))
        spectrum *= np.fft.rfft2(present, s=self.padded)
        sums = np.fft.irfft2(spectrum, s=self.padded)[..., self.at[0], self.at[1]]
        return np.moveaxis(sums, (-2, -1), (0, 1))


def _measured(
    history: History, later: Ints, fit: RiskTerrainFit
) -> tuple[CountModel, Floats, Floats]:
    """The factors' model of the later periods, with limits of each relative risk."""
    from scipy.special import stdtrit

    periods, present = history.periods, fit.present.T
    days = periods.days[later]
    counts = history.counts[later]
    exposure = area_share(history.grid) * days.sum()
    events = np.maximum(counts.sum(axis=0), 0)
    model = fit_counts(collapse(present, events, exposure))
    unknown = np.full(len(fit.factors), np.nan)
    if not np.isfinite(model.intercept) or not len(fit.factors):
        return replace(model, coefficients=unknown), unknown, unknown
    mean = model.mean(present, exposure)
    design = np.column_stack([np.ones(len(mean)), present])
    information = (design * mean[:, None]).T @ design
    # The score of each block of time, less its part of the whole, which is a season's.
    level = counts.sum(axis=1) / events.sum()
    scores = (counts - level[:, None] * mean) @ design
    block = max(1, min(round(FOUR_WEEKS / float(np.median(days))), len(later) // MIN_BLOCKS))
    blocks = np.add.reduceat(scores, np.arange(0, len(scores), block))
    n = len(blocks)
    if n < 2:
        return model, unknown, unknown
    influence = np.linalg.solve(information, blocks.T)[1:]
    error = np.sqrt(n / (n - 1) * np.sum(influence**2, axis=1))
    reach = float(stdtrit(n - 1, 0.5 + INTERVAL_LEVEL / 2)) * error
    return model, np.exp(model.coefficients - reach), np.exp(model.coefficients + reach)


def _table(
    terrain: RiskTerrain,
    fit: RiskTerrainFit,
    relative_risk: Floats,
    low: Floats,
    high: Floats,
    p: dict[str, float],
) -> Table:
    """One row a kind: those with a factor by relative risk, then the others by p."""
    at = {factor.kind: i for i, factor in enumerate(fit.factors)}
    of_kind = {kind: float(np.exp(fit.model.coefficients[i])) for kind, i in at.items()}
    kinds = sorted(p, key=lambda kind: (-of_kind.get(kind, 0.0), p[kind], kind))
    nothing = RiskFactor("", "", np.nan)
    factor = [fit.factors[at[kind]] if kind in at else nothing for kind in kinds]

    def each(values: Floats, otherwise: float) -> Floats:
        return np.array([values[at[k]] if k in at else otherwise for k in kinds])

    values = np.array([p[kind] for kind in kinds])
    return Table(
        {
            "factor": np.array(kinds, dtype=np.str_),
            "operationalisation": np.array([f.operationalisation for f in factor]),
            "distance": np.array([f.distance for f in factor]),
            "relative_risk": each(relative_risk, np.nan),
            "low": each(low, np.nan),
            "high": each(high, np.nan),
            "p": values,
            "p_fdr": benjamini_hochberg(values),
            "cells": each(fit.present.sum(axis=1), 0).astype(np.int64),
            "places": np.array([int(np.sum(terrain.generators.kind == k)) for k in kinds]),
        },
        "Risk factors: by how much each multiplies the risk",
        {"distance": "m", "low": "95 %", "high": "95 %"},
    )
