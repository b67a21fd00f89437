"""Fitting a self-exciting process: which events were set off, and by which, in expectation."""

from dataclasses import dataclass

import numpy as np

from peelian.forecasts.smoothing import Smoother
from peelian.forecasts.trigger import LARGEST_EXPONENT, Trigger
from peelian.statistics import Z95
from peelian.terms import Bools, Floats, Interval, Ints, ParameterError

MAX_PAIRS = 20_000_000  # of an event and an earlier one near it: about 500 MB
EVEN_SHARE = 0.02  # of the background is spread evenly, so that no place is impossible
MAX_STEPS = 1_000
_CLOSE_ENOUGH = 1e-5  # relative change of every parameter in one step
SHARE_OF_REACH = 1 / 3  # widest bandwidth, and longest mean delay, of what bounds the links
_NO_TRIGGER = 1e-6  # branching ratio below which there is nothing to estimate


@dataclass(frozen=True, eq=False)
class Pairs:
    """Each event with the earlier ones near it.

    ``child`` and ``parent`` number the events, ``delay`` is in days and ``square`` the
    distance squared, in m2; shape (n_pairs,). ``linked`` says which parents may have set off
    the child: not the ``n_ties`` at the very same place, unless ties are linked, nor the
    ``n_instants`` at the very same instant.
    """

    child: Ints
    parent: Ints
    delay: Floats
    square: Floats
    linked: Bools
    n_ties: int
    n_instants: int

    def only_linked(self) -> "Pairs":
        """The pairs that may be parent and child."""
        chosen = self.linked
        return Pairs(
            self.child[chosen],
            self.parent[chosen],
            self.delay[chosen],
            self.square[chosen],
            chosen[chosen],
            self.n_ties,
            self.n_instants,
        )


@dataclass(frozen=True, eq=False)
class Observed:
    """What the fit is made from.

    Attributes
    ----------
    cell : array, shape (n,)
        Cell of each event.
    day : array, shape (n,)
        Time of each event, ascending. [days]
    opens, closes : array, shape (n_blocks,)
        When each stretch of held time starts and ends. [days]
    near : Pairs
        All pairs within the reach and the window.
    pairs : Pairs
        Those that may be parent and child.
    reach, window_days : float
        Distance and delay beyond which nothing is linked. [m, days]
    """

    cell: Ints
    day: Floats
    opens: Floats
    closes: Floats
    near: Pairs
    pairs: Pairs
    reach: float
    window_days: float

    @property
    def n_days(self) -> float:
        """Days held."""
        return float(np.sum(self.closes - self.opens))

    def seen(self, decay: float) -> tuple[Floats, Floats]:
        """Share of each event's offspring that falls in held time, and its slope in decay."""
        share, slope = np.zeros((2, len(self.day)))
        for opened, closed in zip(self.opens, self.closes, strict=True):
            start, end = (
                np.clip(edge - self.day, 0, self.window_days) for edge in (opened, closed)
            )
            left, right = (
                np.exp(-np.minimum(decay * d, LARGEST_EXPONENT)) for d in (start, end)
            )
            share += left - right
            slope += end * right - start * left
        return share, slope

    def days_near(self) -> Floats:
        """Held days within the window of each event, before and after it, shape (n,)."""
        days = np.zeros(len(self.day))
        for opened, closed in zip(self.opens, self.closes, strict=True):
            start = np.maximum(self.day - self.window_days, opened)
            end = np.minimum(self.day + self.window_days, closed)
            days += np.maximum(end - start, 0)
        return days


@dataclass(frozen=True, eq=False)
class SelfExcitingFit:
    """A fitted process, with how sure it is.

    Attributes
    ----------
    trigger : Trigger
        NaN decay and bandwidth where no event is linked to another.
    errors : Trigger
        Standard error of each parameter, in its unit; NaN where there is none to give.
    background : array, shape (n_cells,)
        Events that nothing set off. [per day]
    log_likelihood : float
    n_events, n_pairs, n_ties, n_instants : int
        Events used; pairs that might be linked; pairs in reach left out because they share
        their place, and because they share their instant.
    tied_share : float
        Share of events whose very place occurs more than once: snapped data have many.
    n_steps : int
    converged : bool
    notes : tuple of str
        What a reader of the parameters must know.
    """

    trigger: Trigger
    errors: Trigger
    background: Floats
    log_likelihood: float
    n_events: int
    n_pairs: int
    n_ties: int
    n_instants: int
    tied_share: float
    n_steps: int
    converged: bool
    notes: tuple[str, ...]

    def interval(self, name: str) -> Interval:
        """95 % interval of a parameter of the trigger, normal on the logarithm."""
        value, error = float(getattr(self.trigger, name)), float(getattr(self.errors, name))
        factor = float(np.exp(Z95 * error / value)) if value > 0 else np.nan
        return Interval(value / factor, value * factor, "observed information, log scale")


def find_pairs(
    x: Floats, y: Floats, day: Floats, *, reach: float, window_days: float, link_ties: bool
) -> Pairs:
    """Events within a distance and a delay of each other, later ones first.

    Raises
    ------
    ParameterError
        If there would be more than MAX_PAIRS.
    """
    from scipy.spatial import cKDTree

    points = np.column_stack([x / reach, y / reach, day / window_days])
    tree = cKDTree(points)
    n_near = (int(tree.count_neighbors(tree, 1.0, p=np.inf)) - len(x)) // 2 if len(x) else 0
    if n_near > MAX_PAIRS:
        raise ParameterError(
            f"{n_near:,} pairs of events lie within {reach:g} m and {window_days:g} days, "
            f"more than {MAX_PAIRS:,}; lower reach or window_days"
        )
    near = tree.query_pairs(1.0, p=np.inf, output_type="ndarray") if len(x) else _NO_PAIRS
    parent, child = near.min(axis=1), near.max(axis=1)  # events ascend in time
    square = (x[child] - x[parent]) ** 2 + (y[child] - y[parent]) ** 2
    delay = day[child] - day[parent]
    reached = square <= reach**2
    together, instant = reached & (square == 0), reached & (delay == 0)
    linked = reached & (delay > 0)
    if not link_ties:
        linked &= square > 0
    return Pairs(
        child[reached],
        parent[reached],
        delay[reached],
        square[reached],
        linked[reached],
        0 if link_ties else int(together.sum()),
        int(instant.sum()),
    )


_NO_PAIRS = np.empty((0, 2), np.int64)


@dataclass(frozen=True, eq=False)
class Fitted:
    """Where the steps ended."""

    trigger: Trigger
    rate: Floats  # background at each event, without its own part [per m2 per day]
    background: Floats  # of each cell [per day]
    n_steps: int
    converged: bool


def expect_and_maximise(
    observed: Observed, smoother: Smoother, *, start: Trigger, least_bandwidth: float
) -> Fitted:
    """Alternate between who set off whom and the parameters, until they stay.

    Notes
    -----
    Expectation: an event was set off by an earlier one with probability trigger over rate, by
    none with background over rate. Maximisation: the branching ratio is the number set off
    over the number that held time would show of offspring of one each (so a history that ends
    is not taken for events without offspring); decay and bandwidth are weighted means, with
    the same care for the end. The background is the smoothed sum of the probabilities of not
    being set off. At an event it is taken from other times alone: the event itself and all
    within the reach and the window are left out and their days discounted, else every event
    would explain itself and its offspring, and the branching ratio would be too low.
    """
    pairs, area = observed.pairs, smoother.grid.area
    n, n_cells, even = len(observed.cell), len(area), 1 / float(area.sum())
    alone = np.full(n, 1 - start.branching_ratio)
    trigger, elsewhen = start, _Elsewhen.of(observed, smoother)
    days = observed.n_days
    for step in range(1, MAX_STEPS + 1):
        spread = smoother.smooth(_by_cell(observed.cell, alone, n_cells))
        there = elsewhen.density(spread, alone)
        rate = ((1 - EVEN_SHARE) * there + EVEN_SHARE * even * alone.sum()) / days
        added = link_rates(trigger, pairs)
        total = rate + np.bincount(pairs.child, added, minlength=n)
        by = added / total[pairs.child]
        alone = rate / total
        before, trigger = trigger, _maximise(trigger, by, observed, least_bandwidth)
        if trigger.branching_ratio < _NO_TRIGGER:
            nothing, alone = Trigger(0.0, np.nan, np.nan), np.ones(n)
            return Fitted(nothing, rate, _background(alone, observed, smoother), step, True)
        if _change(before, trigger) < _CLOSE_ENOUGH:
            break
    background = _background(alone, observed, smoother)
    return Fitted(trigger, rate, background, step, _change(before, trigger) < _CLOSE_ENOUGH)


@dataclass(frozen=True, eq=False)
class _Elsewhen:
    """The smoothed density at each event, from events of other times alone.

    ``to_child`` and ``to_parent`` are the shares of a near pair that reach the other's cell,
    ``own`` what stays in one's own; ``left`` is the share of the kernel's worth of time that
    remains when what is near has been left out.
    """

    observed: Observed
    area: Floats
    own: Floats
    to_child: Floats
    to_parent: Floats
    left: Floats

    @classmethod
    def of(cls, observed: Observed, smoother: Smoother) -> "_Elsewhen":
        cell, near = observed.cell, observed.near
        child, parent = cell[near.child], cell[near.parent]
        within = 1 - np.exp(-((observed.reach / smoother.bandwidth) ** 2) / 2)
        return cls(
            observed,
            smoother.grid.area[cell],
            smoother.own[cell],
            smoother.shares(parent, child),
            smoother.shares(child, parent),
            1 - within * observed.days_near() / observed.n_days,
        )

    def density(self, spread: Floats, alone: Floats) -> Floats:
        """Events per m2 at each event, shape (n,)."""
        near, n = self.observed.near, len(alone)
        there = spread[self.observed.cell] - self.own * alone
        there -= np.bincount(near.child, self.to_child * alone[near.parent], minlength=n)
        there -= np.bincount(near.parent, self.to_parent * alone[near.child], minlength=n)
        density: Floats = np.maximum(there, 0) / self.left / self.area
        return density


def link_rates(trigger: Trigger, pairs: Pairs) -> Floats:
    """Rate that each parent adds at its child. [events per m2 per day]"""
    theta, decay, sd = trigger.branching_ratio, trigger.decay, trigger.bandwidth
    exponent = decay * pairs.delay + pairs.square / (2 * sd**2)
    np.minimum(exponent, LARGEST_EXPONENT, out=exponent)
    rates: Floats = theta * decay / (2 * np.pi * sd**2) * np.exp(-exponent)
    return rates


def log_likelihood(
    trigger: Trigger, scale: float, fitted: Fitted, observed: Observed
) -> float:
    """Of the events, the background scaled, and without what is near each event in time."""
    total = scale * fitted.rate
    expected = scale * float(fitted.background.sum()) * observed.n_days
    if trigger.branching_ratio > 0:
        added = link_rates(trigger, observed.pairs)
        total = total + np.bincount(observed.pairs.child, added, minlength=len(total))
        share, _ = observed.seen(trigger.decay)
        expected += trigger.branching_ratio * float(share.sum())
    return float(np.log(total).sum()) - expected


def standard_errors(fitted: Fitted, observed: Observed, *, least: float) -> Trigger:
    """From the curvature of the log likelihood, the shape of the background taken as known.

    Its level is free. The curvature is that of second differences in the logarithms. A
    parameter at its bound (``least`` is that of the bandwidth) is taken as known, and its own
    error is NaN.
    """
    best, step = fitted.trigger, 1e-3
    if not best.branching_ratio > 0:
        return Trigger(np.nan, np.nan, np.nan)
    at = np.log([1.0, best.branching_ratio, best.decay, best.bandwidth])

    def value(shift: Floats) -> float:
        scale, *parameters = np.exp(at + shift).tolist()
        return log_likelihood(Trigger(*parameters), scale, fitted, observed)

    unit, curvature = np.eye(4) * step, np.empty((4, 4))
    for i in range(4):
        for j in range(i + 1):
            corners = [
                a * b * value(a * unit[i] + b * unit[j]) for a in (1, -1) for b in (1, -1)
            ]
            curvature[i, j] = curvature[j, i] = sum(corners) / (4 * step**2)
    widest = SHARE_OF_REACH * observed.reach
    slowest = 1 / (SHARE_OF_REACH * observed.window_days)
    free = np.array([True, True, best.decay > slowest, least < best.bandwidth < widest])
    variance = np.full(4, np.nan)
    variance[free] = np.diag(np.linalg.pinv(-curvature[np.ix_(free, free)]))
    variance = variance[1:]
    relative = np.sqrt(np.where(variance > 0, variance, np.nan))
    return Trigger(*(relative * np.exp(at[1:])).tolist())


def _maximise(trigger: Trigger, by: Floats, observed: Observed, least: float) -> Trigger:
    """Parameters given the expected links."""
    n_linked = float(by.sum())
    if n_linked <= _NO_TRIGGER * len(observed.day):
        return Trigger(0.0, trigger.decay, trigger.bandwidth)
    share, slope = observed.seen(trigger.decay)
    theta = n_linked / float(share.sum())
    delays = float(by @ observed.pairs.delay) + theta * float(slope.sum())
    decay = n_linked / delays if delays > 0 else trigger.decay / 2
    bandwidth = np.sqrt(float(by @ observed.pairs.square) / (2 * n_linked))
    decay = max(decay, 1 / (SHARE_OF_REACH * observed.window_days))
    widest = max(SHARE_OF_REACH * observed.reach, least)
    return Trigger(theta, decay, float(np.clip(bandwidth, least, widest)))


def _background(alone: Floats, observed: Observed, smoother: Smoother) -> Floats:
    """Events a day that nothing set off, by cell."""
    area = smoother.grid.area
    spread = smoother.smooth(_by_cell(observed.cell, alone, len(area)))
    even = float(alone.sum()) * area / float(area.sum())
    background: Floats = ((1 - EVEN_SHARE) * spread + EVEN_SHARE * even) / observed.n_days
    return background


def _change(before: Trigger, after: Trigger) -> float:
    """Largest relative change of a parameter."""
    old, new = (np.array([t.branching_ratio, t.decay, t.bandwidth]) for t in (before, after))
    return float(np.max(np.abs(new / old - 1)))


def _by_cell(cell: Ints, values: Floats, n_cells: int) -> Floats:
    """Sum of values in each cell, a float even when there are none."""
    return np.bincount(cell, values, minlength=n_cells).astype(np.float64)
