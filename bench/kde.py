"""Density of a million events on 57,600 cells: time, largest error and mass kept."""

import warnings

import numpy as np
from timing import Row, compare, medians

import data
from peelian.hotspots import kde
from peelian.spacetime import quartic

N = 1_000_000
GAUSSIAN = 300.0  # m, standard deviation
QUARTIC = 500.0  # m, radius: twice the cell size
KDEPY_BIWEIGHT = 1 / np.sqrt(7)  # KDEpy scales kernels to unit variance along a line


def run(*, repetitions: int = 7) -> list[Row]:
    """Ours against KDEpy's FFT and against convolutions written with scipy alone."""
    grid = data.grid()
    x, y = data.places(N)
    exact = _exact_gaussian(grid, x, y)
    functions = {
        "ours": lambda: kde(x, y, grid, bandwidth=GAUSSIAN, kernel="gaussian"),
        "KDEpy FFTKDE": lambda: _kdepy(grid, x, y, "gaussian", GAUSSIAN, 1.0),
        "KDEpy FFTKDE, lengths in bandwidths": lambda: _kdepy(
            grid, x, y, "gaussian", GAUSSIAN, GAUSSIAN
        ),
        "scipy: histogram2d, fftconvolve": lambda: _plain(grid, x, y),
        "scipy: bincount by hand, fftconvolve": lambda: _by_hand(grid, x, y, finer=1),
        "the same on squares of 50 m": lambda: _by_hand(grid, x, y, finer=5),
    }
    rows = _rows("Gaussian KDE, 300 m", functions, exact, repetitions)

    exact = _exact_quartic(grid, x[:20_000], y[:20_000])
    few = kde(x[:20_000], y[:20_000], grid, bandwidth=QUARTIC)
    assert np.abs(few - exact).max() < 1e-9 * exact.max()
    functions = {
        "ours": lambda: kde(x, y, grid, bandwidth=QUARTIC),
        "KDEpy FFTKDE, lengths in bandwidths": lambda: _kdepy(
            grid, x, y, "biweight", QUARTIC * KDEPY_BIWEIGHT, QUARTIC
        ),
    }
    return rows + _rows("Quartic KDE, 500 m", functions, functions["ours"](), repetitions)


def _rows(name, functions, exact, repetitions) -> list[Row]:
    seconds = medians(functions, repetitions=repetitions)
    quality = {peer: _quality(function(), exact) for peer, function in functions.items()}
    return [
        compare(
            f"{name}, a million events",
            seconds["ours"],
            peer,
            seconds[peer],
            f"ours {quality['ours']}; theirs {quality[peer]}",
        )
        for peer in functions
        if peer != "ours"
    ]


def _quality(density: np.ndarray, exact: np.ndarray) -> str:
    """Largest error over the highest density, and mass over the exact mass."""
    error = np.abs(density - exact).max() / exact.max()
    return f"error {error:.2%}, mass {density.sum() / exact.sum():.5f}"


def _exact_gaussian(grid, x, y) -> np.ndarray:
    """The sum over all events and cells, as two dense matrices a slice of events."""
    rows, cols = grid.shape
    at_x, at_y = grid.x[:cols], grid.y[::cols]
    density = np.zeros((rows, cols))
    for some in np.array_split(np.arange(len(x)), 50):
        by_col = np.exp(-((at_x[:, None] - x[some]) ** 2) / (2 * GAUSSIAN**2))
        by_row = np.exp(-((at_y[:, None] - y[some]) ** 2) / (2 * GAUSSIAN**2))
        density += by_row @ by_col.T
    return density.ravel() / (2 * np.pi * GAUSSIAN**2)


def _exact_quartic(grid, x, y) -> np.ndarray:
    """The sum over all events, cell by cell in slices."""
    parts = [
        quartic(np.hypot(at_x[:, None] - x, at_y[:, None] - y), QUARTIC).sum(axis=1)
        for at_x, at_y in zip(
            np.array_split(grid.x, 600), np.array_split(grid.y, 600), strict=True
        )
    ]
    return np.concatenate(parts)


def _kdepy(grid, x, y, kernel: str, bandwidth: float, unit: float) -> np.ndarray:
    """KDEpy wants all events inside its grid, hence a cell more on every side."""
    from KDEpy import FFTKDE

    rows, cols = grid.shape
    axis = (np.arange(-1, cols + 1) + 0.5) * grid.cell_size / unit
    across, up = np.meshgrid(axis, axis, indexing="ij")
    points = np.column_stack([across.ravel(), up.ravel()])
    events = np.column_stack([x, y]) / unit
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = FFTKDE(bw=bandwidth / unit, kernel=kernel).fit(events).evaluate(points)
    inner = found.reshape(cols + 2, rows + 2)[1:-1, 1:-1].T
    return inner.ravel() * len(x) / unit**2


def _plain(grid, x, y) -> np.ndarray:
    """Counts by cell smoothed with the kernel: what one would write with scipy alone."""
    extent = [[0, data.SIDE], [0, data.SIDE]]
    image, _, _ = np.histogram2d(y, x, bins=grid.shape, range=extent)
    return _smoothed(image, grid.cell_size).ravel()


def _by_hand(grid, x, y, *, finer: int) -> np.ndarray:
    """The same counted by hand, on squares ``finer`` times smaller (an odd number)."""
    size, (rows, cols) = grid.cell_size / finer, np.multiply(grid.shape, finer)
    at = (y * (1 / size)).astype(np.int64) * cols + (x * (1 / size)).astype(np.int64)
    image = np.bincount(at, minlength=rows * cols).reshape(rows, cols).astype(float)
    return _smoothed(image, size)[finer // 2 :: finer, finer // 2 :: finer].ravel()


def _smoothed(image: np.ndarray, size: float) -> np.ndarray:
    """Convolution with the Gaussian at the middles of the squares."""
    from scipy.signal import fftconvolve

    reach = int(np.ceil(5 * GAUSSIAN / size))
    along = np.exp(-((np.arange(-reach, reach + 1) * size / GAUSSIAN) ** 2) / 2)
    kernel = np.outer(along, along) / (2 * np.pi * GAUSSIAN**2)
    return fftconvolve(image, kernel, mode="same")
