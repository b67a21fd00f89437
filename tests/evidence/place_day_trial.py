"""A crossover trial of the size of Southend's, replayed on illustrative counts.

Twenty hot spots over ninety days, eight of them drawn each day: 720 treated and 1,080 control
place-days (Basford et al. 2021, doi:10.1007/s41887-021-00067-2). The counts by day were not
published: nine events on treated place-days and fifty-one on the others are dealt among the
days by a seed, more to the worse spots.
"""

import numpy as np

from peelian import evaluation
from peelian.operations import draw_spots, redraw_spots
from peelian.terms import Spots

SPOTS, DAYS, TREATED = 20, 90, 8
ON_TREATED, ON_OTHERS = 9, 51
REDRAWS = 9999


def trial(*, seed: int = 2020):
    """The stored draws, and the events of each day and spot, shape (n_days, n_spots)."""
    rng = np.random.default_rng(seed)
    alike = np.ones(SPOTS)
    spots = Spots(
        np.arange(SPOTS), 0 * alike, 0 * alike, alike, tuple(f"spot {k}" for k in range(SPOTS))
    )
    draws = [draw_spots(spots, TREATED, seed=int(s)) for s in rng.integers(2**31, size=DAYS)]
    active = np.array([draw.active for draw in draws])
    worse = np.tile(rng.gamma(1, 1, SPOTS), (DAYS, 1))
    outcome = np.zeros((DAYS, SPOTS), dtype=np.int64)
    for n, where in ((ON_TREATED, active), (ON_OTHERS, ~active)):
        chance = np.where(where, worse, 0).ravel()
        outcome += rng.multinomial(n, chance / chance.sum()).reshape(DAYS, SPOTS)
    return draws, active, outcome


def section() -> str:
    """What the platform says of it, as Markdown."""
    draws, active, outcome = trial()
    probability = np.array([draw.probability for draw in draws])
    rng = np.random.default_rng(1)
    again = np.stack([redraw_spots(draw, REDRAWS, rng=rng) for draw in draws], axis=1)
    counts = evaluation.compare_counts(
        outcome[active].sum(), outcome[~active].sum(), exposure=(active.sum(), (~active).sum())
    )
    within = evaluation.crossover(
        (outcome * active).sum(axis=0), outcome.sum(axis=0), active.mean(axis=0)
    )
    effect = evaluation.draw_effect(outcome, active, probability)
    p = evaluation.randomisation_p(outcome, active, again)
    could = evaluation.minimum_detectable_ratio(0.4 * outcome.sum(), 0.6 * outcome.sum())
    lines = [
        "## A trial of the size of Southend's\n",
        f"{SPOTS} spots, {DAYS} days, {TREATED} drawn each day: {active.sum():,} treated and "
        f"{(~active).sum():,} control place-days. {outcome[active].sum()} and "
        f"{outcome[~active].sum()} events, *illustrative*: the counts by day were not "
        "published, a seed deals them.\n",
        "| estimate | ratio | 95 % interval | p |\n|---|---|---|---|",
        _row("by exposure, exact", counts.value, counts.ratio, counts.p),
        _row("within spots, Mantel-Haenszel", within.value, within.interval, within.p_exact),
        _row("from the logged draw, errors by day", effect.ratio.value, effect.ratio.interval,
             effect.ratio.p),
        f"| against {REDRAWS:,} draws made again by the stored method | | | {p:.4f} |",
        "",
        "What lasts: events so many days after the draw, where the spot was not drawn since.\n",
        "| days later | ratio | 95 % interval |\n|---|---|---|",
    ]  # fmt: skip
    for lag in range(1, 5):
        later = evaluation.draw_effect(outcome, active, probability, lag=lag).ratio
        lines.append(f"| {lag} | {later.value:.2f} | {_limits(later.interval)} |")
    washed = evaluation.draw_effect(outcome, active, probability, washout=1)
    lines += [
        "",
        f"Without place-days whose spot was drawn the day before ({washed.recent} left out): "
        f"{washed.ratio.value:.3f} {_limits(washed.ratio.interval)}.\n",
        "Beside it, as the platform prints it:\n",
        *(
            f"- {said}"
            for said in evaluation.beside_prior(counts.value, counts.ratio).sentences()
        ),
        f"- With {outcome.sum()} events in all this design finds a ratio of {could:.2f} or less "
        "with chance 80 %.",
        "",
    ]
    return "\n".join(lines)


def _row(name, value, interval, p):
    said = f"{p:.4f}" if p >= 0.0001 else "below 0.0001"
    return f"| {name} | {value:.6f} | {_limits(interval, 6)} | {said} |"


def _limits(interval, digits=2):
    if np.isnan(interval.low):
        return f"unknown ({interval.method})"
    return f"[{interval.low:.{digits}f}, {interval.high:.{digits}f}]"


if __name__ == "__main__":
    print(section())  # noqa: T201
