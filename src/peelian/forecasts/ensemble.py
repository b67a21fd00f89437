"""Several forecasts made one: weighted by how they did before, or their geometric mean."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, runtime_checkable

import numpy as np

from peelian.forecasts.counting import EWMA, LongWindowCount
from peelian.forecasts.dated import last_length
from peelian.forecasts.memory import require_origins
from peelian.forecasts.smoothed import KernelEWMA
from peelian.terms import Floats, Forecaster, History, Ints, ParameterError, RiskSurface

EVEN_SHARE = (
    0.01  # of each surface in a geometric mean is spread by area, so that no zero wins
)
MAX_STEPS = 50
_RIDGE = 1e-12  # of the curve, so that members alike do not stop it
_CLOSE_ENOUGH = 1e-8  # change of the weights in one step, as a share of their sum
_DEFAULT = (
    LongWindowCount(),
    EWMA(),
    EWMA(180),
    KernelEWMA(),
    KernelEWMA(bandwidth=90),
)


@runtime_checkable
class _Walker(Protocol):
    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Floats]: ...


@dataclass(frozen=True)
class StackedEnsemble:
    """Members weighted so that their past forecasts explain what then happened.

    Parameters
    ----------
    members : tuple of Forecaster
        Each frozen, so that the ensemble's repr is the full record.
    n_origins : int
        Past held periods to learn the weights from: the last ones. [periods]
    n_cells : int
        Cells of each that teach: those that some member held most at risk for their area.
        Several times as many as will be flagged.

    Notes
    -----
    Counts of the last ``n_origins`` held periods are taken as Poisson with mean
    ``sum_k weight_k risk_k``, where ``risk_k`` is what member k forecast for the period from
    the periods before it alone. Learned from the whole map, weights go to members that
    explain the many cells with few events, and fewer are caught in the few with many: so the
    cells most at risk teach. An even surface is always among the members, so that no event is
    impossible; its weight also makes up for what the others miss on the whole map. Weights are
    zero or more and need not sum to 1, so the level is learned too. As many as four or five
    members are plenty.

    Not for histories shorter than twice ``n_origins``: the weights would be learned from
    forecasts that had little to go on.

    References
    ----------
    .. [1] L. Breiman, "Stacked regressions," Machine Learning, 24, 49-64, 1996.
       doi:10.1007/BF00117832

    Examples
    --------
    >>> StackedEnsemble((LongWindowCount(), KernelEWMA()), n_origins=26).n_origins
    26
    """

    members: tuple[Forecaster, ...] = _DEFAULT
    n_origins: int = 26
    n_cells: int = 1000

    def __post_init__(self) -> None:
        _require_members(self.members)
        if self.n_origins < 1 or self.n_cells < 1:
            raise ParameterError(
                f"n_origins is {self.n_origins} and n_cells {self.n_cells}; give 1 or more"
            )

    def weights(self, history: History) -> Floats:
        """Weight of each member, and of the even surface last, shape (n_members + 1,).

        The even surface expects one event a period in all. With no past forecast to learn
        from, each member has the same weight and the even surface none.
        """
        *_, (_, weights) = self._walk(history, [len(history.periods)])
        return weights

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """The members' forecasts, added up by their weights.

        Parameters
        ----------
        history : History
            Periods not held teach nothing.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            No ``low`` or ``high``: the members' errors are not independent, and the weights'
            own are not known. NaN where a member's forecast is. [events]
        """
        weights = self.weights(history)
        surfaces = [member.forecast(history, horizon).risk for member in self.members]
        even = np.broadcast_to(_even(history), surfaces[0].shape)
        risk = np.tensordot(weights, np.stack([*surfaces, even]), axes=1)
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
            Equal to ``forecast(history.until(origin), 1).risk[0]``; each member forecasts
            every period once. [events]
        """
        for surfaces, weights in self._walk(history, origins):
            yield weights @ surfaces

    def _walk(
        self, history: History, origins: Sequence[int]
    ) -> Iterator[tuple[Floats, Floats]]:
        """At each origin the members' surfaces, the even one last, and their weights."""
        require_origins(history, origins)
        wanted, held = set(origins), history.periods.held
        first = min(origins, default=0)
        before = np.flatnonzero(held[:first])[-self.n_origins :]
        start = int(before[0]) if len(before) else first
        stop = max(origins, default=-1)
        visits = [n for n in range(start, stop + 1) if n in wanted or held[n]]
        walks = [_walk_member(member, history, visits) for member in self.members]
        even, lengths = _even(history), history.periods.days
        learned: deque[_Lesson] = deque(maxlen=self.n_origins)
        times = Counter(origins)
        for n, *risks in zip(visits, *walks, strict=True):
            surfaces = np.stack([*risks, even])
            for _ in range(times[n]):
                yield surfaces, _fit_weights(list(learned), len(self.members))
            if n == stop:
                return
            if held[n]:
                longer = lengths[n] / last_length(history.periods, n)
                chosen = _most_at_risk(surfaces / history.grid.area, self.n_cells)
                learned.append(_Lesson.of(surfaces * longer, history.counts[n], chosen))


@dataclass(frozen=True)
class GeometricEnsemble:
    """The geometric mean of the members' maps, at the mean of their levels.

    Parameters
    ----------
    members : tuple of Forecaster

    Notes
    -----
    Each member's map is made to sum to 1, one part in a hundred of it spread by area so that
    no member's zero rules a cell out alone; the logarithms are averaged. Nothing is learned,
    so nothing can be learned wrongly: use it with little history.

    Not with members of which one is poor: all count alike.

    Examples
    --------
    >>> GeometricEnsemble((LongWindowCount(),))
    GeometricEnsemble(members=(LongWindowCount(window_days=None),))
    """

    members: tuple[Forecaster, ...] = _DEFAULT

    def __post_init__(self) -> None:
        _require_members(self.members)

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """The members' forecasts, multiplied.

        Parameters
        ----------
        history : History
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            No ``low`` or ``high``: the members' errors are not independent. NaN where a
            member's forecast is; 0 when all of them are. [events]
        """
        surfaces = np.stack([m.forecast(history, horizon).risk for m in self.members])
        even = _even(history)
        risk = [_geometric(surfaces[:, period], even) for period in range(horizon)]
        return RiskSurface(np.array(risk).reshape(surfaces.shape[1:]), history.grid, self)

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
        require_origins(history, origins)
        walks = [_walk_member(member, history, list(origins)) for member in self.members]
        even = _even(history)
        for risks in zip(*walks, strict=True):
            yield _geometric(np.stack(risks), even)


@dataclass(frozen=True, eq=False)
class _Lesson:
    """What one past period teaches: enough for the likelihood, and no more.

    ``counts`` and ``risk`` are of the cells that teach and had events, shape (n,) and
    (n_members, n); ``total`` is each member's risk over all that teach, ``whole`` over all
    there are, and ``came`` the events in these.
    """

    counts: Floats
    risk: Floats
    total: Floats
    whole: Floats
    came: float

    @classmethod
    def of(cls, surfaces: Floats, counts: Floats, chosen: Ints) -> "_Lesson":
        hit = chosen[counts[chosen] > 0]
        total, whole = surfaces[:, chosen].sum(axis=1), surfaces.sum(axis=1)
        return cls(counts[hit], surfaces[:, hit], total, whole, float(counts.sum()))


def _most_at_risk(density: Floats, n_cells: int) -> Ints:
    """Cells highest on some member's map, each map as a share of its sum, ties included."""
    if density.shape[1] <= n_cells:
        return np.arange(density.shape[1])
    total = density.sum(axis=1, keepdims=True)
    highest = np.divide(density, total, out=np.zeros_like(density), where=total > 0).max(
        axis=0
    )
    return np.flatnonzero(highest >= np.partition(highest, -n_cells)[-n_cells])


def _fit_weights(lessons: list[_Lesson], n_members: int) -> Floats:
    """Poisson regression with no weight below zero.

    Newton's steps, each the least squares of the likelihood's curve with weights zero or more,
    halved until the likelihood does not fall. Periods that a member could not forecast teach
    nothing. What the members then miss of all events is added evenly, which mends the level
    and leaves the order of the map as it is.
    """
    from scipy.linalg import solve_triangular
    from scipy.optimize import nnls

    lessons = [lesson for lesson in lessons if np.isfinite(lesson.total).all()]
    if not lessons:
        return np.append(np.full(n_members, 1 / n_members), 0.0)
    counts = np.concatenate([lesson.counts for lesson in lessons])
    total = np.sum([lesson.total for lesson in lessons], axis=0)
    if not len(counts):
        return np.zeros(n_members + 1)
    scale = np.where(total > 0, total, 1.0)  # weights times it are expected events
    risk = np.concatenate([lesson.risk for lesson in lessons], axis=1) / scale[:, None]
    share = (total > 0).astype(np.float64)

    def loss(weights: Floats) -> float:
        return float(share @ weights - counts @ np.log(weights @ risk))

    weights = share * counts.sum() / share.sum()
    best = loss(weights)
    for _ in range(MAX_STEPS):
        expected = weights @ risk
        slope = share - risk @ (counts / expected)
        curve = (risk * (counts / expected**2)) @ risk.T
        curve += np.eye(len(share)) * (np.trace(curve) * _RIDGE)
        root = np.linalg.cholesky(curve)
        aim = solve_triangular(root, curve @ weights - slope, lower=True)
        target, _ = nnls(root.T, aim)
        step = 1.0
        while step > _CLOSE_ENOUGH:
            tried = weights + step * (target - weights)
            if (tried @ risk).min() > 0 and loss(tried) <= best:
                break
            step /= 2
        else:
            break
        moved = np.abs(tried - weights).sum()
        weights, best = tried, loss(tried)
        if moved <= _CLOSE_ENOUGH * weights.sum():
            break
    fitted: Floats = weights / scale
    missed = np.mean([lesson.came - fitted @ lesson.whole for lesson in lessons])
    fitted[-1] = max(fitted[-1] + missed, 0.0)
    return fitted


def _geometric(surfaces: Floats, even: Floats) -> Floats:
    """Geometric mean of normalised maps, shape (n_members, n_cells), at their mean level."""
    totals = surfaces.sum(axis=1, keepdims=True)
    if np.isnan(totals).any():
        return np.full(len(even), np.nan)
    if not totals.all():
        return np.zeros(len(even)) if not totals.any() else surfaces.mean(axis=0)
    shares = (1 - EVEN_SHARE) * surfaces / totals + EVEN_SHARE * even
    together = np.exp(np.log(shares).mean(axis=0))
    level = float(totals.mean()) / float(together.sum())
    mean: Floats = together * level
    return mean


def _walk_member(
    member: Forecaster, history: History, origins: Sequence[int]
) -> Iterator[Floats]:
    """A member's risk at each origin, in one pass where it can."""
    if isinstance(member, _Walker):
        yield from member.walk(history, origins)
        return
    for origin in origins:
        yield member.forecast(history.until(origin), 1).risk[0]


def _even(history: History) -> Floats:
    """One event, spread by area."""
    area = history.grid.area
    spread: Floats = area / np.sum(area)
    return spread


def _require_members(members: tuple[Forecaster, ...]) -> None:
    if not members or any(first == second for first, second in pairwise(members)):
        raise ParameterError(f"members are {members}; give one or more that differ")
