"""Self-exciting point process: a background, and events that set off others near and soon."""

from dataclasses import dataclass

import numpy as np

from peelian.forecasts.dated import cutoff, dated_events, last_length
from peelian.forecasts.expectation import (
    SHARE_OF_REACH,
    Fitted,
    Observed,
    SelfExcitingFit,
    expect_and_maximise,
    find_pairs,
    log_likelihood,
    standard_errors,
)
from peelian.forecasts.memory import require_days
from peelian.forecasts.smoothing import Smoother
from peelian.forecasts.trigger import Trigger
from peelian.spacetime import assign_cells, require_bandwidth, require_distance
from peelian.terms import (
    CoverageError,
    DataError,
    Floats,
    History,
    Instants,
    ParameterError,
    Periods,
    RiskSurface,
)

LONGEST_DAY = np.timedelta64(25 * 3600, "s")  # the day the clock goes back
_DAY = np.timedelta64(86_400, "s")


@dataclass(frozen=True)
class SelfExciting:
    """Events come from a background, and each sets off others near it and soon after.

    Parameters
    ----------
    background_bandwidth : float
        Standard deviation of the Gaussian that smooths the background over cells. The default
        is for the map; where the parameters are the question give one wide enough to hold
        several events, such as 300. [m]
    reach : float
        Distance beyond which no event is linked to another. [m]
    window_days : float
        Delay beyond which none is, at most a quarter of the days held; what lasts longer is
        background. [days]
    link_ties : bool
        Link events at the very same place too. Where points are snapped to a list, events that
        were neighbours share their place, and linking them inflates the branching ratio and
        draws the bandwidth towards nothing; fit both ways and compare.
    least_bandwidth : float
        The trigger's bandwidth never goes below it. [m]

    Notes
    -----
    The rate at a place and time is the background there plus, for every earlier event,
    ``branching_ratio * decay * exp(-decay t) * g(r)`` (see `Trigger`). Fitted by expectation
    and maximisation [1]_ at every forecast, with standard errors from the curvature of the
    likelihood, the shape of the background taken as known. The bandwidth is at most a third of
    the reach and the mean delay at most a third of the window, so that what is linked is what
    could be seen; the fit says so when it stands at a bound.

    The end of the history is allowed for: offspring that fell after it are not missing
    evidence. Its start is not: the first events have no parents on record, so a history
    should be many times longer than the mean delay. Offspring beyond the boundary are not
    seen, which lowers the branching ratio a little where cells are few and the bandwidth wide.
    Events at the same instant do not set each other off, so with dates alone the offspring
    of the same day go to the background.

    Not for month-only data, which it refuses; nor as evidence of contagion: places that are
    risky for a month, for any reason, look like triggering.

    References
    ----------
    .. [1] G. O. Mohler, M. B. Short, P. J. Brantingham, F. P. Schoenberg and G. E. Tita,
       "Self-exciting point process modeling of crime," Journal of the American Statistical
       Association, 106(493), 100-108, 2011. doi:10.1198/jasa.2011.ap09546

    Examples
    --------
    >>> SelfExciting(background_bandwidth=300).reach
    1000.0
    """

    background_bandwidth: float = 45.0
    reach: float = 1000.0
    window_days: float = 90.0
    link_ties: bool = False
    least_bandwidth: float = 5.0

    def __post_init__(self) -> None:
        require_bandwidth(self.background_bandwidth)
        require_bandwidth(self.least_bandwidth)
        require_distance(self.reach)
        require_days("window_days", self.window_days)

    def fit(self, history: History) -> SelfExcitingFit:
        """Estimate background and trigger from all that the history holds.

        Parameters
        ----------
        history : History
            With events, dated to the day; those in the grid and in held periods are used.

        Returns
        -------
        SelfExcitingFit
            Without a pair of events in reach there is no trigger: its branching ratio is 0.

        Raises
        ------
        CoverageError
            If the history carries no events, holds no period, or more than half of the events
            last longer than a day, as in month-only data.
        ParameterError
            If events count for other than 1, or there are too many pairs.
        """
        x, y, observed = self._observe(history)
        smoother = Smoother(history.grid, self.background_bandwidth)
        start = Trigger(0.3, 5 / self.window_days, self.reach / 5)
        fitted = expect_and_maximise(
            observed, smoother, start=start, least_bandwidth=self.least_bandwidth
        )
        pairs, n = observed.pairs, len(x)
        _, times = np.unique(x + 1j * y, return_counts=True)
        tied_share = float(times[times > 1].sum() / n) if n else 0.0
        return SelfExcitingFit(
            trigger=fitted.trigger,
            errors=standard_errors(fitted, observed, least=self.least_bandwidth),
            background=fitted.background,
            log_likelihood=log_likelihood(fitted.trigger, 1.0, fitted, observed),
            n_events=n,
            n_pairs=len(pairs.child),
            n_ties=pairs.n_ties,
            n_instants=pairs.n_instants,
            tied_share=tied_share,
            n_steps=fitted.n_steps,
            converged=fitted.converged,
            notes=self._notes(fitted, observed, tied_share),
        )

    def forecast(self, history: History, horizon: int) -> RiskSurface:
        """Fit, then expect: background, what recent events set off, and what that sets off.

        Parameters
        ----------
        history : History
            As for `fit`.
        horizon : int
            Periods ahead, each as long as the last period held.

        Returns
        -------
        RiskSurface
            ``risk`` falls, period by period, towards what the background keeps up. No ``low``
            or ``high``: the errors of the background's shape, of the parameters and of what
            has not happened yet have no closed form together. NaN when no period is held.
            [events]

        Raises
        ------
        CoverageError, ParameterError
            As for `fit`.
        DataError
            If the fitted branching ratio is 1 or more: the process has no level to expect.

        Notes
        -----
        With m the background and L the rate set off now, the rate set off a time t from now
        is expected to be ``M + (L - M) exp(-decay (1 - branching_ratio) t)``, where
        ``M = branching_ratio / (1 - branching_ratio) m``: exact for the sum over the map. In
        space each event's part, and m's, is spread once by the trigger's bandwidth from the
        whole of its cell, not again for offspring of offspring.
        """
        grid, n = history.grid, len(history.periods)
        length = last_length(history.periods, n)
        if np.isnan(length):
            return RiskSurface(np.full((horizon, grid.n_cells), np.nan), grid, self)
        fit = self.fit(history)
        trigger, background = fit.trigger, fit.background
        if not trigger.stationary:
            raise DataError(
                f"the branching ratio is {trigger.branching_ratio:.3g}, not below 1, so the "
                "process would explode; lower background_bandwidth, or use a forecast that "
                "counts"
            )
        edges = length * np.arange(horizon + 1)
        risk = np.tile(background * length, (horizon, 1))
        if trigger.branching_ratio > 0:
            smoother = Smoother(grid, trigger.bandwidth)
            ratio = trigger.branching_ratio / (1 - trigger.branching_ratio)
            kept_up = ratio * smoother.smooth(background)
            now = smoother.smooth(self._set_off_now(history, trigger))
            fall = trigger.decay * (1 - trigger.branching_ratio)
            faded = -np.diff(np.exp(-np.minimum(fall * edges, 700.0))) / fall
            risk += kept_up * length + np.outer(faded, now - kept_up)
        return RiskSurface(np.maximum(risk, 0), grid, self)

    def _set_off_now(self, history: History, trigger: Trigger) -> Floats:
        """Rate added at the cutoff by the events of each cell. [per day]"""
        events = dated_events(history, longest=LONGEST_DAY, method=_METHOD)
        age = (cutoff(history.periods, len(history.periods)) - events.when) / _DAY
        cell, inside = assign_cells(history.grid, events.x, events.y)
        recent = inside & (age <= self.window_days)
        added = trigger.by_time(age[recent])
        now = np.bincount(cell[recent], added, minlength=history.grid.n_cells)
        return now.astype(np.float64)

    def _observe(self, history: History) -> tuple[Floats, Floats, Observed]:
        """Events in the grid in order of time, the time held, and who may be linked."""
        if history.events is None:
            raise CoverageError(
                f"{_METHOD} needs the events themselves, not their counts; use a forecast "
                "that counts, such as ewma"
            )
        if not history.periods.held.any():
            raise CoverageError(f"{_METHOD}: no period is held; read more data")
        events = dated_events(history, longest=LONGEST_DAY, method=_METHOD)
        if np.any(events.weight != 1):
            raise ParameterError(f"{_METHOD} counts events, not harm; give each a weight of 1")
        cell, inside = assign_cells(history.grid, events.x, events.y)
        first = history.periods.start[0]
        chosen = np.flatnonzero(inside)
        chosen = chosen[np.argsort(events.when[chosen], kind="stable")]
        x, y = events.x[chosen], events.y[chosen]
        day = (events.when[chosen] - first) / _DAY
        opens, closes = _held_stretches(history.periods, first)
        window = min(self.window_days, float(np.sum(closes - opens)) / 4)
        near = find_pairs(
            x, y, day, reach=self.reach, window_days=window, link_ties=self.link_ties
        )
        linked = near.only_linked()
        return (
            x,
            y,
            Observed(cell[chosen], day, opens, closes, near, linked, self.reach, window),
        )

    def _notes(self, fitted: Fitted, observed: Observed, tied_share: float) -> tuple[str, ...]:
        """What a reader of the parameters must know."""
        trigger, notes = fitted.trigger, []
        n_ties, window_days = observed.pairs.n_ties, observed.window_days
        if not fitted.converged:
            notes.append(f"stopped after {fitted.n_steps} steps without settling")
        if not trigger.stationary:
            notes.append("the branching ratio is not below 1: the process would explode")
        if trigger.bandwidth >= self.reach * SHARE_OF_REACH:
            notes.append("the bandwidth is at its widest: what is linked is not local")
        if trigger.bandwidth <= self.least_bandwidth:
            notes.append("the bandwidth is at its least: what is linked is at the same places")
        if trigger.decay * window_days <= 1 / SHARE_OF_REACH * (1 + 1e-9):
            notes.append("the delay is at its longest: what is linked may be background")
        if n_ties:
            notes.append(
                f"{tied_share:.0%} of events share their place with another; {n_ties:,} pairs "
                "at the same place were not linked"
            )
        elif tied_share > 0.05 and self.link_ties:
            notes.append(
                f"{tied_share:.0%} of events share their place with another and were linked: "
                "if places are snapped, the branching ratio is too high"
            )
        return tuple(notes)


_METHOD = "the self-exciting process"


def _held_stretches(periods: Periods, first: np.datetime64) -> tuple[Floats, Floats]:
    """Start and end of each run of held periods. [days]"""
    held = np.concatenate([[False], periods.held, [False]])
    change = np.diff(held.astype(np.int8))
    starts: Instants = periods.start[np.flatnonzero(change == 1)]
    ends: Instants = periods.end[np.flatnonzero(change == -1) - 1]
    return (starts - first) / _DAY, (ends - first) / _DAY
