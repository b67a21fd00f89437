"""Kernels: how an event's density falls with distance."""

import numpy as np
from numpy.typing import ArrayLike

from peelian.terms import Floats, ParameterError


def quartic(distance: ArrayLike, bandwidth: float) -> Floats:
    """Quartic (biweight) kernel of crime analysis, zero from ``bandwidth`` on.

    Parameters
    ----------
    distance : array, any shape
        From the event. [m]
    bandwidth : float
        Radius at which the kernel ends. [m]

    Returns
    -------
    density : array, shape of ``distance``
        ``3 / (pi h^2) (1 - (d/h)^2)^2``; integrates to 1 over the plane. [events per m2]

    Raises
    ------
    ParameterError
        If ``bandwidth`` is not positive.

    References
    ----------
    .. [1] B. W. Silverman, "Density Estimation for Statistics and Data Analysis," Chapman and
       Hall, 1986, section 4.2.
    """
    require_bandwidth(bandwidth)
    within = np.maximum(1 - (np.asarray(distance, dtype=np.float64) / bandwidth) ** 2, 0)
    density: Floats = 3 / (np.pi * bandwidth**2) * within**2
    return density


def gaussian(distance: ArrayLike, bandwidth: float) -> Floats:
    """Gaussian kernel in the plane.

    Parameters
    ----------
    distance : array, any shape
        From the event. [m]
    bandwidth : float
        Standard deviation along each axis. [m]

    Returns
    -------
    density : array, shape of ``distance``
        ``exp(-d^2 / 2 s^2) / (2 pi s^2)``; integrates to 1 over the plane. [events per m2]

    Raises
    ------
    ParameterError
        If ``bandwidth`` is not positive.

    References
    ----------
    .. [1] B. W. Silverman, "Density Estimation for Statistics and Data Analysis," Chapman and
       Hall, 1986, section 4.2.
    """
    require_bandwidth(bandwidth)
    scaled = (np.asarray(distance, dtype=np.float64) / bandwidth) ** 2
    density: Floats = np.exp(-scaled / 2) / (2 * np.pi * bandwidth**2)
    return density


def require_bandwidth(bandwidth: float) -> None:
    """Raise ParameterError unless the bandwidth is a length above zero."""
    if not (np.isfinite(bandwidth) and bandwidth > 0):
        raise ParameterError(f"bandwidth is {bandwidth:g} m; give a length above zero")
