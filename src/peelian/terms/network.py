"""Streets: segments between junctions, as places to count at and as ways to go."""

from dataclasses import dataclass

import numpy as np

from peelian.terms.arrays import Floats, Ints, Shapes, Texts, require_length
from peelian.terms.errors import ParameterError
from peelian.terms.space import BRITISH_NATIONAL_GRID


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """Street segments that meet at nodes (junctions and ends); each is walked both ways.

    Attributes
    ----------
    lines : array of shapely LineStrings, shape (n_segments,)
        Drawn from ``from_node`` to ``to_node``. [m in ``crs``]
    length : array, shape (n_segments,)
        Along the line. [m]
    from_node, to_node : array of int, shape (n_segments,)
        The nodes it joins, 0 to n_nodes - 1; equal for a loop.
    node_x, node_y : array, shape (n_nodes,)
        [m]
    ids, names, kinds : array of str, shape (n_segments,)
        The provider's identifier, the street's name, and what the provider calls it, such as
        ``residential``; empty when not given. Parts of one line share them.
    crs : str
        Projected CRS, such as ``EPSG:27700``; ``none`` for plane coordinates the user vouches
        for.
    """

    lines: Shapes
    length: Floats
    from_node: Ints
    to_node: Ints
    node_x: Floats
    node_y: Floats
    ids: Texts
    names: Texts
    kinds: Texts
    crs: str = BRITISH_NATIONAL_GRID

    def __post_init__(self) -> None:
        require_length(
            "StreetNetwork",
            len(self.lines),
            length=self.length,
            from_node=self.from_node,
            to_node=self.to_node,
            ids=self.ids,
            names=self.names,
            kinds=self.kinds,
        )
        require_length("StreetNetwork nodes", self.n_nodes, node_y=self.node_y)
        if not np.all(self.length > 0):
            raise ParameterError("StreetNetwork: every segment must be longer than 0 m")
        for ends in (self.from_node, self.to_node):
            if np.any((ends < 0) | (ends >= self.n_nodes)):
                raise ParameterError(f"StreetNetwork: nodes are 0 to {self.n_nodes - 1}")

    @property
    def n_segments(self) -> int:
        """Number of segments."""
        return len(self.lines)

    @property
    def n_nodes(self) -> int:
        """Number of junctions and ends."""
        return len(self.node_x)
