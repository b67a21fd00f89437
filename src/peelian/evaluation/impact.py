"""Did it work: one design, its estimate with an interval, and how far to trust it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from peelian.evaluation.area_designs import (
    before_after,
    differences,
    displacement,
    interrupted,
    quotient,
    stepped_wedge,
    synthetic,
)
from peelian.evaluation.drawn_designs import days_within_spots, pairs, rotation
from peelian.evaluation.effects import Choices, Effect
from peelian.terms import AreaCounts, DataError, ParameterError, Role


def estimate_effect(
    counts: AreaCounts, design: str, choices: Choices, *, rng: np.random.Generator
) -> Effect:
    """The effect of an action by a design.

    Parameters
    ----------
    counts : AreaCounts
        Before and after, with the roles that the design needs.
    design : str
        One of DESIGNS.
    choices : Choices
    rng : numpy.random.Generator
        For designs whose p-value counts what might have been drawn.

    Returns
    -------
    Effect

    Raises
    ------
    ParameterError
        If the design or a choice is not known.
    DataError
        If the design cannot be told from these counts: a role is missing, a period, or too
        many counts are 0.
    """
    if design not in DESIGNS:
        raise ParameterError(f"design {design!r}: choose one of {', '.join(DESIGNS)}")
    if choices.dispersion and not 1 <= choices.dispersion < np.inf:
        raise ParameterError(
            f"dispersion is {choices.dispersion:g}: give 1 or more, or 0 to estimate it"
        )
    if choices.permutations < 99 or choices.washout < 0:
        raise ParameterError(
            f"permutations {choices.permutations}, washout {choices.washout}: give 99 or "
            "more, and 0 or more"
        )
    return DESIGNS[design](scheduled(counts), choices, rng)


def scheduled(counts: AreaCounts) -> AreaCounts:
    """The counts with treatment of every treated area after, where nothing else was said."""
    if counts.treated.any():
        return counts
    if not counts.after.any():
        raise DataError(
            "no period is after the start of the action: give the dates before and after, or "
            "a column treated"
        )
    return replace(counts, treated=counts.of(Role.TREATED)[:, None] & counts.after)


Estimator: TypeAlias = Callable[[AreaCounts, Choices, np.random.Generator], Effect]
DESIGNS: Mapping[str, Estimator] = {
    "did": differences,
    "wdd": displacement,
    "wdq": quotient,
    "crossover": days_within_spots,
    "rotation": rotation,
    "pairs": pairs,
    "stepped-wedge": stepped_wedge,
    "synthetic": synthetic,
    "interrupted": interrupted,
    "before-after": before_after,
}
