"""A number never leaves alone: it takes its interval and the method that made it."""

from dataclasses import dataclass

INTERVAL_LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """``low`` to ``high`` at ``level``, and the ``method`` that made it."""

    low: float
    high: float
    method: str
    level: float = INTERVAL_LEVEL
