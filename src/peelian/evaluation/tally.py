"""What one forecaster scored at each origin: arrays over origins, sums rather than scores."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from peelian.evaluation.scores import overlap
from peelian.statistics import against_ties, flag_shares
from peelian.terms import CoverageError, Floats, Forecaster, History, PlatformError


@runtime_checkable
class Walker(Protocol):
    """A forecaster that can forecast at many origins in one pass over the history."""

    def walk(self, history: History, origins: Sequence[int]) -> Iterator[Floats]:
        """Risk of the next period at each origin, shape (n_cells,), from what came before."""
        ...


@dataclass(frozen=True, eq=False)
class Frame:
    """What is the same for every forecaster."""

    origins: list[int]
    events: Floats
    best: Floats
    length_ratio: Floats  # period scored over the last one held before it
    area: Floats
    area_budget: float
    area_share: float

    @classmethod
    def of(cls, history: History, origins: list[int], area_budget: float) -> "Frame":
        """Count what happened after each origin, and the most the budget could have held."""
        area = history.grid.area
        scored = [history.counts[origin] for origin in origins]
        best = [np.sum(c * flag_shares(c, area, area_budget=area_budget)) for c in scored]
        length = history.periods.days
        held = np.flatnonzero(history.periods.held)
        last = held[np.searchsorted(held, origins) - 1]
        return cls(
            origins=origins,
            events=np.array([c.sum() for c in scored]),
            best=np.array(best),
            length_ratio=length[origins] / length[last],
            area=area,
            area_budget=area_budget,
            area_share=min(area_budget / float(area.sum()), 1.0),
        )


@dataclass(frozen=True, eq=False)
class Tally:
    """What one forecaster caught at each origin."""

    hits: Floats
    adversarial_hits: Floats
    expected: Floats
    overlap: float
    seconds: float


def tally_origins(
    name: str,
    forecaster: Forecaster,
    history: History,
    frame: Frame,
    clock: Callable[[], float] | None,
    tell: Callable[[int], None],
) -> Tally:
    """Forecast, flag and count at every origin, holding one surface at a time."""
    hits, adversarial, expected = np.zeros((3, len(frame.origins)))
    overlaps: list[float] = []
    seconds = 0.0 if clock else np.nan
    risks = _risks(name, forecaster, history, frame.origins)
    before: Floats | None = None
    for i, origin in enumerate(frame.origins):
        counts = history.counts[origin]
        started = clock() if clock else 0.0
        risk = next(risks)
        seconds += clock() - started if clock else 0.0
        if np.isnan(risk).any():
            raise CoverageError(
                f"{name}: unknown risk (NaN) at {history.periods.start[origin]}; "
                "raise min_history, or lengthen its window"
            )
        flagged = flag_shares(risk, frame.area, area_budget=frame.area_budget)
        worst = against_ties(flagged, frame.area, counts)
        hits[i], adversarial[i] = np.sum(counts * flagged), np.sum(counts * worst)
        expected[i] = risk.sum() * frame.length_ratio[i]
        if before is not None:
            overlaps.append(overlap(before, flagged, frame.area))
        before = flagged
        tell(i + 1)
    mean_overlap = float(np.mean(overlaps)) if overlaps else np.nan
    return Tally(hits, adversarial, expected, mean_overlap, seconds)


def _risks(
    name: str, forecaster: Forecaster, history: History, origins: list[int]
) -> Iterator[Floats]:
    """Risk of the period after each origin, from the periods before it alone."""
    if not isinstance(forecaster, Walker):
        for origin in origins:
            yield forecaster.forecast(history.until(origin), 1).risk[0]
        return
    for origin, risk in zip(origins, forecaster.walk(history, origins), strict=True):
        if origin in (origins[0], origins[-1]):
            plain = forecaster.forecast(history.until(origin), 1).risk[0]
            if not np.allclose(risk, plain, rtol=1e-9, atol=0, equal_nan=True):
                raise PlatformError(
                    f"{name}: walk and forecast disagree at origin {origin}; "
                    "walk may have used later periods"
                )
        yield risk
