"""Rows that take an earlier event back: how some forces publish a correction."""

import numpy as np

from peelian.terms import Events


def without_taken_back(events: Events) -> tuple[Events, int, int]:
    """Events less those that a row of negative weight takes back.

    Parameters
    ----------
    events : Events
        A negative weight takes back one event of the same place, start, offence and weight.

    Returns
    -------
    events : Events
        None of negative weight; as given when there were none.
    n : int
        Rows that took one back.
    unmatched : int
        Rows that found none to take back; they are left out.
    """
    taking = events.weight < 0
    if not taking.any():
        return events, 0, 0
    same = np.column_stack(
        [
            events.x,
            events.y,
            events.start.astype(np.int64),
            np.unique(events.offence, return_inverse=True)[1],
            np.abs(events.weight),
        ]
    )
    _, kind = np.unique(same, axis=0, return_inverse=True)
    given = np.bincount(kind[~taking], minlength=kind.max() + 1)
    taken = np.bincount(kind[taking], minlength=len(given))
    # Of the events of a kind, in the order given, the first so many are taken back.
    order = np.argsort(kind, kind="stable")
    order = order[~taking[order]]
    number = np.arange(len(order)) - (np.cumsum(given) - given)[kind[order]]
    kept = np.zeros(len(events), dtype=bool)
    kept[order] = number >= taken[kind[order]]
    n = int(np.minimum(given, taken).sum())
    return events.where(kept), n, int(taken.sum()) - n
