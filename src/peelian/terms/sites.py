"""Places where a knife arch may stand."""

from dataclasses import dataclass

import numpy as np

from peelian.terms.arrays import Bools, Floats, Ints, Texts, require_length
from peelian.terms.errors import ParameterError

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, eq=False)
class Sites:
    """Candidate sites, shape (n_sites,) each.

    Attributes
    ----------
    name, kind : array of str
        Each name once; what it is, such as ``station``, ``college`` or ``event``.
    x, y : array
        [m, projected]
    footfall : array
        People who pass through; NaN where not known. [an hour]
    people, kit : array of int
        Officers and arches that it takes.
    opens, closes : array of int
        Hours in which an arch may stand there. [minutes from local midnight]
    barred : array of str
        Why it cannot be used, such as ``no consent``; empty where it can.
    consent : array of str
        ``yes``, or ``to be asked`` where the file does not say.
    """

    name: Texts
    kind: Texts
    x: Floats
    y: Floats
    footfall: Floats
    people: Ints
    kit: Ints
    opens: Ints
    closes: Ints
    barred: Texts
    consent: Texts

    def __post_init__(self) -> None:
        columns = {key: value for key, value in vars(self).items() if key != "name"}
        require_length("Sites", len(self.name), **columns)
        names, n = np.unique(self.name, return_counts=True)
        if (n > 1).any():
            twice = str(names[n > 1][0])
            raise ParameterError(f"site {twice!r} is given twice; name each once")
        bad = np.flatnonzero((self.opens >= self.closes) | (self.closes > DAY_MINUTES))
        if bad.size:
            name = str(self.name[bad[0]])
            raise ParameterError(f"site {name!r}: closes before it opens")

    def __len__(self) -> int:
        return len(self.name)

    def where(self, chosen: Bools) -> "Sites":
        """The sites chosen."""
        return Sites(**{key: value[chosen] for key, value in vars(self).items()})
