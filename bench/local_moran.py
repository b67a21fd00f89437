"""Local Moran and Gi* of 57,600 cells with 999 permutations: seconds and peak memory."""

import multiprocessing
import warnings
from pathlib import Path

import numpy as np
from timing import Row, compare, medians

import data
from peelian.hotspots import gi_star_test, local_moran
from peelian.spacetime import assign_cells

PERMUTATIONS = 999
SEED = 12
NAMES = {
    "moran": "local Moran of 57,600 cells, 999 permutations",
    "gi": "Gi* of 57,600 cells, 999 permutations",
}


def run(*, repetitions: int = 7) -> list[Row]:
    """Ours against esda as it comes, one thread each; memory is a fresh process's peak."""
    counts, grid, weights = _counts(), data.grid(), _esda_weights()
    rows = []
    for which, name in NAMES.items():
        mine, theirs = _ours(which, counts, grid), _esda(which, counts, weights)  # compiles
        difference = float(np.nanmax(np.abs(mine[0] - theirs[0])))
        ours = medians(
            {"ours": lambda w=which: _ours(w, counts, grid)}, repetitions=repetitions
        )
        peer = medians({"esda": lambda w=which: _esda(w, counts, weights)}, repetitions=2)
        megabytes = [_peak(who, which) for who in ("ours", "esda")]
        note = (
            f"peak {megabytes[0]:,.0f} MB against {megabytes[1]:,.0f} MB "
            f"({megabytes[1] / megabytes[0]:.1f} times); statistic differs by "
            f"{difference:.0e} at most"
        )
        rows.append(compare(name, ours["ours"], "esda, weights made", peer["esda"], note))
    more = medians(
        {"ours": lambda: _ours("moran", counts, grid, permutations=99_999)}, repetitions=3
    )
    note = "ours with a hundred times the permutations"
    name = f"{NAMES['moran']} (ours 99,999)"
    rows.append(compare(name, more["ours"], rows[0].peer, rows[0].peer_seconds, note))
    return rows


def _counts() -> np.ndarray:
    grid = data.grid()
    cell, inside = assign_cells(grid, *data.places(100_000))
    return np.bincount(cell[inside], minlength=grid.n_cells).astype(float)


def _ours(which: str, counts, grid, permutations: int = PERMUTATIONS):
    rng = np.random.default_rng(SEED)
    if which == "moran":
        found = local_moran(counts, grid, permutations=permutations, rng=rng)
        return found.local_moran, found.p
    found = gi_star_test(counts, grid, null="permutation", permutations=permutations, rng=rng)
    return found.z, found.p


def _esda_weights():
    from libpysal.weights import lat2W

    return lat2W(*data.grid().shape, rook=False)


def _esda(which: str, counts: np.ndarray, weights):
    from esda import G_Local, Moran_Local

    settings = {"permutations": PERMUTATIONS, "seed": SEED, "n_jobs": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if which == "moran":
            found = Moran_Local(counts, weights, **settings)
            return found.Is, found.p_sim
        weights.transform = "B"
        found = G_Local(counts, weights, transform="B", star=True, **settings)
        return found.Zs, found.p_sim


def _peak(who: str, which: str) -> float:
    """Peak memory of a fresh process that makes one such map, in MB (Linux)."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_one, (who, which))


def _one(who: str, which: str) -> float:
    counts = _counts()
    if who == "ours":
        _ours(which, counts, data.grid())
    else:
        _esda(which, counts, _esda_weights())
    status = Path("/proc/self/status").read_text()  # getrusage would count the parent's
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6
