"""What trials of patrols at hot spots have found: what any local estimate stands beside."""

from dataclasses import dataclass

from peelian.terms.errors import ParameterError


@dataclass(frozen=True)
class PublishedEffect:
    """One published result: ``ratio`` of rates with patrols over without.

    ``pooled`` over many trials, or one of them. ``checked`` says whether the number was read
    in the publication or a page of its publisher; if not, verify it before printing it.
    """

    study: str
    outcome: str
    ratio: float
    pooled: bool
    source: str
    checked: bool = True


@dataclass(frozen=True)
class EffectPrior:
    """What to expect before seeing any data: a rate ratio, and where 95 in 100 lie."""

    ratio: float
    low: float
    high: float
    source: str

    def __post_init__(self) -> None:
        if not 0 < self.low < self.ratio < self.high:
            raise ParameterError(
                f"prior {self.ratio:g} in {self.low:g} to {self.high:g}: give 0 < low < ratio "
                "< high"
            )


PUBLISHED_EFFECTS = (
    PublishedEffect(
        "Youth Endowment Fund toolkit, hot spots policing", "violent crime", 0.86, True,
        "Youth Endowment Fund, toolkit",
    ),
    PublishedEffect(
        "Braga, Turchan, Papachristos and Hureau 2019, 78 tests", "crime, d = 0.132", 0.787,
        True, "doi:10.1007/s11292-019-09372-3", checked=False,
    ),
    PublishedEffect(
        "Braga and Weisburd 2022, direct estimate", "crime", 0.84, True,
        "doi:10.1007/s10940-020-09481-7",
    ),
    PublishedEffect(
        "Basford et al. 2021, Southend", "violent crime, one trial", 0.265, False,
        "doi:10.1007/s41887-021-00067-2",
    ),
    PublishedEffect(
        "Bland et al. 2021, Bedfordshire", "incidents, one trial", 0.60, False,
        "doi:10.1007/s41887-021-00066-3",
    ),
)  # fmt: skip

PLANNING_PRIOR = EffectPrior(
    0.86, 0.80, 0.90, "Youth Endowment Fund toolkit; Braga and Weisburd 2022"
)
