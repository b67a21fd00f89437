"""What an equity table says, in sentences that do not say more."""

import math

import numpy as np

from peelian.reports.numbers import rounded
from peelian.terms import Table

MEANT = {"age": "People aged", "deprivation": "People in deprivation fifth"}
NO_ETHNICITY = "No data on ethnicity are held, so nothing is said about it."
EVENLY = "Residents are taken to live evenly over their area, which town centres are not."
NOT_A_VERDICT = (
    "A ratio above 1 is not by itself unfair: people there may also be harmed more often. It "
    "is a question to answer before patrols are sent."
)


def equity_sentences(table: Table) -> tuple[str, ...]:
    """How many live in flagged cells, and which groups do most and least, everywhere.

    Parameters
    ----------
    table : Table
        From ``evaluation.equity_table``.

    Returns
    -------
    tuple of str
        One sentence on all residents, one for each kind of group, and what must be said.
    """
    columns = table.columns
    share, area = float(columns["share"][0]), float(columns["area"][0])
    if math.isnan(share):
        return ("No residents are known, so nothing can be said about them.", NO_ETHNICITY)
    ground = float(columns["flagged_area"][0]) / area
    said = [
        f"{_percent(share)} of residents live in flagged cells, which are {_percent(ground)} "
        "of the area."
    ]
    everywhere = columns["district"] == columns["district"][0]
    for kind, people in MEANT.items():
        at = np.flatnonzero(everywhere & (columns["by"] == kind) & ~np.isnan(columns["ratio"]))
        if len(at):
            ratio, group = columns["ratio"], columns["group"]
            most, least = (at[pick(ratio[at])] for pick in (np.argmax, np.argmin))
            inside, outside = (_percent(columns[name][most]) for name in ("inside", "outside"))
            said.append(
                f"{people} {group[most]} are {inside} of residents in flagged cells and "
                f"{outside} elsewhere, {rounded(float(ratio[most]), 2)} times as many; those "
                f"{'aged' if kind == 'age' else 'in fifth'} {group[least]} "
                f"{rounded(float(ratio[least]), 2)} times."
            )
    return (*said, NOT_A_VERDICT, EVENLY, NO_ETHNICITY)


def _percent(share: float) -> str:
    return f"{rounded(100 * float(share), 1)} %"
