"""How numbers, instants and missing values are written for people and for programs."""

import math
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

EXACT = Context(prec=400)  # holds the largest float to its last digit
FIGURES = 4  # significant figures of a column's largest number, so PAI reads 12.35


def rounded(value: float, decimals: int) -> str:
    """``value`` to ``decimals`` places, a half going away from zero; never cut off.

    Parameters
    ----------
    value : float
        Any number; NaN gives empty text, the infinities their word.
    decimals : int
        Digits after the point, zero or more.

    Returns
    -------
    str
        Such as ``"2.68"``; minus zero loses its sign.

    Notes
    -----
    The number rounded is the one that is printed (its shortest decimal form), so 2.675, which
    a computer holds as 2.67499..., becomes 2.68.

    Examples
    --------
    >>> rounded(2.675, 2), rounded(-0.5, 0), rounded(-0.04, 1), rounded(float("nan"), 1)
    ('2.68', '-1', '0.0', '')
    """
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    step = Decimal(1).scaleb(-decimals)
    number = Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP, EXACT)
    return f"{abs(number) if number == 0 else number:f}"


def with_commas(value: float, decimals: int = 0) -> str:
    """The number rounded, with a comma at the thousands: ``"149,906"``."""
    text = rounded(value, decimals)
    return f"{Decimal(text):,}" if text and math.isfinite(value) else text


def decimals_for(values: NDArray[Any]) -> int:
    """Digits after the point that give the largest of ``values`` FIGURES significant figures.

    Parameters
    ----------
    values : array of numbers, shape (n,)
        NaN and the infinities are passed over.

    Returns
    -------
    int
        0 for whole numbers, for nothing and for all zeros.
    """
    finite = np.abs(values[np.isfinite(values)].astype(np.float64))
    if finite.size == 0 or not finite.any() or np.array_equal(finite, np.trunc(finite)):
        return 0
    return max(FIGURES - 1 - math.floor(math.log10(finite.max())), 0)


def plain(value: Any) -> Any:
    """A JSON value for one table entry: numpy scalars unwrapped, instants in ISO, NaN null.

    ``datetime64`` instants are UTC and end in ``Z``; days and months keep their own precision.
    """
    if isinstance(value, np.datetime64):
        if np.isnat(value):
            return None
        timed = "T" in str(value)
        return f"{value}Z" if timed else str(value)
    if isinstance(value, np.timedelta64):
        return None if np.isnat(value) else str(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def entry_text(value: Any, decimals: int) -> str:
    """One entry as a person reads it: yes or no, rounded numbers, nothing for missing."""
    if isinstance(value, float | np.floating):
        return rounded(float(value), decimals)
    value = plain(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
