"""Search one history, or many that chance made, for the most likely cylinder."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from peelian.hotspots.circles import Circles
from peelian.terms import Bools, DataError, Floats, Ints

BINS = 8  # of the mean weight: too few make logarithms, too many make a long list of them


@dataclass(frozen=True, eq=False)
class History:
    """Who was where and when: place q has entries first_at[q] to first_at[q + 1].

    ``weight`` is 0 for who is no case, else what the case counts for, 1 the most.
    """

    first_at: Ints
    time: Ints
    weight: Floats


@dataclass(frozen=True, eq=False)
class Best:
    """The most likely cylinder, of all or around each centre."""

    statistic: Floats
    entry: Ints
    begin: Ints
    finish: Ints
    count: Floats
    chance: Floats


@dataclass(frozen=True, eq=False)
class Search:
    """Everything about a search but the history."""

    circles: Circles
    model: str
    total: float
    n_days: int
    max_days: int
    prospective: bool
    size: Floats

    def chance(self, history: History, seed: int) -> History:
        """A history under the null."""
        rng = np.random.default_rng(seed)
        if self.model == "permutation":
            return replace(history, time=rng.permutation(history.time))
        if self.model == "bernoulli":
            return replace(history, weight=rng.permutation(history.weight))
        n = len(history.time)
        by_place = rng.multinomial(n, self.size / self.size.sum())
        return History(
            np.concatenate([[0], np.cumsum(by_place)]),
            rng.integers(0, self.n_days, n),
            rng.permutation(history.weight),
        )

    def best(self, history: History, *, each: bool) -> Best:
        """Search one history."""
        from peelian.hotspots.scan_kernels import search

        n = len(self.circles.start) - 1 if each else 1
        entry, begin, finish = np.zeros((3, n), dtype=np.int64)
        found = Best(np.zeros(n), entry, begin, finish, np.zeros(n), np.zeros(n))
        weight = history.weight
        alike = not np.any((weight > 0) & (weight < 1))
        if self.model == "poisson":
            base = self.circles.held * (self.total / self.size.sum())
            upto = np.arange(self.n_days + 1) / self.n_days
        else:
            base = self.circles.held
            by_day = np.bincount(history.time, weight, minlength=self.n_days)
            upto = np.concatenate([[0], np.cumsum(by_day)]) / self.total
        search(
            self.circles.start,
            self.circles.place,
            self.circles.last_of_ring,
            base,
            history.first_at,
            history.time,
            weight,
            upto,
            self.total,
            1.0 if alike else BINS * np.count_nonzero(weight) / self.total,
            min(self.max_days, self.n_days),
            self.prospective,
            self.model == "bernoulli",
            each,
            found.statistic,
            found.entry,
            found.begin,
            found.finish,
            found.count,
            found.chance,
        )
        if self.model == "bernoulli":
            found.chance[:] *= self.total / len(history.time)
        return found


def highest_of_runs(search: Search, observed: History, seeds: Ints) -> Floats:
    """Highest statistic of each run."""
    import numba

    def one(seed: int) -> float:
        return float(search.best(search.chance(observed, seed), each=False).statistic[0])

    workers = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    with ThreadPoolExecutor(workers) as pool:
        return np.array(list(pool.map(one, seeds)))


def who_is_a_case(row: Ints, cases: Ints) -> Bools:
    """Of the people that a row stands for, who stand together, the first so many."""
    new = np.diff(row, prepend=-1) != 0
    first = np.maximum.accumulate(np.where(new, np.arange(len(row)), 0))
    marks: Bools = np.arange(len(row)) - first < cases[row]
    return marks


def population_of_places(place: Ints, people: Floats, n_places: int) -> Floats:
    """Population by place, the same in all rows of a place."""
    size = np.zeros(n_places)
    size[place] = people
    if np.any(size[place] != people):
        raise DataError("two rows of one place have different populations; make them agree")
    if not size.any():
        raise DataError("nobody lives anywhere: every population is 0")
    return size
