"""Emerging hot spots of 57,600 cells by 24 periods."""

import numpy as np
from timing import Row, compare, medians

import data
from peelian.hotspots import emerging
from peelian.hotspots.emerging import classify_seventeen
from peelian.spacetime import assign_cells

NAME = "emerging hot spots of 57,600 cells by 24 periods"
PERIODS = 24


def run(*, repetitions: int = 5) -> list[Row]:
    """Ours against the readable definition, one cell after another: no peer runs on 3.11."""
    grid = data.grid()
    cell, inside = assign_cells(grid, *data.places(100_000))
    period = np.random.default_rng(data.SEED).integers(0, PERIODS, int(inside.sum()))
    counts = np.zeros((PERIODS, grid.n_cells))
    np.add.at(counts, (period, cell[inside]), 1)
    images = counts.reshape(PERIODS, *grid.shape)

    assert np.array_equal(emerging(counts, grid, null="normal").category, _plain(images))
    ours = medians(
        {
            "normal": lambda: emerging(counts, grid, null="normal"),
            "drawn": lambda: emerging(counts, grid),
            "harm": lambda: emerging(counts * 1.1, grid),
        },
        repetitions=repetitions,
    )
    plain = medians({"plain": lambda: _plain(images)}, repetitions=1)["plain"]
    peer = "scipy and one cell after another"
    return [
        compare(NAME, ours["normal"], peer, plain, "classes equal"),
        compare(f"{NAME}; drawn null (our default)", ours["drawn"], peer, plain),
        compare(f"{NAME}; drawn null, harm", ours["harm"], peer, plain),
    ]


def _plain(images: np.ndarray) -> np.ndarray:
    """What one would write with scipy alone."""
    from scipy.signal import convolve2d
    from scipy.stats import false_discovery_control, norm

    queen = np.ones((3, 3))
    near = np.array([convolve2d(image, queen, mode="same") for image in images])
    w = convolve2d(np.ones_like(images[0]), queen, mode="same")
    n = images.size
    z = (near - images.mean() * w) / (images.std() * np.sqrt((n * w - w**2) / (n - 1)))
    z = z.reshape(len(images), -1)
    p = false_discovery_control(2 * norm.sf(np.abs(z)).ravel()).reshape(z.shape)
    trends = np.array([_mann_kendall(series) for series in np.round(z, 9).T])
    significant = p <= 0.05
    return classify_seventeen(significant & (z > 0), significant & (z < 0), *trends.T)


def _mann_kendall(series: np.ndarray) -> tuple[float, float]:
    from scipy.special import ndtr

    n = len(series)
    s = np.sign(np.triu(series - series[:, None])).sum()
    t = np.unique(series, return_counts=True)[1]
    variance = (n * (n - 1) * (2 * n + 5) - np.sum(t * (t - 1) * (2 * t + 5))) / 18
    z = (s - np.sign(s)) / np.sqrt(variance) if variance > 0 else 0.0
    return z, 2 * ndtr(-abs(z)) if s else 1.0
