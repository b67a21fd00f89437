"""What is known of each cell before a period, as columns that a regression learns from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from peelian.forecasts.counting import TWO_YEARS
from peelian.forecasts.gamma_poisson import GammaPoissonEWMA
from peelian.forecasts.memory import Memory, remember, remember_window, require_days
from peelian.forecasts.smoothing import Smoother
from peelian.spacetime import require_bandwidth
from peelian.terms import Floats, Grid, History, ParameterError

YEAR = 365.25  # [days]
SEASON = ("season_cos", "season_sin")
_DAY = np.timedelta64(86_400, "s")

Columns: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Features:
    """What was known of each cell at one origin, of the period that follows it.

    Attributes
    ----------
    columns : array of float32, shape (n_cells, n_features)
        Single precision, so that rounding seldom splits what is equal; season last.
    baseline : array, shape (n_cells,)
        What shrunk counts expect of the period (`GammaPoissonEWMA`). [events]
    exposure : array, shape (n_cells,)
        Area over that of the largest cell, times the length of the period. [days]
    middle : datetime64[s]
        Middle of the period.
    period_days : float
        Its length, that of the last period held. [days]
    """

    columns: Columns
    baseline: Floats
    exposure: Floats
    middle: np.datetime64
    period_days: float

    @property
    def density(self) -> Floats:
        """What shrunk counts expect for the area, shape (n_cells,). [events a day]"""
        return self.baseline / self.exposure

    def ahead(self, n_periods: int) -> "Features":
        """The same knowledge, of a period so many later: only the season differs."""
        middle = self.middle + np.timedelta64(
            round(n_periods * self.period_days * 86_400), "s"
        )
        columns = self.columns.copy()
        columns[:, -2:] = _season(middle)
        return replace(self, columns=columns, middle=middle)


@dataclass(frozen=True)
class LagFeatures:
    """Past events of each cell and around it, over long and short times.

    Parameters
    ----------
    half_lives_days : tuple of float
        Ages at which events count for half, ascending; the shortest and the longest are
        smoothed too. Infinity counts everything held. [days]
    windows_days : tuple of float
        Recent days in which events are simply counted. [days]
    bandwidths : tuple of float
        Standard deviations of the Gaussians that smooth over the map. [m]

    Notes
    -----
    Everything counted is in events a year, so it means the same in a long history and a short
    one. With it go the centre of the cell (over the longer side of the map), its area (over
    that of the largest cell) and the time of year of the period ahead. A window without a held
    day takes the rate of the longest memory.

    Examples
    --------
    >>> LagFeatures(bandwidths=()).names  # doctest: +NORMALIZE_WHITESPACE
    ('half_life_90', 'half_life_365', 'half_life_inf', 'window_28', 'window_90', 'x', 'y',
     'area', 'season_cos', 'season_sin')
    """

    half_lives_days: tuple[float, ...] = (90.0, 365.0, np.inf)
    windows_days: tuple[float, ...] = (28.0, 90.0)
    bandwidths: tuple[float, ...] = (75.0, 150.0, 400.0)

    def __post_init__(self) -> None:
        if not self.half_lives_days or list(self.half_lives_days) != sorted(
            self.half_lives_days
        ):
            raise ParameterError(
                f"half_lives_days is {self.half_lives_days}; give one or more, ascending"
            )
        for days in self.half_lives_days + self.windows_days:
            require_days("half_lives_days and windows_days", days)
        for bandwidth in self.bandwidths:
            require_bandwidth(bandwidth)

    @property
    def names(self) -> tuple[str, ...]:
        """What each column holds."""
        smoothed = [
            f"half_life_{days:g}_bandwidth_{bandwidth:g}"
            for days in self._smoothed
            for bandwidth in self.bandwidths
        ]
        return (
            *(f"half_life_{days:g}" for days in self.half_lives_days),
            *(f"window_{days:g}" for days in self.windows_days),
            *smoothed,
            *("x", "y", "area"),
            *SEASON,
        )

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Features]:
        """The features at each origin, from the periods before it alone, in one pass.

        Parameters
        ----------
        history : History
            Periods not held add neither events nor days.
        origins : sequence of int
            Ascending numbers of periods known.

        Yields
        ------
        Features
            NaN when no period is held.
        """
        grid, periods = history.grid, history.periods
        memories = [remember(history, origins, half_life_days=d) for d in self.half_lives_days]
        windows = [remember_window(history, origins, window_days=d) for d in self.windows_days]
        smoothers = [Smoother(grid, bandwidth) for bandwidth in self.bandwidths]
        smoothed = [self.half_lives_days.index(days) for days in self._smoothed]
        place = _place(grid)
        baselines = GammaPoissonEWMA(TWO_YEARS).walk(history, origins)
        for origin, baseline, *kept in zip(
            origins, baselines, *memories, *windows, strict=True
        ):
            everything = kept[len(memories) - 1]
            columns = np.empty((grid.n_cells, len(self.names)), np.float32)
            counted = [_yearly(memory, everything) for memory in kept]
            around = [
                smoother.smooth(counted[at]) for at in smoothed for smoother in smoothers
            ]
            days = everything.period_days
            start = periods.end[origin - 1] if origin else periods.start[0]
            half = 0.0 if np.isnan(days) else days / 2
            middle = start + np.timedelta64(round(half * 86_400), "s")
            for column, values in enumerate([*counted, *around, *place]):
                columns[:, column] = values
            columns[:, -2:] = _season(middle)
            yield Features(columns, baseline, place[-1] * days, middle, days)

    @property
    def _smoothed(self) -> tuple[float, ...]:
        """The half-lives that are smoothed: the longest and the shortest."""
        return tuple(dict.fromkeys([self.half_lives_days[-1], self.half_lives_days[0]]))


def _yearly(memory: Memory, everything: Memory) -> Floats:
    """Events a year; those of the longest memory where this one has no held day."""
    known = memory if memory.days > 0 else everything
    scale = YEAR / known.days if known.days > 0 else np.nan
    return known.events * scale


def _place(grid: Grid) -> tuple[Floats, Floats, Floats]:
    """Centre of each cell from the south-west, 0 to 1, and its area, up to 1."""
    if grid.n_cells == 0:
        return grid.x, grid.y, grid.area
    side = max(float(np.ptp(grid.x)), float(np.ptp(grid.y))) or 1.0
    return (
        (grid.x - grid.x.min()) / side,
        (grid.y - grid.y.min()) / side,
        (grid.area / grid.area.max()),
    )


def _season(middle: np.datetime64) -> tuple[float, float]:
    """The time of year as a place on a circle."""
    start = middle.astype("datetime64[Y]").astype("datetime64[s]")
    turn = 2 * np.pi * float((middle - start) / _DAY) / YEAR
    return float(np.cos(turn)), float(np.sin(turn))
