"""Police forces of England and Wales: measures of them, groups of them, and a funnel."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from peelian import evaluation, sources
from peelian.terms import Bools, Floats, Ints, NotFound, ParameterError, Table, Texts
from peelian.workflows.settings.figures import MEASURES

NATION = "England and Wales"
SIMILAR, REGION = (
    "Similar forces together",
    " (region)",
)  # a row, and the end of another's name
LABELS = {
    "all": "recorded offences",
    "violence-with-injury": "offences of violence with injury",
    "robbery": "robbery offences",
    "possession-of-weapons": "offences of possession of weapons",
    "knife": "knife offences",
}
SUBGROUPS = {
    "violence-with-injury": ("Violence with injury",),
    "robbery": ("Robbery of business property", "Robbery of personal property"),
    "possession-of-weapons": ("Possession of weapons offences",),
}
ALIKE = "residents, residents a km2, and shares aged 15 to 24 and 65 and over"


@dataclass(frozen=True, eq=False)
class Forces:
    """The forces, residents at mid-2017, counts of 2017/18 by measure (NaN: none)."""

    names: Texts
    regions: Texts
    residents: Floats
    alike: Mapping[str, Floats]
    counts: Mapping[str, Floats]

    @classmethod
    def bundled(cls) -> "Forces":
        """From the published figures that come with the program."""
        c = sources.force_residents().columns
        names, residents = c["force"], c["mid2017"]
        crime = sources.recorded_crime().columns
        n: Floats = np.sum([crime[q] for q in ("q1", "q2", "q3", "q4")], axis=0)
        counts = {
            "all": _by_force(names, crime["force"], n),
            **{
                measure: _by_force(names, crime["force"][of], n[of])
                for measure, chosen in SUBGROUPS.items()
                for of in (np.isin(crime["subgroup"], chosen),)
            },
        }
        knife = sources.knife_offences().columns
        then = knife["year"] == sources.RECORDED_YEAR
        counts["knife"] = _by_force(names, knife["force"][then], knife["n"][then])
        alike = {
            "residents": np.log(residents),
            "density": np.log(residents / c["km2"]),
            "young": c["aged_15_24"] / residents,
            "old": c["aged_65_up"] / residents,
        }
        return cls(names, c["region"], residents, alike, counts)

    def find(self, name: str) -> int:
        """Place of the force of that name; NotFound if there is none."""
        wanted = name.strip().casefold()
        for i, one in enumerate(self.names):
            if str(one).casefold() == wanted:
                return i
        raise NotFound(f"no police force {name!r}: give one of {', '.join(self.names)}")

    def name(self, at: int) -> str:
        """Name of the force at a place."""
        return str(self.names[at])


def _by_force(names: Texts, force: Texts, n: Floats) -> Floats:
    """Sums by force, NaN for one without a row."""
    return np.array([n[force == f].sum() if (force == f).any() else np.nan for f in names])


@dataclass(frozen=True, eq=False)
class Group:
    """Forces that one is held beside, and where the list comes from."""

    places: Ints
    sentence: str

    @classmethod
    def chosen(cls, forces: Forces, at: int, given: str, nearest: int) -> "Group":
        """The forces given by name, or those nearest on measures that are no crime."""
        if given:
            places = np.array([forces.find(one) for one in given.split(",") if one.strip()])
            if not len(places) or at in places:
                raise ParameterError("similar forces: name others than the force itself")
            listed = ", ".join(forces.name(int(i)) for i in places)
            return cls(places, f"Similar forces, as given: {listed}.")
        places = evaluation.nearest_areas(forces.alike, at, k=nearest)
        listed = ", ".join(forces.name(int(i)) for i in places)
        return cls(
            places,
            f"Similar forces, the nearest on {ALIKE}: {listed}. This is not the official "
            "group of most similar forces of HMICFRS; give that by name if you have it.",
        )


def beside(forces: Forces, at: int, group: Group) -> Table:
    """Rates of each measure: the force, its similar ones, its region, the nation."""
    region = str(forces.regions[at])
    everyone: Bools = np.ones(len(forces.names), dtype=bool)
    together: dict[str, Ints] = {
        forces.name(at): np.array([at]),
        **{forces.name(int(i)): np.array([i]) for i in group.places},
        SIMILAR: group.places,
        f"{region}{REGION}": np.flatnonzero(forces.regions == region),
        NATION: np.flatnonzero(everyone),
    }
    parts = []
    for measure in MEASURES:
        counts = forces.counts[measure]
        held = {a: i[~np.isnan(counts[i])] for a, i in together.items()}
        table = evaluation.area_rates(
            list(held),
            [counts[i].sum() if len(i) else np.nan for i in held.values()],
            [forces.residents[i].sum() for i in held.values()],
        )
        label = np.full(len(table), LABELS[measure])
        parts.append(replace(table, columns={"measure": label, **table.columns}))
    columns = {
        name: np.concatenate([p.columns[name] for p in parts]) for name in parts[0].columns
    }
    title = f"Offences recorded in {sources.RECORDED_YEAR}, for residents at mid-2017"
    return Table(columns, title, parts[0].units)


def funnel_of(forces: Forces, measure: str) -> Table:
    """Forces in a funnel, but the City of London, whose residents are not who is there."""
    if measure not in MEASURES:
        raise ParameterError(f"measure {measure!r}: give one of {', '.join(MEASURES)}")
    n = forces.counts[measure]
    kept = ~np.isnan(n) & (forces.names != "City of London")
    found = evaluation.area_funnel(
        forces.names[kept].tolist(), n[kept], forces.residents[kept]
    )
    return replace(found, title=f"Forces: {LABELS[measure]}, {sources.RECORDED_YEAR}")
