"""Worlds in which an action was taken, or none: the rows of "Did it work?" beside the first.

Each is made by ``make(ratio, dispersion, what)``: the true rate ratio, variance over mean of the
counts, and which number of the estimate is judged.
"""

from functools import partial

import numpy as np
from claims import ALARM, ASYMPTOTIC, CAUTIOUS, COVER, EXACT, clustered, holds

from peelian import evaluation
from peelian.operations import inclusion_probabilities, redraw_spots
from peelian.operations.rotation import SYSTEMATIC_PPS
from peelian.terms import PLANNING_PRIOR, Draw, Interval


def judged(found, truth, claim):
    """Whether a ratio with its interval and p is wrong (or right)."""
    if claim == ALARM:
        return float(found.p <= 0.05)
    return holds(found.interval.low, truth, found.interval.high)


def carried_over(rng, mean, dispersion, correlation):
    """Counts of a month that go with those of the month before, at about that correlation."""
    from scipy.stats import nbinom, norm, poisson

    z = rng.normal(size=len(mean))
    for t in range(1, len(z)):
        z[t] = correlation * z[t - 1] + np.sqrt(1 - correlation**2) * z[t]
    u = norm.cdf(z)
    if dispersion == 1:
        return poisson.ppf(u, mean)
    return nbinom.ppf(u, mean / (dispersion - 1), 1 / dispersion)


def series(n, what, ratio, dispersion, claim):
    """So many months with trend and season, the last third after the action."""

    def run(rng):
        month, n_before = np.arange(n), 2 * n // 3
        season = (month % 12) / 12
        mean = 40 * np.exp(0.005 * month + 0.2 * np.sin(2 * np.pi * season))
        mean[n_before:] *= ratio
        seen = carried_over(rng, mean, dispersion, 0.0 if dispersion == 1 else 0.3)
        found = evaluation.interrupted_series(seen, n_before=n_before, season=season)
        return judged(getattr(found, what), ratio, claim)

    return run


def controlled(ratio, dispersion, claim):
    """Thirty-six months here and in a comparison of twice the size, with shocks of both."""

    def run(rng):
        mean = 40 * np.exp(rng.normal(0, 0.2, 36))
        other = clustered(rng, 2 * mean, dispersion)
        seen = clustered(rng, mean * np.where(np.arange(36) < 24, 1, ratio), dispersion)
        found = evaluation.interrupted_series(
            seen, n_before=24, comparison=other, slope_change=False
        )
        return judged(found.level, ratio, claim)

    return run


def drawn_days(rng, n_days, n_spots=30, mean=0.15):
    """A rotation by worth, a third of the spots a day, and the mean of each spot-day."""
    worth = rng.gamma(1, 1, n_spots) + 0.05
    pi = inclusion_probabilities(worth, n_spots // 3, floor=0.05, ceiling=0.95)
    draw = Draw(pi, pi > 0, 1, SYSTEMATIC_PPS)
    busy = np.exp(rng.normal(0, 0.2, (n_days, 1)))
    return draw, redraw_spots(draw, n_days, rng=rng), mean * worth / worth.mean() * busy


def rotation(what, ratio, dispersion, claim):
    """A hundred and twenty days of a logged rotation over thirty unlike spots."""

    def run(rng):
        draw, active, mean = drawn_days(rng, 120)
        seen = clustered(rng, mean * np.where(active, ratio, 1.0), dispersion)
        found = evaluation.draw_effect(seen, active, np.tile(draw.probability, (120, 1)))
        if what == "difference":
            limits = found.difference_interval
            return holds(limits.low, float(mean.mean()) * (ratio - 1), limits.high)
        return judged(getattr(found, what), ratio, claim)

    return run


def redrawn(ratio, dispersion, claim):
    """Sixty days of the rotation against ninety-nine draws made again."""
    assert ratio == 1 and claim == ALARM

    def run(rng):
        draw, active, mean = drawn_days(rng, 60)
        seen = clustered(rng, mean, dispersion)
        again = redraw_spots(draw, 99 * 60, rng=rng).reshape(99, 60, -1)
        return float(evaluation.randomisation_p(seen, active, again) <= 0.05)

    return run


def few_areas(ratio, dispersion, claim):
    """Twelve areas over four periods, half of them treated in the last two."""

    def run(rng):
        mean = rng.gamma(2, 10, (12, 1)) * np.exp(rng.normal(0, 0.1, 4))
        treated = np.zeros((12, 4), dtype=bool)
        treated[rng.permutation(12)[:6], 2:] = True
        seen = clustered(rng, mean * ratio**treated, dispersion)
        found = evaluation.difference_in_differences(seen, treated, permutations=39, rng=rng)
        return judged(found, ratio, claim)

    return run


def wedge(ratio, dispersion, claim):
    """Twenty districts, four more treated each period."""

    def run(rng):
        mean = rng.gamma(4, 5, (20, 1)) * np.exp(rng.normal(0, 0.1, 6))
        treated = np.arange(6) > rng.permutation(20)[:, None] // 4
        seen = clustered(rng, mean * ratio**treated, dispersion)
        return judged(
            evaluation.difference_in_differences(seen, treated, rng=rng), ratio, claim
        )

    return run


def before(ratio, dispersion, claim):
    """Sixteen areas alike before: all leads together, or the last of them."""

    def run(rng):
        mean = rng.gamma(2, 10, (16, 1)) * np.exp(rng.normal(0, 0.1, 12))
        treated = np.zeros((16, 12), dtype=bool)
        treated[rng.permutation(16)[:8], 9:] = True
        seen = clustered(rng, mean * ratio**treated, dispersion)
        found = evaluation.event_study(seen, treated, leads=2, permutations=99, rng=rng)
        if claim == ALARM:
            return float(found.p <= 0.05)
        return judged(found.ratios[0], 1.0, claim)

    return run


def synthetic(ratio, dispersion, claim):
    """Twenty areas of like course, one of them called treated."""
    assert ratio == 1 and claim == ALARM

    def run(rng):
        course = 30 * np.exp(rng.normal(0, 0.2, 24))
        seen = clustered(rng, rng.gamma(20, 1 / 20, (20, 1)) * course, dispersion)
        found = evaluation.synthetic_control(seen[0], seen[1:], n_before=18)
        return float(found.p <= 0.05)

    return run


def eight_counts(ratio, dispersion, claim):
    """Treated and control areas of 100, both with surroundings of 60."""

    def run(rng):
        mean = np.array([100, 100 * ratio, 100, 100, 60, 60, 60, 60])
        t0, t1, c0, c1, *near = clustered(rng, mean, dispersion)
        found = evaluation.weighted_displacement(
            (t0, t1), (c0, c1), treated_near=near[:2], control_near=near[2:],
            dispersion=dispersion,
        )  # fmt: skip
        return judged(found, 100 * (ratio - 1), claim)

    return run


def exact_crossover(rng):
    """Twenty spots with two events each on average, two days in five treated."""
    total = rng.poisson(2, 20)
    treated = rng.binomial(total, 0.4)
    found = evaluation.crossover(treated, total, np.full(20, 0.4))
    return float(found.p_exact <= 0.05)


def chart(dispersion):
    """Two hundred months of about ten against limits at 95 %."""

    def run(rng):
        low, high = evaluation.poisson_limits(10, level=0.95, dispersion=dispersion)
        seen = clustered(rng, np.full(200, 10.0), dispersion)
        return float(np.mean((seen < low) | (seen > high)))

    return run


def funnel(rng):
    """Sixty districts that differ by a tenth, against a funnel that allows for it."""
    expected = rng.uniform(20, 200, 60)
    seen = rng.poisson(expected * np.exp(rng.normal(0, 0.1, 60)))
    spread = evaluation.between_areas(seen, expected)
    low, high = evaluation.funnel_limits(expected, overdispersion=spread)
    ratio = seen / expected
    return float(np.mean((ratio < low) | (ratio > high)))


def watched(rng):
    """A year of weeks at the usual level, tested after each."""
    seen = rng.poisson(4, 52)
    verdicts = (
        evaluation.sequential_test(seen[: k + 1], usual=4, raised=6).verdict for k in range(52)
    )
    first = next((v for v in verdicts if v in ("usual", "raised")), "")
    return float(first == "raised")


def spate(rng):
    """A year at random: is its fullest fortnight called a spate?"""
    at = np.sort(rng.uniform(0, 26, rng.poisson(26)))
    most = max((int(np.sum((at >= t) & (at < t + 1))) for t in at), default=0)
    return float(most >= 3 and evaluation.spate_p(most, 1.0, windows=26) <= 0.05)


def beside(rng):
    """A trial of an effect that is one of those to be expected."""
    spread = np.log(PLANNING_PRIOR.high / PLANNING_PRIOR.low) / (2 * 1.96)
    truth = rng.normal(np.log(PLANNING_PRIOR.ratio), spread)
    error = rng.uniform(0.02, 0.4)
    seen = rng.normal(truth, error)
    low, high = np.exp([seen - 1.96 * error, seen + 1.96 * error])
    found = evaluation.beside_prior(np.exp(seen), Interval(low, high, "normal"))
    return holds(found.interval.low, np.exp(truth), found.interval.high)


ACTION = (  # method, number judged, kind, worlds, maker
    (
        "interrupted_series",
        "overall, 24 months",
        CAUTIOUS,
        500,
        partial(series, 24, "overall"),
    ),
    (
        "interrupted_series",
        "overall, 60 months",
        CAUTIOUS,
        300,
        partial(series, 60, "overall"),
    ),
    ("interrupted_series", "level, 36 months", CAUTIOUS, 400, partial(series, 36, "level")),
    ("interrupted_series", "level, with a comparison", CAUTIOUS, 500, controlled),
    ("draw_effect", "ratio", ASYMPTOTIC, 1000, partial(rotation, "ratio")),
    ("draw_effect", "everywhere", ASYMPTOTIC, 1000, partial(rotation, "everywhere")),
    ("weighted_displacement", "with surroundings", ASYMPTOTIC, 4000, eight_counts),
    ("difference_in_differences", "twelve areas, by permutation", EXACT, 300, few_areas),
    ("difference_in_differences", "a stepped wedge", CAUTIOUS, 300, wedge),
    ("event_study", "two leads, sixteen areas", EXACT, 150, before),
)
WITHOUT_INTERVAL = (
    ("randomisation_p", "99 redraws", EXACT, 1000, redrawn),
    ("synthetic_control", "placebo rank among 20", EXACT, 400, synthetic),
)

ROWS = (
    *(
        (method, f"{what}, dispersion {phi}", ALARM, kind, worlds, make(1.0, phi, ALARM))
        for method, what, kind, worlds, make in (*ACTION, *WITHOUT_INTERVAL)
        for phi in (1, 3)
    ),
    ("crossover", "exact p", ALARM, EXACT, 4000, exact_crossover),
    ("poisson_limits", "a month, dispersion 1", ALARM, EXACT, 200, chart(1)),
    ("poisson_limits", "a month, dispersion 3", ALARM, EXACT, 200, chart(3)),
    ("funnel_limits", "a district, overdispersed", ALARM, EXACT, 500, funnel),
    ("sequential_test", "a year of weeks", ALARM, EXACT, 500, watched),
    ("spate_p", "the fullest fortnight of a year", ALARM, EXACT, 2000, spate),
    *(
        (method, f"{what}, a fall of 14 %, dispersion {phi}", COVER, kind, worlds, make(0.86, phi, COVER))
        for method, what, kind, worlds, make in ACTION
        for phi in (1, 3)
    ),
    *(
        ("draw_effect", f"difference, dispersion {phi}", COVER, ASYMPTOTIC, 1000, rotation("difference", 0.86, phi, COVER))
        for phi in (1, 3)
    ),
    ("beside_prior", "an effect to be expected", COVER, EXACT, 4000, beside),
)  # fmt: skip
