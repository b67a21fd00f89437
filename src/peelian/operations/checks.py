"""Checks that several modules of this room make on what they are handed."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from peelian.terms import Floats, ParameterError

SHOWN = 5  # names shown in a message before "and n more"


def require_worth(worth: Floats, names: Sequence[str] | None = None) -> None:
    """Raise ParameterError unless every worth is a finite number above zero."""
    bad = np.flatnonzero(~(np.isfinite(worth) & (np.asarray(worth) > 0)))
    if bad.size:
        first = bad[0]
        label = f"spot {names[first]!r}" if names else f"spot {first}"
        raise ParameterError(
            f"{label}: worth is {worth[first]}; a spot needs a worth above zero, so leave it "
            f"out or choose fewer spots ({bad.size} of {len(worth)} are not above zero)"
        )


def require_fraction(name: str, value: float) -> None:
    """Raise ParameterError unless ``value`` lies in 0 to 1."""
    if not 0 <= value <= 1:
        raise ParameterError(f"{name} is {value}: give a share from 0 to 1")


def require_unique(noun: str, names: Iterable[str]) -> None:
    """Raise ParameterError when a name is given twice."""
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice:
        raise ParameterError(
            f"{noun} named more than once: {listed(twice)}; give each its own name"
        )


def listed(names: Sequence[str]) -> str:
    """The first few names, quoted, and how many more there are."""
    shown = ", ".join(repr(name) for name in names[:SHOWN])
    return shown + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
