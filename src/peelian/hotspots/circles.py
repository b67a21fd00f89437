"""Circles around centres, each growing from place to place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from peelian.terms import Bools, Floats, Ints, ParameterError

MOST_ENTRIES = 20_000_000  # some 700 MB
_SAME = 1e-9  # distances that differ by less are one ring


@dataclass(frozen=True, eq=False)
class Circles:
    """Around centre k lie entries ``start[k]`` to ``start[k + 1]``, nearest first.

    ``place`` numbers the place of each entry, ``distance`` is how far it is [m], and a circle
    may end where ``last_of_ring``; ``held`` is the size of the circle that ends there.
    """

    x: Floats
    y: Floats
    start: Ints
    place: Ints
    distance: Floats
    last_of_ring: Bools
    held: Floats

    def within(self, entry: int) -> Ints:
        """Places of the circle that ends at an entry."""
        centre = np.searchsorted(self.start, entry, side="right") - 1
        return self.place[self.start[centre] : entry + 1]


def circles(
    centres: tuple[Floats, Floats],
    places: tuple[Floats, Floats],
    size: Floats,
    *,
    max_radius: float,
    max_share: float,
) -> Circles:
    """Every circle of up to ``max_radius`` that holds up to ``max_share`` of all.

    Parameters
    ----------
    centres, places : (x, y), arrays of shape (n_centres,) and (n_places,)
        [m]
    size : array, shape (n_places,)
        What a place counts for: its events, or its population.
    max_radius : float
        [m]
    max_share : float
        Of the sum of ``size``. [0 to 1]

    Returns
    -------
    Circles

    Raises
    ------
    ParameterError
        If there are more than MOST_ENTRIES pairs of centre and place.
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(np.column_stack(places))
    around = cKDTree(np.column_stack(centres))
    reach = max_radius * (1 + 1e-9)
    n_entries = int(around.count_neighbors(tree, reach))
    if n_entries > MOST_ENTRIES:
        raise ParameterError(
            f"circles of up to {max_radius:g} m hold {n_entries:,} places in all, more than "
            f"{MOST_ENTRIES:,}; give a smaller radius, or centres that are fewer"
        )
    found: NDArray[np.void] = around.sparse_distance_matrix(tree, reach, output_type="ndarray")
    centre, place = found["i"].astype(np.int64), found["j"].astype(np.int64)
    dx = places[0][place] - centres[0][centre]
    dy = places[1][place] - centres[1][centre]
    distance = np.sqrt(dx * dx + dy * dy)
    order = np.lexsort((place, distance, centre))
    centre, place, distance = centre[order], place[order], distance[order]

    apart = np.diff(distance, append=np.inf) > _SAME * max_radius
    last = apart | (np.diff(centre, append=-1) != 0)
    sums = np.cumsum(size[place])
    start = np.searchsorted(centre, np.arange(len(centres[0]) + 1))
    before = np.concatenate([[0.0], sums])[start[:-1]]
    held = sums - before[centre]
    # A circle too large ends the list of its centre: keep up to the last one that fits.
    fits = last & (held <= max_share * size.sum() * (1 + 1e-12))
    upto = np.full(len(centres[0]), -1)
    np.maximum.at(upto, centre[fits], np.flatnonzero(fits))
    kept = np.arange(len(centre)) <= upto[centre]
    return Circles(
        *centres,
        np.searchsorted(centre[kept], np.arange(len(centres[0]) + 1)),
        place[kept],
        distance[kept],
        last[kept],
        held[kept],
    )
