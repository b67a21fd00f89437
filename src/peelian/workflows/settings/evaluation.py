"""Choices of evaluations: did it work, could it show, is this month unusual."""

from dataclasses import dataclass

from peelian.evaluation import DESIGNS
from peelian.workflows.options import option
from peelian.workflows.settings.common import SEED, EventsFile


@dataclass(frozen=True)
class Measured:
    """Counts before and after: a table, or the events in polygons."""

    counts: str = option("", "CSV of counts: area, period, n, and role or treated", page=False)
    rows: str = option("", "the same CSV as text, as pages send it", page=False)
    source: EventsFile = EventsFile()
    offence_set: str = option(
        "serious-violence", "named set of offences, or all, or codes a,b; store only"
    )
    treated: str = option("", "file of polygons where there is action", page=False)
    control: str = option("", "file of polygons it is compared with", page=False)
    buffer: float = option(
        0.0, "width of the surroundings counted with polygons [m]; 0: none", page=False
    )
    before: str = option("", "time before, such as 2018-01-01..2018-06-30, inclusive")
    after: str = option("", "time with the action, written alike")
    period: str = option("", "count events by day, week or month; empty: week or month")


@dataclass(frozen=True)
class ImpactSettings:
    """The effect of an action, by one design."""

    measured: Measured = Measured()
    design: str = option(
        "did", "how the effect is told from what would have been", choices=tuple(DESIGNS)
    )
    dispersion: float = option(0.0, "variance over mean of counts; 0: estimated")
    washout: int = option(0, "crossover: periods after treatment that are left out")
    permutations: int = option(1999, "draws that might have been, for p")
    seed: int = option(SEED, "seed of every random draw")


@dataclass(frozen=True)
class PowerSettings:
    """What a design could show, before it begins."""

    measured: Measured = Measured()
    design: str = option("did", "the design to be used", choices=tuple(DESIGNS))
    expected_treated: float = option(
        0.0, "events expected with treatment, were it without effect; instead of counts"
    )
    expected_control: float = option(0.0, "events expected without; instead of counts")
    length: float = option(
        0.0, "time with the action over the time before; 0: from the dates, else 1"
    )
    share: float = option(0.5, "crossover: part of the days treated, 0 to 1")
    dispersion: float = option(0.0, "variance over mean of counts; 0: estimated")
    power: float = option(0.8, "chance of finding the effect, 0 to 1")


@dataclass(frozen=True)
class RegisterSettings:
    """A design, written down before it starts."""

    plan: str = option("", "file of the plan: JSON of the settings below", page=False)
    question: str = option("", "what is asked, in one sentence")
    outcome: str = option("", "the outcome, in words; empty: the offences counted")
    population: str = option("", "who and where it is about")
    impact: ImpactSettings = ImpactSettings()
    share: float = option(0.5, "crossover: part of the days treated, 0 to 1")
    dosage: str = option("", "what is planned where: minutes, visits, tests")
    decision: str = option("", "what will be decided on which result")
    anyway: str = option("", "why to go on although the design can detect nothing")
    amends: str = option("", "the registered design that this one changes")
    reason: str = option("", "why it is changed")


@dataclass(frozen=True)
class ReportSettings:
    """The result of a registered design."""

    registered: str = option("", "the design, by its name in the register")
    counts: str = option("", "CSV of counts before and after; empty: the store", page=False)
    rows: str = option("", "the same CSV as text, as pages send it", page=False)
    source: EventsFile = EventsFile()
    delivered: str = option("", "what was delivered, where dosage is not held")
    unintended: str = option("", "unintended effects: complaints, disparity in searches")
    limits: str = option("", "limits of this evaluation, beyond those found")
    decision: str = option("", "what was decided")


@dataclass(frozen=True)
class MonitorSettings:
    """A series watched, or areas held against each other."""

    series: str = option(
        "", "CSV of month (or period) and n; or of area, n and expected", page=False
    )
    usual: float = option(0.0, "usual count of a period; 0: the mean of those before")
    raised: float = option(0.0, "raised count to be found soon; 0: half as many again")
    baseline: int = option(0, "periods that show what is usual; 0: the first half")
    dispersion: float = option(0.0, "variance over mean of counts; 0: estimated")
    false_alarm: float = option(
        400.0, "periods between false alarms of the running sum, for one series"
    )
    series_watched: int = option(1, "how many such series are watched")
    window: int = option(1, "periods together that might be called a spate")
