"""Counts of areas over periods, and which were treated when: what an evaluation works on."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from peelian.terms.arrays import Bools, Floats
from peelian.terms.errors import DataError


class Role(StrEnum):
    """What an area is in an evaluation; buffers catch what moved out, or spread."""

    TREATED = "treated"
    CONTROL = "control"
    TREATED_BUFFER = "treated-buffer"
    CONTROL_BUFFER = "control-buffer"


@dataclass(frozen=True, eq=False)
class AreaCounts:
    """Events by kind of offence, area and period.

    Attributes
    ----------
    areas, roles, pairs : tuples, length n_areas
        ``pairs`` names the pair or block of each area, empty without.
    periods : tuple of str, length n_periods
        In order of time.
    after : array of bool, shape (n_periods,)
        Whether the action had begun.
    kinds : tuple of str
        Kinds of offence; one, empty, when they are not told apart.
    by_kind : array, shape (n_kinds, n_areas, n_periods)
        [events]
    treated : array of bool, shape (n_areas, n_periods)
        When each area had the action.
    exposure : array, shape (n_areas, n_periods)
        Length of the period, or what else counts are proportional to. [days, or 1]
    size : array, shape (n_areas,)
        Counts are divided by it where differences are taken; NaN to take them as they are.
    harm : array, shape (n_kinds,)
        What an offence of each kind counts for; NaN where no weight is held. [days]
    probability : array, shape (n_areas, n_periods), optional
        With which each area was drawn for treatment; 0 where it was not in the draw.
    """

    areas: tuple[str, ...]
    roles: tuple[Role, ...]
    pairs: tuple[str, ...]
    periods: tuple[str, ...]
    after: Bools
    kinds: tuple[str, ...]
    by_kind: Floats
    treated: Bools
    exposure: Floats
    size: Floats
    harm: Floats
    probability: Floats | None = None

    def __post_init__(self) -> None:
        shape = (len(self.kinds), len(self.areas), len(self.periods))
        if self.by_kind.shape != shape or self.treated.shape != shape[1:]:
            raise DataError(
                f"AreaCounts: counts have shape {self.by_kind.shape}, treated "
                f"{self.treated.shape}, expected {shape} and {shape[1:]}"
            )

    @property
    def counts(self) -> Floats:
        """Events of all kinds, shape (n_areas, n_periods)."""
        return np.asarray(self.by_kind.sum(axis=0))

    def of(self, *roles: Role) -> Bools:
        """Which areas have one of these roles, shape (n_areas,)."""
        return np.array([role in roles for role in self.roles], dtype=np.bool_)

    def only(self, areas: Bools) -> "AreaCounts":
        """The same for some of the areas."""
        kept = np.flatnonzero(areas)
        return replace(
            self,
            areas=tuple(self.areas[i] for i in kept),
            roles=tuple(self.roles[i] for i in kept),
            pairs=tuple(self.pairs[i] for i in kept),
            by_kind=self.by_kind[:, kept],
            treated=self.treated[kept],
            exposure=self.exposure[kept],
            size=self.size[kept],
            probability=None if self.probability is None else self.probability[kept],
        )

    def during(self, periods: Bools) -> "AreaCounts":
        """The same for some of the periods."""
        kept = np.flatnonzero(periods)
        return replace(
            self,
            periods=tuple(self.periods[i] for i in kept),
            after=self.after[kept],
            by_kind=self.by_kind[:, :, kept],
            treated=self.treated[:, kept],
            exposure=self.exposure[:, kept],
            probability=None if self.probability is None else self.probability[:, kept],
        )

    def of_kinds(self, kinds: Bools) -> "AreaCounts":
        """The same for some kinds of offence."""
        names = tuple(self.kinds[i] for i in np.flatnonzero(kinds))
        return replace(self, kinds=names, by_kind=self.by_kind[kinds], harm=self.harm[kinds])
