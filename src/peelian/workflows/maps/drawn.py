"""A statistic as a map: what its colours mean, which cells stand out and which are listed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from peelian import hotspots, reports, spacetime
from peelian.hotspots import NearRepeats
from peelian.reports import Layer, MapView
from peelian.terms import Areas, Bools, Floats, Grid, Ints, Provenance, Shapes, Table, Texts
from peelian.workflows.gather import Material
from peelian.workflows.labels import dates_of, districts_of, near

SIGNIFICANT = 0.05  # of p, adjusted for false discoveries
MOST, FEWEST = 100, 10  # cells in the table beside the map
LEAST_RADIUS = 50.0  # of the circle that shows a cluster at one place [m]
LINE = 25.0  # half the width of the line between a pair [m]
# Dark: the cell itself is high; blue: its neighbours are alike; orange: they are not.
QUADRANTS = {
    "high-high": ("high among high", "#08306b"),
    "high-low": ("high among low", "#b35806"),
    "low-high": ("low among high", "#fdb863"),
    "low-low": ("low among low", "#9ecae1"),
}
# Blue is hot, orange cold; the darker, the more it matters now.
HOT = ("#08306b", "#2171b5", "#6baed6", "#c6dbef")
COLD = ("#7f3b08", "#b35806", "#fdb863", "#fee0b6")
SHADES = {
    "growing: new, consecutive, intensifying": (
        "new",
        "emerging",
        "consecutive",
        "intensifying",
    ),
    "steady: persistent": ("persistent",),
    "on and off: sporadic, oscillating": ("sporadic", "oscillating", "intermittent"),
    "fading: diminishing, historical": ("diminishing", "historical", "former"),
}
PATTERNS = {
    f"{kind} {word}spot": (f"{word}, {label}", colour)
    for word, colours in (("hot", HOT), ("cold", COLD))
    for (label, kinds), colour in zip(SHADES.items(), colours, strict=True)
    for kind in kinds
} | {"mixed": ("hot and cold by turns", "#807dba")}


@dataclass(frozen=True)
class Surface:
    """How one column of a statistic is drawn.

    ``about`` is the value that is neither more nor less, 0 or 1 (then a ratio); without it the
    value begins at zero, or ``names`` gives the classes.
    """

    heading: str
    title: str
    about: int | None = None
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)


# By the column that is drawn; of those a table has, the first.
SURFACES: Mapping[str, Surface] = {
    "gi_star": Surface("Getis-Ord Gi*", "Gi*, in standard deviates", 0),
    "quadrant": Surface("Local Moran's I", "the cell, and those around it", names=QUADRANTS),
    "class": Surface("Emerging hot spots", "when it was hot or cold", names=PATTERNS),
    "relative_risk": Surface("Relative risk", "times its share of the other events", 1),
    "z": Surface("Change", "change, in standard errors", 0),
    "stability": Surface("Stability of ranks", "share of resamples in the list"),
    "density": Surface("Kernel density", "events per km²"),
}


def cells_view(table: Table, material: Material, record: Provenance) -> MapView | None:
    """The map of a statistic of every cell; None when nothing it holds can be drawn.

    Cells stand out by their adjusted p where there is one, else by having a class, else by
    being the highest within the area that a forecast flags unasked.
    """
    drawn = next((name for name in SURFACES if name in table.columns), None)
    if drawn is None:
        return None
    surface, value = SURFACES[drawn], table.columns[drawn]
    flagged, why = _standing_out(table, drawn, material)
    order = _order(surface, table, drawn, flagged)
    n_listed = min(max(FEWEST, int(flagged.sum())), MOST, len(order))
    held = table.columns["harm" if material.harm else "n"]
    share = held[flagged].sum() / max(held.sum(), 1e-300)
    found = (
        f"{int(flagged.sum()):,} of {len(flagged):,} cells {why}; they hold {share:.1%} of "
        f"the {'harm' if material.harm else 'events'}"
        if flagged.any()
        else f"no cell of {len(flagged):,} stands out"
    )
    dates = dates_of(material.periods, monthly=material.monthly)
    return MapView(
        title=f"{surface.heading}{' of harm' if material.harm else ''}: "
        f"{material.study_area.name}",
        subtitle=f"{dates}; {found}",
        score="",
        notes=material.notes,
        table=_listed(table, material, order[:n_listed], int(flagged.sum())),
        grid=material.grid,
        layer=_layer(surface, value, table.columns.get("p"), flagged, why),
        flagged=flagged,
        study_area=material.study_area,
        provenance=record,
        districts=reports.district_shapes(material.areas) if material.areas else {},
    )


def clusters_view(table: Table, material: Material, record: Provenance) -> MapView | None:
    """The map of clusters in space and time, each a circle; None when there is none."""
    import shapely

    columns = table.columns
    if not len(table):
        return None
    radius = np.maximum(columns["radius"], LEAST_RADIUS)
    likely = columns["p"] <= SIGNIFICANT
    return _shapes_view(
        "Clusters in space and time",
        table,
        shapely.buffer(shapely.points(columns["x"], columns["y"]), radius),
        columns["observed"] / columns["expected"],
        likely,
        "times as many as expected",
        f"Black outline: p at most {SIGNIFICANT}.",
        f"{int(likely.sum())} of {len(table)} circles have p at most {SIGNIFICANT}",
        material,
        record,
    )


def chains_view(found: NearRepeats, material: Material, record: Provenance) -> MapView | None:
    """The map of chains of near repeats, each the lines between its pairs; None if none."""
    import shapely

    chains, pairs, events = found.chains, found.pairs.columns, material.events
    n = min(len(chains), MOST)
    if not n:
        return None
    xy = np.column_stack([events.x, events.y])
    lines = shapely.linestrings(np.stack([xy[pairs["originator"]], xy[pairs["next"]]], axis=1))
    shapes = [
        shapely.buffer(shapely.union_all(lines[pairs["chain"] == k]), LINE) for k in range(n)
    ]
    columns = {name: column[:n] for name, column in chains.columns.items()}
    size = columns["n"].astype(np.float64)
    return _shapes_view(
        "Near repeats",
        Table(columns, f"The longest {n} of {len(chains):,} chains", chains.units),
        np.array(shapes, dtype=object),
        size,
        np.ones(n, dtype=bool),
        "events in the chain",
        "Each line joins an event and one that followed it.",
        f"{len(found.pairs):,} pairs in {len(chains):,} chains",
        material,
        record,
    )


def _shapes_view(
    heading: str,
    table: Table,
    shapes: Shapes,
    value: Floats,
    flagged: Bools,
    unit: str,
    note: str,
    found: str,
    material: Material,
    record: Provenance,
) -> MapView:
    """The map of things found, a row of the table each, with shapes instead of cells."""
    crs, names = material.study_area.crs, tuple(str(k) for k in range(len(shapes)))
    unknown = np.full(len(shapes), np.nan)
    grid = spacetime.polygon_grid(
        Areas(names, names, ("",) * len(shapes), unknown, shapes, crs)
    )
    left_out = ("x", "y", "chain", "weight", "statistic")
    columns = {n: column for n, column in table.columns.items() if n not in left_out}
    ranks: dict[str, NDArray[Any]] = {"rank": np.arange(1, len(table) + 1)}
    if material.areas is not None:
        x, y = table.columns["x"], table.columns["y"]
        ranks["district"] = districts_of(material.areas, x, y)
    columns = {**ranks, **columns, "cell": np.arange(len(table))}
    dates = dates_of(material.periods, monthly=material.monthly)
    return MapView(
        title=f"{heading}: {material.study_area.name}",
        subtitle=f"{dates}; {found}",
        score="",
        notes=material.notes,
        table=Table(columns, table.title, table.units),
        grid=grid,
        layer=reports.sequential_layer(value, flagged, unit, note=note),
        flagged=flagged,
        study_area=material.study_area,
        provenance=record,
        districts=reports.district_shapes(material.areas) if material.areas else {},
    )


def _standing_out(table: Table, drawn: str, material: Material) -> tuple[Bools, str]:
    """Cells to outline, and what that means, as what they do."""
    columns = table.columns
    if "p_fdr" in columns:
        flagged: Bools = np.nan_to_num(columns["p_fdr"], nan=1.0) <= SIGNIFICANT
        return flagged, f"stand out (p, adjusted for false discoveries, at most {SIGNIFICANT})"
    names = SURFACES[drawn].names
    if names:
        return np.isin(columns[drawn], list(names)), "have a pattern"
    value, grid = np.nan_to_num(columns[drawn]), material.grid
    n = round(material.budget(0.0)[0] / material.whole_cell)
    highest = np.zeros(grid.n_cells, dtype=bool)
    highest[np.argsort(-value, kind="stable")[:n]] = True
    return highest & (value > 0), f"are highest (the {n} that a forecast flags unasked)"


def _order(surface: Surface, table: Table, drawn: str, flagged: Bools) -> Ints:
    """Cells as they are listed: those that stand out, then by p, then the furthest out."""
    n_events = table.columns.get("harm", table.columns["n"])
    p = np.nan_to_num(table.columns.get("p_fdr", np.zeros(len(table))), nan=np.inf)
    if surface.names:
        rank = {name: k for k, name in enumerate(surface.names)}
        away = np.array([-rank.get(name, len(rank)) for name in table.columns[drawn].tolist()])
    else:
        value = table.columns[drawn]
        away = np.nan_to_num(np.abs(_about(value, surface.about)), nan=-np.inf)
    order: Ints = np.lexsort((-n_events, -away, p, ~flagged))
    return order


def _about(value: Floats, about: int | None) -> Floats:
    """Distance from the usual: of a ratio, in logarithms."""
    if about != 1:
        return value
    with np.errstate(divide="ignore"):
        distance: Floats = np.log(value)
    return distance


def _layer(
    surface: Surface, value: Floats | Texts, p: Floats | None, flagged: Bools, why: str
) -> Layer:
    """The colours of a surface. Names are coloured where chance alone would be unusual."""
    outline, title = f"Black outline: cells that {why}.", surface.title.capitalize()
    if surface.names and p is None:
        return reports.named_layer(value, surface.names, flagged, title, outline)
    if surface.names and p is not None:
        shown = np.where(np.nan_to_num(p, nan=1.0) <= SIGNIFICANT, value, "")
        coloured = (
            f"Coloured: cells whose own p is at most {SIGNIFICANT}, as chance makes one in "
            f"{1 / SIGNIFICANT:g}."
        )
        return reports.named_layer(
            shown, surface.names, flagged, title, f"{coloured} {outline}"
        )
    numbers = np.asarray(value, dtype=np.float64)
    if surface.about is None:
        return reports.sequential_layer(numbers, flagged, surface.title)
    hues = "Purple: more than usual; orange: less; blank: near it."
    return reports.diverging_layer(
        numbers, flagged, surface.title, f"{outline} {hues}", ratio=surface.about == 1
    )


def _listed(table: Table, material: Material, cells: Ints, n_flagged: int) -> Table:
    """The rows of these cells, with where they are in words."""
    grid: Grid = material.grid
    points = hotspots.main_points(material.events, grid)
    own = ("cell", "x", "y", "rank")
    place = near(points.place[cells])
    district = districts_of(material.areas, points.x[cells], points.y[cells])
    between = np.where((place == "") | (district == ""), "", ", ")
    columns = {
        "rank": np.arange(1, len(cells) + 1),
        "place": np.char.add(np.char.add(place, between), district),
        **{name: column[cells] for name, column in table.columns.items() if name not in own},
        "cell": cells,
    }
    if not np.any(columns["place"] != ""):
        del columns["place"]
    title = f"The first {len(cells)} of {n_flagged:,}" if n_flagged > len(cells) else "Cells"
    if n_flagged < len(cells):
        title = f"The first {len(cells)} cells; {n_flagged or 'none'} of them outlined"
    return Table(columns, title, table.units)
