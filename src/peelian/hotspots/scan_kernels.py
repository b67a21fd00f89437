"""Compiled search for the most likely cylinder. Imported only when used."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[Any]


@njit(cache=True, nogil=True)
def log_ratio(count: float, expected: float, total: float) -> float:
    """Log likelihood ratio of ``count`` where ``expected`` were, of ``total`` in all."""
    ratio = count * np.log(count / expected)
    if count < total:
        ratio += (total - count) * np.log((total - count) / (total - expected))
    return float(ratio)


@njit(cache=True, nogil=True)
def log_ratio_bernoulli(cases: float, people: float, total: float, everybody: float) -> float:
    """The same for ``cases`` among ``people``, of ``total`` among ``everybody``."""
    return (
        _entropy(cases, people)
        + _entropy(total - cases, everybody - people)
        - _entropy(total, everybody)
    )


@njit(cache=True, nogil=True)
def _entropy(part: float, whole: float) -> float:
    """Log likelihood of ``part`` of ``whole`` at its own rate."""
    value = 0.0
    if part > 0:
        value += part * np.log(part / whole)
    if part < whole:
        value += (whole - part) * np.log((whole - part) / whole)
    return value


@njit(cache=True, nogil=True)
def search(
    start: Array, place: Array, last_of_ring: Array, base: Array,
    first_at: Array, time: Array, weight: Array, upto: Array,
    total: float, per_bin: float,
    max_days: int, prospective: bool, bernoulli: bool, each: bool,
    statistic: Array, where: Array, begin: Array, finish: Array, count: Array, chance: Array,
) -> None:  # fmt: skip
    """Find the cylinder of highest likelihood ratio: of all, or around each centre.

    Around centre k lie the places ``place[start[k]:start[k + 1]]``, nearest first; a circle
    may end where ``last_of_ring``. The people at place q are first_at[q] to first_at[q + 1] of
    ``time`` (whole days from 0) and ``weight``, which add up to ``total``: 0 for no case, else
    up to 1, its harm. Between days s and e the circle that ends at entry i expects
    ``base[i] * (upto[e + 1] - upto[s])``; a Bernoulli circle counts its people. What is found
    goes to the six last arrays, by centre if ``each``, else to 0.

    Only a place that adds a case can raise the ratio, and only in windows that hold that case
    and begin and end on the day of an event: all others hold no more cases and expect as many.
    For a given count the ratio falls as the expectation rises, and for a given expectation it
    rises with the count. So an expectation no smaller than one with which the count failed, or
    the upper end of the bin it is in (``per_bin`` bins are 1), fails without a logarithm.
    """
    n_days = len(upto) - 1
    n_people = len(time)
    rate = (n_people / total if bernoulli else 1.0) * (1 - 1e-9)  # above rounding
    marked = bernoulli or per_bin != 1  # else everybody is a case that counts for 1
    bar = np.arange(int(np.ceil(total * per_bin)) + 2) / per_bin * rate  # else no more than m
    days = np.empty(n_people, np.int32)
    marks = np.empty(n_people)  # what each counts for, in the order of days
    before = np.arange(n_people + 1.0)  # the sum of those before each of the sorted people
    load = 0.0
    out = 0
    m = 0
    for k in range(len(start) - 1):
        if each:
            out = k
            for b in range(int(np.ceil(load * per_bin)) + 2):
                bar[b] = b / per_bin * rate
        m, load = 0, 0.0
        ring, size, new = start[k], 0, 0
        for i in range(start[k], start[k + 1]):
            for at in range(first_at[place[i]], first_at[place[i] + 1]):
                day = time[at]
                if prospective and day < n_days - max_days:
                    continue
                new = _first_on(days, m, day)
                for q in range(m, new, -1):
                    days[q] = days[q - 1]
                days[new] = day
                if marked:
                    for q in range(m, new, -1):
                        marks[q] = marks[q - 1]
                    marks[new] = weight[at]
                load += weight[at]
                m += 1
            if not last_of_ring[i]:
                continue
            if marked:
                before[0] = 0
                for q in range(m):
                    before[q + 1] = before[q] + marks[q]
            for j in range(ring, i + 1):
                for at in range(first_at[place[j]], first_at[place[j] + 1]):
                    day = time[at]
                    if weight[at] == 0 or (prospective and day < n_days - max_days):
                        continue
                    # The usual ring adds one person, whose number is known.
                    s = new if m == size + 1 else _first_on(days, m, day)
                    high = m if prospective else s + 1
                    while high < m and days[high] == day:
                        high += 1
                    while s >= 0 and (prospective or day - days[s] < max_days):
                        latest = days[s] + max_days
                        e = high
                        while True:
                            c = before[e] - before[s]
                            last = n_days - 1 if prospective else days[e - 1]
                            if bernoulli:
                                mean = float(e - s)
                            else:
                                mean = base[i] * (upto[last + 1] - upto[days[s]])
                            b = int(np.ceil(c * per_bin)) if per_bin != 1 else int(c)
                            if mean < bar[b] and e - s > 1:
                                most = min(b / per_bin, total)
                                if bernoulli:
                                    most = min(most, mean)
                                value = _ratio(most, mean, total, n_people, bernoulli)
                                if value <= statistic[out]:
                                    bar[b] = mean
                                    value = 0.0
                                elif most == c:
                                    bar[b] = mean
                                elif mean < c * rate:
                                    value = _ratio(c, mean, total, n_people, bernoulli)
                                else:
                                    value = 0.0
                                if value > statistic[out] and (
                                    not bernoulli or _several(marks, s, e)
                                ):
                                    statistic[out] = value
                                    where[out], count[out], chance[out] = i, c, mean
                                    begin[out], finish[out] = days[s], last
                            if e == m or days[e] >= latest:
                                break
                            e += 1
                            while e < m and days[e] == days[e - 1]:
                                e += 1
                        s -= 1
                        while s > 0 and days[s - 1] == days[s]:
                            s -= 1
            ring, size = i + 1, m


@njit(cache=True, nogil=True)
def _ratio(c: float, mean: float, total: float, n_people: int, bernoulli: bool) -> float:
    """Log likelihood ratio of either kind."""
    if bernoulli:
        return float(log_ratio_bernoulli(c, mean, total, n_people))
    return float(log_ratio(c, mean, total))


@njit(cache=True, nogil=True)
def _several(marks: Array, first: int, last: int) -> bool:
    """Whether two cases or more are among those from first to last."""
    cases = 0
    for q in range(first, last):
        cases += marks[q] > 0
    return cases > 1


@njit(cache=True, nogil=True)
def _first_on(days: Array, m: int, day: int) -> int:
    """How many of the first ``m`` days come before a day.

    They are sorted; but counting them all takes fewer steps than the wrong guesses of a
    search, because one instruction compares eight or more.
    """
    wanted, found = np.int32(day), np.int32(0)
    for q in range(m):
        found = np.int32(found + (days[q] < wanted))
    return int(found)
