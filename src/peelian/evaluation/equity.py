"""Was it fair: who lives where a map flags, against who lives elsewhere."""

from collections.abc import Iterator, Mapping

import numpy as np

from peelian.terms import Areas, Floats, ParameterError, Residents, Shapes, Table
from peelian.terms.arrays import require_length

EVERYWHERE, EVERYONE, DISTRICT = "all", "everyone", "district"


def flagged_parts(areas: Areas, flagged: Shapes) -> Floats:
    """Share of each area that lies in flagged cells.

    Parameters
    ----------
    areas : Areas
    flagged : array of shapely polygons, shape (n_flagged,)
        Outlines of the flagged cells, in the CRS of the areas; they may overlap.

    Returns
    -------
    share : array, shape (n_areas,)
        [share]

    Examples
    --------
    >>> import shapely
    >>> square = np.array([shapely.box(0, 0, 2, 2)])
    >>> one = Areas(("a",), ("A",), ("D",), np.array([100.0]), square, "none")
    >>> flagged_parts(one, np.array([shapely.box(1, 0, 9, 9)]))
    array([0.5])
    """
    import shapely

    if not len(flagged):
        return np.zeros(len(areas.code))
    together = shapely.union_all(flagged)
    inside = shapely.area(shapely.intersection(areas.polygons, together))
    share: Floats = np.clip(inside / shapely.area(areas.polygons), 0, 1)
    return share


def equity_table(areas: Areas, share: Floats, residents: Residents | None = None) -> Table:
    """Residents inside and outside flagged cells, by district and group.

    Parameters
    ----------
    areas : Areas
        Each with its district and residents.
    share : array, shape (n_areas,)
        Of each area that is flagged: see `flagged_parts`. [share]
    residents : Residents, optional
        Groups of the areas' residents; without it only districts are compared.

    Returns
    -------
    Table
        ``district, by, group, area, flagged_area, residents, flagged, share, inside, outside,
        ratio``. First everywhere (``all``): everyone, then by district, then by each kind of
        group; then the same groups within each district. ``share`` is the part of the group
        that lives in flagged cells; ``inside`` and ``outside`` are the group's part of all
        residents of flagged cells and of the rest; ``ratio`` is one over the other, above 1
        where the group lives in flagged cells more than others do. NaN where nobody lives.

    Raises
    ------
    ParameterError
        If lengths differ, or an area is not among ``residents``.

    Notes
    -----
    Areal weighting: residents are taken to live evenly over their area, so half a flagged area
    has half its residents. A town-centre cell has fewer in truth. These are counts of all
    residents, not a sample, so they have no interval; the error is that of the weighting.

    References
    ----------
    .. [1] M. F. Goodchild and N. S.-N. Lam, "Areal interpolation: a variant of the traditional
       spatial problem," Geo-Processing, 1, 297-312, 1980.
    """
    import shapely

    require_length("equity", len(areas.code), share=share)
    ground = np.asarray(shapely.area(areas.polygons), dtype=np.float64)
    groups = _groups(areas, residents)
    districts = np.array(areas.district)
    rows: list[dict[str, object]] = []
    for place in (EVERYWHERE, *dict.fromkeys(sorted(areas.district))):
        here = np.full(len(districts), True) if place == EVERYWHERE else districts == place
        everyone = groups[EVERYONE, EVERYONE]
        for (by, group), people in groups.items():
            if place != EVERYWHERE and by == DISTRICT:
                continue
            within = here & ((districts == group) if by == DISTRICT else True)
            whole = by in (EVERYONE, DISTRICT)
            rows.append(
                {
                    "district": place,
                    "by": by,
                    "group": group,
                    "area": float(ground[within].sum()) / 1e6 if whole else np.nan,
                    "flagged_area": float((ground * share)[within].sum()) / 1e6
                    if whole
                    else np.nan,
                    **dict(_compared(people[here], everyone[here], share[here])),
                }
            )
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return Table(
        columns,
        "Residents of flagged cells and elsewhere",
        {"area": "km2", "flagged_area": "km2", "residents": "people", "flagged": "people"},
    )


def _groups(areas: Areas, residents: Residents | None) -> Mapping[tuple[str, str], Floats]:
    """Residents by kind and group, in the order of the areas."""
    population = np.where(np.isnan(areas.population), 0.0, areas.population)
    groups = {(EVERYONE, EVERYONE): population}
    districts = np.array(areas.district)
    if any(areas.district):
        for name in dict.fromkeys(sorted(areas.district)):
            groups[DISTRICT, name] = np.where(districts == name, population, 0.0)
    if residents is None:
        return groups
    at = {code: n for n, code in enumerate(residents.code)}
    missing = [code for code in areas.code if code not in at]
    if missing:
        raise ParameterError(
            f"{len(missing)} of {len(areas.code)} areas have no residents by group, such as "
            f"{missing[0]}: give a table with all of them"
        )
    order = np.array([at[code] for code in areas.code])
    return groups | {key: counts[order] for key, counts in residents.groups.items()}


def _compared(people: Floats, everyone: Floats, share: Floats) -> Iterator[tuple[str, float]]:
    """Where a group lives, against where everyone does."""
    total, flagged = float(people.sum()), float(np.sum(people * share))
    all_flagged = float(np.sum(everyone * share))
    all_else = float(everyone.sum()) - all_flagged
    inside = flagged / all_flagged if all_flagged > 0 else np.nan
    outside = (total - flagged) / all_else if all_else > 0 else np.nan
    yield "residents", total
    yield "flagged", flagged
    yield "share", flagged / total if total > 0 else np.nan
    yield "inside", inside
    yield "outside", outside
    yield "ratio", inside / outside if outside > 0 else np.nan
