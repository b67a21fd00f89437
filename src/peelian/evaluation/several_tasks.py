"""Is a forecast better over several tasks: mean relative gain, months drawn jointly."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peelian.evaluation.results import MIN_BLOCKS
from peelian.evaluation.scores import Estimate, resample_origins
from peelian.statistics import bootstrap_limits
from peelian.terms import Floats, Interval, ParameterError
from peelian.terms.arrays import require_length

JOINTLY = "bootstrap of calendar months, the same for all tasks"


@dataclass(frozen=True, eq=False)
class Task:
    """What a challenger and a baseline caught at each origin of one task.

    Attributes
    ----------
    name : str
        Such as offence, horizon, cell size and budget together.
    months : array of datetime64[M], shape (n_origins,)
        The calendar month each origin counts for: that of the middle of the time foretold.
    hits, baseline_hits : arrays, shape (n_origins,)
        At the same origins, area and grid. [events]
    """

    name: str
    months: NDArray[np.datetime64]
    hits: Floats
    baseline_hits: Floats

    def __post_init__(self) -> None:
        require_length(
            f"Task {self.name}",
            len(self.months),
            hits=self.hits,
            baseline_hits=self.baseline_hits,
        )

    @property
    def gain(self) -> float:
        """Hits over the baseline's, less 1; NaN where the baseline caught nothing."""
        base = float(self.baseline_hits.sum())
        return float(self.hits.sum()) / base - 1 if base > 0 else float("nan")


@dataclass(frozen=True, eq=False)
class TaskComparison:
    """A challenger against baselines, over several tasks.

    Attributes
    ----------
    gain : Estimate
        Mean over tasks of hits over the baseline's, less 1.
    gains : tuple of Estimate
        The same of each task, in their order.
    n_months : int
        Calendar months drawn from.
    """

    gain: Estimate
    gains: tuple[Estimate, ...]
    n_months: int

    @property
    def better(self) -> bool:
        """Whether the mean gain's interval lies above zero, over at least ten months."""
        return self.n_months >= MIN_BLOCKS and self.gain.interval.low > 0


def compare_tasks(
    tasks: Sequence[Task], *, draws: int = 2_000, rng: np.random.Generator
) -> TaskComparison:
    """Mean relative gain in hits over tasks, with its interval.

    Parameters
    ----------
    tasks : sequence of Task
        Each with its own baseline, chosen before its first origin.
    draws : int
        Bootstrap draws.
    rng : numpy.random.Generator

    Returns
    -------
    TaskComparison
        NaN where every baseline caught nothing, and no interval with fewer than two months.

    Raises
    ------
    ParameterError
        If there are no tasks, or draws is below 1.

    Notes
    -----
    Tasks that share events (budgets nested in each other, horizons over the same days) are not
    independent, so a draw takes the same calendar months for all of them [1]_, and what tasks
    share counts once. A task without origins in any month of a draw, or whose baseline catches
    nothing there, is left out of that draw's mean. Percentiles are expanded for the number of
    months (`statistics.bootstrap_limits`) and moved by twice the lean of the draws: a ratio of
    few hits leans upward, and a draw's leans further. In simulation with 11 or 12 months and
    2 to 60 hits a month, the interval covers 94 to 95 % of truths.

    Every task counts alike, however few its hits.

    References
    ----------
    .. [1] A. C. Davison and D. V. Hinkley, "Bootstrap Methods and their Application,"
       Cambridge, 1997, chapters 3.8 (clusters) and 5 (lean, there bias).

    Examples
    --------
    >>> months = np.arange("2016-03", "2017-03", dtype="M8[M]")
    >>> base = np.tile([4.0, 6.0], 6)
    >>> task = Task("theft", months, base + 1, base)
    >>> result = compare_tasks([task], rng=np.random.default_rng(1))
    >>> print(f"{result.gain.value:.2f}", result.better)
    0.20 True
    """
    if not tasks:
        raise ParameterError("there are no tasks to compare; give one or more")
    months = np.unique(np.concatenate([task.months for task in tasks]))
    n_months = len(months)
    times = resample_origins(n_months, 1, draws=draws, rng=rng).times
    hits, base = (
        np.array([_by_month(task.months, getattr(task, which), months) for task in tasks])
        for which in ("hits", "baseline_hits")
    )
    caught, against = times @ hits.T, times @ base.T  # (draws, n_tasks)
    ratio = np.divide(caught, against, out=np.full_like(caught, np.nan), where=against > 0)
    gains = tuple(
        _estimate(task.gain, ratio[:, i] - 1, n_months) for i, task in enumerate(tasks)
    )
    values = np.array([task.gain for task in tasks])
    return TaskComparison(
        _estimate(_mean(values), _row_means(ratio) - 1, n_months), gains, n_months
    )


def _by_month(
    of: NDArray[np.datetime64], hits: Floats, months: NDArray[np.datetime64]
) -> Floats:
    """Hits in each month, shape (n_months,)."""
    total = np.zeros(len(months))
    np.add.at(total, np.searchsorted(months, of), hits)
    return total


def _row_means(values: Floats) -> Floats:
    """Mean of what is known in each row; NaN where nothing is."""
    known = ~np.isnan(values)
    n = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    means: Floats = np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)
    return means


def _mean(values: Floats) -> float:
    return float(_row_means(values[None, :])[0])


def _estimate(value: float, drawn: Floats, n_months: int) -> Estimate:
    drawn = drawn[~np.isnan(drawn)]
    low = high = float("nan")
    if len(drawn):
        lean = float(drawn.mean()) - value
        low, high = (float(x) - 2 * lean for x in bootstrap_limits(drawn, n_months))
    return Estimate(value, Interval(low, high, JOINTLY))
