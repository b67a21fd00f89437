"""A year of patrols whose truth is known: planned, drawn, delivered in part, evaluated.

``python tests/evidence/simulated_year.py`` (with ``PYTHONPATH=tests/evidence``) lives two hundred
such years of each kind, replays a trial of the size of Southend's, and writes
docs/reference/did-it-work-results.md.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import place_day_trial
from claims import clustered

from peelian import evaluation
from peelian.operations import draw_spots, redraw_spots
from peelian.terms import Draw, Spots

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "did-it-work-results.md"
DAYS, SPOTS, ACTIVE = 365, 60, 20
EVENTS = 0.2  # a spot-day, on average: violence in public places at the hot spots of a force
DELIVERED, EFFECT = 0.6, 0.86
YEARS = 200


@dataclass(frozen=True)
class World:
    """What is true: the rate ratio of a delivered visit, how deliveries fall, clustering."""

    ratio: float
    follows_risk: bool
    dispersion: float

    @property
    def words(self) -> str:
        """As a row of the page."""
        falls = "where and when it is busy" if self.follows_risk else "at random"
        return f"{self.ratio:g} | {falls} | {self.dispersion:g}"


WORLDS = (
    World(EFFECT, False, 1),
    World(EFFECT, True, 1),
    World(EFFECT, True, 3),
    World(1.0, True, 1),
    World(1.0, True, 3),
)


@dataclass(frozen=True, eq=False)
class Year:
    """What was drawn, delivered and seen, shape (n_days, n_spots), and what would be true."""

    draws: tuple[Draw, ...]
    active: np.ndarray
    probability: np.ndarray
    delivered: np.ndarray
    outcome: np.ndarray
    truth: float  # ratio of the rates of drawn and not drawn, where the draw was open
    everywhere: float  # and over all spot-days


def live(world: World, *, seed: int) -> Year:
    """One year: each day some spots are drawn by the risk that is thought, some are reached."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(1, 1, SPOTS) + 0.05
    weekend = np.where(np.arange(DAYS) % 7 >= 5, 1.5, 0.8)
    season = 1 + 0.2 * np.sin(2 * np.pi * np.arange(DAYS) / 365)
    busy = (weekend * season)[:, None] * np.exp(rng.normal(0, 0.3, (DAYS, SPOTS)))
    risk = rate * busy
    risk *= EVENTS / risk.mean()
    thought = rate * np.exp(rng.normal(0, 0.3, SPOTS))  # what the forecast says of each spot
    spots = Spots(
        np.arange(SPOTS), np.zeros(SPOTS), np.zeros(SPOTS), thought,
        tuple(f"spot {k}" for k in range(SPOTS)),
    )  # fmt: skip
    draws = tuple(
        draw_spots(spots, ACTIVE, seed=int(s)) for s in rng.integers(2**31, size=DAYS)
    )
    active = np.array([draw.active for draw in draws])
    probability = np.array([draw.probability for draw in draws])
    reached = np.full(risk.shape, DELIVERED)
    if world.follows_risk:  # teams stay where something happens, and skip the quiet stops
        rank = np.log(risk / np.median(risk))
        reached = 1 / (1 + np.exp(-1.2 * rank))
        reached = np.clip(reached * DELIVERED / reached[active].mean(), 0, 1)
    delivered = active & (rng.random(risk.shape) < reached)
    outcome = clustered(rng, risk * np.where(delivered, world.ratio, 1.0), world.dispersion)
    changed = 1 - (1 - world.ratio) * reached
    open_draw = risk * probability * (1 - probability)
    return Year(
        draws, active, probability, delivered, outcome,
        float((open_draw * changed).sum() / open_draw.sum()),
        float((risk * changed).sum() / risk.sum()),
    )  # fmt: skip


def within_spots(year: Year, when: np.ndarray, *, dispersion: float):
    """Crossover estimate: each spot's days with against its days without."""
    share = when.mean(axis=0)
    both = (share > 0) & (share < 1)
    total, treated = year.outcome.sum(axis=0), (year.outcome * when).sum(axis=0)
    return evaluation.crossover(treated[both], total[both], share[both], dispersion=dispersion)


def evaluate(
    world: World, *, seed: int
) -> dict[str, tuple[float, float, float, float, float]]:
    """By estimator: value, truth, limits and p of one year."""
    year = live(world, seed=seed)
    drawn = evaluation.draw_effect(year.outcome, year.active, year.probability)
    inside = within_spots(year, year.active, dispersion=world.dispersion)
    visited = within_spots(year, year.delivered, dispersion=world.dispersion)
    found = {
        "the draw, where it was open": (drawn.ratio, year.truth),
        "the draw, everywhere (Hájek)": (drawn.everywhere, year.everywhere),
        "the draw, within spots (crossover)": (inside, year.truth),
        "as treated: visited against not": (visited, world.ratio),
    }
    return {
        name: (one.value, truth, one.interval.low, one.interval.high, one.p)
        for name, (one, truth) in found.items()
    }


def randomisation(year: Year, *, n_draws: int, seed: int) -> float:
    """The p-value of the year against its own draws, made again."""
    rng = np.random.default_rng(seed)
    again = np.stack([redraw_spots(draw, n_draws, rng=rng) for draw in year.draws], axis=1)
    return evaluation.randomisation_p(year.outcome, year.active, again)


def rows(world: World, *, years: int):
    """Of each estimator over so many years: its mean, the truth, coverage, share of p ≤ .05."""
    seen = [evaluate(world, seed=seed) for seed in range(years)]
    for name in seen[0]:
        value, truth, low, high, p = np.array([one[name] for one in seen]).T
        held = float(np.mean((low <= truth) & (truth <= high)))
        yield (
            name, float(np.exp(np.log(value).mean())), float(truth.mean()), held,
            float(np.mean(p <= 0.05)),
        )  # fmt: skip


def page(*, years: int = YEARS) -> str:
    """The page, as Markdown."""
    lines = [INTRODUCTION.format(years=years)]
    lines.append(
        "| visit's ratio | visits fall | dispersion | estimator | mean ratio | true ratio | "
        "interval holds it | p ≤ 0.05 |\n|---|---|---|---|---|---|---|---|"
    )
    for world in WORLDS:
        for name, value, truth, held, found in rows(world, years=years):
            lines.append(
                f"| {world.words} | {name} | {value:.3f} | {truth:.3f} | {100 * held:.1f} % | "
                f"{100 * found:.1f} % |"
            )
    lines.append(READING)
    lines.append(place_day_trial.section())
    return "\n".join(lines)


INTRODUCTION = f"""# Did it work? What was shown

Made by `make evidence` from `tests/evidence/simulated_year.py`; a nightly test holds this page to it.

## A simulated year

{SPOTS} unlike hot spots, {DAYS} days, {ACTIVE} spots drawn each day with probabilities from a forecast that is itself
uncertain; {100 * DELIVERED:.0f} % of what was drawn is visited, at random or where and when it is busy. A visit multiplies
that spot-day's events by {EFFECT} (or by 1: nothing there). Some {SPOTS * DAYS * EVENTS:,.0f} events a year, with variance equal to the
mean or three times it. What the draw can show is the effect of *being drawn* (intention to treat): weaker than that of a visit,
because some were not made. Each row is {{years}} years.
"""

READING = """
- **The draw is recovered.** Where it was open its mean is the truth, its interval holds it in 93 years of 100 or more, and where nothing is there it
  finds something in 7 or fewer.
- **Everywhere (Hájek) is the weaker of the two.** A spot drawn one day in twenty counts twenty times, so its interval is half as wide again, and in one of
  the five worlds it held the truth in only 90.5 % of years (give or take 4). The crossover estimate takes its dispersion as given, and held it in
  92.5 % in one (give or take 3.7). Decide by the draw where it was open.
- **As treated is biased** when visits follow risk: the busy days of a spot are those it was visited on, so that visits look harmful,
  or an effect vanishes. Its intervals are as narrow as the others and miss. It is printed second, with this sentence, or not at all.
- **One year is weak evidence of an effect of this size.** See the last column: at dispersion 3 most years miss it. Pool years, or
  deliver more of what is drawn.
"""

if __name__ == "__main__":
    PAGE.write_text(page())
