"""Events by district against residents, with intervals."""

import numpy as np

from peelian import spacetime, statistics
from peelian.terms import Areas, Events, Table

PER = 1000.0  # residents a rate is given for


def district_rates(events: Events, areas: Areas, *, days: float, harm: bool = False) -> Table:
    """Events and rates per 1,000 residents by district, with exact Poisson intervals.

    Parameters
    ----------
    events : Events
        Those in none of the areas are passed over.
    areas : Areas
        Each with its district and residents.
    days : float
        Length of the time over which the events were recorded; said in the title. [days]
    harm : bool
        Weights are harm: the rate is of harm, with how many events there were beside it.

    Returns
    -------
    Table
        ``district, n, population, rate, low, high``. A rate is over the time given, not a
        year; NaN where nobody lives. With harm, ``harm`` after ``n``.

    Notes
    -----
    The Garwood interval is exact for independent events; of harm it is Fay and Feuer's, which
    is the same for equal weights. Offences cluster, so it is the least
    the uncertainty can be. Residents are the wrong denominator for a town centre at night.

    References
    ----------
    .. [1] F. Garwood, "Fiducial limits for the Poisson distribution," Biometrika, 28, 437-442,
       1936. doi:10.1093/biomet/28.3-4.437
    """
    districts, code = np.unique(np.array(areas.district), return_inverse=True)
    population = np.bincount(code, weights=areas.population)
    area, known = spacetime.assign_areas(events, areas)
    there, weight = code[area[known]], events.weight[known]
    n = np.bincount(there, weights=weight, minlength=len(districts))
    counted = {"n": n}
    if harm:
        squares = np.bincount(there, weights=weight**2, minlength=len(districts))
        largest = weight.max(initial=1.0)
        low, high = statistics.weighted_garwood_limits(n, squares, largest)
        counted = {"n": np.bincount(there, minlength=len(districts)).astype(float), "harm": n}
    else:
        low, high = statistics.garwood_limits(n)
    residents = np.where(population > 0, population, np.nan) / PER
    return Table(
        {
            "district": districts,
            **counted,
            "population": population,
            "rate": n / residents,
            "low": low / residents,
            "high": high / residents,
        },
        f"{'Harm' if harm else 'Events'} by district over the {days:.0f} days held",
        {
            "n": "events",
            "harm": "days",
            "rate": "days per 1,000" if harm else "per 1,000",
            "low": "95 %",
            "high": "95 %",
        },
    )
