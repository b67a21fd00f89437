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
    harm: Floats | None = None,
    population: Floats | None = None,
    max_share: float = 0.5,
) -> tuple[float, float, float, int, int, float, float]:
    """Highest log likelihood ratio over every circle and every window of days.

    Parameters
    ----------
    x, y, day : array, shape (n,)
        Events; under ``bernoulli`` also people who are no case. [m, days from 0]
    model, max_radius, max_days, prospective, max_share
        As `scan`.
    case : array of bool, shape (n,), optional
        Under ``bernoulli``, who is a case; under ``poisson``, where there was an event.
    harm : array, shape (n,), optional
        What each case counts for; 0 for no case.
    population : array, shape (n,), optional
        Under ``poisson``, people at the place of each row.

    Returns
    -------
    statistic, x, y, begin, finish, observed, expected
        Of the most likely cylinder; all 0 when no cylinder has more than expected.
    """
    case = np.ones(len(x), dtype=bool) if case is None else case
    largest = 1.0 if harm is None else float(harm.max())
    counts = case * 1.0 if harm is None else harm / largest
    case = counts > 0
    n_days, total = int(day.max()) + 1, float(counts.sum())
    places, first = np.unique(np.column_stack([x, y]), axis=0, return_index=True)
    best: tuple[float, float, float, int, int, float, float] = (0.0,) * 3 + (0, 0, 0.0, 0.0)
    for x0, y0 in places:
        far = np.sqrt((x - x0) ** 2 + (y - y0) ** 2)
        for radius in np.unique(far[far <= max_radius]):
            inside = far <= radius
            if model == "permutation":
                share = counts[inside].sum() / total
            elif population is None:
                share = inside.mean()
            else:
                share = population[first][inside[first]].sum() / population[first].sum()
            if share > max_share:
                continue
            for begin in range(n_days):
                ends = range(begin, min(begin + max_days, n_days))
                for finish in ends if not prospective else ends[n_days - 1 - begin :]:
                    during = (day >= begin) & (day <= finish)
                    count = counts[inside & during].sum()
                    if model == "permutation":
                        expected = counts[inside].sum() * counts[during].sum() / total
                    elif model == "poisson":
                        expected = total * share * (finish - begin + 1) / n_days
                    else:
                        expected = (inside & during).sum() * total / len(x)
                    several = (case & inside & during).sum() > 1
                    if not several or count <= expected * (1 + 1e-9):
                        continue
                    people = int((inside & during).sum()) if model == "bernoulli" else None
                    value = _log_ratio(count, expected, total, people, len(x))
                    if value > best[0] + 1e-9:
                        seen, meant = count * largest, float(expected) * largest
                        best = (value, x0, y0, begin, finish, seen, meant)
    return best


def _log_ratio(
    count: float, expected: float, total: float, people: int | None, everybody: int
) -> float:
    """Log likelihood at the rates seen inside and outside, less that at one rate."""
    if people is None:
        pairs = [(count, expected), (total - count, total - expected)]
    else:
        outside = everybody - people
        rate = total / everybody
        pairs = [
            (count, people * rate),
            (people - count, people * (1 - rate)),
            (total - count, outside * rate),
            (outside - total + count, outside * (1 - rate)),
        ]
    return float(sum(seen * np.log(seen / mean) for seen, mean in pairs if seen > 0))
