"""Tables of places by months as cells to protect, named so that releases can be compared."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import CountCell, ParameterError

EVERYWHERE = ""  # the name of all places together


def crossed_cells(
    kind: str,
    places: Sequence[str],
    months: Sequence[str],
    counts: ArrayLike,
    *,
    sums: Mapping[str, Sequence[str]],
) -> tuple[CountCell, ...]:
    """Every count of places by months, of sums of months, and of all places together.

    Parameters
    ----------
    kind : str
        What is counted: cells of two kinds are never held against each other.
    places : sequence of str
    months : sequence of str
        As YYYY-MM; only those held.
    counts : array of int, shape (n_places, n_months)
    sums : mapping of str to months
        Spans of months by name, such as a year.

    Returns
    -------
    tuple of CountCell
        Labelled ``place|month`` or ``place|name of the sum``, the place empty for all places.

    Raises
    ------
    ParameterError
        If the shape does not fit, or a sum names a month that is not among those given.

    Notes
    -----
    An atom is one place in one month with its count: a count restated since an earlier release
    is another atom, else old and new would contradict each other. What a reader could learn
    from such a pair is bounded by rounding alone.

    Examples
    --------
    >>> cells = crossed_cells("robbery", ["Harlow"], ["2018-01"], [[3]], sums={})
    >>> [(cell.label, cell.count) for cell in cells]
    [('Harlow|2018-01', 3), ('|2018-01', 3)]
    """
    n = np.asarray(counts)
    if n.shape != (len(places), len(months)):
        raise ParameterError(
            f"counts are {n.shape} for {len(places)} places and {len(months)} months"
        )
    if missing := {month for span in sums.values() for month in span} - set(months):
        raise ParameterError(
            f"sums of months that are not given: {', '.join(sorted(missing))}"
        )
    spans = {month: [month] for month in months} | {k: list(v) for k, v in sums.items()}
    column = {month: at for at, month in enumerate(months)}
    cells: list[CountCell] = []
    for where in [*([place] for place in range(len(places))), list(range(len(places)))]:
        name = EVERYWHERE if len(cells) >= len(places) * len(spans) else places[where[0]]
        for span, within in spans.items():
            parts = [(i, column[month]) for i in where for month in within]
            cells.append(
                CountCell(
                    f"{name}|{span}",
                    frozenset(f"{kind}|{places[i]}|{months[j]}|{n[i, j]}" for i, j in parts),
                    int(sum(n[i, j] for i, j in parts)),
                )
            )
    return tuple(cells)
