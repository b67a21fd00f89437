"""Prospective hot-spotting (ProMap): what an event lends to its surroundings for weeks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from peelian.forecasts.dated import (
    DatedEvents,
    cutoff,
    dated_events,
    held_days,
    last_length,
)
from peelian.forecasts.memory import require_days, require_origins
from peelian.spacetime import assign_cells, require_distance
from peelian.terms import (
    Bools,
    CellKind,
    Floats,
    Grid,
    History,
    Ints,
    ParameterError,
    RiskSurface,
)

WEEK = np.timedelta64(7 * 86_400, "s")
_DAY = np.timedelta64(86_400, "s")
_WHOLE = 1e-9  # so that a band completed but for rounding is completed


@dataclass(frozen=True)
class Prospective:
    """Recent events, each counting for less by completed band of distance and by week.

    Parameters
    ----------
    reach : float
        Distance beyond which an event counts for nothing. [m]
    window_days : float
        Age beyond which it counts for nothing. [days]
    band : float, optional
        Width of a band of distance; half the width of a cell when not given. Polygons have no
        width, so theirs must be given. [m]
    continuous : bool
        Count parts of bands and weeks too, instead of completed ones.

    Notes
    -----
    An event at distance d from the centre of a cell, of age e, lends it
    ``1 / (1 + floor(d / band)) * 1 / (1 + floor(e / 7 days))`` [1]_; the map is the sum over
    events, and has no unit. It is made a risk by area, so that all cells together expect as
    many events a day as there were in the window: the order of cells is the method's, the
    level is a count.

    Standard settings lost to counting everything in all of sixteen rolling tasks on Portland:
    long memory wins. Use it as one member of an ensemble, or where near repeats are strong.
    Not for month-only data, which it refuses, nor for rare violence, where sixty days hold
    next to nothing.

    References
    ----------
    .. [1] K. J. Bowers, S. D. Johnson and K. Pease, "Prospective hot-spotting: the future of
       crime mapping?," British Journal of Criminology, 44(5), 641-658, 2004.
       doi:10.1093/bjc/azh036

    Examples
    --------
    >>> Prospective(window_days=365)
    Prospective(reach=400.0, window_days=365, band=None, continuous=False)
    """

    reach: float = 400.0
    window_days: float = 60.0
    band: float | None = None
    continuous: bool = False

    def __post_init__(self) -> None:
        require_distance(self.reach)
        require_days("window_days", self.window_days)
        if self.band is not None:
            require_distance(self.band)

    def terms(self, distance: ArrayLike, age_days: ArrayLike, *, band: float) -> Floats:
        """What events at a distance and of an age lend to a cell, shape of the two.

        Parameters
        ----------
        distance : array
            From the event to the centre of the cell. [m]
        age_days : array
            [days]
        band : float
            Width of a band of distance. [m]
        """
        near = self._of_distance(np.asarray(distance, dtype=np.float64), band)
        return near * self._of_age(np.asarray(age_days, dtype=np.float64))

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """The map of the last weeks, with as many events in all as they had.

        Parameters
        ----------
        history : History
            Its events, in held periods; where it carries none, its counts at the centres of
            cells and the middles of periods, of a week at most.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            ``risk`` is the same in each period ahead: the map says nothing of how it will
            change. No ``low`` or ``high``: the terms are a rule, not a model of chance. NaN
            when the window has no held day, 0 when it has no event. [events]

        Raises
        ------
        CoverageError
            If more than half of the events last longer than a week, as in month-only data.
        ParameterError
            If the cells are polygons and no band is given.
        """
        now = [len(history.periods)]
        risk = np.tile(next(self.walk(history, now)), (horizon, 1))
        return RiskSurface(risk, history.grid, self)

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
            Equal to ``forecast(history.until(origin), 1).risk[0]``. An event's distances are
            looked up once, when it is first known. [events]
        """
        require_origins(history, origins)
        grid, periods = history.grid, history.periods
        events = dated_events(history, longest=WEEK, method="prospective hot-spotting")
        _, inside = assign_cells(grid, events.x, events.y)
        active = _Active(grid, events, self.reach)
        band = self._band(grid)
        area = grid.area / np.sum(grid.area)
        for origin in origins:
            days = held_days(periods, origin, window_days=self.window_days)
            if not days > 0:
                yield np.full(grid.n_cells, np.nan)
                continue
            now = cutoff(periods, origin)
            age = (now - events.when) / _DAY
            recent = (events.known <= now) & (age <= self.window_days)
            active.keep(recent)
            lent = events.weight * self._of_age(np.maximum(age, 0))
            near = self._of_distance(active.distance, band)
            score = np.bincount(active.cell, near * lent[active.event], minlength=grid.n_cells)
            worth = np.maximum(score, 0) * area
            total = max(float(events.weight[recent & inside].sum()), 0.0)
            level = total / days * last_length(periods, origin)
            yield worth * (level / worth.sum() if worth.any() else 0.0)

    def _of_distance(self, distance: Floats, band: float) -> Floats:
        bands = distance / band
        bands = bands if self.continuous else np.floor(bands + _WHOLE)
        return np.where(distance <= self.reach * (1 + _WHOLE), 1 / (1 + bands), 0.0)

    def _of_age(self, age_days: Floats) -> Floats:
        weeks = age_days / 7
        weeks = weeks if self.continuous else np.floor(weeks + _WHOLE)
        return np.where(age_days <= self.window_days, 1 / (1 + weeks), 0.0)

    def _band(self, grid: Grid) -> float:
        if self.band is not None:
            return self.band
        if grid.kind is CellKind.POLYGONS:
            raise ParameterError("polygons have no width: give band, such as 50 metres")
        return grid.cell_size / 2


@dataclass(eq=False)
class _Active:
    """Pairs of a recent event and a cell in its reach, kept up to date."""

    grid: Grid
    events: DatedEvents
    reach: float
    cell: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    event: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    distance: Floats = field(default_factory=lambda: np.empty(0))

    def __post_init__(self) -> None:
        from scipy.spatial import cKDTree

        self.held = np.zeros(len(self.events.x), bool)
        self.centres = cKDTree(np.column_stack([self.grid.x, self.grid.y]))

    def keep(self, recent: Bools) -> None:
        """Drop the pairs of events no longer recent; look up those that have become so."""
        from scipy.spatial import cKDTree

        if np.any(self.held & ~recent):
            stay = recent[self.event]
            self.cell, self.event = self.cell[stay], self.event[stay]
            self.distance = self.distance[stay]
        new = np.flatnonzero(recent & ~self.held)
        self.held = recent
        if not len(new) or not self.grid.n_cells:
            return
        places = cKDTree(np.column_stack([self.events.x[new], self.events.y[new]]))
        found = places.sparse_distance_matrix(
            self.centres, self.reach * (1 + _WHOLE), output_type="ndarray"
        )
        self.cell = np.concatenate([self.cell, found["j"]])
        self.event = np.concatenate([self.event, new[found["i"]]])
        self.distance = np.concatenate([self.distance, found["v"]])
