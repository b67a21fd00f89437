"""What the colours of a map mean: classes of a density, of a value about zero, of names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from peelian.reports.numbers import decimals_for, with_commas
from peelian.terms import Bools, Floats, Ints, Texts

SQUARE_METRES_PER_KM2 = 1e6
# ColorBrewer Blues of nine, the 3rd, 4th, 5th, 7th and 9th: C. Brewer, colorbrewer2.org,
# Apache-2.0. The first is for cells not flagged, the rest are quarters of those flagged.
COLOURS = ("#c6dbef", "#9ecae1", "#6baed6", "#2171b5", "#08306b")
# ColorBrewer PuOr of nine without its white middle: orange below zero, purple above.
BELOW = ("#b35806", "#e08214", "#fdb863", "#fee0b6")
ABOVE = ("#d8daeb", "#b2abd2", "#8073ac", "#542788")
BLANK = "none"
DRAWN_FROM = 0.25  # of the lowest flagged density; cells below are left blank
FAINT = 0.5  # of the lowest bound about zero; cells nearer zero are left blank
MAX_DRAWN = 7000  # cells not flagged that a file carries, about 2 MB


@dataclass(frozen=True, eq=False)
class Classes:
    """Classes of cells, in the order of the legend.

    Attributes
    ----------
    low : array, shape (n_classes,)
        Lower bound of each, ascending; empty where classes have names instead. [unit]
    colours, labels : tuple of str
        One a class.
    of_cell : array, shape (n_cells,)
        Class of each cell; -1 where the cell is left blank.
    limited : bool
        Whether cells were left blank only because there were more than MAX_DRAWN.
    """

    low: Floats
    colours: tuple[str, ...]
    labels: tuple[str, ...]
    of_cell: Ints
    limited: bool = False

    @property
    def colour(self) -> Texts:
        """Colour of each cell, shape (n_cells,); ``none`` where it is left blank."""
        palette = np.array([*self.colours, BLANK])  # class -1 takes the last
        colours: Texts = palette[self.of_cell]
        return colours


@dataclass(frozen=True, eq=False)
class Layer:
    """What the colours of a map mean.

    Attributes
    ----------
    classes : Classes
    title : str
        Heading of the legend.
    texts : array of str, shape (n_cells,)
        What is said of a cell that is pointed at.
    unit : str
        Said after it.
    note : str
        What the outline and the blank stand for.
    first_plain : bool
        Whether every class but the first is outlined, in the legend too.
    """

    classes: Classes
    title: str
    texts: Texts = field(repr=False)
    unit: str = ""
    note: str = ""
    first_plain: bool = False


def density_layer(risk: Floats, area: Floats, flagged: Bools, unit: str) -> Layer:
    """Risk by km2 in one hue, light to dark, in quarters of the flagged cells.

    Parameters
    ----------
    risk : array, shape (n_cells,)
        Expected events (or harm).
    area : array, shape (n_cells,)
        [m2]
    flagged : array of bool, shape (n_cells,)
    unit : str
        Of risk by km2, such as ``expected events per km² a month``.

    Returns
    -------
    Layer
    """
    return sequential_layer(density_per_km2(risk, area), flagged, unit)


def sequential_layer(value: Floats, flagged: Bools, unit: str, *, note: str = "") -> Layer:
    """A value that begins at zero in one hue, light to dark.

    Parameters
    ----------
    value : array, shape (n_cells,)
        [unit]
    flagged : array of bool, shape (n_cells,)
    unit : str
    note : str, optional
        What the outline stands for, where it does not follow from the value; the classes are
        then of all cells.

    Returns
    -------
    Layer
    """
    title, texts = unit[:1].upper() + unit[1:], _texts(value)
    if note:
        classes = density_classes(value, np.ones(value.shape, dtype=bool))
        return Layer(_that_occur(classes), title, texts, unit, note)
    return Layer(
        density_classes(value, flagged),
        title,
        texts,
        unit,
        "Black outline: flagged, in four shades of equal number. Blank: lower than the "
        "lightest shade.",
        first_plain=True,
    )


def diverging_layer(
    value: Floats, flagged: Bools, unit: str, note: str, *, ratio: bool = False
) -> Layer:
    """A value about zero, or a ratio about one: orange below, purple above, blank near it.

    Parameters
    ----------
    value : array, shape (n_cells,)
        NaN is left blank. [unit]
    flagged : array of bool, shape (n_cells,)
        Cells that stand out, whose thirds of distance from the middle bound the classes.
    unit, note : str
    ratio : bool, optional
        Whether the middle is one, and half lies as far from it as double.

    Returns
    -------
    Layer
        At most four classes on either side, alike on both, only those that occur.
    """
    title, texts = unit[:1].upper() + unit[1:], _texts(value)
    away = _log(value) if ratio else np.nan_to_num(value)
    size = np.abs(away)
    chosen = size[flagged & (size > 0)]
    if chosen.size == 0:
        chosen = size[size > 0]
    if chosen.size == 0:
        none = Classes(np.array([]), (), (), np.full(value.size, -1))
        return Layer(none, title, texts, unit, note)
    bounds = np.unique(np.quantile(chosen, [0.0, 1 / 3, 2 / 3]))
    low = np.concatenate([[FAINT * bounds[0]], bounds])
    n = len(low)
    step = np.searchsorted(low, size, side="right")  # 0 is blank
    of_cell = np.where(step == 0, -1, np.where(away > 0, n - 1 + step, n - step))
    edges = np.concatenate([-low[::-1], low])
    classes = Classes(
        edges,
        (*BELOW[: n - 1], BELOW[-1], ABOVE[0], *ABOVE[len(ABOVE) - n + 1 :]),
        _bounds_in_words(np.exp(edges) if ratio else edges),
        _at_most(of_cell, size, flagged),
        _over_the_limit(of_cell, flagged),
    )
    return Layer(_that_occur(classes), title, texts, unit, note)


def _log(ratio: Floats) -> Floats:
    """Logarithm, with nothing as far from one as the furthest that is something."""
    known = np.isfinite(ratio) & (ratio > 0)
    logs = np.zeros(ratio.shape)
    logs[known] = np.log(ratio[known])
    furthest = np.abs(logs).max(initial=0.0)
    logs[ratio == 0] = -furthest
    logs[np.isposinf(ratio)] = furthest
    return logs


def named_layer(
    names: ArrayLike,
    shown: Mapping[str, tuple[str, str]],
    flagged: Bools,
    title: str,
    note: str,
) -> Layer:
    """Classes that have names instead of numbers.

    Parameters
    ----------
    names : array of str, shape (n_cells,)
    shown : mapping of str to (label, colour)
        Those that are coloured, in the order of the legend; names with one label share it.
        Others are left blank.
    flagged : array of bool, shape (n_cells,)
    title, note : str

    Returns
    -------
    Layer
    """
    texts = np.asarray(names, dtype=np.str_)
    legend = dict(shown.values())  # colour by label
    labels = list(legend)
    of_cell = np.full(len(texts), -1)
    for name, (label, _) in shown.items():
        of_cell[texts == name] = labels.index(label)
    classes = Classes(
        np.array([]),
        tuple(legend.values()),
        tuple(labels),
        _at_most(of_cell, np.zeros(len(texts)), flagged),
        _over_the_limit(of_cell, flagged),
    )
    return Layer(_that_occur(classes), title, texts, "", note)


def density_per_km2(risk: Floats, area: Floats) -> Floats:
    """Risk by area, shape (n_cells,). [per km2]"""
    density: Floats = risk / area * SQUARE_METRES_PER_KM2
    return density


def density_classes(density: Floats, flagged: Bools) -> Classes:
    """Classes whose bounds are the quartiles of the flagged cells.

    Parameters
    ----------
    density : array, shape (n_cells,)
        [per km2]
    flagged : array of bool, shape (n_cells,)

    Returns
    -------
    Classes
        Four classes of flagged cells, fewer where quartiles coincide, above one class for
        cells not flagged; those below a quarter of the lowest flagged density are blank. With
        no cell flagged the quartiles are those of the cells above zero; with none above zero
        there is no class. Of the cells not flagged at most MAX_DRAWN have a class, those of
        highest density.
    """
    chosen = density[flagged & (density > 0)]
    if chosen.size == 0:
        chosen = density[density > 0]
    if chosen.size == 0:
        return Classes(np.array([]), (), (), np.full(density.size, -1))
    bounds = np.unique(np.quantile(chosen, [0.0, 0.25, 0.5, 0.75]))
    low = np.concatenate([[DRAWN_FROM * bounds[0]], bounds])
    colours = (COLOURS[0], *COLOURS[len(COLOURS) - len(bounds) :])
    of_cell = np.searchsorted(low, np.nan_to_num(density), side="right") - 1
    return Classes(
        low,
        colours,
        _class_labels(low),
        _at_most(of_cell, density, flagged),
        _over_the_limit(of_cell, flagged),
    )


def _at_most(of_cell: NDArray[np.int64], value: Floats, flagged: Bools) -> Ints:
    """Classes without those of the cells not flagged beyond MAX_DRAWN, the lowest first."""
    kept: Ints = of_cell.copy()
    others = np.flatnonzero((kept >= 0) & ~flagged)
    by_value = others[np.argsort(-value[others], kind="stable")]
    kept[by_value[MAX_DRAWN:]] = -1
    return kept


def _over_the_limit(of_cell: NDArray[np.int64], flagged: Bools) -> bool:
    return int(np.count_nonzero((of_cell >= 0) & ~flagged)) > MAX_DRAWN


def _that_occur(classes: Classes) -> Classes:
    """The classes that have a cell, so that the legend names no other."""
    kept = np.unique(classes.of_cell[classes.of_cell >= 0])
    new = np.full(len(classes.colours) + 1, -1)  # class -1 takes the last
    new[kept] = np.arange(len(kept))
    return Classes(
        classes.low[kept] if classes.low.size else classes.low,
        tuple(classes.colours[k] for k in kept),
        tuple(classes.labels[k] for k in kept),
        new[classes.of_cell],
        classes.limited,
    )


def _texts(value: Floats) -> Texts:
    """Each value to the decimals of the largest, shape (n_cells,)."""
    decimals = decimals_for(value)
    return np.array([with_commas(float(v), decimals) for v in value], dtype=np.str_)


def _class_labels(low: Floats) -> tuple[str, ...]:
    decimals = max(decimals_for(low) - 1, 0)
    text = [with_commas(float(value), decimals) for value in low]
    between = [f"{a} to {b}" for a, b in pairwise(text[1:])]
    return (f"{text[0]} to {text[1]}, not flagged", *between, f"{text[-1]} or more")


def _bounds_in_words(edges: Floats) -> tuple[str, ...]:
    """Labels of the classes on both sides of the middle, the lowest first."""
    decimals = max(decimals_for(edges) - 1, 0)
    text = [with_commas(float(value), decimals) for value in edges]
    n = len(text) // 2
    return (
        f"{text[0]} or less",
        *(f"{a} to {b}" for a, b in pairwise(text[:n])),
        *(f"{a} to {b}" for a, b in pairwise(text[n:])),
        f"{text[-1]} or more",
    )
