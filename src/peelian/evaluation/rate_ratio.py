"""What an estimator of an effect gives: a rate ratio with its interval."""

from dataclasses import dataclass

from peelian.terms import Interval


@dataclass(frozen=True)
class RateRatio:
    """Rate with action over rate without, its 95 % interval and two-sided p-value."""

    value: float
    interval: Interval
    p: float
