"""Names for the array types, and the check that the arrays of one noun fit each other."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from peelian.terms.errors import ParameterError

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Texts: TypeAlias = NDArray[np.str_]
Instants: TypeAlias = NDArray[np.datetime64]  # always datetime64[s], UTC
Shapes: TypeAlias = NDArray[np.object_]  # shapely geometries


def require_length(noun: str, n: int, /, **arrays: NDArray[Any] | None) -> None:
    """Raise ParameterError unless every array given has ``n`` entries along its first axis."""
    for name, array in arrays.items():
        if array is not None and len(array) != n:
            raise ParameterError(f"{noun}: {name} has {len(array)} entries, expected {n}")
