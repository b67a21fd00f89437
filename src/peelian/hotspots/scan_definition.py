"""Space-time scan statistic in plain numpy: the definition, for a few hundred events."""

from typing import Literal

import numpy as np

from peelian.terms import Bools, Floats, Ints

Model = Literal["permutation", "poisson", "bernoulli"]


def scan_by_definition(
    x: Floats,
    y: Floats,
    day: Ints,
    *,
    model: Model,
    max_radius: float,
    max_days: int,
    prospective: bool = False,
    case: Bools | None = None,
    population: Floats | None = None,
    max_share: float = 0.5,
) -> tuple[float, float, float, int, int, int, float]:
    """Highest log likelihood ratio over every circle and every window of days.

    Parameters
    ----------
    x, y, day : array, shape (n,)
        Events; under ``bernoulli`` also people who are no case. [m, days from 0]
    model, max_radius, max_days, prospective, max_share
        As `scan`.
    case : array of bool, shape (n,), optional
        Under ``bernoulli``, who is a case; under ``poisson``, where there was an event.
    population : array, shape (n,), optional
        Under ``poisson``, people at the place of each row.

    Returns
    -------
    statistic, x, y, begin, finish, observed, expected
        Of the most likely cylinder; all 0 when no cylinder has more than expected.
    """
    case = np.ones(len(x), dtype=bool) if case is None else case
    n_days, n_cases = int(day.max()) + 1, int(case.sum())
    places, first = np.unique(np.column_stack([x, y]), axis=0, return_index=True)
    best: tuple[float, float, float, int, int, int, float] = (0.0, 0.0, 0.0, 0, 0, 0, 0.0)
    for x0, y0 in places:
        far = np.sqrt((x - x0) ** 2 + (y - y0) ** 2)
        for radius in np.unique(far[far <= max_radius]):
            inside = far <= radius
            if population is None:
                share = inside.mean()
            else:
                share = population[first][inside[first]].sum() / population[first].sum()
            if share > max_share:
                continue
            for begin in range(n_days):
                ends = range(begin, min(begin + max_days, n_days))
                for finish in ends if not prospective else ends[n_days - 1 - begin :]:
                    during = (day >= begin) & (day <= finish)
                    count = int((case & inside & during).sum())
                    if model == "permutation":
                        expected = inside.sum() * during.sum() / n_cases
                    elif model == "poisson":
                        expected = n_cases * share * (finish - begin + 1) / n_days
                    else:
                        expected = (inside & during).sum() * n_cases / len(x)
                    if count < 2 or count <= expected:
                        continue
                    people = int((inside & during).sum()) if model == "bernoulli" else None
                    value = _log_ratio(count, expected, n_cases, people, len(x))
                    if value > best[0] + 1e-9:
                        best = (value, x0, y0, begin, finish, count, float(expected))
    return best


def _log_ratio(
    count: int, expected: float, n_cases: int, people: int | None, everybody: int
) -> float:
    """Log likelihood at the rates seen inside and outside, less that at one rate."""
    if people is None:
        pairs = [(count, expected), (n_cases - count, n_cases - expected)]
    else:
        outside = everybody - people
        rate = n_cases / everybody
        pairs = [
            (count, people * rate),
            (people - count, people * (1 - rate)),
            (n_cases - count, outside * rate),
            (outside - n_cases + count, outside * (1 - rate)),
        ]
    return float(sum(seen * np.log(seen / mean) for seen, mean in pairs if seen > 0))
