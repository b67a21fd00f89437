"""Space-time scan: permutation model, circles up to 1 km, windows up to 30 days, 999 runs."""

import numpy as np
from timing import Row, compare, medians

import data
from peelian.hotspots import scan, scan_by_definition

RADIUS, DAYS, RUNS = 1000.0, 30, 999
N_DAYS = 730


def run(*, repetitions: int = 1) -> list[Row]:
    """Ours against vectorised numpy, which searches a few centres, in proportion.

    Nobody else offers p-values in Python. The peers' time for 999 runs is a thousand times
    theirs for the observed history.
    """
    rows = []
    for n, centres in ((1_000, 100), (10_000, 100)):
        x, y = data.places(n)
        day = np.random.default_rng(data.SEED).integers(0, N_DAYS, n)
        some = np.linspace(0, n - 1, centres).astype(int)
        kinds = {"max_radius": RADIUS, "max_days": DAYS, "first_day": 0, "last_day": 729}
        rng = np.random.default_rng(1)
        at = scan(x, y, day, runs=1, rng=rng, centres=(x[some], y[some]), **kinds)
        highest = at.table.columns["statistic"][0]
        assert abs(highest - _numpy(x, y, day, some)) < 1e-6
        seconds = medians(
            {
                "ours": lambda x=x, y=y, day=day, kinds=kinds: scan(
                    x, y, day, runs=RUNS, rng=np.random.default_rng(1), **kinds
                ),
                "numpy": lambda x=x, y=y, day=day, some=some: _numpy(x, y, day, some),
            },
            repetitions=repetitions,
        )
        peer = seconds["numpy"] * n / centres * (RUNS + 1)
        name = f"Space-time scan, {n:,} events, 999 runs"
        rows.append(compare(name, seconds["ours"], "numpy, cumulative sums", peer))
    rows.append(_by_definition())
    return rows


def _by_definition() -> Row:
    """A small one, every cylinder counted anew."""
    x, y = (place[:40] / 20 for place in data.places(10_000))
    day = np.random.default_rng(data.SEED).integers(0, 30, 40)
    day[:2] = 0, 29
    kinds = {"max_radius": RADIUS, "max_days": 7}
    found = scan(x, y, day, runs=99, rng=np.random.default_rng(1), **kinds)
    plain = scan_by_definition(x, y, day, model="permutation", **kinds)
    assert abs(found.table.columns["statistic"][0] - plain[0]) < 1e-9
    seconds = medians(
        {
            "ours": lambda: scan(x, y, day, runs=99, rng=np.random.default_rng(1), **kinds),
            "plain": lambda: scan_by_definition(x, y, day, model="permutation", **kinds),
        },
        repetitions=3,
    )
    name = "Space-time scan, 40 events, 99 runs"
    return compare(
        name, seconds["ours"], "plain numpy (the definition)", seconds["plain"] * 100
    )


def _numpy(x, y, day, some):
    """Highest log likelihood ratio around some events, by sums over circles and windows."""
    n = len(x)
    by_day = np.concatenate([[0], np.cumsum(np.bincount(day, minlength=N_DAYS))])
    best = 0.0
    for k in some:
        far = np.sqrt((x - x[k]) ** 2 + (y - y[k]) ** 2)
        near = np.flatnonzero(far <= RADIUS)
        near = near[np.argsort(far[near], kind="stable")]
        events = np.zeros((len(near), N_DAYS + 1))
        events[np.arange(len(near)), day[near] + 1] = 1
        upto = events.cumsum(axis=0).cumsum(axis=1)
        size = np.arange(1, len(near) + 1)[:, None]
        for length in range(1, DAYS + 1):
            count = upto[:, length:] - upto[:, :-length]
            mean = size * (by_day[length:] - by_day[:-length]) / n
            more = (count > 1) & (count > mean)
            c, m = count[more], mean[more]
            ratio = c * np.log(c / m) + (n - c) * np.log((n - c) / (n - m))
            best = max(best, ratio.max(initial=0.0))
    return best
