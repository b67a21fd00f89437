"""Penalised Poisson regression on past counts, and on smooth functions of place and time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from peelian.forecasts.features import SEASON, Columns, Features, LagFeatures
from peelian.forecasts.lessons import Course, Lessons, Schedule
from peelian.forecasts.memory import require_days
from peelian.spacetime import require_bandwidth
from peelian.terms import Floats, History, ParameterError, RiskSurface

PENALTIES = (1000.0, 100.0, 10.0, 1.0)
_N_FIXED = 3 + len(SEASON)  # columns of lag features that count nothing: place, area, season
_DAY = np.timedelta64(86_400, "s")


@dataclass(frozen=True)
class PoissonFeatures:
    """Log-linear regression on past counts, with a smooth surface of place and time.

    Parameters
    ----------
    features : LagFeatures
        Past counts of each cell.
    schedule : Schedule
        When it is fitted anew, and to which periods.
    n_fourier : int
        Random Fourier features: more follow the surface more closely.
    bandwidth : float
        How far the surface stays alike: standard deviation of its Gaussian kernel. [m]
    time_scale_days : float
        How long it does. [days]
    penalties : tuple of float
        Ridge penalties to choose from, the greatest first. [1 over variance of a coefficient]

    Notes
    -----
    Events of a cell in a period are Poisson with log mean

    ``log(b) + intercept + logs @ coefficients + waves @ amplitudes``

    with b what `GammaPoissonEWMA` expects, in which are the area of the cell and the days of
    the period. Logs are those of b and of each lag feature over the mean of all cells (of lag
    features plus 1, so that nothing has a logarithm), standardised, and the season. Waves are
    ``sqrt(2 / n) cos(w . (x, y, t) + phase)`` with w drawn from a Gaussian and phase from a
    circle: with many, their sum is a Gaussian process with a Gaussian kernel [1]_, so that
    this is a log-Gaussian Cox process at little cost [2]_. All coefficients but the intercept
    are drawn to zero by one ridge penalty: the greatest whose loss, on each of the last two
    quarters of the periods that teach and fitted to what came before it, is within a standard
    error of the best. So with little to learn the map is that of shrunk counts.

    Not for short histories, which it refuses as boosting does. Not with a bandwidth smaller
    than the map can carry: n waves resolve about n patches of a bandwidth across.

    References
    ----------
    .. [1] A. Rahimi and B. Recht, "Random features for large-scale kernel machines," Advances
       in Neural Information Processing Systems 20, 2007.
    .. [2] S. Flaxman, M. Chirico, P. Pereira and C. Loeffler, "Scalable high-resolution
       forecasting of sparse spatiotemporal events with kernel methods: a winning solution to
       the NIJ Real-Time Crime Forecasting Challenge," Annals of Applied Statistics, 13(4),
       2564-2585, 2019. doi:10.1214/19-AOAS1284

    Examples
    --------
    >>> PoissonFeatures(n_fourier=20).n_fourier
    20
    """

    features: LagFeatures = field(default_factory=LagFeatures)
    schedule: Schedule = field(default_factory=Schedule)
    n_fourier: int = 50
    bandwidth: float = 2000.0
    time_scale_days: float = 730.0
    penalties: tuple[float, ...] = PENALTIES

    def __post_init__(self) -> None:
        require_bandwidth(self.bandwidth)
        require_days("time_scale_days", self.time_scale_days)
        if self.n_fourier < 1:
            raise ParameterError(f"n_fourier is {self.n_fourier}; give 1 or more")
        falling = sorted(self.penalties, reverse=True)
        if not falling or list(self.penalties) != falling or not falling[-1] > 0:
            raise ParameterError(
                f"penalties is {self.penalties}; give one or more above zero, falling"
            )

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """The regression's mean in each cell.

        Parameters
        ----------
        history : History
            Periods not held teach nothing.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            ``risk`` differs between the periods ahead by their season only. No ``low`` or
            ``high``: the penalty biases the mean, by how much is not known. [events]

        Raises
        ------
        CoverageError
            If too few periods or events are there to learn from.
        """
        return self._course.forecast(self, history, horizon)

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
            Equal to ``forecast(history.until(origin), 1).risk[0]``; fitted anew as the
            schedule says. [events]
        """
        return self._course.walk(history, origins)

    @property
    def _course(self) -> Course:
        logs = _Logs(self.features, self.bandwidth, self.time_scale_days)
        return Course("poisson-features", logs, self.schedule, self._fit)

    def _fit(self, lessons: Lessons) -> "_Regression":
        waves = Waves.drawn(self.n_fourier, np.random.default_rng(self.schedule.seed))
        judged, losses = [], []
        for quarter in (3, 4):
            earlier, later = lessons.parted(quarter)
            if earlier.counts.any():
                fits = [_Regression.fitted(earlier, waves, each) for each in self.penalties]
                judged.append(later)
                losses.append([later.loss(fit.mean(later)) for fit in fits])
        chosen = Lessons.of(judged).simplest(np.concatenate(losses, 1)) if judged else 0
        return _Regression.fitted(lessons, waves, self.penalties[chosen])


@dataclass(frozen=True, eq=False)
class Waves:
    """Random Fourier features: many waves that add up to a smooth surface.

    Attributes
    ----------
    frequency : array, shape (n_dimensions, n)
        [radians per unit of length]
    phase : array, shape (n,)
        [radians]
    """

    frequency: Floats
    phase: Floats

    @classmethod
    def drawn(cls, n: int, rng: np.random.Generator, *, n_dimensions: int = 3) -> "Waves":
        """Waves whose products average to ``exp(-distance**2 / 2)``."""
        return cls(rng.normal(size=(n_dimensions, n)), rng.uniform(0, 2 * np.pi, n))

    def at(self, place: Floats) -> Floats:
        """Height of each wave at each place, shape (n_places, n)."""
        heights: Floats = np.cos(place @ self.frequency + self.phase)
        heights *= np.sqrt(2 / len(self.phase))
        return heights


@dataclass(frozen=True, eq=False)
class _Logs:
    """Lag features as logarithms, place and time in units of their scales, and season."""

    features: LagFeatures
    bandwidth: float
    time_scale_days: float

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Features]:
        grid = history.grid
        x, y = ((at - at.min(initial=np.inf)) / self.bandwidth for at in (grid.x, grid.y))
        for known in self.features.walk(history, origins):
            share = known.exposure / known.period_days
            days = (known.middle - history.periods.start[0]) / _DAY
            shrunk = _over_mean(known.baseline, share)
            lags = [_over_mean(lag, share) for lag in known.columns[:, :-_N_FIXED].T]
            columns = np.column_stack(
                [
                    np.log(np.where(shrunk > 0, shrunk, 1.0)),
                    *(np.log1p(lag) for lag in lags),
                    x,
                    y,
                    np.full(len(x), days / self.time_scale_days),
                    known.columns[:, -len(SEASON) :],
                ]
            )
            yield replace(known, columns=columns.astype(np.float32))


@dataclass(frozen=True, eq=False)
class _Regression:
    """What was fitted: coefficients, and how the columns were standardised."""

    waves: Waves
    centre: Floats
    spread: Floats
    level: float
    model: Any

    @classmethod
    def fitted(cls, lessons: Lessons, waves: Waves, penalty: float) -> "_Regression":
        """Least of the Poisson loss and ``penalty / 2`` times the squared coefficients.

        Counts over the baseline, each row as heavy as that, have the likelihood of counts with
        the log of the baseline as offset.
        """
        from sklearn.linear_model import PoissonRegressor

        plain = _plain(lessons.columns)
        centre, spread = plain.mean(axis=0), plain.std(axis=0)
        level = float(lessons.counts.sum() / lessons.baseline.sum())
        usual = level * lessons.baseline
        model = PoissonRegressor(
            alpha=penalty / float(usual.sum()), solver="newton-cholesky", tol=1e-6
        )
        fit = cls(waves, centre, np.where(spread > 1e-6, spread, 1.0), level, model)
        model.fit(fit._design(lessons.columns), lessons.counts / usual, sample_weight=usual)
        return fit

    def mean(self, known: Features | Lessons) -> Floats:
        """Expected events of each row."""
        factor: Floats = self.model.predict(self._design(known.columns))
        return self.level * known.baseline * factor

    def expected(self, features: Features) -> Floats:
        return self.mean(features)

    def _design(self, columns: Columns) -> Floats:
        standard = (_plain(columns) - self.centre) / self.spread
        place = columns[:, -_N_FIXED : -len(SEASON)].astype(np.float64)
        return np.hstack([standard, self.waves.at(place)])


def _plain(columns: Columns) -> Floats:
    """The columns that are used as they are: logarithms and season."""
    return np.delete(columns, np.s_[-_N_FIXED : -len(SEASON)], axis=1).astype(np.float64)


def _over_mean(values: Floats, share: Floats) -> Floats:
    """Values for the area of each cell, over their mean on the whole map."""
    usual = share * (values.sum(dtype=np.float64) / share.sum())
    over: Floats = np.divide(values, usual, out=np.zeros(len(values)), where=usual > 0)
    return over
