"""Choices of the figures of a police force."""

from dataclasses import dataclass

from peelian.workflows.options import option

MEASURES = ("all", "violence-with-injury", "robbery", "possession-of-weapons", "knife")


@dataclass(frozen=True)
class FiguresSettings:
    """A force beside others, and over the years."""

    force: str = option("Essex", "police force, by its name")
    measure: str = option("all", "what the funnel of forces is about", choices=MEASURES)
    similar: str = option(
        "", "forces most like it, by commas; empty: the nearest by residents"
    )
    nearest: int = option(7, "how many forces are taken as most like it")
    dispersion: float = option(0.0, "variance over mean of counts; 0: estimated")
    as_of: str = option("", "the store as it stood at the end of a day, such as 2026-11-30")
    admissions: str = option(
        "", "workbook of hospital admissions for assault with a sharp object", page=False
    )
