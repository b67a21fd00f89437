"""Choices about drawn boxes."""

from dataclasses import dataclass

from peelian.workflows.options import option
from peelian.workflows.settings.common import SEED, Cells


@dataclass(frozen=True)
class BoxesSettings:
    """Which boxes to list."""

    on: str = option("", "list those that stood on this day, YYYY-MM-DD; empty: now")
    dated: bool = option(False, "believe since when a box holds, though written down later")


@dataclass(frozen=True)
class BoxScoreSettings:
    """What happened in boxes since they were drawn, and where a model would have sent."""

    cells: Cells = Cells()
    model: str = option("count", "model that flags as much area as the boxes have")
    dated: bool = option(False, "believe since when a box holds, though written down later")
    flag_area: float = option(
        0.0, "area it flags where it is joined with them [km2]; 0: 0.25 % of the study area"
    )
    min_history: int = option(3, "held periods a forecast needs before it is scored")
    draws: int = option(2000, "bootstrap draws")
    seed: int = option(SEED, "seed of every random draw")
