"""When: periods with their own lengths, each held or not held. Instants are UTC."""

from dataclasses import dataclass

import numpy as np

from peelian.terms.arrays import Bools, Floats, Instants, require_length
from peelian.terms.errors import ParameterError

LOCAL_ZONE = "Europe/London"
POLICING_DAY_STARTS = np.timedelta64(6, "h")  # Thames Valley hot-spot trial: 06:00 to 05:59:59


@dataclass(frozen=True, eq=False)
class Periods:
    """Consecutive intervals, closed at the start and open at the end.

    ``start`` and ``end`` are ``datetime64[s]`` UTC, shape (n_periods,). ``held`` says whether
    the data cover the period: a period not held is unknown, never zero.
    """

    start: Instants
    end: Instants
    held: Bools

    def __post_init__(self) -> None:
        require_length("Periods", len(self.start), end=self.end, held=self.held)
        if np.any(self.end <= self.start):
            raise ParameterError("Periods: every period must end after it starts")
        if np.any(self.start[1:] != self.end[:-1]):
            raise ParameterError("Periods: each must start where the one before it ends")

    def __len__(self) -> int:
        return len(self.start)

    @property
    def days(self) -> Floats:
        """Length of each period, shape (n_periods,). [days]"""
        return (self.end - self.start) / np.timedelta64(1, "D")

    def until(self, n: int) -> "Periods":
        """The first ``n`` periods."""
        return Periods(self.start[:n], self.end[:n], self.held[:n])
