"""Street networks from lines: where lines meet, what lies in an area, what hangs together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from peelian.spacetime.projection import crs_code, require_projected
from peelian.terms import (
    CoordinateError,
    Floats,
    Ints,
    ParameterError,
    Shapes,
    StreetNetwork,
    StudyArea,
    Texts,
)

SAME_PLACE = 0.01  # m; ends of lines nearer than this are one junction


def street_network(
    lines: Shapes,
    *,
    ids: Sequence[str] | Texts | None = None,
    names: Sequence[str] | Texts | None = None,
    kinds: Sequence[str] | Texts | None = None,
    crs: str,
    only_ends: bool = False,
) -> StreetNetwork:
    """Street network of lines, which become segments between the points where lines meet.

    Parameters
    ----------
    lines : array of shapely LineStrings, shape (n,)
        In ``crs``. [m]
    ids, names, kinds : sequence of str, shape (n,), optional
        Of each line; empty when not given.
    crs : str
        Projected CRS, or ``none``.
    only_ends : bool
        Whether lines meet only where they end. If not, they are split at each vertex they
        share with another line or with themselves. Lines that cross where they share no
        vertex are never joined: one is a bridge over the other.

    Returns
    -------
    StreetNetwork
        Segments in the order of their lines. Lines shorter than SAME_PLACE are dropped, and
        of lines that cover each other, such as the two directions of a street, the first is
        kept. Without lines the network is empty.

    Raises
    ------
    ParameterError
        If a shape is no LineString or a coordinate not a finite number.
    CoordinateError
        If ``crs`` is not projected.
    """
    import shapely

    require_projected(crs)
    shapes = shapely.force_2d(np.asarray(lines, dtype=object))
    if not np.all(shapely.get_type_id(shapes) == 1):
        raise ParameterError("street network: every shape must be a LineString")
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise ParameterError("street network: a coordinate is not a finite number")
    shapes = shapely.remove_repeated_points(shapes)
    row = np.flatnonzero(shapely.length(shapes) >= SAME_PLACE)
    row = row[_distinct(shapes[row])]
    pieces, source = _pieces(shapes[row], only_ends=only_ends)
    kept = _distinct(pieces)  # lines may have had a stretch in common
    pieces, row = pieces[kept], row[source[kept]]
    ends = shapely.get_coordinates(
        np.concatenate([shapely.get_point(pieces, 0), shapely.get_point(pieces, -1)])
    )
    first, node = _places(ends)
    return StreetNetwork(
        lines=pieces,
        length=shapely.length(pieces),
        from_node=node[: len(pieces)],
        to_node=node[len(pieces) :],
        node_x=ends[first, 0],
        node_y=ends[first, 1],
        ids=_texts(ids, len(shapes))[row],
        names=_texts(names, len(shapes))[row],
        kinds=_texts(kinds, len(shapes))[row],
        crs=crs,
    )


def network_within(network: StreetNetwork, study_area: StudyArea) -> StreetNetwork:
    """The segments any part of which lies in the study area, each whole.

    Parameters
    ----------
    network : StreetNetwork
    study_area : StudyArea
        In the CRS of the network.

    Raises
    ------
    CoordinateError
        If the two differ in CRS.
    """
    import shapely

    if crs_code(network.crs) != crs_code(study_area.crs):
        raise CoordinateError(
            f"the network is in {network.crs}, the study area in {study_area.crs}; read both "
            "in one CRS"
        )
    shapely.prepare(study_area.polygon)
    kept = np.flatnonzero(shapely.intersects(study_area.polygon, network.lines))
    ends = np.concatenate([network.from_node[kept], network.to_node[kept]])
    nodes, renumbered = np.unique(ends, return_inverse=True)
    return StreetNetwork(
        lines=network.lines[kept],
        length=network.length[kept],
        from_node=renumbered[: len(kept)],
        to_node=renumbered[len(kept) :],
        node_x=network.node_x[nodes],
        node_y=network.node_y[nodes],
        ids=network.ids[kept],
        names=network.names[kept],
        kinds=network.kinds[kept],
        crs=network.crs,
    )


def segment_middles(network: StreetNetwork) -> tuple[Floats, Floats]:
    """Point half-way along each segment, ``x`` and ``y``, shape (n_segments,). [m]"""
    import shapely

    middles = shapely.line_interpolate_point(network.lines, 0.5, normalized=True)
    return shapely.get_x(middles), shapely.get_y(middles)


def joined_share(network: StreetNetwork) -> float:
    """Share of the network's length in its largest part that hangs together; NaN if empty."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not network.n_segments:
        return float("nan")
    shape = (network.n_nodes, network.n_nodes)
    ones = np.ones(network.n_segments)
    graph = coo_array((ones, (network.from_node, network.to_node)), shape)
    _, part = connected_components(graph, directed=False)
    lengths = np.bincount(part[network.from_node], network.length)
    return float(lengths.max() / lengths.sum())


def _pieces(lines: Shapes, *, only_ends: bool) -> tuple[Shapes, Ints]:
    """Lines cut at the vertices they share, and the line each piece came from."""
    import shapely

    xy, of = shapely.get_coordinates(lines, return_index=True)
    if not len(xy):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    starts = np.append(True, of[1:] != of[:-1])
    ends = np.append(starts[1:], True)
    cut = np.zeros(len(xy), dtype=bool)
    if not only_ends:
        place = _places(xy)[1]
        cut = (np.bincount(place)[place] > 1) & ~starts & ~ends
    at = np.repeat(np.arange(len(xy)), 1 + cut)  # a vertex cut at ends one piece, starts one
    begins = starts[at] | np.append(False, at[1:] == at[:-1])
    pieces: Shapes = shapely.linestrings(xy[at], indices=np.cumsum(begins) - 1)
    return pieces, of[at][begins]


def _distinct(lines: Shapes) -> Ints:
    """Which lines to keep: the first that runs through its vertices, in either direction."""
    import shapely

    rounded = shapely.transform(lines, lambda xy: np.round(xy / SAME_PLACE))
    _, first = np.unique(shapely.to_wkb(shapely.normalize(rounded)), return_index=True)
    return np.sort(first)


def _places(xy: Floats) -> tuple[Ints, Ints]:
    """Points nearer than SAME_PLACE as one: the first of each, and which each point is."""
    rounded: NDArray[np.complex128] = np.round(xy / SAME_PLACE) @ np.array([1, 1j])
    _, first, which = np.unique(rounded, return_index=True, return_inverse=True)
    return first, which


def _texts(given: Sequence[str] | Texts | None, n: int) -> Texts:
    """One text a line."""
    texts = np.array([""] * n if given is None else given, dtype=np.str_)
    if len(texts) != n:
        raise ParameterError(f"street network: {len(texts)} texts, {n} lines; give one each")
    return texts
