"""Harm of an offence in days, by one named index; and how far a ranking rests on it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import Events, Floats, Ints, ParameterError, Texts

CAP = 0.99  # share of events whose harm is kept whole when places are to be targeted


@dataclass(frozen=True)
class HarmIndex:
    """What one offence of each code counts for, in one index of one version.

    ``days`` is by code; ``low`` and ``high`` the range that an aggregate hides, equal to
    ``days`` where the index gives the offence itself; ``notes`` what to tell of its reading.
    """

    name: str
    label: str
    aggregate: bool
    days: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    notes: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """What every output made with it must say."""
        if self.aggregate:
            return f"Harm: {self.label}; published aggregates, not the offence-level index."
        return f"Harm: {self.label}."


def weigh_by_harm(events: Events, index: HarmIndex) -> tuple[Events, int]:
    """Events that count for their harm, and how many the index has no value for.

    Parameters
    ----------
    events : Events
    index : HarmIndex

    Returns
    -------
    events : Events
        Weights times days; those without a value are left out. [days]
    left_out : int
        [events]

    Raises
    ------
    ParameterError
        If the index has a value for none of them.
    """
    codes, at = np.unique(events.offence, return_inverse=True)
    days = np.array([index.days.get(str(code), np.nan) for code in codes])[at]
    known = ~np.isnan(days)
    if len(events) and not known.any():
        raise ParameterError(
            f"{index.label} has no value for {', '.join(map(str, codes[:5]))}: choose "
            "offences it covers"
        )
    kept = events.where(known)
    return replace(kept, weight=kept.weight * days[known]), int((~known).sum())


def winsorised(weights: ArrayLike, *, share: float = CAP) -> Floats:
    """Weights with the largest brought down to the quantile ``share``: for targeting only.

    Parameters
    ----------
    weights : array, shape (n,)
        [days]
    share : float
        Of events whose weight is kept. [0 to 1]

    Returns
    -------
    array, shape (n,)
        One homicide would otherwise lead a map for years. Reports keep the weights as they
        are.

    Raises
    ------
    ParameterError
        If the share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise ParameterError(f"share is {share:g}: give more than 0, at most 1")
    w = np.asarray(weights, dtype=np.float64)
    return np.minimum(w, np.quantile(w, share, method="inverted_cdf")) if w.size else w


def rank_ranges(
    counts: ArrayLike,
    codes: Texts,
    index: HarmIndex,
    *,
    rng: np.random.Generator,
    n_draws: int = 1000,
) -> tuple[Ints, Ints, Ints]:
    """Ranks of places by harm, and between which ranks they lie over the index's ranges.

    Parameters
    ----------
    counts : array, shape (n_places, n_codes)
        [events]
    codes : array of str, shape (n_codes,)
    index : HarmIndex
    rng : numpy.random.Generator
    n_draws : int
        Sets of weights drawn: each code's as often below its own value as above it, evenly
        from there to its lowest or its highest.

    Returns
    -------
    rank, low, high : arrays, shape (n_places,)
        1 the most harm, ties in their order; low and high are the 2.5th and 97.5th of 100
        draws, and hold the rank. The ranges are wide and the draw is an assumption: it shows
        what rests on the weights, not how sure the rank is.

    Raises
    ------
    ParameterError
        If a code has no value in the index, the shapes differ, or there are no draws.
    """
    n = np.asarray(counts, dtype=np.float64)
    if missing := [str(code) for code in codes if str(code) not in index.days]:
        raise ParameterError(f"{index.label} has no value for {', '.join(missing)}")
    if n.ndim != 2 or n.shape[1] != len(codes) or n_draws < 1:
        raise ParameterError(
            f"counts are {n.shape} for {len(codes)} codes and {n_draws} draws"
        )

    def values(of: Mapping[str, float]) -> Floats:
        return np.array([of[str(code)] for code in codes], dtype=np.float64)

    own = values(index.days)
    below = rng.random((n_draws, len(codes))) < 0.5
    drawn = rng.uniform(
        np.where(below, values(index.low), own), np.where(below, own, values(index.high))
    )
    ranks, rank = _ranks(n @ drawn.T), _ranks(n @ own[:, None])[:, 0]
    ends = np.quantile(ranks, [0.025, 0.975], axis=1, method="closest_observation").astype(int)
    return rank, np.minimum(rank, ends[0]), np.maximum(rank, ends[1])


def _ranks(harm: Floats) -> Ints:
    """Rank of each row within each column, 1 the largest, ties in the order of rows."""
    order = np.argsort(-harm, axis=0, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, len(harm) + 1)[:, None], axis=0)
    return ranks
