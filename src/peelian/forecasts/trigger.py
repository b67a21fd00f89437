"""How one event raises the rate of others near it and soon after."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from peelian.spacetime import assign_cells, gaussian
from peelian.terms import CellKind, Events, Floats, Grid, ParameterError, Periods

LARGEST_EXPONENT = 700.0  # exp(-700) is still above zero in double precision
_DAY = 86_400.0


@dataclass(frozen=True)
class Trigger:
    """Offspring of an event: how many, how soon, how near.

    Attributes
    ----------
    branching_ratio : float
        Mean number of events that one event sets off directly; below 1 the process is
        stationary, from 1 on it explodes.
    decay : float
        Rate at which the raised risk falls; its mean delay is one over it. [per day]
    bandwidth : float
        Standard deviation, along each axis, of the distance to what is set off. [m]

    Notes
    -----
    The rate that an event adds, after a time t and at a distance r, is
    ``branching_ratio * decay * exp(-decay t) * g(r)``, g the Gaussian density in the plane
    [1]_. Nothing is added at the instant of the event itself or before.

    References
    ----------
    .. [1] G. O. Mohler, M. B. Short, P. J. Brantingham, F. P. Schoenberg and G. E. Tita,
       "Self-exciting point process modeling of crime," Journal of the American Statistical
       Association, 106(493), 100-108, 2011. doi:10.1198/jasa.2011.ap09546

    Examples
    --------
    >>> Trigger(0.3, decay=0.1, bandwidth=80).mean_delay_days
    10.0
    """

    branching_ratio: float
    decay: float
    bandwidth: float

    @property
    def stationary(self) -> bool:
        """Whether the process settles: the branching ratio is below 1."""
        return self.branching_ratio < 1

    @property
    def mean_delay_days(self) -> float:
        """Mean time from an event to one it sets off. [days]"""
        return 1 / self.decay

    def by_time(self, age_days: ArrayLike) -> Floats:
        """Rate added over the whole plane by events of an age, shape of it. [per day]

        The form for cells: add it up over the events of a cell, and add the background.
        """
        age = np.asarray(age_days, dtype=np.float64)
        fallen = np.exp(-np.clip(self.decay * age, 0, LARGEST_EXPONENT))
        return np.where(age > 0, self.branching_ratio * self.decay * fallen, 0.0)

    def at(self, age_days: ArrayLike, distance: ArrayLike) -> Floats:
        """Rate added at a distance by events of an age. [events per m2 per day]"""
        return self.by_time(age_days) * gaussian(distance, self.bandwidth)

    def simulate(
        self, grid: Grid, background: Floats, periods: Periods, *, rng: np.random.Generator
    ) -> Events:
        """Events drawn from the process.

        Parameters
        ----------
        grid : Grid
            Squares.
        background : array, shape (n_cells,)
            Events of each cell that nothing sets off; evenly in the cell and in time.
            [per day]
        periods : Periods
            From the first start to the last end.
        rng : numpy.random.Generator

        Returns
        -------
        events : Events
            In order of time, to the second, each of weight 1. Events set off outside the grid
            are left out, what they set off inside is not. None are set off by events before
            the first period.

        Raises
        ------
        ParameterError
            If the process is not stationary, or the grid is not of squares.
        """
        if not self.stationary:
            raise ParameterError(f"branching_ratio is {self.branching_ratio:g}; give below 1")
        if grid.kind is not CellKind.SQUARE:
            raise ParameterError("events are drawn on squares; give a grid of squares")
        first, n_days = periods.start[0], float(periods.days.sum())
        cell = np.repeat(np.arange(grid.n_cells), rng.poisson(background * n_days))
        within = (rng.random((2, len(cell))) - 0.5) * grid.cell_size
        x, y = grid.x[cell] + within[0], grid.y[cell] + within[1]
        day = rng.uniform(0, n_days, len(cell))
        every = [(x, y, day)]
        while len(x):
            parent = np.repeat(np.arange(len(x)), rng.poisson(self.branching_ratio, len(x)))
            step = rng.normal(0, self.bandwidth, (2, len(parent)))
            x, y = x[parent] + step[0], y[parent] + step[1]
            day = day[parent] + rng.exponential(self.mean_delay_days, len(parent))
            early = day < n_days
            x, y, day = x[early], y[early], day[early]
            every.append((x, y, day))
        x, y, day = (np.concatenate(parts) for parts in zip(*every, strict=True))
        _, inside = assign_cells(grid, x, y)
        order = np.flatnonzero(inside)[np.argsort(day[inside], kind="stable")]
        when = first + np.floor(day[order] * _DAY).astype("m8[s]")
        none = np.full(len(order), "")
        ones = np.ones(len(order))
        return Events(x[order], y[order], when, when, ones, none, none, none, grid.crs)
