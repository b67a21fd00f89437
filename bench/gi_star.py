"""Gi* of 57,600 cells with weights, z, p and false discovery rate."""

import warnings

import numpy as np
from timing import Row, compare, medians

import data
from peelian.hotspots import gi_star_test
from peelian.spacetime import assign_cells

NAME = "Gi* of 57,600 cells: weights, z, p, FDR"


def run(*, repetitions: int = 7) -> list[Row]:
    """Ours against a plain scipy convolution and esda, with and without making its weights."""
    grid = data.grid()
    cell, inside = assign_cells(grid, *data.places(100_000))
    counts = np.bincount(cell[inside], minlength=grid.n_cells).astype(float)
    image = counts.reshape(grid.shape)

    ours = gi_star_test(counts, grid, null="normal")
    plain_z, plain_fdr = _plain(image)
    assert np.nanmax(np.abs(ours.z - plain_z)) < 1e-9
    assert np.nanmax(np.abs(ours.p_fdr - plain_fdr)) < 1e-9
    seconds = medians(
        {
            "ours": lambda: gi_star_test(counts, grid, null="normal"),
            "ours, drawn": lambda: gi_star_test(counts, grid),
            "ours, weighted": lambda: gi_star_test(counts * 1.1, grid, null="normal"),
            "plain": lambda: _plain(image),
        },
        repetitions=5 * repetitions,
    )
    high = f"{int((ours.z > 1.96).sum()):,} cells over 1.96 in both"
    rows = [
        compare(NAME, seconds["ours"], "scipy convolve2d, norm, FDR", seconds["plain"], high),
        compare(
            f"{NAME}; p exact under random draws (our default)",
            seconds["ours, drawn"],
            "scipy convolve2d, norm, FDR",
            seconds["plain"],
        ),
        compare(
            f"{NAME}; counts not whole",
            seconds["ours, weighted"],
            "scipy convolve2d, norm, FDR",
            seconds["plain"],
        ),
    ]
    weights = _esda_weights(grid)
    with_esda = medians(
        {
            "ours": lambda: gi_star_test(counts, grid, null="normal"),
            "esda": lambda: _esda(counts, weights),
            "esda and weights": lambda: _esda(counts, _esda_weights(grid)),
        },
        repetitions=3,
    )
    difference = float(np.nanmax(np.abs(ours.z - _esda(counts, weights)[0])))
    note = f"z differs by {difference:.0e} at most"
    rows.append(compare(NAME, with_esda["ours"], "esda G_Local", with_esda["esda"], note))
    peer = "esda G_Local and libpysal lat2W"
    rows.append(compare(NAME, with_esda["ours"], peer, with_esda["esda and weights"]))
    return rows


def _plain(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What one would write with scipy alone."""
    from scipy.signal import convolve2d
    from scipy.stats import false_discovery_control, norm

    queen = np.ones((3, 3))
    near = convolve2d(image, queen, mode="same")
    w = convolve2d(np.ones_like(image), queen, mode="same")
    n = image.size
    z = (near - image.mean() * w) / (image.std() * np.sqrt((n * w - w**2) / (n - 1)))
    p = 2 * norm.sf(np.abs(z))
    return z.ravel(), false_discovery_control(p.ravel())


def _esda_weights(grid):
    from libpysal.weights import lat2W

    return lat2W(*grid.shape, rook=False)


def _esda(counts: np.ndarray, weights) -> tuple[np.ndarray, np.ndarray]:
    from esda import G_Local
    from scipy.stats import false_discovery_control

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weights.transform = "B"
        found = G_Local(counts, weights, transform="B", permutations=0, star=True)
    return found.Zs, false_discovery_control(np.minimum(2 * found.p_norm, 1))
