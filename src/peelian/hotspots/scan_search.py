"""Search one history, or many that chance made, for the most likely cylinder."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from peelian.hotspots.circles import Circles
from peelian.terms import Bools, DataError, Floats, Ints


@dataclass(frozen=True, eq=False)
class History:
    """Who was where and when: place q has entries first_at[q] to first_at[q + 1]."""

    first_at: Ints
    time: Ints
    case: Bools


@dataclass(frozen=True, eq=False)
class Best:
    """The most likely cylinder, of all or around each centre."""

    statistic: Floats
    entry: Ints
    begin: Ints
    finish: Ints
    count: Ints
    chance: Floats


@dataclass(frozen=True, eq=False)
class Search:
    """Everything about a search but the history."""

    circles: Circles
    model: str
    n_cases: int
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
            return replace(history, case=rng.permutation(history.case))
        by_place = rng.multinomial(self.n_cases, self.size / self.size.sum())
        return History(
            np.concatenate([[0], np.cumsum(by_place)]),
            rng.integers(0, self.n_days, self.n_cases),
            history.case,
        )

    def best(self, history: History, *, each: bool) -> Best:
        """Search one history."""
        from peelian.hotspots.scan_kernels import search

        n = len(self.circles.start) - 1 if each else 1
        entry, begin, finish, count = np.zeros((4, n), dtype=np.int64)
        found = Best(np.zeros(n), entry, begin, finish, count, np.zeros(n))
        if self.model == "poisson":
            base = self.circles.held * (self.n_cases / self.size.sum())
            upto = np.arange(self.n_days + 1) / self.n_days
        else:
            base = self.circles.held
            by_day = np.bincount(history.time, minlength=self.n_days)
            upto = np.concatenate([[0], np.cumsum(by_day)]) / len(history.time)
        search(
            self.circles.start,
            self.circles.place,
            self.circles.last_of_ring,
            base,
            history.first_at,
            history.time,
            history.case,
            upto,
            self.n_cases,
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
            found.chance[:] *= self.n_cases / len(history.time)
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
