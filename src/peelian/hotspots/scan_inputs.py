"""What a scan is given, checked: choices, events of a row, harm, people, days."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from peelian.hotspots.pairs import as_days, as_weights
from peelian.terms import DataError, Floats, Ints, ParameterError
from peelian.terms.arrays import require_length

MODELS = ("permutation", "poisson", "bernoulli")


def require_choices(
    model: str, max_radius: float, max_days: int, runs: int, max_share: float, clusters: int
) -> None:
    """Raise ParameterError for a choice that no scan can be made with."""
    if model not in MODELS:
        raise ParameterError(f"unknown model {model!r}; choose {', '.join(MODELS)}")
    if not (np.isfinite(max_radius) and max_radius >= 0):
        raise ParameterError(
            f"max_radius is {max_radius}; give metres from 0 up, such as 1000"
        )
    if max_days < 1 or runs < 1 or clusters < 1:
        raise ParameterError(
            f"max_days is {max_days}, runs {runs} and max_clusters {clusters}; "
            "give 1 or more of each"
        )
    if not 0 < max_share <= 1:
        raise ParameterError(f"max_share is {max_share}; give a share up to 1, such as 0.5")


def events_of_rows(weights: ArrayLike | None, n: int) -> Ints:
    """Events of each row."""
    given = as_weights(weights, n)
    if given is None:
        return np.ones(n, dtype=np.int64)
    if not np.array_equal(given, np.floor(given)):
        raise ParameterError(
            "weights must be whole: they are how many events a row stands for; what an event "
            "counts for is its harm"
        )
    return given.astype(np.int64)


def harm_of_rows(harm: ArrayLike | None, cases: Ints) -> Floats:
    """What each event of a row counts for; 0 where there is none."""
    given = as_weights(harm, len(cases))
    worth = np.ones(len(cases)) if given is None else given
    return np.where(cases > 0, worth, 0.0)


def people_of_rows(model: str, population: ArrayLike | None, cases: Ints) -> NDArray[Any]:
    """Population of each row's place (poisson), or people the row stands for (bernoulli)."""
    if population is None:
        if model == "poisson":
            raise ParameterError(
                "the poisson model needs population: people at the place of each row; without "
                "them choose permutation"
            )
        return np.maximum(cases, 1)
    if model == "permutation":
        raise ParameterError(
            "the permutation model takes no population; leave it out or choose poisson"
        )
    people = np.asarray(population, dtype=np.float64)
    require_length("scan", len(cases), population=people)
    if not (np.isfinite(people).all() and np.all(people >= 0)):
        raise DataError("a population is missing or negative")
    if model == "poisson":
        return people
    if not np.array_equal(people, np.floor(people)) or np.any(people < cases):
        raise DataError(
            "each row must stand for a whole number of people, no fewer than cases"
        )
    return people.astype(np.int64)


def study_period(
    days: Floats,
    first_day: float | np.datetime64 | None,
    last_day: float | np.datetime64 | None,
) -> tuple[float, int]:
    """First day, and how many days there are."""
    first = days.min() if first_day is None else np.floor(as_days(np.array([first_day]), 1))[0]
    last = days.max() if last_day is None else np.floor(as_days(np.array([last_day]), 1))[0]
    if days.min() < first or days.max() > last:
        raise DataError(
            "an event lies outside the study period; leave it out, or move first_day, last_day"
        )
    return float(first), int(last - first) + 1
