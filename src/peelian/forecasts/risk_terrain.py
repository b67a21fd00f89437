"""Risk terrain modelling: what stands near a place, and how much it multiplies the risk."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from peelian.forecasts.count_regression import (
    CountModel,
    collapse,
    fit_counts,
    select_penalised,
    select_stepwise,
)
from peelian.forecasts.memory import Memory, remember
from peelian.forecasts.risk_factors import Candidates, RiskFactor, candidate_factors
from peelian.terms import Bools, Floats, Generators, Grid, History, Ints, RiskSurface

N_FOLDS = 5


@dataclass(frozen=True, eq=False)
class RiskTerrainFit:
    """The factors found, and what each multiplies the risk by.

    Attributes
    ----------
    factors : tuple of RiskFactor
        None where the BIC preferred no factor.
    present : array of bool, shape (n_factors, n_cells)
    model : CountModel
        Poisson, events a day of a whole cell.
    distribution : str
        ``poisson`` or ``negative binomial``: whose BIC was lower, and chose the factors.
    n_candidates, n_penalised : int
        Factors tried, and those the elastic net passed on.
    bic, null_bic : float
        Of the model chosen, and of none, with that distribution.
    """

    factors: tuple[RiskFactor, ...]
    present: Bools
    model: CountModel
    distribution: str
    n_candidates: int
    n_penalised: int
    bic: float
    null_bic: float

    @property
    def relative_risk(self) -> Floats:
        """What each factor multiplies the risk by, shape (n_factors,)."""
        values: Floats = np.exp(self.model.coefficients)
        return values

    def score(self) -> Floats:
        """Relative risk of each cell, shape (n_cells,): 1 in the cell with the least."""
        product: Floats = np.exp(self.present.T @ self.model.coefficients)
        return product / np.min(product, initial=np.inf) if len(product) else product


@dataclass(frozen=True, eq=False)
class RiskTerrain:
    """Crime explained by where stations, pubs or hospitals stand: for places without history.

    Parameters
    ----------
    generators : Generators
        In the CRS of the grid.
    street_block : float, optional
        Length of a street block; two cells when not given. [m]
    n_street_blocks : int
        Blocks out to which a generator may matter.
    elsewhere : bool
        Forecast each part of the map from the others alone: how good the model is where
        nothing is known but what stands there.

    Notes
    -----
    The steps are those of the RTMDx utility [1]_: each kind of generator is tried as
    proximity and as density at every half block; a cross-validated elastic net Poisson
    regression, which may only raise risk, keeps those that may be useful; from these a
    stepwise search, adding and taking away, builds the model of lowest BIC, once with a
    Poisson and once with a negative binomial distribution, and the better of the two counts
    [2]_. Ours: one factor of a kind, folds that are parts of the map rather than scattered
    cells, and Poisson coefficients for the factors chosen, so that the surface adds up to the
    events counted.

    Not a forecast to prefer where there is history: past offences say more [3]_. The factors
    are what goes with crime, not what causes it.

    References
    ----------
    .. [1] J. M. Caplan, L. W. Kennedy and E. L. Piza, "Risk Terrain Modeling Diagnostics
       Utility User Manual," Rutgers Center on Public Security, 2013.
    .. [2] L. W. Kennedy, J. M. Caplan, E. L. Piza and H. Buccine-Schraeder, "Vulnerability
       and exposure to crime: applying risk terrain modeling to the study of assault in
       Chicago," Applied Spatial Analysis and Policy, 9, 529-548, 2016.
       doi:10.1007/s12061-015-9165-z
    .. [3] A. P. Wheeler and W. Steenbeek, "Mapping the risk terrain for crime using machine
       learning," Journal of Quantitative Criminology, 37, 445-480, 2021.
       doi:10.1007/s10940-020-09457-7
    """

    generators: Generators
    street_block: float | None = None
    n_street_blocks: int = 3
    elsewhere: bool = False

    def fit(self, history: History) -> RiskTerrainFit:
        """Factors and their relative risks from all periods held.

        Parameters
        ----------
        history : History

        Returns
        -------
        RiskTerrainFit

        Raises
        ------
        CoverageError, CoordinateError, ParameterError
            As `candidate_factors`: without generators, in another CRS, without a block.
        """
        memory = next(remember(history, [len(history.periods)], half_life_days=np.inf))
        grid = history.grid
        everywhere = np.ones(grid.n_cells, bool)
        return _fit(self.candidates(grid), self.folds(grid), memory, grid, known=everywhere)

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """Events expected from what stands near each cell, whatever happened in it.

        Parameters
        ----------
        history : History
            All periods held count alike.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            The same in each period ahead, without limits: those of a fit after a search are
            too narrow (`explain_risk` gives limits for the factors). NaN when no period is
            held; by area where no factor is found. [events]
        """
        risk = next(self.walk(history, [len(history.periods)]))
        return RiskSurface(np.tile(risk, (horizon, 1)), history.grid, self)

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Floats]:
        """The risk of the next period at each origin, from the periods before it alone.

        Parameters
        ----------
        history : History
        origins : sequence of int
            Ascending numbers of periods known.

        Yields
        ------
        risk : array, shape (n_cells,)
            Equal to ``forecast(history.until(origin), 1).risk[0]``. [events]
        """
        tried = self.candidates(history.grid)
        for memory in remember(history, origins, half_life_days=np.inf):
            yield self._settled(tried, memory, history.grid).risk(memory)

    def settle(self, history: History) -> "SettledTerrain":
        """The factors found now, for good: later forecasts weigh them anew and seek no others.

        Parameters
        ----------
        history : History

        Returns
        -------
        SettledTerrain
        """
        memory = next(remember(history, [len(history.periods)], half_life_days=np.inf))
        return self._settled(self.candidates(history.grid), memory, history.grid)

    def candidates(self, grid: Grid) -> Candidates:
        """The factors tried on this grid; see `candidate_factors`."""
        return candidate_factors(
            self.generators,
            grid,
            street_block=self.street_block,
            n_street_blocks=self.n_street_blocks,
        )

    def folds(self, grid: Grid) -> Ints:
        """Part of the map each cell is in, shape (n_cells,): squares twice the reach wide."""
        block = 2 * grid.cell_size if self.street_block is None else self.street_block
        side = 2 * self.n_street_blocks * block
        west, south = grid.origin
        column = np.floor((grid.x - west) / side).astype(np.int64)
        row = np.floor((grid.y - south) / side).astype(np.int64)
        fold = (column + 2 * row) % N_FOLDS  # no two squares of a fold share a side
        if len(np.unique(fold)) < 2:  # a map no wider than the reach
            fold = np.arange(grid.n_cells) % N_FOLDS
        return fold

    def _settled(self, tried: Candidates, memory: Memory, grid: Grid) -> "SettledTerrain":
        folds = self.folds(grid)
        everywhere = np.ones(grid.n_cells, bool)
        parts = [(everywhere, everywhere)]
        if self.elsewhere:
            parts = [(folds == part, folds != part) for part in np.unique(folds)]
        return SettledTerrain(
            self,
            grid,
            tuple(
                _Part(here, known, _fit(tried, folds, memory, grid, known=known))
                for here, known in parts
            ),
        )


@dataclass(frozen=True, eq=False)
class _Part:
    """Cells forecast from other cells, or all from all, by the factors found there."""

    here: Bools
    known: Bools
    fit: RiskTerrainFit


@dataclass(frozen=True, eq=False)
class SettledTerrain:
    """A risk terrain whose factors are chosen, once and for all later forecasts.

    Attributes
    ----------
    terrain : RiskTerrain
    grid : Grid
        The grid they were chosen on; histories must be on it.
    parts : tuple
        What each part of the map is forecast from.
    """

    terrain: RiskTerrain
    grid: Grid
    parts: tuple[_Part, ...]

    def __repr__(self) -> str:
        """The factors of each part."""
        factors = "; ".join(str(part.fit.factors) for part in self.parts)
        return f"SettledTerrain({self.terrain!r}, factors={factors})"

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """As `RiskTerrain.forecast`, by the factors chosen."""
        risk = next(self.walk(history, [len(history.periods)]))
        return RiskSurface(np.tile(risk, (horizon, 1)), history.grid, self)

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Floats]:
        """As `RiskTerrain.walk`, by the factors chosen, at little cost."""
        for memory in remember(history, origins, half_life_days=np.inf):
            yield self.risk(memory)

    def risk(self, memory: Memory) -> Floats:
        """Expected events of a period, shape (n_cells,); NaN when nothing is known."""
        if not memory.days > 0:
            return np.full(self.grid.n_cells, np.nan)
        share = area_share(self.grid)
        risk = np.zeros(self.grid.n_cells)
        for part in self.parts:
            present, known = part.fit.present.T, part.known
            rows = collapse(present[known], memory.events[known], share[known] * memory.days)
            expected = fit_counts(rows).mean(present, share * memory.period_days)
            risk[part.here] = expected[part.here]
        return risk


def _fit(
    tried: Candidates, folds: Ints, memory: Memory, grid: Grid, *, known: Bools
) -> RiskTerrainFit:
    """Elastic net, then stepwise by BIC, then the coefficients, from the cells known."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # the matrices are small: threads cost more than they save
        return _search(tried, folds, memory, grid, known)


def _search(
    tried: Candidates, folds: Ints, memory: Memory, grid: Grid, known: Bools
) -> RiskTerrainFit:
    present, events = tried.present.T[known], memory.events[known]
    exposure = area_share(grid)[known] * memory.days
    rows = collapse(present, events, exposure)
    kept: list[int] = []
    if events.sum() > 0 and len(tried.factors):
        fold = folds[known]
        parts = [
            collapse(present[fold == f], events[fold == f], exposure[fold == f])
            for f in np.unique(fold)
        ]
        kept = select_penalised(rows, parts)
    found = {
        name: select_stepwise(rows, tried.kinds, kept, negative_binomial=name != "poisson")
        for name in ("poisson", "negative binomial")
    }
    distribution = min(found, key=lambda name: found[name][1].bic(rows.n_cells))
    chosen, model = found[distribution]
    nothing = fit_counts(rows.of(()), negative_binomial=distribution != "poisson")
    return RiskTerrainFit(
        tuple(tried.factors[f] for f in chosen),
        tried.present[list(chosen)],
        fit_counts(rows.of(chosen)),
        distribution,
        len(tried.factors),
        len(kept),
        model.bic(rows.n_cells),
        nothing.bic(rows.n_cells),
    )


def area_share(grid: Grid) -> Floats:
    """Area of each cell over that of the largest."""
    share: Floats = grid.area / np.max(grid.area, initial=np.finfo(np.float64).tiny)
    return share
