"""How often each test is wrong where nothing is there, and how often each interval is right.

``make evidence`` runs every world and writes docs/reference/error-rates.md; a nightly test runs
them again and holds the page to what they give.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
import terrain_worlds
from action_worlds import ROWS
from claims import ALARM, ASYMPTOTIC, COVER, EXACT, GUARDED, clustered, holds

from forecast_histories import dated_history, day_lengths, events_of, history_of, squares
from peelian import evaluation, forecasts, hotspots, statistics
from peelian.spacetime import square_grid
from peelian.terms import RiskSurface, StreetNetwork, StudyArea

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "error-rates.md"
GRID = square_grid(StudyArea("box", shapely.box(0, 0, 5000, 5000)), 250)
WIDEST = "widest of several"
INTRODUCTION = """# Error rates, simulated

Worlds whose truth is known, drawn from a fixed seed, and what each method says of them. A test should call nothing something in 5 % of them, and
at most in 7 %; a 95 % interval should hold the truth in 93 % or more. Methods that are exact for counts may err less often than stated, and so may
the widest of several intervals, made for origins that depend on each other; asymptotic ones are held to 3 to 7 % and 93 to 97 %. After each rate
is its own 95 % interval over worlds.

Made by `make evidence` (minutes); `make test-nightly` runs every world again and holds this page to it.
"""


@dataclass(frozen=True)
class Simulation:
    """Worlds whose truth is known; ``run`` gives the share wrong (or held) in one of them."""

    method: str
    what: str
    claim: str  # ALARM or COVER
    kind: str  # only what is asymptotic may not be conservative
    worlds: int
    run: Callable[[np.random.Generator], float]

    @property
    def allowed(self) -> tuple[float, float]:
        """Between which the rate must lie."""
        both = self.kind == ASYMPTOTIC
        if self.claim == ALARM:
            return (0.03 if both else 0.0), 0.07
        return 0.93, (0.97 if both else 1.0)

    def rates(self, *, seed: int) -> np.ndarray:
        """One number a world, shape (worlds,)."""
        generators = np.random.default_rng(seed).spawn(self.worlds)
        return np.array([self.run(rng) for rng in generators])


def share(p, level=0.05):
    """Share of the known p-values at or under the level."""
    p = np.asarray(p, dtype=float)
    known = ~np.isnan(p)
    return float(np.mean(p[known] <= level)) if known.any() else 0.0


def counts(rng, mean=0.5):
    """Even noise over the cells."""
    return rng.poisson(mean, GRID.n_cells)


def gi_star(null, mean):
    """Gi* of even noise."""

    def run(rng):
        found = hotspots.gi_star_test(
            counts(rng, mean), GRID, null=null, permutations=999, rng=rng
        )
        return share(found.p)

    return run


def gi_star_map(rng):
    """Whether any cell of a map of noise is left after false discovery control."""
    found = hotspots.gi_star_test(counts(rng, 0.1), GRID, null="drawn")
    return float(share(found.p_fdr) > 0)


def local_moran(rng):
    """Local Moran's I of even noise."""
    return share(hotspots.local_moran(counts(rng), GRID, permutations=999, rng=rng).p)


def emerging(rng):
    """The trend of Gi* over 24 months of even noise."""
    return share(hotspots.emerging(rng.poisson(0.5, (24, GRID.n_cells)), GRID).trend_p)


def change(rng):
    """Two years alike in every cell."""
    before, after = rng.poisson(8, (2, GRID.n_cells))
    return share(hotspots.change(before, after).p)


def change_limits(rng):
    """The ratio of two years, twice as many in the second."""
    found = hotspots.change(rng.poisson(8, GRID.n_cells), rng.poisson(16, GRID.n_cells),
                            exposure=(1.0, 1.0))  # fmt: skip
    known = ~np.isnan(found.low)
    return holds(found.low[known], 2.0, found.high[known])


def relative_risk(rng):
    """Uneven places, labelled at random."""
    centre = rng.uniform(500, 4500, (5, 2))
    at = centre[rng.integers(0, 5, 150)] + rng.normal(0, 500, (150, 2))
    label = rng.random(150) < 0.4
    one, other = (events_of(*at[kind].T, np.zeros(kind.sum())) for kind in (label, ~label))
    grid = squares(10, 10, cell_size=500.0)
    found = hotspots.relative_risk(one, other, grid, bandwidth=1000, permutations=199, rng=rng)
    return share(found.p)


def knox(rng):
    """Sixty events anywhere, any day."""
    x, y = rng.uniform(0, 1000, (2, 60))
    found = hotspots.knox(
        x, y, rng.integers(0, 60, 60), distance_breaks=[0, 200], time_breaks=[0, 7],
        permutations=199, rng=rng,
    )  # fmt: skip
    return share(found.table.columns["p"])


def scan(model, *, prospective=False, skewed=False):
    """The most likely cluster among events that have none, be they alike or of unlike harm."""

    def run(rng):
        x, y = np.round(rng.uniform(0, 1000, (2, 60)))
        day, given = rng.integers(0, 60, 60), {}
        if model == "bernoulli":
            given["weights"] = np.arange(60) % 2
        if model == "poisson":  # a place without an event has a row of weight 0
            people = rng.integers(1, 200, 30)
            place = np.concatenate(
                [np.arange(30), rng.choice(30, 40, p=people / people.sum())]
            )
            x, y = rng.uniform(0, 1000, (2, 30))[:, place]
            day = np.concatenate([np.zeros(30, int), rng.integers(0, 60, 40)])
            given = {"weights": np.arange(70) >= 30, "population": people[place]}
        if skewed:
            given["harm"] = rng.choice([20.0, 365.0, 5475.0], len(x), p=[0.8, 0.18, 0.02])
        found = hotspots.scan(
            x, y, day, model=model, max_radius=300, max_days=14, prospective=prospective,
            runs=99, rng=rng, first_day=0, last_day=59, **given,
        )  # fmt: skip
        return float(found.table.columns["p"].min(initial=1) <= 0.05)

    return run


def two_counts(change, dispersion, *, estimated=False):
    """Two years of offences, fallen by so much (or not), whose months cluster so much."""

    def run(rng):
        season = 1 + 0.2 * np.sin(np.arange(24) * np.pi / 6)
        mean = 130 * season * np.repeat([1.0, 1 + change], 12)
        shape = mean / max(dispersion - 1, 1e-9)
        seen = rng.poisson(mean * rng.gamma(shape) / shape if dispersion > 1 else mean)
        allowed = evaluation.monthly_dispersion(seen) if estimated else dispersion
        found = evaluation.compare_counts(
            int(seen[12:].sum()), int(seen[:12].sum()), dispersion=allowed
        )
        return holds(found.ratio.low, 1 + change, found.ratio.high)

    return run


def e_test(rng):
    """Two counts of about eight."""
    return float(evaluation.e_test(*rng.poisson(8, 2).tolist()) <= 0.05)


def place_days(ratio, dispersion, what):
    """Twenty unlike spots, two days in five treated at random."""

    def run(rng):
        mean = np.array([0.4, 0.6])[:, None] * rng.gamma(1, 12, 20) * np.array([[ratio], [1]])
        treated, other = clustered(rng, mean, dispersion)
        found = evaluation.crossover(
            treated, treated + other, np.full(20, 0.4), dispersion=dispersion
        )
        if what == "p":
            return float(found.p <= 0.05)
        return holds(found.interval.low, ratio, found.interval.high)

    return run


def four_counts(estimator, truth, dispersion, what):
    """A treated area of 200, and a control of 200, before and after."""

    def run(rng):
        before, after, c0, c1 = clustered(
            rng, np.array([200, 200 * truth, 200, 200]), dispersion
        )
        found = estimator((before, after), (c0, c1), dispersion=dispersion)
        if what == "p":
            return float(found.p <= 0.05)
        wanted = truth if estimator is evaluation.ratio_of_ratios else 200 * (truth - 1)
        return holds(found.interval.low, wanted, found.interval.high)

    return run


def panel(ratio, dispersion, what):
    """Twenty-four areas, twelve periods, half treated in the second half."""

    def run(rng):
        mean = rng.gamma(2, 6, (24, 1)) * np.exp(rng.normal(0, 0.1, 12))
        treated = np.zeros((24, 12), dtype=bool)
        treated[rng.permutation(24)[:12], 6:] = True
        seen = clustered(rng, mean * ratio**treated, dispersion)
        found = evaluation.difference_in_differences(seen, treated, rng=rng)
        if what == "p":
            return float(found.p <= 0.05)
        return holds(found.interval.low, ratio, found.interval.high)

    return run


def mann_kendall(rng):
    """Twelve numbers without a trend."""
    return float(statistics.mann_kendall(rng.normal(size=(12, 1))).p[0] <= 0.05)


def sign_flips(rng):
    """Hits of two forecasts alike, over twenty origins."""
    difference = np.diff(rng.poisson(5, (2, 20)), axis=0)[0].astype(float)
    return float(statistics.sign_flip_test(difference, rng=rng) <= 0.05)


def paired(n_origins, block):
    """The claim "better than counting" of two forecasts alike."""

    def run(rng):
        difference = np.diff(rng.poisson(5.0, (2, n_origins)), axis=0)[0].astype(float)
        resamples = evaluation.resample_origins(n_origins, block, draws=400, rng=rng)
        words = evaluation.verdict(
            evaluation.score_difference(difference, resamples),
            baseline="count",
            n_blocks=resamples.n_blocks,
        )
        return float(not words.startswith("no detectable difference"))

    return run


def pai(rng):
    """PAI of counting on even noise, which is 1."""
    grid = squares(10, 10, cell_size=100.0)
    result = evaluation.backtest(
        history_of(rng.poisson(0.4, (24, 100)), grid, days=30),
        {"count": forecasts.LongWindowCount()},
        area_budget=10 * 100.0**2,
        min_history=6,
        draws=400,
        rng=rng,
    )
    interval = result.row("count").pai.interval
    return holds(interval.low, 1.0, interval.high)


def measure(name):
    """A measure of one unchanging surface over twelve origins; the truth is that of 6,000."""

    def result(rng, n_origins):
        rate = np.repeat([0.05, 0.2, 0.8, 2.0], [30, 15, 10, 5])
        grid = squares(6, 10, cell_size=100.0)
        seen = history_of(rng.poisson(rate, (n_origins + 1, 60)), grid, days=30)
        row = evaluation.backtest(
            seen, {"count": Settled(rate)}, area_budget=6 * 100.0**2, min_history=1,
            draws=400, rng=rng,
        ).row("count")  # fmt: skip
        return getattr(row, name)

    truth = []  # found by the first world, where the work is done

    def run(rng):
        if not truth:
            truth.append(result(np.random.default_rng(33), 6000).value)
        interval = result(rng, 12).interval
        return holds(interval.low, truth[0], interval.high)

    return run


class Settled:
    """Says the same surface at every origin."""

    def __init__(self, risk):
        self.risk = risk

    def walk(self, history, origins):
        return (self.risk for _ in origins)

    def forecast(self, history, horizon):
        return RiskSurface(self.risk[None], history.grid, self)


def learnt(name, n_origins, *, events, half_life, drift=None):
    """A measure of a map that learns from what happens; the truth is its mean over 100 worlds.

    The rates of 200 cells stay, or drift about their means by a first-order autoregression.
    The months are the same in every world: a map learns as its history grows.
    """
    area = squares(10, 20)
    mean = np.random.default_rng(34).gamma(0.5, 1, 200)
    mean *= events / 12 / mean.sum()

    def result(rng):
        seen = rng.poisson(drifting(mean, 48 + n_origins, drift, rng))
        row = evaluation.backtest(
            history_of(seen, area, days=30), {"count": forecasts.EWMA(half_life)},
            area_budget=10 * 100.0**2, min_history=48, draws=1, rng=rng,
        ).row("count")  # fmt: skip
        return getattr(row, name)

    truth = []  # found by the first world, where the work is done

    def run(rng):
        if not truth:
            worlds = np.random.default_rng(35).spawn(100)
            truth.append(np.mean([result(one).value for one in worlds]))
        interval = result(rng).interval
        return holds(interval.low, truth[0], interval.high)

    return run


def drifting(mean, n_periods, drift, rng):
    """Rates of each cell in each period, about their means."""
    if drift is None:
        return np.broadcast_to(mean, (n_periods, len(mean)))
    z = rng.normal(size=(n_periods, len(mean)))
    for before, now in pairwise(z):
        now *= np.sqrt(1 - drift**2)
        now += drift * before
    return mean * np.exp(0.7 * z - 0.7**2 / 2)


def several_tasks(rng):
    """Eight tasks that share a year's busy months; the challenger catches a tenth more."""
    months = np.arange("2016-03", "2017-03", dtype="M8[M]")
    busy = rng.gamma(12, 1 / 12, 12)
    tasks = [
        evaluation.Task(
            "task", months, *(rng.poisson(mean * busy) + shared for mean in (0.5 * m, 0.4 * m))
        )
        for m in np.geomspace(5, 60, 8)
        for shared in [rng.poisson(0.6 * m * busy)]
    ]
    interval = evaluation.compare_tasks(tasks, draws=600, rng=rng).gain.interval
    return holds(interval.low, 0.1, interval.high)


def segment_rates(rng):
    """Four hundred segments of 20 to 500 m, at 5 events a km."""
    x, length = np.arange(400) * 1000.0, rng.uniform(20, 500, 400)
    lines = shapely.linestrings(
        np.stack([np.column_stack([x, 0 * x]), np.column_stack([x + length, 0 * x])], axis=1)
    )
    nodes, name = np.arange(400), np.full(400, "")
    network = StreetNetwork(
        lines, length, nodes, 400 + nodes, np.append(x, x + length), np.zeros(800),
        name, name, name, "none",
    )  # fmt: skip
    at = np.repeat(nodes, rng.poisson(5 * length / 1000))
    events = hotspots.snap_events(x[at] + length[at] / 2, 0.0 * at, network, max_distance=10)
    found = hotspots.segment_rates(events, network)
    return holds(found.low, 5.0, found.high)


def wilson(rng):
    """A share of .3 in samples of 5 to 200."""
    n = rng.integers(5, 200, 400)
    low, high = statistics.wilson_limits(rng.binomial(n, 0.3), n)
    return holds(low, 0.3, high)


def clopper_pearson(rng):
    """A share of .3 in samples of 5 to 200."""
    n = rng.integers(5, 200, 400)
    low, high = statistics.clopper_pearson_limits(rng.binomial(n, 0.3), n)
    return holds(low, 0.3, high)


def garwood(rng):
    """Poisson means of 1 to 50."""
    mean = rng.uniform(1, 50, 400)
    low, high = statistics.garwood_limits(rng.poisson(mean), 1.0)
    return holds(low, mean, high)


def discounted(rng):
    """A rate estimated from counts that are forgotten by half every eight months."""
    weight = 0.5 ** (np.arange(24) / 8)
    seen = rng.poisson(0.2, size=(400, 24))
    low, high = statistics.weighted_garwood_limits(
        seen @ weight, seen @ weight**2, 1.0, weight.sum()
    )
    return holds(low, 0.2, high)


def gamma_poisson(rng):
    """The rate of each of a thousand cells, two years seen."""
    rate = rng.gamma(0.5, 0.4, 1000)
    history = history_of(rng.poisson(rate, (24, 1000)), squares(20, 50), days=30)
    surface = forecasts.GammaPoissonEWMA(np.inf).forecast(history, 1)
    assert surface.low is not None and surface.high is not None
    return holds(surface.low[0], rate, surface.high[0])


def concentration(rows):
    """Measures of a thousand places whose rates are gamma, against those of four million."""
    many = np.random.default_rng(32).negative_binomial(0.3, 0.375, 4_000_000)
    truth = np.array([
        statistics.gini(many), *(statistics.top_share(many, s) for s in (0.05, 0.1)),
        *(statistics.places_holding(many, s) for s in (0.25, 0.5)),
    ])  # fmt: skip

    def run(rng):
        found = hotspots.concentration(
            rng.negative_binomial(0.3, 0.375, 1000), draws=400, rng=rng
        )
        measures = [0, 3, 4, 5, 6]
        held = (found.low[measures] <= truth) & (truth <= found.high[measures])
        return float(held[rows])

    return run


TRUE = forecasts.Trigger(0.3, 0.1, 80.0)


def self_exciting(name):
    """A parameter of a simulated process, its interval from the fit."""

    def run(rng):
        grid = squares(25, 25, cell_size=400.0)
        days = day_lengths(730)
        background = np.full(625, 700 / 730 / 625)
        events = TRUE.simulate(grid, background, days, rng=rng)
        fit = forecasts.SelfExciting(background_bandwidth=400, reach=500).fit(
            dated_history(events, grid, 730)
        )
        interval = fit.interval(name)
        return holds(interval.low, getattr(TRUE, name), interval.high)

    return run


SLOW = {"events": 54, "half_life": 365, "drift": 0.95}
FAST = {"events": 720, "half_life": 90, "drift": 0.5}
FEW = {"events": 54, "half_life": 90}
LEARNT = (  # what is said of the world, the world, the measures
    ("54 events a year, rates that drift slowly", SLOW, ("overlap", "rank_correlation")),
    ("720 events a year, rates that drift fast", FAST, ("overlap",)),
    ("54 events a year", FEW, ("curve_area", "gini")),
)

ACTION = (
    ("crossover", 4000, place_days),
    ("weighted_displacement", 4000, partial(four_counts, evaluation.weighted_displacement)),
    ("ratio_of_ratios", 4000, partial(four_counts, evaluation.ratio_of_ratios)),
    ("difference_in_differences", 1000, panel),
)

SIMULATIONS = (
    Simulation("gi_star_test", "p, drawn null, .5 events a cell", ALARM, EXACT, 1000, gi_star("drawn", 0.5)),
    Simulation("gi_star_test", "p, drawn null, 5 events a cell", ALARM, EXACT, 1000, gi_star("drawn", 5)),
    Simulation("gi_star_test", "p by permutation", ALARM, EXACT, 1000, gi_star("permutation", 0.5)),
    Simulation("gi_star_test", "any cell with p_fdr ≤ 0.05", ALARM, EXACT, 2000, gi_star_map),
    Simulation("local_moran", "p by permutation", ALARM, EXACT, 1000, local_moran),
    Simulation("emerging", "trend_p", ALARM, ASYMPTOTIC, 500, emerging),
    Simulation("change", "p of a cell", ALARM, EXACT, 500, change),
    Simulation("change", "rate ratio of a cell", COVER, EXACT, 500, change_limits),
    Simulation("relative_risk", "p by random labelling", ALARM, EXACT, 500, relative_risk),
    Simulation("knox", "p of a band", ALARM, EXACT, 2000, knox),
    Simulation("scan", "p, permutation", ALARM, EXACT, 1000, scan("permutation")),
    Simulation("scan", "p, permutation, prospective", ALARM, EXACT, 1000, scan("permutation", prospective=True)),
    Simulation("scan", "p, Bernoulli", ALARM, EXACT, 1000, scan("bernoulli")),
    Simulation("scan", "p, Poisson", ALARM, EXACT, 1000, scan("poisson")),
    *(
        Simulation(method, f"p, dispersion {phi}", ALARM, ASYMPTOTIC, worlds, make(1.0, phi, "p"))
        for method, worlds, make in ACTION
        for phi in (1, 3)
    ),
    *(
        Simulation(method, f"a fall of 30 %, dispersion {phi}", COVER, ASYMPTOTIC, worlds, make(0.7, phi, ""))
        for method, worlds, make in ACTION
        for phi in (1, 3)
    ),
    Simulation("mann_kendall", "p of twelve periods", ALARM, ASYMPTOTIC, 5000, mann_kendall),
    Simulation("sign_flip_test", "p over twenty origins", ALARM, EXACT, 1000, sign_flips),
    Simulation("e_test", "p of two counts of about eight", ALARM, EXACT, 2000, e_test),
    Simulation("backtest", "verdict over 12 monthly origins", ALARM, ASYMPTOTIC, 5000, paired(12, 1)),
    Simulation("backtest", "verdict over 52 weekly origins", ALARM, ASYMPTOTIC, 5000, paired(52, 4)),
    Simulation("backtest", "PAI of counting", COVER, GUARDED, 1000, pai),
    Simulation("compare_counts", "a fall of a tenth, events one by one", COVER, EXACT, 5000, two_counts(-0.1, 1)),
    Simulation("compare_counts", "a fall of a tenth, dispersion 3 known", COVER, ASYMPTOTIC, 5000, two_counts(-0.1, 3)),
    Simulation("compare_counts", "a fall of a tenth, dispersion 3 estimated from 24 months", COVER, ASYMPTOTIC, 5000, two_counts(-0.1, 3, estimated=True)),
    Simulation("wilson", "a share of .3", COVER, ASYMPTOTIC, 1000, wilson),
    Simulation("clopper_pearson", "a share of .3", COVER, EXACT, 1000, clopper_pearson),
    Simulation("garwood", "Poisson means of 1 to 50", COVER, EXACT, 1000, garwood),
    Simulation("weighted_garwood", "a discounted rate", COVER, EXACT, 1000, discounted),
    Simulation("gamma-poisson", "rate of a cell", COVER, ASYMPTOTIC, 500, gamma_poisson),
    Simulation("concentration", "Gini", COVER, ASYMPTOTIC, 1000, concentration(0)),
    Simulation("concentration", "share in the top 5 %", COVER, ASYMPTOTIC, 1000, concentration(1)),
    Simulation("concentration", "share in the top 10 %", COVER, ASYMPTOTIC, 1000, concentration(2)),
    Simulation("concentration", "places holding a quarter", COVER, ASYMPTOTIC, 1000, concentration(3)),
    Simulation("concentration", "places holding half", COVER, ASYMPTOTIC, 1000, concentration(4)),
    Simulation("self-exciting", "branching ratio", COVER, ASYMPTOTIC, 1000, self_exciting("branching_ratio")),
    Simulation("self-exciting", "decay", COVER, ASYMPTOTIC, 1000, self_exciting("decay")),
    Simulation("self-exciting", "bandwidth", COVER, ASYMPTOTIC, 1000, self_exciting("bandwidth")),
    Simulation("backtest", "Brier score of twelve months", COVER, ASYMPTOTIC, 1000, measure("brier")),
    Simulation("backtest", "PEI of twelve months", COVER, GUARDED, 1000, measure("pei")),
    Simulation("backtest", "area under the curve of twelve months", COVER, WIDEST, 1000, measure("curve_area")),
    Simulation("compare_tasks", "mean gain of a tenth, eight tasks over twelve months", COVER, ASYMPTOTIC, 2000, several_tasks),
    Simulation("segment_rates", "events per km", COVER, EXACT, 500, segment_rates),
    Simulation("scan", "p, permutation, harm of 20, 365 or 5,475 days", ALARM, EXACT, 1000, scan("permutation", skewed=True)),
    Simulation("scan", "p, Bernoulli, harm of 20, 365 or 5,475 days", ALARM, EXACT, 1000, scan("bernoulli", skewed=True)),
    Simulation("scan", "p, Poisson, harm of 20, 365 or 5,475 days", ALARM, EXACT, 1000, scan("poisson", skewed=True)),
    *(
        Simulation("backtest", f"`{name}` of a learnt map, {n} months, {what}", COVER, WIDEST, 300, learnt(name, n, **world))
        for what, world, names in LEARNT
        for name in names
        for n in (12, 24, 36)
    ),
    *(Simulation(*row) for row in ROWS),
    *(Simulation(*row) for row in terrain_worlds.ROWS),
)  # fmt: skip


def table(simulations=SIMULATIONS):
    """One row a simulation: what was asked, of how many worlds, the rate and what is allowed."""
    import joblib

    run = joblib.delayed(Simulation.rates)
    every = joblib.Parallel(n_jobs=2)(run(one, seed=i) for i, one in enumerate(simulations))
    for one, rates in zip(simulations, every, strict=True):
        error = 1.96 * rates.std(ddof=1) / np.sqrt(len(rates))
        yield one, float(rates.mean()), float(error)


def page(rows):
    """The page, as Markdown."""
    lines = [INTRODUCTION]
    for claim in (ALARM, COVER):
        lines.append(
            f"| method | {claim} | kind | worlds | rate | allowed |\n|---|---|---|---|---|---|"
        )
        for one, rate, error in rows:
            if one.claim == claim:
                low, high = one.allowed
                lines.append(
                    f"| `{one.method}` | {one.what} | {one.kind} | {one.worlds:,} | "
                    f"{100 * rate:.1f} % ± {100 * error:.1f} | {100 * low:.0f} to {100 * high:.0f} % |"
                )
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page(list(table())))
